import { tellNotLoaded } from '#acts/lazy-keeping.ts'
import { newId } from '#platform/ids.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'
import type { ImportState, PendingFile, SourceImporter } from './source-importer.ts'

const loadImporter = () => import('./source-importer.ts')

/**
 * A source importer that is loaded when it is first used. Files brought before that count as being prepared from the first
 * moment, so that the form never submits without them.
 */
export function createLazyImporter(store: GalleryStore): SourceImporter {
  let importer: SourceImporter | undefined
  let early: ImportState = { pending: [], overLimit: {} }
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const setEarly = (pending: readonly PendingFile[]) => {
    early = { ...early, pending }
  }

  async function open(): Promise<SourceImporter> {
    const { createSourceImporter } = await loadPart(loadImporter)
    if (!importer) {
      importer = createSourceImporter(store)
      importer.subscribe(tell)
    }
    return importer
  }

  async function whenLoaded(family: string, fileName: string, act: (importer: SourceImporter) => void) {
    const item: PendingFile = { key: newId(), family, fileName, stop: () => undefined }
    setEarly([...early.pending, item])
    tell()
    try {
      const opened = await open()
      if (early.pending.includes(item)) act(opened)
    } catch (error) {
      tellNotLoaded(error)
    }
    setEarly(early.pending.filter((other) => other !== item))
    tell()
  }

  return {
    state: () => importer?.state() ?? early,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    add(family, brought) {
      if (importer) importer.add(family, brought)
      else void whenLoaded(family.id, brought.files[0]?.name ?? 'image', (opened) => opened.add(family, brought))
    },
    addPicture(family, id, name) {
      if (importer) importer.addPicture(family, id, name)
      else void whenLoaded(family.id, name ?? 'image', (opened) => opened.addPicture(family, id, name))
    },
    discard(key) {
      if (importer) return importer.discard(key)
      setEarly(early.pending.filter((item) => item.key !== key))
      tell()
    },
    forgetLimit: (family) => importer?.forgetLimit(family),
  }
}

import { describeFailure, toFailure } from '#domain/failure.ts'
import { newId } from '#platform/ids.ts'
import { loadPart } from '#platform/load-part.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import type { BenchState, InHand, SourceBench } from './source-bench.ts'

const loadBench = () => import('./source-bench.ts')

/**
 * A source bench that is loaded when it is first used. Files brought before that count as being prepared from the first
 * moment, so that the form never submits without them.
 */
export function createLazyBench(store: GalleryStore): SourceBench {
  let bench: SourceBench | undefined
  let early: BenchState = { inHand: [], overLimit: {} }
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const setEarly = (inHand: readonly InHand[]) => {
    early = { ...early, inHand }
  }

  async function open(): Promise<SourceBench> {
    const { createSourceBench } = await loadPart(loadBench)
    if (!bench) {
      bench = createSourceBench(store)
      bench.subscribe(tell)
    }
    return bench
  }

  async function whenLoaded(family: string, fileName: string, act: (bench: SourceBench) => void) {
    const item: InHand = { key: newId(), family, fileName, stop: () => undefined }
    setEarly([...early.inHand, item])
    tell()
    try {
      const opened = await open()
      if (early.inHand.includes(item)) act(opened)
    } catch (error) {
      tellNotLoaded(error)
    }
    setEarly(early.inHand.filter((other) => other !== item))
    tell()
  }

  return {
    state: () => bench?.state() ?? early,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    add(family, brought) {
      if (bench) bench.add(family, brought)
      else void whenLoaded(family.id, brought.files[0]?.name ?? 'image', (opened) => opened.add(family, brought))
    },
    addPicture(family, id, name) {
      if (bench) bench.addPicture(family, id, name)
      else void whenLoaded(family.id, name ?? 'image', (opened) => opened.addPicture(family, id, name))
    },
    discard(key) {
      if (bench) return bench.discard(key)
      setEarly(early.inHand.filter((item) => item.key !== key))
      tell()
    },
    forgetLimit: (family) => bench?.forgetLimit(family),
  }
}

/** Keeps files without making them sources. Reports the outcome of each. */
export function keepLazilyInGallery(store: GalleryStore, files: readonly File[]): void {
  loadPart(loadBench).then(({ keepInGallery }) => keepInGallery(store, files), tellNotLoaded)
}

function tellNotLoaded(error: unknown): void {
  notify({ text: `${describeFailure(toFailure(error))} The image was not added.`, tone: 'error' })
}

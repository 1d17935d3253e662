import { useEffect, useState, useSyncExternalStore } from 'react'
import { keepLazilyInGallery } from '#acts/lazy-keeping.ts'
import { undoable } from '#acts/undoable.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { ModelFamily } from '#models/model.ts'
import { useStore } from '#store/queries.ts'
import { announce } from '#ui/announce.tsx'
import { useSources, useWorkspace } from '#workspace/workspace.ts'
import { createLazyImporter } from './lazy-importer.ts'
import type { PendingFile } from './source-importer.ts'
import type { Brought } from './transfer.ts'

/** The sources of the open tab, including those being prepared, and what can be done with them. */
export interface FormSources {
  ready: readonly PictureId[]
  /** The records of those of `ready` that have been read. */
  pictures: ReadonlyMap<PictureId, Picture>
  /** Those of `ready` that the store no longer has. */
  missing: ReadonlySet<PictureId>
  preparing: readonly PendingFile[]
  refused: readonly PendingFile[]
  /** Why the last images were left out. */
  overLimit: string | undefined
  add(brought: Brought): void
  addPicture(id: PictureId): void
  /** Shows a source on the stage, fitted; the cursor goes to the prompt. */
  showOnStage(id: PictureId): void
  keepInGallery(files: readonly File[]): void
  remove(id: PictureId): void
  discard(key: string): void
  /** Moves a source to another position, counted from 0. */
  move(id: PictureId, to: number): void
}

export function useFormSources(family: ModelFamily): FormSources {
  const store = useStore()
  const [importer] = useState(() => createLazyImporter(store))
  const { pending, overLimit } = useSyncExternalStore(importer.subscribe, importer.state)
  const ready = useSources(family.id)
  const { pictures, missing } = useRecords(ready)
  const mine = pending.filter((item) => item.family === family.id)
  const setSources = (sources: readonly PictureId[]) => useWorkspace.getState().setSources(family.id, sources)

  return {
    ready,
    pictures,
    missing,
    preparing: mine.filter((item) => item.reason === undefined),
    refused: mine.filter((item) => item.reason !== undefined),
    overLimit: overLimit[family.id],
    add(brought) {
      importer.add(family, brought)
    },
    addPicture(id) {
      importer.addPicture(family, id)
      useWorkspace.getState().stage(id)
      useWorkspace.getState().focusPrompt()
    },
    showOnStage(id) {
      const { stage, show, focusPrompt } = useWorkspace.getState()
      stage(id)
      show('stage')
      focusPrompt()
    },
    keepInGallery: (files) => keepLazilyInGallery(store, files),
    remove(id) {
      importer.forgetLimit(family)
      undoable(store, 'remove image', () => setSources(ready.filter((other) => other !== id)), {
        notice: 'Image removed.',
      })
    },
    discard: importer.discard,
    move(id, to) {
      const others = ready.filter((other) => other !== id)
      undoable(store, 'move image', () => setSources(others.toSpliced(to, 0, id)), { run: `order ${family.id}` })
      announce(`Image ${to + 1} of ${ready.length}`)
    },
  }
}

/** The records of these images. One that the store does not have is missing. */
function useRecords(ids: readonly PictureId[]) {
  const store = useStore()
  const [asked, setAsked] = useState({ ids: [] as readonly PictureId[], found: new Map<PictureId, Picture>() })
  useEffect(() => {
    let isCurrent = true
    const look = async () => {
      // If the store cannot be read, nothing counts as missing.
      const found = await store.picturesById(ids).catch(() => undefined)
      if (isCurrent && found) setAsked({ ids, found })
    }
    void look()
    const unsubscribe = store.subscribe((change) => {
      if (change.kind === 'pictures' && change.ids.some((id) => ids.includes(id))) void look()
    })
    return () => {
      isCurrent = false
      unsubscribe()
    }
  }, [store, ids])
  const missing = new Set(asked.ids.filter((id) => ids.includes(id) && !asked.found.has(id)))
  return { pictures: asked.found, missing }
}

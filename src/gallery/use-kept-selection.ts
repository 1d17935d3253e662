import { type RefObject, useEffect, useRef } from 'react'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { GalleryStore } from '#store/store.ts'
import type { Before, Contents } from './contents.ts'
import type { Selection } from './selection.ts'
import type { SelectionActs } from './use-selection.ts'

interface Kept {
  store: GalleryStore
  contents: RefObject<Contents>
  selection: Selection
  acts: SelectionActs
}

/**
 * Only images that are in the list can be selected, because acts apply to all that are selected: what another window
 * moved to the bin, or what a new search does not find, is no longer selected. An image that was laid in takes the place of
 * its answer. `result` and `before` change with the list.
 */
export function useKeptSelection(kept: Kept, result: number, before: Before): void {
  const latest = useRef(kept)
  useEffect(() => {
    latest.current = kept
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: they stand for the list, which is also new when tiles are loaded
  useEffect(() => {
    const { selection, acts } = latest.current
    if (selection.ids.size === 0) return
    let isCurrent = true
    findMoved(latest.current).then(
      (moved) => isCurrent && moved.size > 0 && acts.follow(moved),
      // Search has ended or the store cannot be read, which the gallery says.
      () => undefined,
    )
    return () => {
      isCurrent = false
    }
  }, [result, before])
}

/** The image that took the place of an answer when that was laid in. */
export function laidFrom(picture: Picture | undefined): PictureId | undefined {
  return picture?.laying?.kind === 'laid' ? picture.laying.picture : undefined
}

/** The selected images that are not in the list, each with the one that took its place. */
async function findMoved({ store, contents, selection }: Kept): Promise<Map<PictureId, PictureId | undefined>> {
  const missing = await contents.current.findMissing([...selection.ids])
  if (missing.length === 0) return new Map()
  const found = await store.picturesById(missing)
  const laid = missing.map((id) => laidFrom(found.get(id)))
  const there = laid.flatMap((id) => id ?? [])
  const absent = new Set(await contents.current.findMissing(there))
  return new Map(
    missing.map((id, index) => {
      const next = laid[index]
      return [id, next === undefined || absent.has(next) ? undefined : next]
    }),
  )
}

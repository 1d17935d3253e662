import type { PictureId } from '#domain/ids.ts'

/** The images to which the next act applies. */
export interface Selection {
  ids: ReadonlySet<PictureId>
  /** Where a range starts: the image last pressed without Shift. */
  anchor: PictureId | undefined
}

export const nothingSelected: Selection = { ids: new Set(), anchor: undefined }

/** A press without a modifier shows the image and ends a selection. */
export function pressed(id: PictureId): Selection {
  return { ids: new Set(), anchor: id }
}

/**
 * Ctrl or ⌘ and a press on a tile. `stack`: the images behind it, which are all selected or none of them. `shown`: the image
 * that was pressed before and is still shown joins a new selection.
 */
export function toggled(
  { ids, anchor }: Selection,
  id: PictureId,
  { stack = [id], shown }: { stack?: readonly PictureId[] | undefined; shown?: PictureId | undefined } = {},
): Selection {
  const next = new Set(ids)
  if (ids.size === 0 && anchor !== undefined && anchor === shown && !stack.includes(anchor)) next.add(anchor)
  const isIn = stack.every((each) => ids.has(each))
  for (const each of stack) {
    if (isIn) next.delete(each)
    else next.add(each)
  }
  return { ids: next, anchor: id }
}

/**
 * A press with Shift: the images from the anchor to here, in the order of the result. `adds`: in addition to what is
 * selected.
 */
export function ranged({ ids, anchor }: Selection, range: readonly PictureId[], adds: boolean): Selection {
  return { ids: new Set(adds ? [...ids, ...range] : range), anchor: anchor ?? range[0] }
}

/** After images have left the list: without them, or with those that took their places. */
export function followed({ ids, anchor }: Selection, moved: ReadonlyMap<PictureId, PictureId | undefined>): Selection {
  const now = (id: PictureId) => (moved.has(id) ? moved.get(id) : id)
  const next = [...ids].flatMap((id) => now(id) ?? [])
  return { ids: new Set(next), anchor: anchor === undefined ? undefined : now(anchor) }
}

/** "8 selected". */
export function describeSelection({ ids }: Selection): string {
  return `${ids.size.toLocaleString('en')} selected`
}

import type { PictureId } from '#domain/ids.ts'
import type { Picture, Shelf } from '#domain/picture.ts'

interface Dated {
  createdAt: number
  id: string
}

/** The newest images of a shelf without gaps, newest first. `complete`: there are no others. */
export interface ShelfHead {
  pictures: readonly Picture[]
  complete: boolean
  /** Images made by runs since the page was opened, wherever in the shelf they belong. */
  arrived: readonly Picture[]
}

/** At most this many of the newest are kept, also when a page adds thousands. */
const most = 240
const mostArrived = 200

/** The order of every shelf: newest first, then by id. The database's indexes have the same order. */
export function byNewest(a: Dated, b: Dated): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** A head after a change of the images `ids`; `found` is what is stored now. Unchanged images keep their identity. */
export function withChange(
  head: ShelfHead,
  shelf: Shelf,
  ids: readonly PictureId[],
  found: ReadonlyMap<PictureId, Picture>,
): ShelfHead {
  const changed = new Set(ids)
  const last = head.pictures.at(-1)
  const kept = head.pictures.filter((picture) => !changed.has(picture.id))
  const here = [...changed].flatMap((id) => found.get(id) ?? []).filter((picture) => picture.shelf === shelf)
  const added = here.filter((picture) => head.complete || (last && byNewest(picture, last) <= 0))
  if (here.length === 0 && kept.length === head.pictures.length) return head
  const pictures = added.length === 0 ? kept : kept.concat(added).sort(byNewest)
  const arrived = [
    ...head.arrived.filter(({ id }) => !changed.has(id)),
    ...here.filter(({ origin }) => origin.kind === 'made'),
  ]
  return {
    pictures: pictures.slice(0, most),
    complete: head.complete && pictures.length <= most,
    arrived: arrived.slice(-mostArrived),
  }
}

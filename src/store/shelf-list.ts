import type { PictureId } from '#domain/ids.ts'
import type { Picture, Shelf } from '#domain/picture.ts'

interface Dated {
  createdAt: number
  id: string
}

/** A shelf as far as it has been read, newest first. Incomplete lists have all pictures up to their last one. */
export interface ShelfList {
  pictures: readonly Picture[]
  complete: boolean
}

/** The order of every shelf: newest first; of the same moment, by id. The database's indexes have the same. */
export function byNewest(a: Dated, b: Dated): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** A list with the next page, which was read after its last picture. */
export function withPage({ pictures }: ShelfList, page: readonly Picture[], complete: boolean): ShelfList {
  return { pictures: pictures.concat(page), complete }
}

/** A list after a change of the pictures `ids`, of which `found` is what is stored now. The others keep their identity. */
export function withChange(
  list: ShelfList,
  shelf: Shelf,
  ids: readonly PictureId[],
  found: ReadonlyMap<PictureId, Picture>,
): ShelfList {
  const changed = new Set(ids)
  const last = list.pictures.at(-1)
  const kept = list.pictures.filter((picture) => !changed.has(picture.id))
  const added = [...changed].flatMap((id) => {
    const picture = found.get(id)
    if (picture?.shelf !== shelf) return []
    // Beyond the last one it comes with its page.
    return list.complete || (last && byNewest(picture, last) <= 0) ? [picture] : []
  })
  if (added.length === 0 && kept.length === list.pictures.length) return list
  return { pictures: added.length === 0 ? kept : kept.concat(added).sort(byNewest), complete: list.complete }
}

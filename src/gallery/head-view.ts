import { startOfDay } from '#domain/calendar.ts'
import type { BatchId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Day } from '#library/find/finder.ts'
import type { SearchOptions } from '#library/find/search.ts'
import { meritFrom, stackUp } from '#library/find/stacks.ts'
import type { ShelfView, Tile } from './shelf-window.ts'

/** The newest images of a shelf until search is ready, as the same tiles that search will return. */
export function viewOf(pictures: readonly Picture[], grouping: Pick<SearchOptions, 'stacks' | 'opened'>): ShelfView {
  const tiles = tilesOf(pictures, grouping)
  const placeOf = (id: string) => {
    const place = tiles.findIndex(({ picture, stack }) => picture.id === id || stack?.some((each) => each === id))
    return place < 0 ? undefined : place
  }
  return {
    question: undefined,
    result: 0,
    total: tiles.length,
    images: undefined,
    days: daysOf(tiles),
    facets: undefined,
    tileAt: (place) => tiles[place],
    placeOf,
    ratioAt: (place) => {
      const picture = tiles[place]?.picture
      return picture ? picture.width / picture.height : 1
    },
    idsBetween: async (from, to) => tiles.slice(from, to + 1).flatMap(({ picture, stack }) => stack ?? [picture.id]),
    findPlaces: async (ids) => ids.map(placeOf),
  }
}

type Placed = Tile & { at: number }

function tilesOf(
  pictures: readonly Picture[],
  { stacks = false, opened = [] }: Pick<SearchOptions, 'stacks' | 'opened'>,
): Placed[] {
  if (!stacks) return pictures.map((picture) => ({ picture, at: picture.createdAt }))
  const batches = [...new Set(pictures.flatMap(({ batch }) => (batch ? [batch.id] : [])))]
  const numberOf = (batch: BatchId | undefined) => (batch === undefined ? 0 : batches.indexOf(batch) + 1)
  const found = stackUp(
    Int32Array.from(pictures, (_, index) => index),
    {
      batchOf: (row) => numberOf(pictures[row]?.batch?.id),
      meritOf(row) {
        const { star, rating = 0, reject } = pictures[row]?.marks ?? {}
        return meritFrom({ star: star === true, rating, reject: reject === true })
      },
      opened: new Set(opened.map(numberOf)),
    },
  )
  return [...found.rows].flatMap((row, place) => {
    const picture = pictures[row]
    if (!picture) return []
    const stack = found.members.get(row)?.flatMap((member) => pictures[member]?.id ?? [])
    const beside = found.opened.get(row)
    const at = pictures[found.timeRows[place] ?? row]?.createdAt ?? picture.createdAt
    return { picture, at, ...(stack ? { stack } : {}), ...(beside === undefined ? {} : { opened: beside }) }
  })
}

function daysOf(tiles: readonly Placed[]): Day[] {
  const days: Day[] = []
  for (const [from, { at: time }] of tiles.entries()) {
    const at = startOfDay(time)
    if (days.at(-1)?.at !== at) days.push({ at, from })
  }
  return days
}

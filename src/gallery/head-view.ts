import { startOfDay } from '#domain/calendar.ts'
import type { Picture } from '#domain/picture.ts'
import type { Day } from '#library/find/finder.ts'
import type { ShelfView } from './shelf-window.ts'

/** The newest images of a shelf, as long as search is not ready. */
export function viewOf(pictures: readonly Picture[]): ShelfView {
  return {
    question: undefined,
    total: pictures.length,
    images: undefined,
    days: daysOf(pictures),
    facets: undefined,
    tileAt: (place) => {
      const picture = pictures[place]
      return picture && { picture, stack: 1 }
    },
    placeOf: (id) => placeIn(pictures, id),
    ratioAt: (place) => {
      const picture = pictures[place]
      return picture ? picture.width / picture.height : 1
    },
    idsBetween: async (from, to) => pictures.slice(from, to + 1).map(({ id }) => id),
    findPlace: async (id) => placeIn(pictures, id),
  }
}

function placeIn(pictures: readonly Picture[], id: string): number | undefined {
  const place = pictures.findIndex((picture) => picture.id === id)
  return place < 0 ? undefined : place
}

function daysOf(pictures: readonly Picture[]): Day[] {
  const days: Day[] = []
  for (const [from, { createdAt }] of pictures.entries()) {
    const at = startOfDay(createdAt)
    if (days.at(-1)?.at !== at) days.push({ at, from })
  }
  return days
}

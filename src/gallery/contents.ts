import { startOfDay } from '#domain/calendar.ts'
import { describeDay } from '#domain/date-heading.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { type Item, isRun, keyOf } from './items.ts'
import type { Section } from './lines.ts'
import type { Group, ShelfView } from './shelf-window.ts'

/** What stands in the grid before the images of the shelf. */
export interface Before {
  /** Runs that need the user, a line each. */
  cards: readonly Run[]
  /** Runs in work, and the images that keep their places. */
  lead: readonly Item[]
}

/** All places of the grid, one after the other: cards, lead, then the shelf or the result of a search. */
export interface Contents {
  readonly sections: readonly Section[]
  readonly lead: readonly Item[]
  /** Nothing where it is not loaded. */
  itemAt(place: number): Item | undefined
  /** How the tile belongs to a batch. */
  groupAt(place: number): Group
  ratioAt(place: number): number
  /** Among what is loaded. */
  placeOfKey(key: string, near: number): number | undefined
  /** The images between two places, both included, whether they are loaded or not. */
  idsBetween(from: number, to: number): Promise<readonly PictureId[]>
  findPlace(id: PictureId): Promise<number | undefined>
  /** The places of the shelf itself, for loading them. */
  shelfRange(from: number, to: number): { from: number; to: number }
}

const single: Group = {}

export const nothingBefore: Before = { cards: [], lead: [] }

export function toContents({ cards, lead }: Before, view: ShelfView, now: number): Contents {
  const before: readonly Item[] = [...cards, ...lead]
  const offset = before.length
  const itemAt = (place: number) => (place < offset ? before[place] : view.tileAt(place - offset)?.picture)
  return {
    sections: sectionsOf(cards.length, lead.length, view, now),
    lead,
    itemAt,
    groupAt: (place) => (place < offset ? single : (view.tileAt(place - offset) ?? single)),
    ratioAt(place) {
      if (place >= offset) return view.ratioAt(place - offset)
      const item = before[place]
      return item && !isRun(item) ? item.width / item.height : 1
    },
    placeOfKey(key, near) {
      const first = before.findIndex((item) => keyOf(item) === key)
      if (first >= 0) return first
      // An item moves by few places at a time: further away it is not looked for.
      for (let step = 0; step <= 200; step += 1) {
        for (const place of [near + step, near - step]) {
          const item = place >= offset ? itemAt(place) : undefined
          if (item && keyOf(item) === key) return place
        }
      }
      return undefined
    },
    async idsBetween(from, to) {
      const own = before.slice(from, Math.max(from, to + 1)).flatMap((item) => (isRun(item) ? [] : [item.id]))
      return to < offset ? own : [...own, ...(await view.idsBetween(Math.max(0, from - offset), to - offset))]
    },
    async findPlace(id) {
      const first = before.findIndex((item) => item.id === id)
      if (first >= 0) return first
      const place = await view.findPlace(id)
      return place === undefined ? undefined : place + offset
    },
    shelfRange: (from, to) => ({ from: from - offset, to: to - offset }),
  }
}

/** Cards, then today with the runs in work first, then day after day; one stretch where the order is not that of time. */
function sectionsOf(cards: number, lead: number, { total, days }: ShelfView, now: number): Section[] {
  const sections: Section[] = [{ count: cards, wide: true }]
  const startsToday = days[0]?.at === startOfDay(now)
  if (lead > 0 && !startsToday) sections.push({ title: 'Today', count: lead })
  if (days.length === 0) return [...sections, { count: total }]
  for (const [index, { at, from }] of days.entries()) {
    const count = (days[index + 1]?.from ?? total) - from
    sections.push({ title: describeDay(at, now), count: index === 0 && startsToday ? count + lead : count })
  }
  return sections
}

import { startOfDay } from '#domain/calendar.ts'
import { describeDay } from '#domain/date-heading.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { type Item, isRun, keyOf } from './items.ts'
import type { Section } from './lines.ts'
import type { Group, ShelfView } from './shelf-window.ts'

/** What the grid shows before the images of the shelf. */
export interface Before {
  /** Runs that need the user, one per line. */
  cards: readonly Run[]
  /** Running runs, and the images that keep their positions. */
  lead: readonly Item[]
}

/** All positions of the grid in order: cards, lead, then the shelf or the result of a search. */
export interface Contents {
  readonly sections: readonly Section[]
  readonly lead: readonly Item[]
  /** `undefined` if it is not loaded. */
  itemAt(place: number): Item | undefined
  /** The tile's stack, if it belongs to a batch. */
  groupAt(place: number): Group
  ratioAt(place: number): number
  /** Among what is loaded. */
  placeOfKey(key: string, near: number): number | undefined
  /** The images between two positions, both included, loaded or not; `undefined` if there is a newer result. */
  idsBetween(from: number, to: number): Promise<readonly PictureId[] | undefined>
  /** In the order of `ids`; `undefined` for what is at no position, and for all of them if there is a newer result. */
  findPlaces(ids: readonly string[]): Promise<readonly (number | undefined)[] | undefined>
  /** Which of these images are at no position. Empty if there is a newer result. */
  findMissing(ids: readonly PictureId[]): Promise<readonly PictureId[]>
  /** Where the images of a day begin, or of the next day that has any, in the order of the result. `at`: local midnight. */
  placeOfDay(at: number): number
  /** The positions within the shelf itself, for loading them. */
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
      // An item moves by few positions at a time, so it is not looked for further away.
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
      if (to < offset) return own
      const others = await view.idsBetween(Math.max(0, from - offset), to - offset)
      return others && [...own, ...others]
    },
    async findPlaces(ids) {
      const places = await view.findPlaces(ids as readonly PictureId[])
      return places?.map((place, index) => {
        const first = before.findIndex((item) => item.id === ids[index])
        if (first >= 0) return first
        return place === undefined ? undefined : place + offset
      })
    },
    async findMissing(ids) {
      const leading = new Set<string>(before.map((item) => item.id))
      const others = ids.filter((id) => !leading.has(id))
      const places = others.length > 0 ? await view.findPlaces(others) : []
      return places ? others.filter((_, index) => places[index] === undefined) : []
    },
    placeOfDay(at) {
      const { days, total } = view
      const isNewestFirst = days.length < 2 || (days[0]?.at ?? 0) > (days[1]?.at ?? 0)
      const day = days.find((each) => (isNewestFirst ? each.at <= at : each.at >= at))
      if (!day) return offset + Math.max(0, total - 1)
      // Items before the shelf also belong to today.
      return day === days[0] && day.at === startOfDay(now) ? cards.length : offset + day.from
    },
    shelfRange: (from, to) => ({ from: from - offset, to: to - offset }),
  }
}

/** Cards, then today with running runs first, then each day; a single section if the order is not by time. */
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

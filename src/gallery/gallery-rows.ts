import { startOfDay } from '#domain/calendar.ts'
import { describeDay } from '#domain/date-heading.ts'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'

export type Item = Run | Picture

/** One line of the grid. `first` is the place of its first item among all items. */
export type Row =
  | { kind: 'heading'; title: string }
  | { kind: 'card'; run: Run; first: number }
  | { kind: 'tiles'; items: readonly Item[]; first: number }

export function isRun(item: Item): item is Run {
  return 'state' in item
}

/** The same for a run and for the picture that takes its place. */
export function keyOf(item: Item): string {
  if (isRun(item)) return item.id
  const { origin } = item
  if (origin.kind !== 'made') return item.id
  return origin.index === 0 ? origin.run : `${origin.run}#${origin.index}`
}

export interface Contents {
  cards: readonly Run[]
  /** Runs in work, and the pictures that keep their places. */
  lead: readonly Item[]
  /** The rest, newest first. */
  pictures: readonly Picture[]
}

/** The grid's lines: cards, then today with the runs in work first, then day after day. */
export function toRows({ cards, lead, pictures }: Contents, columns: number, now: number): Row[] {
  const rows: Row[] = []
  let place = 0
  for (const run of cards) {
    rows.push({ kind: 'card', run, first: place })
    place += 1
  }
  const add = (title: string, items: readonly Item[]) => {
    if (items.length === 0) return
    rows.push({ kind: 'heading', title })
    for (let from = 0; from < items.length; from += columns) {
      const line = items.slice(from, from + columns)
      rows.push({ kind: 'tiles', items: line, first: place })
      place += line.length
    }
  }
  const today = startOfDay(now)
  let from = pictures.findIndex((picture) => picture.createdAt < today)
  if (from < 0) from = pictures.length
  add('Today', [...lead, ...pictures.slice(0, from)])
  while (from < pictures.length) {
    const at = pictures[from]?.createdAt ?? 0
    const day = startOfDay(at)
    let to = from + 1
    while (to < pictures.length && (pictures[to]?.createdAt ?? 0) >= day) to += 1
    add(describeDay(at, now), pictures.slice(from, to))
    from = to
  }
  return rows
}

export function itemsOf(row: Row): readonly Item[] {
  if (row.kind === 'tiles') return row.items
  return row.kind === 'card' ? [row.run] : []
}

import { type Item, itemsOf, keyOf, type Row } from './gallery-rows.ts'

type Line = Exclude<Row, { kind: 'heading' }>

function linesOf(rows: readonly Row[]): Line[] {
  return rows.filter((row) => row.kind !== 'heading')
}

/** The place among all items that a key leads to from `place`; `undefined` for keys that do not move. */
export function movePlace(rows: readonly Row[], place: number, key: string, rowsPerPage: number): number | undefined {
  const last = countItems(rows) - 1
  if (last < 0) return undefined
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, place - 1)
    case 'ArrowRight':
      return Math.min(last, place + 1)
    case 'Home':
      return 0
    case 'End':
      return last
    case 'ArrowUp':
      return moveLines(linesOf(rows), place, -1)
    case 'ArrowDown':
      return moveLines(linesOf(rows), place, 1)
    case 'PageUp':
      return moveLines(linesOf(rows), place, -rowsPerPage)
    case 'PageDown':
      return moveLines(linesOf(rows), place, rowsPerPage)
    default:
      return undefined
  }
}

/** The same column some lines on, or the last item of a shorter line. */
function moveLines(lines: readonly Line[], place: number, by: number): number {
  const from = lines.findLastIndex((line) => line.first <= place)
  const start = lines[from]
  const line = lines[Math.min(lines.length - 1, Math.max(0, from + by))]
  if (!start || !line) return place
  return line.first + Math.min(place - start.first, itemsOf(line).length - 1)
}

export function countItems(rows: readonly Row[]): number {
  const last = rows.at(-1)
  return last && last.kind !== 'heading' ? last.first + itemsOf(last).length : 0
}

/** The index of the row that holds a place; -1 if none does. */
export function rowOf(rows: readonly Row[], place: number): number {
  return rows.findIndex(
    (row) => row.kind !== 'heading' && place >= row.first && place < row.first + itemsOf(row).length,
  )
}

export function itemAt(rows: readonly Row[], place: number): Item | undefined {
  const row = rows[rowOf(rows, place)]
  return row && row.kind !== 'heading' ? itemsOf(row)[place - row.first] : undefined
}

export function placeOf(rows: readonly Row[], key: string): number | undefined {
  for (const line of linesOf(rows)) {
    const index = itemsOf(line).findIndex((item) => keyOf(item) === key)
    if (index >= 0) return line.first + index
  }
  return undefined
}

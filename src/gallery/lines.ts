/** A range of positions under one heading; sections follow each other without gaps. */
export interface Section {
  title?: string
  /** How many positions. */
  count: number
  /** Each item takes the whole width: cards of runs. */
  wide?: true
}

/** One line of the grid. */
export type Line =
  | { kind: 'heading'; title: string }
  | { kind: 'card' | 'tiles'; first: number; count: number; heightPx?: number }

/** All lines of the grid, whatever its size: a few bytes each, independent of the images in them. */
export interface Lines {
  readonly length: number
  /** How many positions there are. */
  readonly places: number
  at(index: number): Line | undefined
  /** The line that contains a position; -1 if none does. */
  lineOf(place: number): number
}

export interface Shape {
  /** For square tiles: the number per line. */
  columns: number
  /** For natural ratios: width divided by height at each position. Absent: square. */
  ratios?: { of(place: number): number; widthPx: number; heightPx: number; gapPx: number }
}

const heading = -1

export function layLines(sections: readonly Section[], shape: Shape): Lines {
  const titles = new Map<number, string>()
  const wide = new Set<number>()
  const firsts: number[] = []
  const heights: number[] = []
  let place = 0
  for (const section of sections) {
    if (section.count === 0) continue
    if (section.title !== undefined) {
      titles.set(firsts.length, section.title)
      firsts.push(heading)
    }
    const end = place + section.count
    while (place < end) {
      if (section.wide) wide.add(firsts.length)
      const { count, heightPx } = section.wide ? { count: 1 } : nextLine(place, end, shape)
      if (heightPx !== undefined) heights[firsts.length] = heightPx
      firsts.push(place)
      place += count
    }
  }
  return toLines({ titles, wide, heights, places: place, starts: Int32Array.from(firsts) })
}

interface Laid {
  titles: ReadonlyMap<number, string>
  wide: ReadonlySet<number>
  heights: readonly number[]
  places: number
  /** The first position of each line, in order; -1 for a heading. */
  starts: Int32Array
}

function toLines({ titles, wide, heights, places, starts }: Laid): Lines {
  /** The first position of the first line from `index` on that is not a heading. */
  const startFrom = (index: number): number => {
    for (let line = index; line < starts.length; line += 1) if (starts[line] !== heading) return starts[line] ?? places
    return places
  }
  return {
    length: starts.length,
    places,
    at(index) {
      const first = starts[index]
      if (first === undefined) return undefined
      if (first === heading) return { kind: 'heading', title: titles.get(index) ?? '' }
      const count = startFrom(index + 1) - first
      const heightPx = heights[index]
      return { kind: wide.has(index) ? 'card' : 'tiles', first, count, ...(heightPx === undefined ? {} : { heightPx }) }
    },
    lineOf(place) {
      if (place < 0 || place >= places) return -1
      let [low, high] = [0, starts.length - 1]
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (startFrom(middle) <= place) low = middle
        else high = middle - 1
      }
      return low
    },
  }
}

/** As many as fill the width at the wanted height; the last line of a section is not stretched. */
function nextLine(from: number, end: number, { columns, ratios }: Shape): { count: number; heightPx?: number } {
  if (!ratios) return { count: Math.min(columns, end - from) }
  const { of, widthPx, heightPx, gapPx } = ratios
  let sum = 0
  for (let place = from; place < end; place += 1) {
    // Very wide or tall images still get a tile that can be clicked.
    sum += Math.min(4, Math.max(0.4, of(place)))
    const count = place - from + 1
    const fits = (widthPx - (count - 1) * gapPx) / sum
    if (fits <= heightPx) return { count, heightPx: fits }
  }
  return { count: end - from, heightPx }
}

/** The position to which a key moves from `place`; `undefined` for keys that do not move. */
export function movePlace(lines: Lines, place: number, key: string, linesPerPage: number): number | undefined {
  const last = lines.places - 1
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
      return moveLines(lines, place, -1)
    case 'ArrowDown':
      return moveLines(lines, place, 1)
    case 'PageUp':
      return moveLines(lines, place, -linesPerPage)
    case 'PageDown':
      return moveLines(lines, place, linesPerPage)
    default:
      return undefined
  }
}

/** The same column some lines on, or the last position of a shorter line. Headings are skipped. */
function moveLines(lines: Lines, place: number, by: number): number {
  let index = lines.lineOf(place)
  const start = lines.at(index)
  if (!start || start.kind === 'heading') return place
  const step = Math.sign(by)
  let target = start
  for (let left = Math.abs(by); left > 0; ) {
    index += step
    const line = lines.at(index)
    if (!line) break
    if (line.kind === 'heading') continue
    target = line
    left -= 1
  }
  return target.first + Math.min(place - start.first, target.count - 1)
}

import type { Pixels } from './pixels.ts'
import type { Place } from './place.ts'

/** Lines drawn on an image to show a place, in one of the colours below. */
export interface DrawnMarks {
  /** 1 for each pixel of a line and of its halo. */
  lines: Uint8Array
  /** What the lines are drawn around, largest first. */
  places: readonly Place[]
}

type Test = (red: number, green: number, blue: number) => boolean

/** The pure colours of marks: red, cyan, magenta, lime, orange, yellow, violet. */
const colours: readonly Test[] = [
  (red, green, blue) => red > 200 && green < 75 && blue < 75,
  (red, green, blue) => red < 90 && green > 195 && blue > 195,
  (red, green, blue) => red > 200 && green < 90 && blue > 195,
  (red, green, blue) => red < 120 && green > 215 && blue < 100,
  (red, green, blue) => red > 225 && green > 95 && green < 165 && blue < 60,
  (red, green, blue) => red > 225 && green > 225 && blue < 70,
  (red, green, blue) => red > 90 && red < 165 && green < 60 && blue > 215,
]
const cellPx = 4
const haloPx = 4
/** A drawn outline fills little of its bounding box; a red car fills most of it. */
const mostFilled = 0.4
/** The shorter side of the smallest mark, as a share of the image's shorter side. */
const leastSide = 0.02

/** Finds marks drawn in pure colours; `undefined` if there are none. */
export function findDrawnMarks(pixels: Pixels): DrawnMarks | undefined {
  const lines = new Uint8Array(pixels.width * pixels.height)
  const places = colours.flatMap((isColour) => {
    const found = outlinesIn(pixels, isColour)
    for (const { pixelsOfLine } of found) for (const at of pixelsOfLine) lines[at] = 1
    return found.map(({ place }) => place)
  })
  if (places.length === 0) return undefined
  const area = ({ width, height }: Place) => width * height
  return { lines: grown(lines, pixels), places: places.sort((one, other) => area(other) - area(one)) }
}

/** Connected groups of cells with the colour that look drawn. */
function outlinesIn({ data, width, height }: Pixels, isColour: Test) {
  const across = Math.ceil(width / cellPx)
  const cells = new Map<number, number[]>()
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!isColour(data[at * 3] ?? 0, data[at * 3 + 1] ?? 0, data[at * 3 + 2] ?? 0)) continue
      const cell = Math.floor(y / cellPx) * across + Math.floor(x / cellPx)
      const members = cells.get(cell)
      if (members) members.push(at)
      else cells.set(cell, [at])
    }
  }
  const found: { place: Place; pixelsOfLine: readonly number[] }[] = []
  for (const start of [...cells.keys()]) {
    if (!cells.has(start)) continue
    const group = takeGroup(cells, start, across)
    const place = boundsOf(group, width)
    const filled = group.length / (place.width * place.height)
    const least = Math.min(width, height) * leastSide
    if (filled <= mostFilled && Math.min(place.width, place.height) >= least) found.push({ place, pixelsOfLine: group })
  }
  return found
}

/** Removes the cells connected to `start` from the map, and gives their pixels. */
function takeGroup(cells: Map<number, number[]>, start: number, across: number): number[] {
  const group: number[] = []
  const open = [start]
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const members = cells.get(cell)
    if (!members) continue
    cells.delete(cell)
    for (const at of members) group.push(at)
    for (const row of [-across, 0, across]) open.push(cell + row - 1, cell + row, cell + row + 1)
  }
  return group
}

function boundsOf(group: readonly number[], width: number): Place {
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0]
  for (const at of group) {
    const x = at % width
    const y = (at - x) / width
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return { shape: 'box', left, top, width: right - left + 1, height: bottom - top + 1 }
}

function grown(lines: Uint8Array, { width, height }: Pixels): Uint8Array {
  const result = new Uint8Array(lines)
  for (let at = 0; at < lines.length; at++) {
    if (!lines[at]) continue
    const x = at % width
    const y = (at - x) / width
    for (let row = Math.max(0, y - haloPx); row <= Math.min(height - 1, y + haloPx); row++) {
      result.fill(1, row * width + Math.max(0, x - haloPx), row * width + Math.min(width, x + haloPx + 1))
    }
  }
  return result
}

/** Fills the lines with what is around them, from their edges inwards. In place. */
export function eraseMarks(pixels: Pixels, { lines }: DrawnMarks): void {
  const { width, height } = pixels
  const left = new Uint8Array(lines)
  let edge: number[] = []
  for (let at = 0; at < left.length; at++) if (left[at]) edge.push(at)
  while (edge.length > 0) {
    const filled: number[] = []
    const later: number[] = []
    for (const at of edge) (fillFrom(pixels, left, at, width, height) ? filled : later).push(at)
    if (filled.length === 0) return
    for (const at of filled) left[at] = 0
    edge = later
  }
}

function fillFrom({ data }: Pixels, left: Uint8Array, at: number, width: number, height: number): boolean {
  const x = at % width
  const y = (at - x) / width
  let [red, green, blue, count] = [0, 0, 0, 0]
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
      const from = row * width + column
      if (left[from]) continue
      red += data[from * 3] ?? 0
      green += data[from * 3 + 1] ?? 0
      blue += data[from * 3 + 2] ?? 0
      count += 1
    }
  }
  if (count === 0) return false
  data[at * 3] = red / count
  data[at * 3 + 1] = green / count
  data[at * 3 + 2] = blue / count
  return true
}

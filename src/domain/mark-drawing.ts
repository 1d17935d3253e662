import { shapeBox } from './area-box.ts'
import type { Box, Mark, MarkColour, Point } from './edit.ts'

/** Levels of red, green and blue. Pure colours, because models are trained on bright marks and photographs rarely contain them. */
export const markColourLevels: Readonly<Record<MarkColour, readonly [red: number, green: number, blue: number]>> = {
  red: [255, 0, 0],
  cyan: [0, 255, 255],
  magenta: [255, 0, 255],
  lime: [0, 255, 0],
  orange: [255, 128, 0],
  yellow: [255, 255, 0],
  violet: [128, 0, 255],
}

/** The pure form of the colours that identify the sources from the second on. The first is the image that is marked. */
const sourceColours: readonly MarkColour[] = ['lime', 'magenta', 'orange', 'cyan', 'yellow', 'violet']

/** The colours of marks about other sources: of the second, the third … `sourceCount`: with the marked image. */
export function coloursOfSources(sourceCount: number): readonly MarkColour[] {
  return sourceColours.slice(0, Math.max(0, sourceCount - 1))
}

/** The number of the source that a mark of this colour is about, as in "@2"; `undefined` if there is none. */
export function sourceOfColour(colour: MarkColour, sourceCount: number): number | undefined {
  const index = coloursOfSources(sourceCount).indexOf(colour)
  return index < 0 ? undefined : index + 2
}

/** A polyline: x, y, x, y … */
type Line = readonly number[]

/** The lines of a mark, in source pixels: for the stage, for the copy that is sent, and for the search in the answer. */
export interface MarkDrawing {
  lines: readonly Line[]
  /** Width of all lines. Each has a white line of twice the width below it. */
  width: number
  /** The text of a note, above the first line, in bold letters of this height. */
  words?: { text: string; at: Point; height: number }
}

/** Line width as a share of the image's long side: thinner lines get lost when scaled to the model's size. */
const lineShare = 0.005
/** In line widths. */
const pinRadius = 4
const digit = { width: 3, height: 6, gap: 1.5 }
const arrowHead = 7
const noteHeight = 6
const mostNoteLetters = 40

/** Width of the lines of marks on an image of this size. */
export function markLineWidth({ width, height }: { width: number; height: number }): number {
  return Math.max(1, Math.max(width, height) * lineShare)
}

/**
 * `isNumbered`: draws the mark's number beside it, to tell several marks apart; pins always have theirs. The number
 * touches its mark, so that a model that removes the mark removes both.
 */
export function markDrawing(mark: Mark, width: number, isNumbered: boolean): MarkDrawing {
  const at = numberPlace(mark, width)
  const number = isNumbered || mark.kind === 'pin' ? digitsOf(mark.n, at, width) : []
  switch (mark.kind) {
    case 'arrow':
      return { width, lines: [...arrowLines(mark.from, mark.to, width), ...number] }
    case 'box':
      return { width, lines: [boxLine(shapeBox(mark)), ...number] }
    case 'ellipse':
      return { width, lines: [ellipseLine(shapeBox(mark)), ...number] }
    case 'brush':
    case 'lasso':
      return { width, lines: [mark.points, ...number] }
    case 'pin': {
      const [x, y] = mark.at
      const r = pinRadius * width
      return { width, lines: [ellipseLine([x - r, y - r, 2 * r, 2 * r]), ...number] }
    }
    case 'note': {
      const height = noteHeight * width
      const text = noteText(mark)
      const [x, y] = mark.at
      const end = x + Math.max(2, text.length) * height * 0.56
      return { width, lines: [[x, y, end, y]], words: { text, at: [x, y - width * 0.75], height } }
    }
  }
}

/** The words of a note as they are drawn. */
function noteText({ n, note }: Mark): string {
  const letters = [...note.trim()]
  if (letters.length === 0) return `Note ${n}`
  return letters.length > mostNoteLetters ? `${letters.slice(0, mostNoteLetters - 1).join('')}…` : letters.join('')
}

/** The box around a mark as it is drawn. */
export function markBox(mark: Mark, width: number): Box {
  const { lines, words } = markDrawing(mark, width, false)
  const box = shapeBox({ kind: 'brush', points: lines.flat(), radius: width })
  if (!words) return box
  const rise = words.height
  return [box[0], box[1] - rise, box[2], box[3] + rise]
}

/** The mark moved by a distance in pixels. */
export function moveMark(mark: Mark, dx: number, dy: number): Mark {
  const along = ([x, y]: Point): Point => [tenth(x + dx), tenth(y + dy)]
  switch (mark.kind) {
    case 'arrow':
      return { ...mark, from: along(mark.from), to: along(mark.to) }
    case 'pin':
    case 'note':
      return { ...mark, at: along(mark.at) }
    case 'box':
    case 'ellipse': {
      const [x, y, width, height] = mark.box
      return { ...mark, box: [tenth(x + dx), tenth(y + dy), width, height] }
    }
    case 'brush':
    case 'lasso':
      return { ...mark, points: mark.points.map((value, at) => tenth(value + (at % 2 === 0 ? dx : dy))) }
  }
}

/** Resizes a mark: a box by its sides, an arrow at its tip. Other marks have no size. */
export function resizeMark(mark: Mark, dx: number, dy: number, least: number): Mark {
  if (mark.kind === 'arrow') return { ...mark, to: [tenth(mark.to[0] + dx), tenth(mark.to[1] + dy)] }
  if (mark.kind !== 'box' && mark.kind !== 'ellipse') return mark
  const [x, y, width, height] = shapeBox(mark)
  return { ...mark, box: [x, y, Math.max(least, tenth(width + dx)), Math.max(least, tenth(height + dy))] }
}

function boxLine([x, y, width, height]: Box): Line {
  return [x, y, x + width, y, x + width, y + height, x, y + height, x, y]
}

function ellipseLine([x, y, width, height]: Box): Line {
  const corners = 64
  return Array.from({ length: corners + 1 }, (_, step) => {
    const angle = (step / corners) * 2 * Math.PI - Math.PI / 2
    return [x + (width / 2) * (1 + Math.cos(angle)), y + (height / 2) * (1 + Math.sin(angle))]
  }).flat()
}

function arrowLines([x0, y0]: Point, [x1, y1]: Point, width: number): Line[] {
  const length = Math.hypot(x1 - x0, y1 - y0)
  if (length === 0) return [[x0, y0, x1, y1]]
  const head = Math.min(arrowHead * width, length)
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length]
  const barb = (side: number): number[] => [
    x1 - head * (ux * 0.85 - side * uy * 0.5),
    y1 - head * (uy * 0.85 + side * ux * 0.5),
  ]
  return [
    [x0, y0, x1, y1],
    [...barb(1), x1, y1, ...barb(-1)],
  ]
}

/** The upper left corner of a mark's number. */
function numberPlace(mark: Mark, width: number): Point {
  const across = digitsWidth(mark.n) * width
  const down = digit.height * width
  switch (mark.kind) {
    case 'arrow': {
      // Next to the tail, and touching it.
      const [x, y] = mark.from
      const isRight = mark.to[0] < x
      return [isRight ? x : x - across, y - down / 2]
    }
    case 'box':
      return [shapeBox(mark)[0] + width, shapeBox(mark)[1]]
    case 'ellipse': {
      const [x, y, wide] = shapeBox(mark)
      return [x + (wide - across) / 2, y]
    }
    case 'brush':
    case 'lasso':
      return [(mark.points[0] ?? 0) + width, (mark.points[1] ?? 0) - down]
    case 'pin':
      return [mark.at[0] - across / 2, mark.at[1] - down / 2]
    case 'note':
      return mark.at
  }
}

function digitsWidth(n: number): number {
  const count = String(n).length
  return count * digit.width + (count - 1) * digit.gap
}

/** Digits made of straight lines, which need no font and look the same in every browser. */
const strokes: readonly (readonly (readonly [number, number])[])[] = [
  [
    [0, 0],
    [1, 0],
    [1, 2],
    [0, 2],
    [0, 0],
  ],
  [
    [0, 0.5],
    [0.7, 0],
    [0.7, 2],
  ],
  [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 2],
    [1, 2],
  ],
  [
    [0, 0],
    [1, 0],
    [1, 1],
    [0.3, 1],
    [1, 1],
    [1, 2],
    [0, 2],
  ],
  [
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 0],
    [1, 2],
  ],
  [
    [1, 0],
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 2],
    [0, 2],
  ],
  [
    [1, 0],
    [0, 0],
    [0, 2],
    [1, 2],
    [1, 1],
    [0, 1],
  ],
  [
    [0, 0],
    [1, 0],
    [0.4, 2],
  ],
  [
    [0, 1],
    [0, 0],
    [1, 0],
    [1, 2],
    [0, 2],
    [0, 1],
    [1, 1],
  ],
  [
    [1, 1],
    [0, 1],
    [0, 0],
    [1, 0],
    [1, 2],
    [0, 2],
  ],
]

function digitsOf(n: number, [left, top]: Point, width: number): Line[] {
  return [...String(n)].map((letter, index) => {
    const x = left + index * (digit.width + digit.gap) * width
    return (strokes[Number(letter)] ?? []).flatMap(([across, down]) => [
      x + across * digit.width * width,
      top + (down / 2) * digit.height * width,
    ])
  })
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}

import type { Box, Frame, Mark, MarkColour } from '#domain/edit.ts'
import { markColourLevels, markDrawing, markLineWidth } from '#domain/mark-drawing.ts'
import { compose, frameMap, mapPoint, moveBy, scaleBy } from './affine.ts'
import type { Area } from './area.ts'
import { leftovers } from './constants.ts'
import type { PixelSize, Pixels } from './raster.ts'
import { resize } from './resize.ts'

/**
 * Whether a drawn mark is still visible: enough of its line has its colour. `line`: x, y, x, y … in pixels of the
 * image, close together; `before`: the image without marks, at the same size, which may have that colour itself.
 */
export function isMarkLeft(image: Pixels, before: Pixels, line: readonly number[], colour: MarkColour): boolean {
  let [seen, all] = [0, 0]
  for (let at = 0; at + 1 < line.length; at += 2) {
    const [x, y] = [Math.floor(line[at] ?? -1), Math.floor(line[at + 1] ?? -1)]
    if (x < 0 || y < 0 || x >= image.width || y >= image.height) continue
    all += 1
    const pixel = (y * image.width + x) * 4
    if (isNear(image, pixel, colour) && !isNear(before, pixel, colour)) seen += 1
  }
  return all > 0 && seen > leftovers.markShare * all
}

function isNear({ data }: Pixels, at: number, colour: MarkColour): boolean {
  return markColourLevels[colour].every(
    (level, channel) => Math.abs((data[at + channel] ?? 0) - level) <= leftovers.markLevels,
  )
}

interface MarkSearch {
  marks: readonly Mark[]
  frame: Frame
  /** Of the upright image. */
  size: PixelSize
  /** Framed, and extended if it was sent extended. */
  source: Pixels
  /** The part that was sent, in pixels of `source`. */
  rect: Box
  answer: Pixels
  /** Position of the framed image's corner in `source`. */
  offset: readonly [x: number, y: number]
  /** Only this area is searched, because everything else was restored. Left out: the whole image. */
  area?: Area
}

/** Search radius in pixels of the answer, because models move what they draw by a few pixels. */
const searched = [0, -2, 2, -4, 4] as const

/** The numbers of the marks that are still visible in an answer. */
export function findMarksLeft(search: MarkSearch): number[] {
  const { marks, source, rect, answer } = search
  if (marks.length === 0) return []
  const before = resize(source, answer, rect)
  return marks.filter((mark) => isSeen(search, before, mark)).map(({ n }) => n)
}

function isSeen({ frame, size, rect, answer, offset, area }: MarkSearch, before: Pixels, mark: Mark): boolean {
  const [x, y, width, height] = rect
  const toSource = compose(frameMap(frame, size), moveBy(...offset))
  const toAnswer = compose(moveBy(-x, -y), scaleBy(answer.width / width, answer.height / height))
  const { lines } = markDrawing(mark, markLineWidth({ width, height }), false)
  const points = lines.flatMap((line) => pointsAlong(line, compose(toSource, toAnswer)))
  const back = (at: readonly [number, number]) => [
    at[0] * (width / answer.width) + x,
    at[1] * (height / answer.height) + y,
  ]
  const counted = area ? points.filter((at) => isWithin(area, back(at))) : points
  if (counted.length <= leftovers.markShare * points.length) return false
  return searched.some((dy) =>
    searched.some((dx) => {
      const line = counted.flatMap(([px, py]) => [px + dx, py + dy])
      return isMarkLeft(answer, before, line, mark.colour)
    }),
  )
}

/** Points along the lines, one pixel apart, mapped into the answer. */
function pointsAlong(line: readonly number[], map: Parameters<typeof mapPoint>[0]): [number, number][] {
  const corners = Array.from({ length: line.length >> 1 }, (_, at) =>
    mapPoint(map, line[at * 2] ?? 0, line[at * 2 + 1] ?? 0),
  )
  return corners.flatMap(([x1, y1], index) => {
    const [x0, y0] = corners[index - 1] ?? [x1, y1]
    const steps = Math.max(1, Math.round(Math.hypot(x1 - x0, y1 - y0)))
    return Array.from({ length: steps }, (_, step): [number, number] => {
      const share = (step + 1) / steps
      return [x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]
    })
  })
}

function isWithin({ left, top, width, height, alpha }: Area, [x = -1, y = -1]: readonly number[]): boolean {
  const [column, row] = [Math.floor(x) - left, Math.floor(y) - top]
  const isInside = column >= 0 && row >= 0 && column < width && row < height
  return isInside && (alpha[row * width + column] ?? 0) > 0
}

/**
 * Share of the new space that the model left as it was filled before sending, 0–1. Both images have the same size; the
 * box is the part of them that is not new.
 */
export function emptyShare(answer: Pixels, sent: Pixels, [left, top, width, height]: Box): number {
  let [empty, all] = [0, 0]
  for (let y = 0; y < answer.height; y += 2) {
    for (let x = 0; x < answer.width; x += 2) {
      if (x >= left && y >= top && x < left + width && y < top + height) continue
      all += 1
      const at = (y * answer.width + x) * 4
      const same = [0, 1, 2].every(
        (channel) =>
          Math.abs((answer.data[at + channel] ?? 0) - (sent.data[at + channel] ?? 0)) <= leftovers.fillLevels,
      )
      if (same) empty += 1
    }
  }
  return all === 0 ? 0 : empty / all
}

/** Whether the model left the new space empty. */
export function isLeftEmpty(share: number): boolean {
  return share > leftovers.emptyShare
}

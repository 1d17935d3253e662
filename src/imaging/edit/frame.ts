import { shapeBox } from '#domain/area-box.ts'
import type { Affine, AreaStep, Frame, Mark, Point, Shape } from '#domain/edit.ts'
import { framedSize } from '#domain/edit.ts'
import { frameMap, invert, mapPoint } from './affine.ts'
import { makePixels, type PixelSize, type Pixels } from './raster.ts'

/** Turns, mirrors, tilts and crops. Without a tilt every pixel is a copy of a source pixel. Padding is not applied. */
export function applyFrame(source: Pixels, frame: Frame): Pixels {
  const plain = frame.turn === 0 && !frame.flip && frame.tilt === 0 && !frame.crop
  if (plain) return source
  const size = framedSize(frame, source)
  const [a, b, c, d, e, f] = invert(frameMap(frame, source))
  const result = makePixels(size.width, size.height)
  const [from, to] = [
    new Uint32Array(source.data.buffer, source.data.byteOffset, source.width * source.height),
    new Uint32Array(result.data.buffer),
  ]
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1) {
      // As in `mapPoint`, without an object for each of millions of pixels.
      const px = a * (x + 0.5) + c * (y + 0.5) + e
      const py = b * (x + 0.5) + d * (y + 0.5) + f
      if (px < 0 || py < 0 || px >= source.width || py >= source.height) continue
      if (frame.tilt === 0) to[y * size.width + x] = from[Math.floor(py) * source.width + Math.floor(px)] ?? 0
      else sampleSmooth(source, px - 0.5, py - 0.5, result.data, (y * size.width + x) * 4)
    }
  }
  return result
}

/** Interpolates between four pixels, weighted by their alpha. */
function sampleSmooth({ data, width, height }: Pixels, x: number, y: number, into: Pixels['data'], at: number): void {
  const [column, row] = [Math.floor(x), Math.floor(y)]
  const sums = [0, 0, 0, 0]
  for (let corner = 0; corner < 4; corner += 1) {
    const [right, down] = [corner & 1, corner >> 1]
    const weight = (right ? x - column : 1 - x + column) * (down ? y - row : 1 - y + row)
    const from =
      (Math.max(0, Math.min(height - 1, row + down)) * width + Math.max(0, Math.min(width - 1, column + right))) * 4
    const alpha = weight * (data[from + 3] ?? 0)
    for (let channel = 0; channel < 3; channel += 1)
      sums[channel] = (sums[channel] ?? 0) + alpha * (data[from + channel] ?? 0)
    sums[3] = (sums[3] ?? 0) + alpha
  }
  const alpha = sums[3] ?? 0
  for (let channel = 0; channel < 3; channel += 1)
    into[at + channel] = alpha > 0 ? Math.round((sums[channel] ?? 0) / alpha) : 0
  into[at + 3] = Math.round(alpha)
}

/** The steps of an area in pixels of the framed source. */
export function frameArea(steps: readonly AreaStep[], frame: Frame, source: PixelSize): AreaStep[] {
  return mapArea(steps, frameMap(frame, source), frame.tilt !== 0)
}

/** The steps of an area in upright source pixels, from those in pixels of the framed source. */
export function unframeArea(steps: readonly AreaStep[], frame: Frame, source: PixelSize): AreaStep[] {
  return mapArea(steps, invert(frameMap(frame, source)), frame.tilt !== 0)
}

function mapArea(steps: readonly AreaStep[], map: Affine, isTilted: boolean): AreaStep[] {
  return steps.map((step) => (step.op === 'invert' ? step : { ...step, shape: mapShape(step.shape, map, isTilted) }))
}

/** A mark in pixels of the framed source. */
export function frameMark(mark: Mark, frame: Frame, source: PixelSize): Mark {
  const map = frameMap(frame, source)
  const along = ([x, y]: Point): Point => mapPoint(map, x, y)
  const { id, n, colour, note } = mark
  if (mark.kind === 'arrow') return { ...mark, from: along(mark.from), to: along(mark.to) }
  if ('at' in mark) return { ...mark, at: along(mark.at) }
  return { id, n, colour, note, ...mapShape(mark, map, frame.tilt !== 0) }
}

/** Boxes and ellipses of a tilted image become outlines. */
function mapShape(shape: Shape, map: Affine, isTilted: boolean): Shape {
  const mapAll = (points: readonly number[]) =>
    Array.from({ length: points.length >> 1 }, (_, at) =>
      mapPoint(map, points[at * 2] ?? 0, points[at * 2 + 1] ?? 0),
    ).flat()
  if (shape.kind === 'lasso' || shape.kind === 'brush') return { ...shape, points: mapAll(shape.points) }
  const [x, y, width, height] = shapeBox(shape)
  if (!isTilted) {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = mapAll([x, y, x + width, y + height])
    return { ...shape, box: [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)] }
  }
  const outline =
    shape.kind === 'box'
      ? [x, y, x + width, y, x + width, y + height, x, y + height]
      : Array.from({ length: 180 }, (_, at) => [
          x + (width / 2) * (1 + Math.cos((at * Math.PI) / 90)),
          y + (height / 2) * (1 + Math.sin((at * Math.PI) / 90)),
        ]).flat()
  return { kind: 'lasso', points: mapAll(outline) }
}

/** The source with space around it, filled by repeating its edge pixels. `left` and `top` may be 0. In whole pixels. */
export function padWithEdges({ data, width, height }: Pixels, left: number, top: number, size: PixelSize): Pixels {
  const padded = makePixels(size.width, size.height)
  const into = padded.data
  for (let y = 0; y < size.height; y += 1) {
    const row = Math.max(0, Math.min(height - 1, y - top)) * width
    const begin = y * size.width
    into.set(data.subarray(row * 4, (row + width) * 4), (begin + left) * 4)
    repeatPixel(into, begin + left, begin, left)
    repeatPixel(into, begin + left + width - 1, begin + left + width, size.width - left - width)
  }
  return padded
}

function repeatPixel(data: Pixels['data'], from: number, to: number, count: number): void {
  for (let at = to * 4; at < (to + count) * 4; at += 4) {
    data[at] = data[from * 4] ?? 0
    data[at + 1] = data[from * 4 + 1] ?? 0
    data[at + 2] = data[from * 4 + 2] ?? 0
    data[at + 3] = data[from * 4 + 3] ?? 0
  }
}

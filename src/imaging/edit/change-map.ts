import type { Box } from '#domain/edit.ts'
import type { Place } from '#domain/laying.ts'
import { changes } from './constants.ts'
import { blur, type Coarse, findDeviation, makeCoarse, sampleRow } from './filters.ts'
import { type Cells, smoothKnown, spreadInwards } from './membrane.ts'
import { makePlane, type Pixels, type Plane, toLuma } from './raster.ts'

/** How much an aligned answer differs from its source, relative to its noise. */
export interface ChangeMap {
  width: number
  height: number
  /** 1 where a difference starts to exceed the noise; counted as a change from `changes.counted` on. */
  data: Float32Array
}

/** Red, green and blue, one plane each. */
export interface Colours {
  planes: readonly [Plane, Plane, Plane]
}

/**
 * Compares source and answer, aligned and with matched colours. `free`: where the model should have changed nothing;
 * the noise is measured there. `seen`: where the answer has pixels; nothing is known about the rest.
 */
export function mapChanges(source: Pixels, difference: Colours, free: Uint8Array, seen: Uint8Array): ChangeMap {
  const { width, height } = source
  const [reds, greens, blues] = difference.planes.map(({ data }) => data)
  const detail = findDeviation(toLuma(source), changes.detailSigma)
  // JPEG spreads colour across its edges, so strong edges of colour are as unreliable as strong edges of light.
  const colourDetail = findDeviation(toRedMinusBlue(source), changes.detailSigma)
  const raw = makePlane(width, height)
  const into = raw.data
  const [light, colour] = [new Float32Array(width), new Float32Array(width)]
  const tints = difference.planes.map((plane) => findTint(plane, free))
  const tint = [new Float32Array(width), new Float32Array(width), new Float32Array(width)] as const
  for (let y = 0, at = 0; y < height; y += 1) {
    sampleRow(detail, y, light)
    sampleRow(colourDetail, y, colour)
    for (const [channel, coarse] of tints.entries()) sampleRow(coarse, y, tint[channel] ?? none)
    for (let x = 0; x < width; x += 1, at += 1) {
      if (!seen[at]) continue
      const red = (reds?.[at] ?? 0) - (tint[0][x] ?? 0)
      const green = (greens?.[at] ?? 0) - (tint[1][x] ?? 0)
      const blue = (blues?.[at] ?? 0) - (tint[2][x] ?? 0)
      const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
      const chroma = Math.abs(red - luma) + Math.abs(blue - luma)
      const excused = (light[x] ?? 0) + changes.chroma * (colour[x] ?? 0)
      into[at] = Math.abs(luma) + changes.chroma * chroma - changes.detail * excused
    }
  }
  const soft = blur(raw, changes.blur)
  const threshold = findThreshold(soft, free)
  const softened = soft.data
  for (let at = 0; at < softened.length; at += 1) softened[at] = Math.max(0, (softened[at] ?? 0) / threshold)
  return soft
}

const none = new Float32Array()

/**
 * The part of a difference that changes slowly, from the pixels where nothing should have changed and that differ by no
 * more than a tint does.
 */
function findTint({ data, width, height }: Plane, free: Uint8Array): Coarse {
  const { cell, levels } = changes.tint
  const means = makeCoarse({ width, height }, cell)
  const cells: Cells = { data: new Float32Array(means.data.length * 3), width: means.width, height: means.height }
  const known = new Uint8Array(means.data.length)
  for (let index = 0; index < known.length; index += 1) {
    const [left, top] = [(index % means.width) * cell, Math.floor(index / means.width) * cell]
    const [right, bottom] = [Math.min(width, left + cell), Math.min(height, top + cell)]
    let [sum, count] = [0, 0]
    for (let y = top; y < bottom; y += 1) {
      for (let at = y * width + left; at < y * width + right; at += 1) {
        const level = data[at] ?? 0
        if (!free[at] || level > levels || level < -levels) continue
        sum += level
        count += 1
      }
    }
    known[index] = count > 0.5 * (right - left) * (bottom - top) ? 1 : 0
    cells.data[index * 3] = sum / Math.max(1, count)
  }
  const spread = spreadInwards(smoothKnown(cells, known), known)
  for (let index = 0; index < known.length; index += 1) means.data[index] = spread.data[index * 3] ?? 0
  return means
}

function toRedMinusBlue({ data, width, height }: Pixels): Plane {
  const plane = makePlane(width, height)
  const into = plane.data
  for (let at = 0; at < into.length; at += 1) into[at] = (data[at * 4] ?? 0) - (data[at * 4 + 2] ?? 0)
  return plane
}

function findThreshold({ data }: Plane, free: Uint8Array): number {
  const step = Math.max(1, Math.floor(data.length / 60_000))
  const sample = new Float32Array(Math.ceil(data.length / step))
  let count = 0
  for (let at = 0; at < data.length; at += step) {
    if (!free[at]) continue
    sample[count] = data[at] ?? 0
    count += 1
  }
  const values = sample.subarray(0, count).sort()
  const middle = values[values.length >> 1] ?? 0
  const upper = values[Math.floor(values.length * 0.75)] ?? 0
  const noise = middle + changes.spread * (upper - middle + changes.slack)
  return Math.max(changes.least, Math.min(changes.most, noise))
}

/** The changed share of the pixels for which `among` is not zero. */
export function changedShare({ data }: ChangeMap, among: Uint8Array): number {
  let [changed, all] = [0, 0]
  for (let at = 0; at < data.length; at += 1) {
    if (!among[at]) continue
    all += 1
    if ((data[at] ?? 0) >= changes.counted) changed += 1
  }
  return all === 0 ? 0 : changed / all
}

/** The changed pixels, grown and softened, 0–1: used to show nothing else of an answer. */
export function toChangedAlpha(map: ChangeMap): Plane {
  const marked = markChanged(map)
  // After a blur, a low threshold reaches about as far as the wanted growth.
  const grown = blur(marked, changes.grow / 1.6)
  for (let at = 0; at < grown.data.length; at += 1) grown.data[at] = (grown.data[at] ?? 0) > 0.06 ? 1 : 0
  return blur(grown, changes.soft)
}

/** 1 where a change is certain, and in connected pixels that differ at all, so that noise alone starts nothing. */
function markChanged({ data, width, height }: ChangeMap): Plane {
  const marked = makePlane(width, height)
  const queue: number[] = []
  const mark = (at: number) => {
    if (marked.data[at] || (data[at] ?? 0) < 1) return
    marked.data[at] = 1
    queue.push(at)
  }
  for (let at = 0; at < data.length; at += 1) if ((data[at] ?? 0) >= changes.counted) mark(at)
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const x = at % width
    if (x > 0) mark(at - 1)
    if (x < width - 1) mark(at + 1)
    if (at >= width) mark(at - width)
    if (at + width < data.length) mark(at + width)
  }
  return marked
}

const placeCell = 4

/** Places where changes are close together, largest first; boxes in pixels of the map. */
export function findPlaces(map: ChangeMap, among: Uint8Array): Place[] {
  const width = Math.ceil(map.width / placeCell)
  const height = Math.ceil(map.height / placeCell)
  const counts = new Uint16Array(width * height)
  for (let at = 0; at < map.data.length; at += 1) {
    if (!among[at] || (map.data[at] ?? 0) < changes.counted) continue
    const cell = Math.floor(at / map.width / placeCell) * width + Math.floor((at % map.width) / placeCell)
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  const places: Place[] = []
  const visited = new Uint8Array(counts.length)
  for (let cell = 0; cell < counts.length; cell += 1) {
    if (counts[cell] && !visited[cell]) places.push(gather(counts, visited, cell, width, height, map))
  }
  return places
    .filter(({ share }) => share * map.width * map.height >= placeCell * 2)
    .sort((one, other) => other.share - one.share)
}

/** All cells connected with one, across gaps of one cell. */
function gather(
  counts: Uint16Array,
  visited: Uint8Array,
  start: number,
  width: number,
  height: number,
  map: ChangeMap,
): Place {
  const queue = [start]
  visited[start] = 1
  let [left, top, right, bottom, sum] = [width, height, 0, 0, 0]
  for (let cell = queue.pop(); cell !== undefined; cell = queue.pop()) {
    const [x, y] = [cell % width, Math.floor(cell / width)]
    left = Math.min(left, x)
    right = Math.max(right, x + 1)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y + 1)
    sum += counts[cell] ?? 0
    for (let row = Math.max(0, y - 2); row <= Math.min(height - 1, y + 2); row += 1) {
      for (let column = Math.max(0, x - 2); column <= Math.min(width - 1, x + 2); column += 1) {
        const near = row * width + column
        if (!counts[near] || visited[near]) continue
        visited[near] = 1
        queue.push(near)
      }
    }
  }
  const box: Box = [
    left * placeCell,
    top * placeCell,
    Math.min(map.width, right * placeCell) - left * placeCell,
    Math.min(map.height, bottom * placeCell) - top * placeCell,
  ]
  return { box, share: sum / (map.width * map.height) }
}

import type { ColourFit } from '#domain/edit.ts'
import { colouring } from './constants.ts'
import { select, solve } from './points.ts'
import type { Pixels, Plane } from './raster.ts'

/** Pairs of colours (red, green, blue in sequence): what the answer has, and what it should be. */
export interface Pairs {
  answer: Float32Array
  source: Float32Array
  count: number
}

const knots = 9
const knotStep = 32

export const noColourChange: ColourFit = {
  offset: [0, 0, 0],
  curves: [0, 1, 2].map(() => Array.from({ length: knots }, (_, knot) => knot * knotStep)),
  matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
}

/**
 * The colour change that takes the answer back to the source. Where the pairs say nothing it is kept near the mean
 * offset, because the area may contain colours that occur nowhere outside it.
 */
export function fitColour(pairs: Pairs): ColourFit {
  if (pairs.count < colouring.leastPairs) return noColourChange
  const weights = new Float32Array(pairs.count).fill(1)
  const offset = [0, 1, 2].map((channel) => robustOffset(pairs, channel))
  dropChanged(pairs, offset, weights)
  const lines = [0, 1, 2].map((channel) => fitLine(pairs, weights, channel, offset[channel] ?? 0))
  const curves = lines.map((line, channel) => fitCurve(pairs, weights, channel, line))
  return {
    offset: [offset[0] ?? 0, offset[1] ?? 0, offset[2] ?? 0],
    curves,
    matrix: fitMatrix(pairs, weights, curves, lines),
  }
}

/** For each channel, the value of each of the 256 levels after the curve. */
export function toTables({ curves }: ColourFit): Float32Array[] {
  return curves.map((curve) => Float32Array.from({ length: 256 }, (_, level) => onCurve(curve, level)))
}

function onCurve(curve: readonly number[], level: number): number {
  const knot = Math.max(0, Math.min(knots - 2, Math.floor(level / knotStep)))
  const share = level / knotStep - knot
  return (curve[knot] ?? 0) * (1 - share) + (curve[knot + 1] ?? 0) * share
}

/** Table steps per level, for colours between levels. */
const fine = 4

/**
 * Replaces colours between levels (red, green and blue, one plane each) by an image's minus these colours as a fit
 * corrects them.
 */
export function subtractCorrected(
  planes: readonly [Plane, Plane, Plane],
  { data }: Pixels,
  { curves, matrix }: ColourFit,
): void {
  const tables = curves.map((curve) =>
    Float32Array.from({ length: 255 * fine + 1 }, (_, at) => onCurve(curve, at / fine)),
  )
  const [reds = none, greens = none, blues = none] = tables
  const m = Float64Array.from(matrix)
  const [ofRed, ofGreen, ofBlue] = [planes[0].data, planes[1].data, planes[2].data]
  for (let at = 0, from = 0; at < ofRed.length; at += 1, from += 4) {
    const red = reds[toStep(ofRed[at] ?? 0)] ?? 0
    const green = greens[toStep(ofGreen[at] ?? 0)] ?? 0
    const blue = blues[toStep(ofBlue[at] ?? 0)] ?? 0
    ofRed[at] = (data[from] ?? 0) - ((m[0] ?? 0) * red + (m[1] ?? 0) * green + (m[2] ?? 0) * blue + (m[3] ?? 0))
    ofGreen[at] = (data[from + 1] ?? 0) - ((m[4] ?? 0) * red + (m[5] ?? 0) * green + (m[6] ?? 0) * blue + (m[7] ?? 0))
    ofBlue[at] = (data[from + 2] ?? 0) - ((m[8] ?? 0) * red + (m[9] ?? 0) * green + (m[10] ?? 0) * blue + (m[11] ?? 0))
  }
}

const none = new Float32Array()

function toStep(level: number): number {
  return level <= 0 ? 0 : level >= 255 ? 255 * fine : (level * fine + 0.5) | 0
}

function robustOffset({ answer, source, count }: Pairs, channel: number): number {
  const differences = Float32Array.from(
    { length: count },
    (_, pair) => (source[pair * 3 + channel] ?? 0) - (answer[pair * 3 + channel] ?? 0),
  )
  // The mean of the middle half: as robust as a median, as precise as a mean.
  const [from, to] = [Math.floor(count / 4), Math.ceil((count * 3) / 4)]
  select(differences, from)
  select(differences.subarray(from), to - from)
  return differences.subarray(from, to).reduce((sum, value) => sum + value, 0) / Math.max(1, to - from)
}

/** Weights go to zero for pairs that a line per channel cannot explain, because the model changed the content there. */
function dropChanged(pairs: Pairs, offset: readonly number[], weights: Float32Array): void {
  const residuals = new Float32Array(pairs.count)
  for (let round = 0; round < 4; round += 1) {
    residuals.fill(0)
    for (let channel = 0; channel < 3; channel += 1) {
      const [gain = 1, bias = 0] = fitLine(pairs, weights, channel, offset[channel] ?? 0)
      for (let pair = 0, at = channel; pair < pairs.count; pair += 1, at += 3) {
        const residual = Math.abs(gain * (pairs.answer[at] ?? 0) + bias - (pairs.source[at] ?? 0))
        if (residual > (residuals[pair] ?? 0)) residuals[pair] = residual
      }
    }
    const reach = 4.685 * Math.max(0.5, 1.4826 * select(residuals.slice(), pairs.count >> 1))
    for (let pair = 0; pair < pairs.count; pair += 1) {
      const scaled = (residuals[pair] ?? 0) / reach
      weights[pair] = scaled < 1 ? (1 - scaled * scaled) ** 2 : 0
    }
  }
}

/** The total weight of the pseudo-observations. */
function heldWeight(weights: Float32Array): number {
  let sum = 0
  for (let pair = 0; pair < weights.length; pair += 1) sum += weights[pair] ?? 0
  return colouring.held * sum
}

/** A gain and an offset. */
type Line = readonly [gain: number, bias: number]

function onLine([gain, bias]: Line = [1, 0], level: number): number {
  return gain * level + bias
}

/** Kept near the mean offset. */
function fitLine(pairs: Pairs, weights: Float32Array, channel: number, offset: number): Line {
  const normal = new Float64Array(4)
  const right = new Float64Array(2)
  const observe = (weight: number, from: number, to: number) => {
    normal[0] = (normal[0] ?? 0) + weight * from * from
    normal[1] = (normal[1] ?? 0) + weight * from
    normal[3] = (normal[3] ?? 0) + weight
    right[0] = (right[0] ?? 0) + weight * from * to
    right[1] = (right[1] ?? 0) + weight * to
  }
  for (let pair = 0; pair < pairs.count; pair += 1) {
    observe(weights[pair] ?? 0, pairs.answer[pair * 3 + channel] ?? 0, pairs.source[pair * 3 + channel] ?? 0)
  }
  const share = heldWeight(weights) / knots
  for (let knot = 0; knot < knots; knot += 1) observe(share, knot * knotStep, knot * knotStep + offset)
  normal[2] = normal[1] ?? 0
  const [gain = 1, bias = offset] = solve(normal, right) ?? []
  return [gain, bias]
}

/** Kept near a line, which is what remains at levels that no pair has. */
function fitCurve(pairs: Pairs, weights: Float32Array, channel: number, [gain, bias]: Line): number[] {
  const normal = new Float64Array(knots * knots)
  const right = new Float64Array(knots)
  const observe = (weight: number, from: number, to: number) => {
    const knot = Math.max(0, Math.min(knots - 2, Math.floor(from / knotStep)))
    const upper = from / knotStep - knot
    const lower = 1 - upper
    const [low, high] = [knot * knots + knot, (knot + 1) * knots + knot + 1]
    normal[low] = (normal[low] ?? 0) + weight * lower * lower
    normal[high] = (normal[high] ?? 0) + weight * upper * upper
    normal[low + 1] = (normal[low + 1] ?? 0) + weight * lower * upper
    normal[high - 1] = (normal[high - 1] ?? 0) + weight * lower * upper
    right[knot] = (right[knot] ?? 0) + weight * lower * to
    right[knot + 1] = (right[knot + 1] ?? 0) + weight * upper * to
  }
  for (let pair = 0; pair < pairs.count; pair += 1) {
    observe(weights[pair] ?? 0, pairs.answer[pair * 3 + channel] ?? 0, pairs.source[pair * 3 + channel] ?? 0)
  }
  const share = heldWeight(weights) / knots
  for (let knot = 0; knot < knots; knot += 1) observe(share, knot * knotStep, gain * knot * knotStep + bias)
  return solve(normal, right) ?? Array.from({ length: knots }, (_, knot) => gain * knot * knotStep + bias)
}

function fitMatrix(
  pairs: Pairs,
  weights: Float32Array,
  curves: readonly (readonly number[])[],
  lines: readonly Line[],
): number[] {
  const normal = new Float64Array(16)
  const rights = [new Float64Array(4), new Float64Array(4), new Float64Array(4)]
  const from = new Float64Array([0, 0, 0, 1])
  const to = new Float64Array(3)
  const observe = (weight: number) => {
    for (let i = 0; i < 4; i += 1) {
      const weighted = weight * (from[i] ?? 0)
      for (let j = 0; j < 4; j += 1) normal[i * 4 + j] = (normal[i * 4 + j] ?? 0) + weighted * (from[j] ?? 0)
      for (let row = 0; row < 3; row += 1) {
        const right = rights[row]
        if (right) right[i] = (right[i] ?? 0) + weighted * (to[row] ?? 0)
      }
    }
  }
  const [reds = [], greens = [], blues = []] = curves
  const { answer, source, count } = pairs
  for (let pair = 0, at = 0; pair < count; pair += 1, at += 3) {
    from[0] = onCurve(reds, answer[at] ?? 0)
    from[1] = onCurve(greens, answer[at + 1] ?? 0)
    from[2] = onCurve(blues, answer[at + 2] ?? 0)
    for (let channel = 0; channel < 3; channel += 1) to[channel] = source[at + channel] ?? 0
    observe(weights[pair] ?? 0)
  }
  const levels = [0, 85, 170, 255]
  const share = heldWeight(weights) / levels.length ** 3
  for (const red of levels) {
    for (const green of levels) {
      for (const blue of levels) {
        from.set([onCurve(reds, red), onCurve(greens, green), onCurve(blues, blue)])
        to.set([red, green, blue].map((level, channel) => onLine(lines[channel], level)))
        observe(share)
      }
    }
  }
  const rows = rights.map((right) => solve(normal, right))
  return rows.every((row) => row !== undefined) ? rows.flat() : [...noColourChange.matrix]
}

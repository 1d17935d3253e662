import type { ColourProfile } from '#domain/source-file.ts'
import { viewOf } from './container/bytes.ts'

/** Three rows of three: linear red, green and blue to XYZ with the white of D50, as in ICC profiles. */
type Matrix = readonly [Row, Row, Row]
type Row = readonly [number, number, number]
/** Maps a stored value to a linear one; both from 0 to 1. */
type Curve = (value: number) => number

/** A profile of three primaries and three curves, the kind of cameras and screens. */
export interface MatrixProfile {
  toXyz: Matrix
  curves: readonly [Curve, Curve, Curve]
}

const srgbToXyz: Matrix = [
  [0.4360747, 0.3850649, 0.1430804],
  [0.2225045, 0.7168786, 0.0606169],
  [0.0139322, 0.0971045, 0.7141733],
]
const p3ToXyz: Matrix = [
  [0.515102, 0.291965, 0.157153],
  [0.241182, 0.692236, 0.066582],
  [-0.00105, 0.041882, 0.784378],
]
/** Profiles of the same name differ in their last digits. */
const tolerance = 0.003
const mostCurvePoints = 4096
const levels = 256
/** Steps of linear light in the tables back to levels: fine enough for the darkest ones. */
const steps = 16_384

const srgbCurve: Curve = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const srgbEncode: Curve = (value) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055)

export const displayP3: MatrixProfile = { toXyz: p3ToXyz, curves: [srgbCurve, srgbCurve, srgbCurve] }

/** Reads an ICC profile. `undefined`: it is damaged, not of RGB, or has tables, which count more than its primaries. */
export function readIcc(icc: Uint8Array): MatrixProfile | undefined {
  try {
    const view = viewOf(icc)
    if (wordAt(view, 16) !== 'RGB ' || wordAt(view, 20) !== 'XYZ ' || wordAt(view, 36) !== 'acsp') return undefined
    const tags = tagsOf(view)
    if (tags.has('A2B0')) return undefined
    const [red, green, blue] = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => xyzAt(view, tags.get(name)))
    const [redCurve, greenCurve, blueCurve] = ['rTRC', 'gTRC', 'bTRC'].map((name) => curveAt(view, tags.get(name)))
    if (!red || !green || !blue || !redCurve || !greenCurve || !blueCurve) return undefined
    const row = (index: 0 | 1 | 2): Row => [red[index], green[index], blue[index]]
    return { toXyz: [row(0), row(1), row(2)], curves: [redCurve, greenCurve, blueCurve] }
  } catch {
    return undefined
  }
}

/** Identifies an ICC profile by its numbers, because the name inside is free text. */
export function profileOfIcc(icc: Uint8Array): ColourProfile {
  const profile = readIcc(icc)
  if (!profile) return 'other'
  if (isSrgb(profile)) return 'srgb'
  return isNear(profile.toXyz, p3ToXyz) && hasSrgbCurves(profile) ? 'p3' : 'other'
}

/** Whether its colours look the same as sRGB's. */
export function isSrgb(profile: MatrixProfile): boolean {
  return isNear(profile.toXyz, srgbToXyz) && hasSrgbCurves(profile)
}

/**
 * Converts pixels (red, green, blue, alpha; 8 bits each) to sRGB in place. Colours outside sRGB become the nearest
 * inside.
 */
export function toSrgb(pixels: Uint8ClampedArray | Uint8Array, { toXyz, curves }: MatrixProfile): void {
  const encode = Uint8ClampedArray.from({ length: steps + 1 }, (_, step) => Math.round(255 * srgbEncode(step / steps)))
  convert(pixels, multiply(invert(srgbToXyz), toXyz), curves.map(toLight), [encode, encode, encode])
}

/** The reverse of `toSrgb`: converts pixels from sRGB to the profile's space, in place. */
export function fromSrgb(pixels: Uint8ClampedArray | Uint8Array, { toXyz, curves }: MatrixProfile): void {
  const light = toLight(srgbCurve)
  convert(pixels, multiply(invert(toXyz), srgbToXyz), [light, light, light], curves.map(toLight).map(toLevels))
}

type Table = Uint8ClampedArray | Float64Array

/** Each channel's level to linear light, a matrix, and linear light to level. Alpha stays. */
function convert(
  pixels: Uint8ClampedArray | Uint8Array,
  [a, b, c]: Matrix,
  [red = noTable, green = noTable, blue = noTable]: readonly Table[],
  [toRed = noTable, toGreen = noTable, toBlue = noTable]: readonly Table[],
): void {
  const encode = (table: Table, linear: number) => table[Math.round(steps * Math.min(1, Math.max(0, linear)))] ?? 0
  for (let at = 0; at < pixels.length; at += 4) {
    const r = red[pixels[at] ?? 0] ?? 0
    const g = green[pixels[at + 1] ?? 0] ?? 0
    const bl = blue[pixels[at + 2] ?? 0] ?? 0
    pixels[at] = encode(toRed, a[0] * r + a[1] * g + a[2] * bl)
    pixels[at + 1] = encode(toGreen, b[0] * r + b[1] * g + b[2] * bl)
    pixels[at + 2] = encode(toBlue, c[0] * r + c[1] * g + c[2] * bl)
  }
}

const noTable = new Float64Array()

/** The linear light of each level. */
function toLight(curve: Curve): Float64Array {
  return Float64Array.from({ length: levels }, (_, level) => curve(level / 255))
}

/** The nearest level of each step of light. */
function toLevels(light: Float64Array): Uint8ClampedArray {
  const table = new Uint8ClampedArray(steps + 1)
  let level = 0
  for (let step = 0; step <= steps; step += 1) {
    const wanted = step / steps
    while (level < levels - 2 && (light[level + 1] ?? 1) < wanted) level += 1
    const [low, high] = [light[level] ?? 0, light[level + 1] ?? 1]
    table[step] = Math.round(level + (high > low ? Math.max(0, Math.min(1, (wanted - low) / (high - low))) : 0))
  }
  return table
}

function tagsOf(view: DataView): Map<string, number> {
  const count = Math.min(view.getUint32(128), 200)
  const tags = new Map<string, number>()
  for (let index = 0; index < count; index += 1) {
    const at = 132 + 12 * index
    tags.set(wordAt(view, at), view.getUint32(at + 4))
  }
  return tags
}

function xyzAt(view: DataView, at: number | undefined): Row | undefined {
  if (at === undefined || wordAt(view, at) !== 'XYZ ') return undefined
  return [fixedAt(view, at + 8), fixedAt(view, at + 12), fixedAt(view, at + 16)]
}

function curveAt(view: DataView, at: number | undefined): Curve | undefined {
  if (at === undefined) return undefined
  const type = wordAt(view, at)
  if (type === 'para') return formulaAt(view, at)
  if (type !== 'curv') return undefined
  const count = view.getUint32(at + 8)
  if (count === 0) return (value) => value
  if (count === 1) {
    const gamma = view.getUint16(at + 12) / 256
    return (value) => value ** gamma
  }
  if (count > mostCurvePoints) return undefined
  const points = Array.from({ length: count }, (_, index) => view.getUint16(at + 12 + 2 * index) / 65_535)
  return (value) => {
    const place = value * (count - 1)
    const below = Math.floor(place)
    const from = points[below] ?? 0
    return from + (place - below) * ((points[below + 1] ?? from) - from)
  }
}

/** The five formulas of ICC.1:2022, section 10.18. */
function formulaAt(view: DataView, at: number): Curve | undefined {
  const kind = view.getUint16(at + 8)
  const counts = [1, 3, 4, 5, 7]
  const count = counts[kind]
  if (count === undefined) return undefined
  const numbers = Array.from({ length: count }, (_, index) => fixedAt(view, at + 12 + 4 * index))
  const [g = 1, a = 1, b = 0, third = 0, fourth = 0, e = 0, f = 0] = numbers
  const power = (value: number) => Math.max(0, a * value + b) ** g
  if (kind === 0) return (value) => value ** g
  if (kind === 1) return (value) => (value >= -b / a ? power(value) : 0)
  if (kind === 2) return (value) => (value >= -b / a ? power(value) + third : third)
  if (kind === 3) return (value) => (value >= fourth ? power(value) : third * value)
  return (value) => (value >= fourth ? power(value) + e : third * value + f)
}

function fixedAt(view: DataView, at: number): number {
  return view.getInt32(at) / 65_536
}

function wordAt(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
}

function isNear(one: Matrix, other: Matrix): boolean {
  return one.every((row, y) => row.every((value, x) => Math.abs(value - (other[y]?.[x] ?? 0)) < tolerance))
}

function hasSrgbCurves({ curves }: MatrixProfile): boolean {
  const tested = Array.from({ length: 17 }, (_, step) => step / 16)
  return curves.every((curve) => tested.every((value) => Math.abs(curve(value) - srgbCurve(value)) < 0.006))
}

function multiply(one: Matrix, other: Matrix): Matrix {
  const at = (y: 0 | 1 | 2, x: 0 | 1 | 2) => one[y][0] * other[0][x] + one[y][1] * other[1][x] + one[y][2] * other[2][x]
  const row = (y: 0 | 1 | 2): Row => [at(y, 0), at(y, 1), at(y, 2)]
  return [row(0), row(1), row(2)]
}

function invert([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  const over = (value: number) => value / determinant
  return [
    [over(e * i - f * h), over(c * h - b * i), over(b * f - c * e)],
    [over(f * g - d * i), over(a * i - c * g), over(c * d - a * f)],
    [over(d * h - e * g), over(b * g - a * h), over(a * e - b * d)],
  ]
}

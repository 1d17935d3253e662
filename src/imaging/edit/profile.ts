import type { Pixels } from './raster.ts'

/** A colour space of three primaries with a curve each: the kind of nearly all cameras and screens. */
export interface MatrixProfile {
  /** Linear red, green, blue to XYZ under D50: three rows of three. */
  toXyz: readonly number[]
  /** For each channel the light, 0–1, of each of the 256 levels. */
  light: readonly [Float64Array, Float64Array, Float64Array]
}

const levels = 256
/** Steps of light in the inverse table: fine enough for the darkest levels. */
const steps = 16_384

const srgbToXyz = [0.4360747, 0.3850649, 0.1430804, 0.2225045, 0.7168786, 0.0606169, 0.0139322, 0.0971045, 0.7141733]

/**
 * Reads an ICC profile; `undefined` if it is damaged, or not an RGB space made of a matrix and curves. Never throws.
 */
export function readProfile(bytes: Uint8Array): MatrixProfile | undefined {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
    if (text(16) !== 'RGB ' || text(20) !== 'XYZ ' || text(36) !== 'acsp') return undefined
    const tags = new Map<string, number>()
    const count = Math.min(view.getUint32(128), 200)
    for (let tag = 0; tag < count; tag += 1) tags.set(text(132 + tag * 12), view.getUint32(136 + tag * 12))
    if (tags.has('A2B0')) return undefined
    const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => readXyz(view, tags.get(name)))
    const [red, green, blue] = ['rTRC', 'gTRC', 'bTRC'].map((name) => readCurve(view, text, tags.get(name)))
    if (!red || !green || !blue) return undefined
    const toXyz = [0, 1, 2].flatMap((row) => columns.map((column) => column[row] ?? 0))
    return { toXyz, light: [red, green, blue] }
  } catch {
    return undefined
  }
}

/** Whether its colours look the same as sRGB's. */
export function isSrgb({ toXyz, light }: MatrixProfile): boolean {
  const samePrimaries = toXyz.every((value, at) => Math.abs(value - (srgbToXyz[at] ?? 0)) < 0.004)
  return (
    samePrimaries && light.every((curve) => curve.every((value, level) => Math.abs(value - srgbLight(level)) < 0.006))
  )
}

/** Converts sRGB pixels to a profile's space, in place. Alpha stays. */
export function convertToProfile({ data }: Pixels, profile: MatrixProfile): void {
  const m = multiply(inverse(profile.toXyz), srgbToXyz)
  const decode = Float64Array.from({ length: levels }, (_, level) => srgbLight(level))
  const [reds, greens, blues] = profile.light.map(toLevels)
  const at = (table: Float32Array | undefined, light: number) =>
    table?.[Math.round(Math.max(0, Math.min(1, light)) * steps)] ?? 0
  for (let pixel = 0; pixel < data.length; pixel += 4) {
    const red = decode[data[pixel] ?? 0] ?? 0
    const green = decode[data[pixel + 1] ?? 0] ?? 0
    const blue = decode[data[pixel + 2] ?? 0] ?? 0
    data[pixel] = Math.round(at(reds, (m[0] ?? 0) * red + (m[1] ?? 0) * green + (m[2] ?? 0) * blue))
    data[pixel + 1] = Math.round(at(greens, (m[3] ?? 0) * red + (m[4] ?? 0) * green + (m[5] ?? 0) * blue))
    data[pixel + 2] = Math.round(at(blues, (m[6] ?? 0) * red + (m[7] ?? 0) * green + (m[8] ?? 0) * blue))
  }
}

function srgbLight(level: number): number {
  const value = level / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** The level, with fractions, of each step of light. */
function toLevels(light: Float64Array): Float32Array {
  const table = new Float32Array(steps + 1)
  let level = 0
  for (let step = 0; step <= steps; step += 1) {
    const wanted = step / steps
    while (level < levels - 2 && (light[level + 1] ?? 1) < wanted) level += 1
    const [low, high] = [light[level] ?? 0, light[level + 1] ?? 1]
    table[step] = level + (high > low ? Math.max(0, Math.min(1, (wanted - low) / (high - low))) : 0)
  }
  return table
}

function readXyz(view: DataView, at: number | undefined): number[] {
  if (at === undefined) throw new RangeError('no primaries')
  return [8, 12, 16].map((offset) => view.getInt32(at + offset) / 65536)
}

function readCurve(view: DataView, text: (at: number) => string, at: number | undefined): Float64Array | undefined {
  if (at === undefined) return undefined
  const curve = text(at) === 'curv' ? readTable(view, at) : text(at) === 'para' ? readFormula(view, at) : undefined
  return curve && Float64Array.from({ length: levels }, (_, level) => curve(level / 255))
}

function readTable(view: DataView, at: number): (value: number) => number {
  const count = view.getUint32(at + 8)
  if (count === 0) return (value) => value
  if (count === 1) return (value) => value ** (view.getUint16(at + 12) / 256)
  return (value) => {
    const place = value * (count - 1)
    const low = Math.min(count - 2, Math.floor(place))
    const entry = (index: number) => view.getUint16(at + 12 + index * 2) / 65535
    return entry(low) + (entry(low + 1) - entry(low)) * (place - low)
  }
}

/** The five kinds of formula of ICC.1, section "parametricCurveType". */
function readFormula(view: DataView, at: number): ((value: number) => number) | undefined {
  const kind = view.getUint16(at + 8)
  const terms = [1, 3, 4, 5, 7][kind]
  if (terms === undefined) return undefined
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from(
    { length: terms },
    (_, term) => view.getInt32(at + 12 + term * 4) / 65536,
  )
  switch (kind) {
    case 0:
      return (value) => value ** g
    case 1:
      return (value) => (value >= -b / a ? (a * value + b) ** g : 0)
    case 2:
      return (value) => (value >= -b / a ? (a * value + b) ** g + c : c)
    case 3:
      return (value) => (value >= d ? (a * value + b) ** g : c * value)
    default:
      return (value) => (value >= d ? (a * value + b) ** g + e : c * value + f)
  }
}

function inverse(m: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = m
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g]
  const det = a * A + b * B + c * C
  return [A, c * h - b * i, b * f - c * e, B, a * i - c * g, c * d - a * f, C, b * g - a * h, a * e - b * d].map(
    (value) => value / det,
  )
}

function multiply(one: readonly number[], other: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3) * 3, at % 3]
    return [0, 1, 2].reduce((sum, k) => sum + (one[row + k] ?? 0) * (other[k * 3 + column] ?? 0), 0)
  })
}

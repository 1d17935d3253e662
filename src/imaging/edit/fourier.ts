import type { Plane } from './raster.ts'

interface Spectrum {
  re: Float64Array
  im: Float64Array
}

export interface Peak {
  /** `second` shows at x + dx, y + dy what `first` shows at x, y. */
  dx: number
  dy: number
  height: number
}

const side = 256
const apart = 3

/** Spectrum of a plane of at most 256 × 256, with its edges faded out. */
export function toSpectrum(plane: Plane): Spectrum {
  const spectrum = { re: new Float64Array(side * side), im: new Float64Array(side * side) }
  const across = fade(plane.width)
  const down = fade(plane.height)
  for (let y = 0; y < plane.height; y += 1) {
    for (let x = 0; x < plane.width; x += 1) {
      spectrum.re[y * side + x] = (plane.data[y * plane.width + x] ?? 0) * (across[x] ?? 0) * (down[y] ?? 0)
    }
  }
  transform(spectrum, 1)
  return spectrum
}

/** Phase correlation: the likeliest shifts between two planes, best first. */
export function findShifts(first: Spectrum, second: Spectrum, count: number): Peak[] {
  const product = { re: new Float64Array(side * side), im: new Float64Array(side * side) }
  for (let at = 0; at < side * side; at += 1) {
    const a = first.re[at] ?? 0
    const b = first.im[at] ?? 0
    const c = second.re[at] ?? 0
    const d = second.im[at] ?? 0
    const re = c * a + d * b
    const im = d * a - c * b
    const length = Math.sqrt(re * re + im * im) + 1e-6
    product.re[at] = re / length
    product.im[at] = im / length
  }
  transform(product, -1)
  return peaksOf(soften(product.re), count)
}

/** Noise in the phases produces single high pixels; a small blur keeps true peaks, which are wider. */
function soften(values: Float64Array): Float64Array {
  const soft = new Float64Array(values.length)
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      let sum = 0
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) {
          const weight = (2 - Math.abs(dx)) * (2 - Math.abs(dy))
          sum += weight * (values[((y + dy + side) % side) * side + ((x + dx + side) % side)] ?? 0)
        }
      }
      soft[y * side + x] = sum / 16
    }
  }
  return soft
}

function peaksOf(values: Float64Array, count: number): Peak[] {
  const peaks: Peak[] = []
  const signed = (value: number) => (value >= side / 2 ? value - side : value)
  while (peaks.length < count) {
    let best = -1
    for (let at = 0; at < values.length; at += 1) if (best < 0 || (values[at] ?? 0) > (values[best] ?? 0)) best = at
    const [x, y] = [best % side, Math.floor(best / side)]
    peaks.push({ dx: signed(x), dy: signed(y), height: values[best] ?? 0 })
    for (let dy = -apart; dy <= apart; dy += 1) {
      for (let dx = -apart; dx <= apart; dx += 1) {
        values[((y + dy + side) % side) * side + ((x + dx + side) % side)] = Number.NEGATIVE_INFINITY
      }
    }
  }
  return peaks
}

function fade(length: number): number[] {
  const edge = length * 0.15
  return Array.from({ length }, (_, index) => {
    const distance = Math.min(index + 0.5, length - index - 0.5)
    return distance >= edge ? 1 : 0.5 - 0.5 * Math.cos((Math.PI * distance) / edge)
  })
}

function transform({ re, im }: Spectrum, direction: 1 | -1): void {
  for (let y = 0; y < side; y += 1) {
    transformLine(re.subarray(y * side, (y + 1) * side), im.subarray(y * side, (y + 1) * side), direction)
  }
  // Values of a column are far apart in memory, so they are brought together first.
  const [columnRe, columnIm] = [new Float64Array(side), new Float64Array(side)]
  for (let x = 0; x < side; x += 1) {
    for (let y = 0, at = x; y < side; y += 1, at += side) {
      columnRe[y] = re[at] ?? 0
      columnIm[y] = im[at] ?? 0
    }
    transformLine(columnRe, columnIm, direction)
    for (let y = 0, at = x; y < side; y += 1, at += side) {
      re[at] = columnRe[y] ?? 0
      im[at] = columnIm[y] ?? 0
    }
  }
}

/** Cosines and sines of the angles of half a turn in `side / 2` steps. */
const angles = Array.from({ length: side / 2 }, (_, step) => (2 * Math.PI * step) / side)
const [cosines, sines] = [Float64Array.from(angles, Math.cos), Float64Array.from(angles, Math.sin)]

/** Radix 2, in place, on 256 values. */
function transformLine(re: Float64Array, im: Float64Array, direction: 1 | -1): void {
  for (let index = 1, mirrored = 0; index < side; index += 1) {
    let bit = side >> 1
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit
    mirrored |= bit
    if (index < mirrored) {
      swap(re, index, mirrored)
      swap(im, index, mirrored)
    }
  }
  for (let size = 2; size <= side; size *= 2) {
    const half = size / 2
    for (let k = 0, angle = 0; k < half; k += 1, angle += side / size) {
      const cos = cosines[angle] ?? 0
      const sin = -direction * (sines[angle] ?? 0)
      for (let low = k; low < side; low += size) {
        const high = low + half
        const a = re[high] ?? 0
        const b = im[high] ?? 0
        const x = a * cos - b * sin
        const y = a * sin + b * cos
        re[high] = (re[low] ?? 0) - x
        im[high] = (im[low] ?? 0) - y
        re[low] = (re[low] ?? 0) + x
        im[low] = (im[low] ?? 0) + y
      }
    }
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i] ?? 0
  values[i] = values[j] ?? 0
  values[j] = kept
}

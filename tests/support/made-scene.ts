import { seededRandom } from '../../scripts/bench/report.ts'

/** Red, green, blue, alpha. */
interface Raster {
  data: Uint8ClampedArray
  width: number
  height: number
}

/**
 * A synthetic photograph: surfaces with the spectrum of natural scenes (each octave half as strong), uneven
 * light, edges of overlapping objects, and grain. The same for the same seed.
 */
export function madeScene(width: number, height: number, seed: number): Raster {
  const random = seededRandom(seed)
  const things = Array.from({ length: 26 }, (_, index) => makeThing(random, index, width, height))
  const surface = makeNoise(random)
  const image = { data: new Uint8ClampedArray(width * height * 4), width, height }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const thing = things.findLast((one) => one.holds(x, y))
      const light = 0.75 + 0.35 * (1 - y / height) + 0.15 * Math.sin((x / width) * 3 + seed)
      const rough = thing?.rough ?? 0.6
      const detail = surface((x + (thing?.offset ?? 0)) / 3, (y + (thing?.offset ?? 0)) / 3) * 90 * rough
      const colour = thing?.colour ?? [120, 135, 160]
      const grain = (random() + random() + random() - 1.5) * 4
      for (let channel = 0; channel < 3; channel += 1) {
        image.data[(y * width + x) * 4 + channel] = (colour[channel] ?? 0) * light + detail + grain
      }
      image.data[(y * width + x) * 4 + 3] = 255
    }
  }
  return image
}

interface Thing {
  colour: readonly number[]
  rough: number
  offset: number
  holds(x: number, y: number): boolean
}

function makeThing(random: () => number, index: number, width: number, height: number): Thing {
  const [cx, cy] = [random() * width, random() * height]
  const size = Math.min(width, height) * (0.28 - index * 0.008) * (0.6 + random())
  const [squeeze, angle] = [0.4 + random() * 0.6, random() * Math.PI]
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const square = random() > 0.5
  return {
    colour: [0, 1, 2].map(() => 30 + random() * 190),
    rough: 0.3 + random(),
    offset: random() * 1000,
    holds(x, y) {
      const u = Math.abs((x - cx) * cos + (y - cy) * sin) / size
      const v = Math.abs((y - cy) * cos - (x - cx) * sin) / size / squeeze
      return square ? Math.max(u, v) < 0.8 : u * u + v * v < 1
    },
  }
}

/** Sum of five octaves of smooth noise, about −1 to 1. */
function makeNoise(random: () => number): (x: number, y: number) => number {
  const side = 64
  const values = Float32Array.from({ length: side * side }, () => random() * 2 - 1)
  const at = (x: number, y: number) => values[(y & (side - 1)) * side + (x & (side - 1))] ?? 0
  const octave = (x: number, y: number) => {
    const [column, row] = [Math.floor(x), Math.floor(y)]
    const [fx, fy] = [smooth(x - column), smooth(y - row)]
    const upper = at(column, row) * (1 - fx) + at(column + 1, row) * fx
    const lower = at(column, row + 1) * (1 - fx) + at(column + 1, row + 1) * fx
    return upper + (lower - upper) * fy
  }
  return (x, y) =>
    [1, 0.5, 0.25, 0.125, 0.0625].reduce(
      (sum, scale, index) => sum + octave(x * scale + index * 17, y * scale) * (0.12 / scale ** 0.5),
      0,
    )
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t)
}

/** A synthetic sky: a smooth gradient, soft clouds (fainter with even seeds, none with every fifth), and grain. */
export function madeSky(width: number, height: number, seed: number): Raster {
  const random = seededRandom(seed)
  const cloud = makeNoise(random)
  const strength = seed % 5 === 0 ? 0 : seed % 2 === 0 ? 6 : 30
  const grainLevels = 1 + (seed % 3) * 2
  const image = { data: new Uint8ClampedArray(width * height * 4), width, height }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const soft = cloud((x / width) * 5 + seed, (y / height) * 4) * strength
      const grain = (random() + random() + random() - 1.5) * grainLevels
      const fall = (y / height) * 70
      const at = (y * width + x) * 4
      image.data[at] = 70 + fall + soft + grain
      image.data[at + 1] = 120 + fall * 0.8 + soft + grain
      image.data[at + 2] = 190 + fall * 0.4 + soft * 0.6 + grain
      image.data[at + 3] = 255
    }
  }
  return image
}

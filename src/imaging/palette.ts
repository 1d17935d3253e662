/** A colour in 15 bits: five each for red, green and blue. Enough to find images by, and small to keep for each of them. */
export type Tone = number

/** Largest number of colours stored for an image, the most important first. */
export const mostTones = 4

/** Colours with a larger distance look different. In OKLab, where black and white have a distance of 1. */
const alike = 0.11
/** Colours with a smaller share of the image are left out. */
const leastShare = 0.03
/** Number of pixels that are sampled, whatever the size. */
const mostSamples = 4_096

interface Bin {
  count: number
  lab: Lab
  tone: Tone
}

type Lab = readonly [lightness: number, a: number, b: number]

/** The main colours of an image. `pixels`: RGBA, eight bits each; transparent pixels do not count. */
export function paletteOf(pixels: Uint8ClampedArray): Tone[] {
  const bins = [...binsOf(pixels).values()]
  const total = bins.reduce((sum, { count }) => sum + count, 0)
  const found: Bin[] = []
  // Vivid colours count more than their share, because people remember them better than grey ones.
  for (const bin of bins.toSorted((a, b) => weightOf(b) - weightOf(a))) {
    const near = found.find((each) => distance(each.lab, bin.lab) < alike)
    if (near) near.count += bin.count
    else found.push({ ...bin })
  }
  return found
    .filter(({ count }) => count >= total * leastShare)
    .sort((a, b) => weightOf(b) - weightOf(a))
    .slice(0, mostTones)
    .map(({ tone }) => tone)
}

function binsOf(pixels: Uint8ClampedArray): Map<Tone, Bin> {
  const bins = new Map<Tone, Bin>()
  const step = Math.max(1, Math.floor(pixels.length / 4 / mostSamples)) * 4
  for (let at = 0; at + 3 < pixels.length; at += step) {
    if ((pixels[at + 3] ?? 0) < 128) continue
    const tone = toneOf(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0)
    const bin = bins.get(tone)
    if (bin) bin.count += 1
    else bins.set(tone, { count: 1, lab: labOf(tone), tone })
  }
  return bins
}

function weightOf({ count, lab: [, a, b] }: Bin): number {
  return count * (1 + 12 * Math.hypot(a, b))
}

/** Eight bits each. */
export function toneOf(red: number, green: number, blue: number): Tone {
  return ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3)
}

/** "#c81e1e" as a 15-bit colour; `undefined` for any other text. */
export function toneFrom(hex: string): Tone | undefined {
  const [, digits] = /^#([0-9a-f]{6})$/i.exec(hex) ?? []
  if (digits === undefined) return undefined
  const value = Number.parseInt(digits, 16)
  return toneOf(value >> 16, (value >> 8) & 255, value & 255)
}

/** How different two tones look: 0 the same, 1 as black and white. */
export function toneDistance(one: Tone, other: Tone): number {
  return distance(labOf(one), labOf(other))
}

function distance(one: Lab, other: Lab): number {
  // Brightness counts less: a darker or lighter shade is still the same colour.
  return Math.hypot(0.6 * (one[0] - other[0]), 1.6 * (one[1] - other[1]), 1.6 * (one[2] - other[2]))
}

/** OKLab, after Björn Ottosson. */
function labOf(tone: Tone): Lab {
  const linear = (bits: number) => {
    const value = (bits & 31) / 31
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  const [r, g, b] = [linear(tone >> 10), linear(tone >> 5), linear(tone)]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

import type { Random } from './random.ts'

/** An image in memory: three bytes per pixel (red, green, blue), row by row. */
export interface Pixels {
  data: Uint8Array
  width: number
  height: number
}

export type Rgb = readonly [red: number, green: number, blue: number]

/** How bright a pixel looks, 0 to 255. */
function brightnessAt(data: Uint8Array, at: number): number {
  return ((data[at] ?? 0) * 77 + (data[at + 1] ?? 0) * 150 + (data[at + 2] ?? 0) * 29) >> 8
}

export function meanBrightness({ data }: Pixels): number {
  let sum = 0
  let amount = 0
  for (let at = 0; at < data.length; at += 3 * 97) {
    sum += brightnessAt(data, at)
    amount++
  }
  return sum / amount
}

/**
 * Reduces colour (1: removes it; below 0: makes it stronger), then applies a curve from 0–1 to 0–1 to each channel. In
 * place.
 */
export function grade(pixels: Pixels, fade: number, curves: readonly [Curve, Curve, Curve]): void {
  const { data } = pixels
  const [reds, greens, blues] = curves.map(tableOf) as [Uint8Array, Uint8Array, Uint8Array]
  const share = Math.round(fade * 256)
  const keep = 256 - share
  for (let at = 0; at < data.length; at += 3) {
    const gray = brightnessAt(data, at) * share
    data[at] = reds[held(((data[at] ?? 0) * keep + gray) >> 8)] ?? 0
    data[at + 1] = greens[held(((data[at + 1] ?? 0) * keep + gray) >> 8)] ?? 0
    data[at + 2] = blues[held(((data[at + 2] ?? 0) * keep + gray) >> 8)] ?? 0
  }
}

export type Curve = (value: number) => number

/** Clipped to the range of a channel. */
function held(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value
}

function tableOf(curve: Curve): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, value) => Math.round(Math.min(1, Math.max(0, curve(value / 255))) * 255))
}

/**
 * Replaces each brightness with a colour from a list from dark to light; with `strength` 1 nothing of the old colour
 * remains. In place.
 */
export function mapBrightness(pixels: Pixels, row: readonly Rgb[], strength: number): void {
  const { data } = pixels
  const table = Uint8Array.from({ length: 768 }, (_, index) => {
    const at = (Math.floor(index / 3) / 255) * (row.length - 1)
    const low = row[Math.floor(at)] ?? [0, 0, 0]
    const high = row[Math.ceil(at)] ?? low
    const channel = index % 3
    return Math.round((low[channel] ?? 0) + ((high[channel] ?? 0) - (low[channel] ?? 0)) * (at % 1))
  })
  const share = Math.round(strength * 256)
  for (let at = 0; at < data.length; at += 3) {
    const entry = brightnessAt(data, at) * 3
    for (let channel = 0; channel < 3; channel++) {
      const old = data[at + channel] ?? 0
      data[at + channel] = old + ((((table[entry + channel] ?? 0) - old) * share) >> 8)
    }
  }
}

/** Flat inks by brightness, like a screen print. In place. */
export function printInks(pixels: Pixels, inks: readonly Rgb[]): void {
  const { data, width, height } = pixels
  // Dots where two inks meet, on a slanted grid: sin(x + y) · sin(x − y), split into rows and columns.
  const waveOf = (length: number) => Float32Array.from({ length }, (_, index) => Math.cos(index * 1.1) * 6.5)
  const columns = waveOf(width)
  const rows = waveOf(height)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const tone = brightnessAt(data, at) + (rows[y] ?? 0) - (columns[x] ?? 0)
      const ink = inks[Math.min(inks.length - 1, Math.max(0, Math.floor((tone / 256) * inks.length)))] ?? [0, 0, 0]
      data[at] = ink[0]
      data[at + 1] = ink[1]
      data[at + 2] = ink[2]
    }
  }
}

/** Pencil lines where the image differs from its blurred copy, with a little shading, on paper. In place. */
export function drawLines(pixels: Pixels, blurred: Pixels, paper: Rgb, ink: Rgb): void {
  const { data, width } = pixels
  for (let at = 0; at < data.length; at += 3) {
    const here = brightnessAt(data, at)
    const around = brightnessAt(blurred.data, at)
    const line = Math.min(1, Math.max(0, (around - here) / 30))
    const pixel = at / 3
    const x = pixel % width
    const y = (pixel - x) / width
    const isHatched = here < 96 ? (x + y) % 7 < 3 : here < 150 && (x + y) % 9 < 2
    const dark = Math.min(1, line + (isHatched ? 0.26 : 0) + (1 - here / 255) * 0.16)
    for (let channel = 0; channel < 3; channel++) {
      const tint = ((data[at + channel] ?? 0) - here) * 0.22
      data[at + channel] = Math.min(
        255,
        Math.max(0, (paper[channel] ?? 0) + ((ink[channel] ?? 0) - (paper[channel] ?? 0)) * dark + tint),
      )
    }
  }
}

/** Adds the light of one image to another (screen blend). In place. */
export function addLight(pixels: Pixels, light: Pixels, strength: number): void {
  const { data } = pixels
  const share = Math.round(strength * 256)
  for (let at = 0; at < data.length; at++) {
    const old = data[at] ?? 0
    data[at] = old + ((((255 - old) * (light.data[at] ?? 0) * share) / 65280) | 0)
  }
}

/** Film grain: the same noise in all channels. It also hides banding in long gradients. In place. */
export function addGrain(pixels: Pixels, strength: number, random: Random): void {
  const { data } = pixels
  const table = Int8Array.from({ length: 8192 }, () => Math.round((random() + random() + random() - 1.5) * strength))
  const rowBytes = pixels.width * 3
  for (let row = 0; row < data.length; row += rowBytes) {
    let cell = Math.floor(random() * 8192)
    for (let at = row; at < row + rowBytes; at += 3) {
      cell = (cell + 1) & 8191
      const noise = table[cell] ?? 0
      for (let channel = at; channel < at + 3; channel++) {
        data[channel] = held((data[channel] ?? 0) + noise)
      }
    }
  }
}

/** Copies an image onto a larger one. In place. */
export function paste(ground: Pixels, picture: Pixels, left: number, top: number): void {
  const rowBytes = picture.width * 3
  for (let row = 0; row < picture.height; row++) {
    const from = picture.data.subarray(row * rowBytes, (row + 1) * rowBytes)
    ground.data.set(from, ((top + row) * ground.width + left) * 3)
  }
}

/** Left and right exchanged. A new image. */
export function mirrored({ data, width, height }: Pixels): Pixels {
  return rearranged(data, width, height, (x, y) => y * width + width - 1 - x)
}

/** A quarter turn clockwise. A new image. */
export function turned({ data, width, height }: Pixels): Pixels {
  return rearranged(data, height, width, (x, y) => (height - 1 - x) * width + y)
}

function rearranged(data: Uint8Array, width: number, height: number, from: (x: number, y: number) => number): Pixels {
  const result = new Uint8Array(data.length)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const place = from(x, y) * 3
      result.set(data.subarray(place, place + 3), at)
    }
  }
  return { data: result, width, height }
}

/** A part of an image, as a new one. */
export function cut({ data, width }: Pixels, left: number, top: number, size: Omit<Pixels, 'data'>): Pixels {
  const result = new Uint8Array(size.width * size.height * 3)
  for (let row = 0; row < size.height; row++) {
    const from = ((top + row) * width + left) * 3
    result.set(data.subarray(from, from + size.width * 3), row * size.width * 3)
  }
  return { data: result, width: size.width, height: size.height }
}

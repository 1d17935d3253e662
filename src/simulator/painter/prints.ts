import type { DrawingBackend } from './drawing-backend.ts'
import type { Pixels, Rgb } from './pixels.ts'
import { between, type Random } from './random.ts'

/**
 * Places further images on the ground as photo prints with a white border, in a loose row that avoids the label. In
 * place.
 */
export async function layPrints(
  ground: Pixels,
  pictures: readonly Uint8Array[],
  backend: Pick<DrawingBackend, 'measure' | 'fill'>,
  random: Random,
): Promise<void> {
  const { width, height } = ground
  const isTall = height > width
  const slots = pictures.length
  // A row along the longer side; a single print goes where the second of two would be.
  const along = isTall ? height : width
  const side = Math.min(Math.min(width, height) * 0.5, (along * 0.94) / (slots * 0.86 + 0.3))
  const step = slots === 1 ? 0 : (along * 0.92 - side) / (slots - 1)
  const start = slots === 1 ? along * 0.94 - side : along * 0.04
  for (const [index, picture] of pictures.entries()) {
    const degrees = slots === 1 ? 3 : between(random, -5, 5)
    const across = (isTall ? width : height) * (slots === 1 ? 0.5 : 0.58 + (index % 2 === 0 ? -0.05 : 0.05))
    const centre = start + step * index + side / 2
    const print = await toPrint(picture, side, backend)
    laySheet(ground, print, { x: isTall ? across : centre, y: isTall ? centre : across, degrees })
  }
}

async function toPrint(bytes: Uint8Array, side: number, backend: Pick<DrawingBackend, 'measure' | 'fill'>) {
  const source = await backend.measure(bytes)
  const share = Math.min(1.35, Math.max(0.75, source.width / source.height))
  const inner = side * 0.74
  const size = {
    width: Math.max(8, Math.round(inner * Math.sqrt(share))),
    height: Math.max(8, Math.round(inner / Math.sqrt(share))),
  }
  return { picture: await backend.fill(bytes, size), border: side * 0.028, shadow: side * 0.05 }
}

/** An image on a white sheet; `border` and the blur of its shadow in pixels. */
interface Sheet {
  picture: Pixels
  border: number
  shadow: number
}

const white: Rgb = [251, 250, 247]

/**
 * Draws a sheet with its centre at a point, rotated clockwise, and its shadow below it. Anything outside is cut off. In
 * place.
 */
function laySheet(ground: Pixels, sheet: Sheet, at: { x: number; y: number; degrees: number }): void {
  const { picture, border, shadow } = sheet
  const cos = Math.cos((at.degrees * Math.PI) / 180)
  const sin = Math.sin((at.degrees * Math.PI) / 180)
  const halfWidth = picture.width / 2 + border
  // The border is twice as wide at the bottom.
  const halfHeight = picture.height / 2 + border * 1.5
  const reach = Math.ceil(Math.hypot(halfWidth, halfHeight) + shadow * 2)
  const lastY = Math.min(ground.height - 1, Math.round(at.y) + reach)
  const lastX = Math.min(ground.width - 1, Math.round(at.x) + reach)
  for (let y = Math.max(0, Math.round(at.y) - reach); y <= lastY; y++) {
    for (let x = Math.max(0, Math.round(at.x) - reach); x <= lastX; x++) {
      const across = (x - at.x) * cos + (y - at.y) * sin
      const down = (y - at.y) * cos - (x - at.x) * sin
      const covered = Math.min(1, Math.max(0, 0.5 - outside(across, down, halfWidth, halfHeight)))
      const pixel = (y * ground.width + x) * 3
      if (covered < 1) {
        const away = outside(across, down - shadow * 0.4, halfWidth, halfHeight) / shadow
        darken(ground.data, pixel, 0.5 * smooth(Math.min(1, Math.max(0, (1 - away) / 2))))
      }
      if (covered === 0) continue
      const lower = down + border / 2
      const shown = Math.min(1, Math.max(0, 0.5 - outside(across, lower, picture.width / 2, picture.height / 2)))
      for (let channel = 0; channel < 3; channel++) {
        const inner = shown && valueAt(picture, across + picture.width / 2, lower + picture.height / 2, channel)
        const own = inner * shown + (white[channel] ?? 0) * (1 - shown)
        const old = ground.data[pixel + channel] ?? 0
        ground.data[pixel + channel] = Math.round(old + (own - old) * covered)
      }
    }
  }
}

/** Distance of a point from a box around the origin, in pixels; below 0 inside. */
function outside(x: number, y: number, halfWidth: number, halfHeight: number): number {
  const right = Math.abs(x) - halfWidth
  const below = Math.abs(y) - halfHeight
  return right > 0 && below > 0 ? Math.hypot(right, below) : Math.max(right, below)
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share)
}

function darken(data: Uint8Array, at: number, share: number): void {
  for (let channel = at; channel < at + 3; channel++) data[channel] = Math.round((data[channel] ?? 0) * (1 - share))
}

/** A channel at a point between four pixels, or of the nearest pixel at the edge. */
function valueAt({ data, width, height }: Pixels, x: number, y: number, channel: number): number {
  const across = Math.min(width - 1, Math.max(0, x - 0.5))
  const down = Math.min(height - 1, Math.max(0, y - 0.5))
  const [left, top] = [Math.floor(across), Math.floor(down)]
  const right = left + 1 < width ? 3 : 0
  const at = (top * width + left) * 3 + channel
  const below = at + (top + 1 < height ? width * 3 : 0)
  const blend = (from: number) => (data[from] ?? 0) * (1 - across + left) + (data[from + right] ?? 0) * (across - left)
  return blend(at) * (1 - down + top) + blend(below) * (down - top)
}

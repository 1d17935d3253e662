import type { Size } from './painter.ts'
import type { Pixels } from './pixels.ts'

/** A part of an image, in pixels, with a soft edge. */
export interface Place {
  shape: 'box' | 'ellipse'
  left: number
  top: number
  width: number
  height: number
}

/** As fractions of the image: left, top, width, height. */
type Shares = readonly [left: number, top: number, width: number, height: number]

const whereAcross: readonly (readonly [RegExp, number, number])[] = [
  [/\bleft third\b/i, 0, 1 / 3],
  [/\bright third\b/i, 2 / 3, 1 / 3],
  [/\b(on|at|to|in|from)?\s*(the )?(far )?left\b|\b(upper|lower|top|bottom)[- ]left\b/i, 0, 0.45],
  [/\b(on|at|to|in|from)?\s*(the )?(far )?right\b(?! now)|\b(upper|lower|top|bottom)[- ]right\b/i, 0.55, 0.45],
]
const whereDown: readonly (readonly [RegExp, number, number])[] = [
  [/\b(upper|top) third\b/i, 0, 1 / 3],
  [/\b(lower|bottom) third\b/i, 2 / 3, 1 / 3],
  [/\b(sky|upper|top|above)\b/i, 0, 0.45],
  [/\b(ground|floor|foreground|lower|bottom|below)\b/i, 0.55, 0.45],
]
const middle = /\b(cent(er|re)|middle)\b/i
/** An edit of one thing whose place the prompt does not name. */
const ofOneThing =
  /\b(add|put|place|insert|draw|replace|remove|erase|swap|change (the|his|her|its)|give (him|her|it))\b/i
/** "the area from 20 % to 45 % across and from 30 % to 60 % down", as a program describes a place. */
const inPercent = /(\d+)\s*% to (\d+)\s*% across and (?:from )?(\d+)\s*% to (\d+)\s*% down/i

/** Where the prompt wants the change; `undefined`: in the whole image. */
export function placeIn(prompt: string, size: Size): Place | undefined {
  const told = placeInPercent(prompt, size)
  if (told) return told
  const across = whereAcross.find(([words]) => words.test(prompt))
  const down = whereDown.find(([words]) => words.test(prompt))
  if (across || down) {
    const [, left, width] = across ?? [undefined, 0, 1]
    const [, top, height] = down ?? [undefined, 0, 1]
    return toPlace([left, top, width, height], size, 'box')
  }
  return middle.test(prompt) || ofOneThing.test(prompt) ? centreOf(size) : undefined
}

/** The place that a program told in percent. */
export function placeInPercent(prompt: string, size: Size): Place | undefined {
  const percent = inPercent.exec(prompt)
  if (!percent) return undefined
  const [left = 0, right = 1, top = 0, bottom = 1] = percent.slice(1).map((value) => Number(value) / 100)
  return toPlace([left, top, right - left, bottom - top], size, 'box')
}

/** Half of the image in each direction, about its centre: where a program puts what it cut out of a larger image. */
function centreOf(size: Size): Place {
  return toPlace([0.27, 0.27, 0.46, 0.46], size, 'ellipse')
}

function toPlace([left, top, width, height]: Shares, size: Size, shape: Place['shape']): Place {
  return {
    shape,
    left: Math.round(left * size.width),
    top: Math.round(top * size.height),
    width: Math.max(1, Math.round(width * size.width)),
    height: Math.max(1, Math.round(height * size.height)),
  }
}

/**
 * Blends `changed` over `ground` within a place, with an edge that is soft over a twentieth of it. In place. Same
 * sizes.
 */
export function layWithin(ground: Pixels, changed: Pixels, place: Place): void {
  const { width } = ground
  const right = Math.min(width, place.left + place.width)
  const bottom = Math.min(ground.height, place.top + place.height)
  for (let y = Math.max(0, place.top); y < bottom; y++) {
    for (let x = Math.max(0, place.left); x < right; x++) {
      const share = shareAt(place, x, y)
      if (share <= 0) continue
      for (let at = (y * width + x) * 3, end = at + 3; at < end; at++) {
        const old = ground.data[at] ?? 0
        ground.data[at] = old + ((changed.data[at] ?? 0) - old) * share
      }
    }
  }
}

function shareAt({ shape, left, top, width, height }: Place, x: number, y: number): number {
  const across = ((x + 0.5 - left) / width) * 2 - 1
  const down = ((y + 0.5 - top) / height) * 2 - 1
  // 1 at the edge, 0 in the centre.
  const out = shape === 'box' ? Math.max(Math.abs(across), Math.abs(down)) : Math.hypot(across, down)
  const share = Math.min(1, Math.max(0, (1 - out) / 0.1))
  return share * share * (3 - 2 * share)
}

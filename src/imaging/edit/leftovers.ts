import type { Box, MarkColour } from '#domain/edit.ts'
import { leftovers } from './constants.ts'
import type { Pixels } from './raster.ts'

export const markColours: Readonly<Record<MarkColour, readonly [red: number, green: number, blue: number]>> = {
  red: [255, 0, 0],
  cyan: [0, 255, 255],
  magenta: [255, 0, 255],
  lime: [0, 255, 0],
}

/**
 * Whether a drawn mark is still visible: enough of its line has its colour. `line`: x, y, x, y … in pixels of the
 * image, close together; `before`: the image without marks, at the same size, which may have that colour itself.
 */
export function isMarkLeft(image: Pixels, before: Pixels, line: readonly number[], colour: MarkColour): boolean {
  let [seen, all] = [0, 0]
  for (let at = 0; at + 1 < line.length; at += 2) {
    const [x, y] = [Math.floor(line[at] ?? -1), Math.floor(line[at + 1] ?? -1)]
    if (x < 0 || y < 0 || x >= image.width || y >= image.height) continue
    all += 1
    const pixel = (y * image.width + x) * 4
    if (isNear(image, pixel, colour) && !isNear(before, pixel, colour)) seen += 1
  }
  return all > 0 && seen > leftovers.markShare * all
}

function isNear({ data }: Pixels, at: number, colour: MarkColour): boolean {
  return markColours[colour].every(
    (level, channel) => Math.abs((data[at + channel] ?? 0) - level) <= leftovers.markLevels,
  )
}

/**
 * Share of the new space that the model left as it was filled before sending, 0–1. Both images have the same size; the
 * box is the part of them that is not new.
 */
export function emptyShare(answer: Pixels, sent: Pixels, [left, top, width, height]: Box): number {
  let [empty, all] = [0, 0]
  for (let y = 0; y < answer.height; y += 2) {
    for (let x = 0; x < answer.width; x += 2) {
      if (x >= left && y >= top && x < left + width && y < top + height) continue
      all += 1
      const at = (y * answer.width + x) * 4
      const same = [0, 1, 2].every(
        (channel) =>
          Math.abs((answer.data[at + channel] ?? 0) - (sent.data[at + channel] ?? 0)) <= leftovers.fillLevels,
      )
      if (same) empty += 1
    }
  }
  return all === 0 ? 0 : empty / all
}

/** Whether the model left the new space empty. */
export function isLeftEmpty(share: number): boolean {
  return share > leftovers.emptyShare
}

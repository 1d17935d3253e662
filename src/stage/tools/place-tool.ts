import type { Affine, Box } from '#domain/edit.ts'

/** How an answer is placed over its source by hand. */
export interface Placing {
  /** Distance of the answer's middle from the middle of what was sent, in pixels of the source. */
  dx: number
  dy: number
  /** 1: as large as what was sent. */
  scale: number
}

export const notMoved: Placing = { dx: 0, dy: 0, scale: 1 }
export const leastScale = 0.5
export const mostScale = 2

interface Size {
  width: number
  height: number
}

/** Up to this difference in proportions, sides were only rounded, and the answer is stretched back. */
const mostStretch = 1.06

/**
 * The position of the answer, in pixels of the source. `rect`: what was sent. Its proportions are kept if they differ
 * much.
 */
export function placedBox({ dx, dy, scale }: Placing, [x, y, width, height]: Box, answer: Size): Box {
  const stretch = answer.width / answer.height / (width / height)
  const isRounded = Math.max(stretch, 1 / stretch) <= mostStretch
  const across = width * scale
  const down = isRounded ? height * scale : (across * answer.height) / answer.width
  return [x + (width - across) / 2 + dx, y + (height - down) / 2 + dy, across, down]
}

/** From pixels of the source to pixels of the answer. */
export function placedMap(placing: Placing, rect: Box, answer: Size): Affine {
  const [left, top, width, height] = placedBox(placing, rect, answer)
  const [across, down] = [answer.width / width, answer.height / height]
  return [across, 0, 0, down, -left * across, -top * down]
}

export function moved(placing: Placing, dx: number, dy: number): Placing {
  return { ...placing, dx: placing.dx + dx, dy: placing.dy + dy }
}

export function scaled(placing: Placing, scale: number): Placing {
  return { ...placing, scale: Math.max(leastScale, Math.min(mostScale, scale)) }
}

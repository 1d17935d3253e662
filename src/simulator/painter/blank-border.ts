import type { Pixels } from './pixels.ts'

/** The border that was added around an image for a model to fill: widths in pixels. */
export interface Border {
  left: number
  top: number
  right: number
  bottom: number
}

const asksForMore = /\b(blank|empty) border\b|\bcontinue the scene\b|\bextend the (image|scene|picture)\b|\boutpaint/i
/**
 * In a border that was stretched from the edge, or filled with one colour, lines hardly differ from the outermost one.
 */
const mostLevels = 1.2
const leastShare = 0.04

/** The border that the prompt asks to fill; `undefined` if it does not, or if there is none. */
export function findBlankBorder(prompt: string, pixels: Pixels): Border | undefined {
  if (!asksForMore.test(prompt)) return undefined
  const { width, height } = pixels
  const column = (x: number) => ({ start: x * 3, step: width * 3, count: height })
  const row = (y: number) => ({ start: y * width * 3, step: 3, count: width })
  const border = {
    left: widthOf(width, (index) => differ(pixels, column(0), column(index))),
    right: widthOf(width, (index) => differ(pixels, column(width - 1), column(width - 1 - index))),
    top: widthOf(height, (index) => differ(pixels, row(0), row(index))),
    bottom: widthOf(height, (index) => differ(pixels, row(height - 1), row(height - 1 - index))),
  }
  return Object.values(border).some((side) => side > 0) ? border : undefined
}

/**
 * How many lines from the edge on are alike; 0 if there are fewer than a border has, or if the whole image is alike.
 */
function widthOf(length: number, differsFromEdge: (index: number) => number): number {
  let lines = 0
  while (lines < length / 2 && differsFromEdge(lines) <= mostLevels) lines += 1
  return lines < length * leastShare || lines >= Math.floor(length / 2) ? 0 : lines
}

interface Line {
  start: number
  step: number
  count: number
}

/** Mean difference of two lines in levels, from every fourth pixel. */
function differ({ data }: Pixels, one: Line, other: Line): number {
  let sum = 0
  let count = 0
  for (let index = 0; index < one.count; index += 4) {
    for (let channel = 0; channel < 3; channel++) {
      const at = index * one.step + channel
      sum += Math.abs((data[one.start + at] ?? 0) - (data[other.start + at] ?? 0))
      count += 1
    }
  }
  return sum / count
}

/** Fills the border with the mirrored image, which looks a little like a continuation. In place. */
export function fillBorder(pixels: Pixels, { left, top, right, bottom }: Border): void {
  const { width, height, data } = pixels
  const inner = { width: width - left - right, height: height - top - bottom }
  const mirrored = (at: number, from: number, length: number) => {
    const period = length * 2
    const place = (((at - from) % period) + period) % period
    return from + (place < length ? place : period - 1 - place)
  }
  const filled = new Uint8Array(data.length)
  for (let y = 0, at = 0; y < height; y++) {
    const row = mirrored(y, top, inner.height) * width
    for (let x = 0; x < width; x++, at += 3) {
      const from = (row + mirrored(x, left, inner.width)) * 3
      for (let channel = 0; channel < 3; channel++) filled[at + channel] = data[from + channel] ?? 0
    }
  }
  data.set(filled)
}

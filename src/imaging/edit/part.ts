import type { Box } from '#domain/edit.ts'
import { part } from './constants.ts'
import type { PixelSize } from './raster.ts'

export interface PartPlan {
  /** What is sent, in whole pixels inside the image. */
  rect: Box
  /** The size at which the model is expected to answer: sides are multiples of 16. */
  answer: PixelSize
  /** How much finer the model sees the area than if the whole image is sent: 2 = twice as fine. */
  gain: number
  /** Worth offering: the image is much larger than what the model sees, and the crop is a small part of it. */
  suggested: boolean
}

/**
 * The crop around an area that is sent instead of the whole image, `factor` times as large as the area's box (1.3–4).
 * `undefined` for an area without pixels, and if the crop would be the whole image.
 */
export function planPart(
  [x, y, width, height]: Box,
  image: PixelSize,
  factor: number = part.factor,
): PartPlan | undefined {
  if (!(width > 0 && height > 0)) return undefined
  const wanted = {
    width: Math.min(image.width, Math.max(part.leastSide, width * factor)),
    height: Math.min(image.height, Math.max(part.leastSide, height * factor)),
  }
  if (wanted.width >= image.width && wanted.height >= image.height) return undefined
  const size = snap(wanted, image)
  const rect: Box = [
    Math.round(Math.max(0, Math.min(image.width - size.width, x + width / 2 - size.width / 2))),
    Math.round(Math.max(0, Math.min(image.height - size.height, y + height / 2 - size.height / 2))),
    size.width,
    size.height,
  ]
  const pixels = image.width * image.height
  const covered = (size.width * size.height) / pixels
  const wholeScale = Math.sqrt(pixels / part.answerPixels)
  const suggested = wholeScale > part.wholeScale && covered <= part.covered
  return { rect, answer: answerSize(size), gain: Math.sqrt(1 / covered), suggested }
}

/** How much a size is stretched by an answer at `answer`: 0.004 = 0.4 %. */
export function stretchOf(size: PixelSize, answer: PixelSize): number {
  const stretch = size.width / size.height / (answer.width / answer.height)
  return Math.max(stretch, 1 / stretch) - 1
}

/** Sides with about the model's number of pixels, in multiples of 16. */
function answerSize({ width, height }: PixelSize): PixelSize {
  const scale = Math.sqrt(part.answerPixels / (width * height))
  const side = (pixels: number) => Math.max(part.step, Math.round((pixels * scale) / part.step) * part.step)
  return { width: side(width), height: side(height) }
}

/**
 * The nearest size, not smaller if the image allows it, whose proportions survive rounding to multiples of 16. If one
 * side is the image's whole side, the other one grows.
 */
function snap(wanted: PixelSize, image: PixelSize): PixelSize {
  const start = { width: Math.ceil(wanted.width), height: Math.ceil(wanted.height) }
  const { width, height } = answerSize(start)
  const candidates = [0, -1, 1, -2, 2].flatMap((more) => {
    const ratio = (width + more * part.step) / height
    return [
      { width: Math.round(start.height * ratio), height: start.height },
      { width: start.width, height: Math.round(start.width / ratio) },
    ]
  })
  const grows = (size: PixelSize) => size.width >= start.width && size.height >= start.height
  const fits = (size: PixelSize) => size.width <= image.width && size.height <= image.height
  const holds = (size: PixelSize) => stretchOf(size, answerSize(size)) < part.stretch
  return candidates.find((size) => grows(size) && fits(size) && holds(size)) ?? grown(start, fits, holds) ?? start
}

/**
 * Slightly larger on both sides, for long and narrow crops, whose narrow side has few multiples of 16 to choose from.
 */
function grown(
  start: PixelSize,
  fits: (size: PixelSize) => boolean,
  holds: (size: PixelSize) => boolean,
): PixelSize | undefined {
  const steps = 32
  for (let more = 1; more <= steps * 2; more += 1) {
    for (let across = Math.max(0, more - steps); across <= Math.min(more, steps); across += 1) {
      const size = {
        width: Math.round(start.width * (1 + (across / steps) * mostGrowth)),
        height: Math.round(start.height * (1 + ((more - across) / steps) * mostGrowth)),
      }
      if (fits(size) && holds(size)) return size
    }
  }
  return undefined
}

/** By how much a side may grow to keep the proportions. */
const mostGrowth = 0.08

import type { Area } from '#imaging/edit/area.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import type { Case } from './protect-cases.ts'

const block = 16

/** Mean and largest difference of blocks of 16 px inside the area, in levels, between the result and the source. */
export function colourInside(one: Case, image: Pixels): { mean: number; worst: number } {
  const differences: number[] = []
  const { area, source } = one
  for (let top = area.top + block; top + 2 * block < area.top + area.height; top += block) {
    for (let left = area.left + block; left + 2 * block < area.left + area.width; left += block) {
      differences.push(blockDifference(source, image, left, top))
    }
  }
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    worst: Math.max(...differences),
  }
}

function blockDifference(source: Pixels, image: Pixels, left: number, top: number): number {
  const sums = [0, 0, 0]
  for (let y = top; y < top + block; y += 1) {
    for (let x = left; x < left + block; x += 1) {
      const at = (y * source.width + x) * 4
      for (let channel = 0; channel < 3; channel += 1) {
        sums[channel] = (sums[channel] ?? 0) + (image.data[at + channel] ?? 0) - (source.data[at + channel] ?? 0)
      }
    }
  }
  return sums.reduce((total, sum) => total + Math.abs(sum / block ** 2), 0) / 3
}

/**
 * How much more the image changes across the edge of the area than the source does there: means of three pixels on
 * either side, over stretches of 16 px of the edge, in levels.
 */
export function edgeStep(one: Case, image: Pixels): number {
  const { area, source } = one
  const steps: number[] = []
  const [left, top, right, bottom] = [
    area.left + 8,
    area.top + 8,
    area.left + area.width - 8,
    area.top + area.height - 8,
  ]
  for (const y of [top, bottom]) {
    if (y < 12 || y > source.height - 12) continue
    for (let x = left; x + block < right; x += block) steps.push(stepAt(source, image, x, y, 1, 0))
  }
  for (const x of [left, right]) {
    if (x < 12 || x > source.width - 12) continue
    for (let y = top; y + block < bottom; y += block) steps.push(stepAt(source, image, x, y, 0, 1))
  }
  return steps.reduce((sum, value) => sum + value, 0) / steps.length
}

function stepAt(source: Pixels, image: Pixels, x: number, y: number, along: number, across: number): number {
  let sum = 0
  let count = 0
  for (let step = 0; step < block; step += 1) {
    for (let depth = 0; depth < 3; depth += 1) {
      const [px, py] = [x + along * step, y + across * step]
      const inner = ((py + along * depth) * source.width + px + across * depth) * 4
      const outer = ((py - along * (depth + 1)) * source.width + px - across * (depth + 1)) * 4
      for (let channel = 0; channel < 3; channel += 1) {
        const laid = (image.data[inner + channel] ?? 0) - (image.data[outer + channel] ?? 0)
        sum += laid - ((source.data[inner + channel] ?? 0) - (source.data[outer + channel] ?? 0))
        count += 1
      }
    }
  }
  return Math.abs(sum / count)
}

/**
 * How much a line is seen along the edge of the area: mean difference of neighbouring pixels across each line from the
 * rim's outer end to the edge, less what the source has there, less the same of lines 20–30 px away on the side that has
 * more of it; the largest over the lines, in levels.
 */
export function edgeLine(one: Case, image: Pixels): number {
  const { area, source } = one
  const rim = 8
  const own = (at: number) => acrossEdge(area, image, at)
  const theirs = (at: number) => acrossEdge(area, source, at)
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const levelOf = (lines: readonly number[]) => mean(lines.map((at) => own(at) - theirs(at)))
  const level = Math.max(levelOf([-30, -27, -24, -21]), levelOf([21, 24, 27, 30]))
  const lines = Array.from({ length: rim + 5 }, (_, at) => at - rim - 2)
  return Math.max(0, ...lines.map((at) => own(at) - theirs(at) - level))
}

/** Mean difference of the pixels on both sides of a line that runs `at` pixels inside the painted edge; outside if negative. */
function acrossEdge(
  { left, top, width, height }: Area,
  { data, width: across, height: down }: Pixels,
  at: number,
): number {
  const rim = 8
  const [x0, y0, x1, y1] = [left + rim + at, top + rim + at, left + width - rim - at, top + height - rim - at]
  let [sum, count] = [0, 0]
  const add = (x: number, y: number, back: number) => {
    const pixel = y * across + x
    for (let channel = 0; channel < 3; channel += 1)
      sum += Math.abs((data[pixel * 4 + channel] ?? 0) - (data[(pixel - back) * 4 + channel] ?? 0))
    count += 3
  }
  const isSeen = (place: number, length: number) => place > 40 && place < length - 40
  for (let x = Math.max(1, x0); x < Math.min(across, x1); x += 1) {
    if (isSeen(top, down)) add(x, y0, across)
    if (isSeen(top + height, down)) add(x, y1, across)
  }
  for (let y = Math.max(1, y0); y < Math.min(down, y1); y += 1) {
    if (isSeen(left, across)) add(x0, y, 1)
    if (isSeen(left + width, across)) add(x1, y, 1)
  }
  return count === 0 ? 0 : sum / count
}

/** Signal-to-noise ratio, in dB, of the pixels selected by `same`. */
export function psnr(one: Pixels, other: Pixels, same: (pixel: number) => boolean): number {
  let [sum, count] = [0, 0]
  for (let pixel = 0; pixel < one.width * one.height; pixel += 1) {
    if (!same(pixel)) continue
    for (let channel = 0; channel < 3; channel += 1) {
      sum += ((one.data[pixel * 4 + channel] ?? 0) - (other.data[pixel * 4 + channel] ?? 0)) ** 2
      count += 1
    }
  }
  return 10 * Math.log10((255 * 255) / Math.max(1e-9, sum / count))
}

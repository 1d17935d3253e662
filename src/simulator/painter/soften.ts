import type { Pixels } from './pixels.ts'

/** Blur: three box blurs look like a Gaussian one. */
export function blurred({ data, width, height }: Pixels, sigma: number): Pixels {
  const from = new Float32Array(data)
  const to = new Float32Array(data.length)
  // The width of each box, so that all three together blur by `sigma`.
  const radius = Math.max(1, Math.round((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2))
  for (let pass = 0; pass < 3; pass++) {
    averageLines(from, to, { lines: height, lineStep: width * 3, length: width, step: 3, radius })
    averageLines(to, from, { lines: width, lineStep: 3, length: height, step: width * 3, radius })
  }
  // Rounds on assignment.
  const soft = new Uint8ClampedArray(from)
  return { data: new Uint8Array(soft.buffer), width, height }
}

interface Lines {
  lines: number
  lineStep: number
  length: number
  step: number
  radius: number
}

/**
 * Each value becomes the mean of its neighbours along the line; the first and last values continue beyond the edges.
 */
function averageLines(from: Float32Array, to: Float32Array, { lines, lineStep, length, step, radius }: Lines): void {
  const share = 1 / (radius * 2 + 1)
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 3; channel++) {
      const start = line * lineStep + channel
      const end = start + (length - 1) * step
      const first = from[start] ?? 0
      const last = from[end] ?? 0
      let sum = first * radius
      for (let index = 0; index < radius; index++) sum += index < length ? (from[start + index * step] ?? 0) : last
      for (let index = 0, at = start; index < length; index++, at += step) {
        sum += index + radius < length ? (from[at + radius * step] ?? 0) : last
        to[at] = sum * share
        sum -= index >= radius ? (from[at - radius * step] ?? 0) : first
      }
    }
  }
}

/**
 * Each value becomes the median of the `span` by `span` values around it. Counts are kept from one pixel to the next.
 */
export function medianFiltered(pixels: Pixels, span: number): Pixels {
  const data = new Uint8Array(pixels.data.length)
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < pixels.height; y++) middleRow(pixels, data, channel, y, (span - 1) / 2)
  }
  return { data, width: pixels.width, height: pixels.height }
}

function middleRow({ data, width, height }: Pixels, to: Uint8Array, channel: number, y: number, reach: number): void {
  const rows = Array.from({ length: reach * 2 + 1 }, (_, index) => {
    const row = Math.min(height - 1, Math.max(0, y - reach + index))
    return row * width * 3 + channel
  })
  const counts = new Uint16Array(256)
  const half = ((reach * 2 + 1) ** 2 - 1) / 2
  let middle = 0
  /** How many are below the median. */
  let below = 0
  const change = (column: number, by: number) => {
    const offset = Math.min(width - 1, Math.max(0, column)) * 3
    for (const row of rows) {
      const value = data[row + offset] ?? 0
      counts[value] = (counts[value] ?? 0) + by
      if (value < middle) below += by
    }
  }
  for (let column = -reach; column < reach; column++) change(column, 1)
  for (let x = 0, at = y * width * 3 + channel; x < width; x++, at += 3) {
    change(x + reach, 1)
    while (below > half) {
      middle--
      below -= counts[middle] ?? 0
    }
    while (below + (counts[middle] ?? 0) <= half) {
      below += counts[middle] ?? 0
      middle++
    }
    to[at] = middle
    change(x - reach, -1)
  }
}

/** Three numbers per cell, row by row. */
export interface Cells {
  data: Float32Array
  width: number
  height: number
}

const sweeps = 12

/**
 * Fills the cells that are not `known` with the smoothest values between those that are (Laplace's equation), from
 * coarse to fine. If nothing is known, everything becomes zero. A new grid.
 */
export function spreadInwards({ data, width, height }: Cells, known: Uint8Array): Cells {
  const filled = { data: data.slice(), width, height }
  for (let cell = 0; cell < known.length; cell += 1) if (!known[cell]) filled.data.fill(0, cell * 3, cell * 3 + 3)
  if (Math.min(width, height) > 2) startFromCoarser(filled, known)
  else fillWithMean(filled, known)
  for (let sweep = 0; sweep < sweeps; sweep += 1) relax(filled, known)
  return filled
}

/** Means of each known cell and its known neighbours within two cells, so that grain does not become streaks. A new grid. */
export function smoothKnown({ data, width, height }: Cells, known: Uint8Array): Cells {
  // Three sums and their weight for each cell: along rows first, then along columns.
  const [across, sums] = [new Float32Array(known.length * 4), new Float32Array(4)]
  for (let cell = 0; cell < known.length; cell += 1) {
    const x = cell % width
    sums.fill(0)
    for (let step = -Math.min(2, x); step <= Math.min(2, width - 1 - x); step += 1) {
      if (!known[cell + step]) continue
      const weight = 3 - Math.abs(step)
      for (let channel = 0; channel < 3; channel += 1)
        sums[channel] = (sums[channel] ?? 0) + weight * (data[(cell + step) * 3 + channel] ?? 0)
      sums[3] = (sums[3] ?? 0) + weight
    }
    across.set(sums, cell * 4)
  }
  const smooth = { data: new Float32Array(data.length), width, height }
  for (let cell = 0; cell < known.length; cell += 1) {
    if (!known[cell]) continue
    const y = Math.floor(cell / width)
    sums.fill(0)
    for (let step = -Math.min(2, y); step <= Math.min(2, height - 1 - y); step += 1) {
      const weight = 3 - Math.abs(step)
      for (let channel = 0; channel < 4; channel += 1)
        sums[channel] = (sums[channel] ?? 0) + weight * (across[(cell + step * width) * 4 + channel] ?? 0)
    }
    for (let channel = 0; channel < 3; channel += 1)
      smooth.data[cell * 3 + channel] = (sums[channel] ?? 0) / (sums[3] ?? 1)
  }
  return smooth
}

function fillWithMean({ data }: Cells, known: Uint8Array): void {
  const sums = [0, 0, 0]
  let count = 0
  known.forEach((isKnown, cell) => {
    if (!isKnown) return
    count += 1
    for (let channel = 0; channel < 3; channel += 1)
      sums[channel] = (sums[channel] ?? 0) + (data[cell * 3 + channel] ?? 0)
  })
  known.forEach((isKnown, cell) => {
    if (!isKnown && count > 0)
      data.set(
        sums.map((sum) => sum / count),
        cell * 3,
      )
  })
}

function startFromCoarser(fine: Cells, known: Uint8Array): void {
  const width = (fine.width + 1) >> 1
  const height = (fine.height + 1) >> 1
  const coarse = { data: new Float32Array(width * height * 3), width, height }
  const counts = new Uint8Array(width * height)
  for (let y = 0; y < fine.height; y += 1) {
    for (let x = 0; x < fine.width; x += 1) {
      const cell = y * fine.width + x
      if (!known[cell]) continue
      const parent = (y >> 1) * width + (x >> 1)
      counts[parent] = (counts[parent] ?? 0) + 1
      for (let channel = 0; channel < 3; channel += 1) {
        coarse.data[parent * 3 + channel] =
          (coarse.data[parent * 3 + channel] ?? 0) + (fine.data[cell * 3 + channel] ?? 0)
      }
    }
  }
  for (let at = 0; at < coarse.data.length; at += 1)
    coarse.data[at] = (coarse.data[at] ?? 0) / Math.max(1, counts[Math.floor(at / 3)] ?? 0)
  const solved = spreadInwards(coarse, counts)
  const sampled = [0, 0, 0]
  for (let y = 0; y < fine.height; y += 1) {
    for (let x = 0; x < fine.width; x += 1) {
      const cell = y * fine.width + x
      if (known[cell]) continue
      sampleCells(solved, (x + 0.5) / 2, (y + 0.5) / 2, sampled)
      fine.data.set(sampled, cell * 3)
    }
  }
}

/** Gauss–Seidel with over-relaxation; beyond the edge the nearest cell is repeated. */
function relax({ data, width, height }: Cells, known: Uint8Array): void {
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const cell = y * width + x
      if (known[cell]) continue
      const left = (x > 0 ? cell - 1 : cell) * 3
      const right = (x < width - 1 ? cell + 1 : cell) * 3
      const up = (y > 0 ? cell - width : cell) * 3
      const down = (y < height - 1 ? cell + width : cell) * 3
      for (let channel = 0; channel < 3; channel += 1) {
        const mean =
          ((data[left + channel] ?? 0) +
            (data[right + channel] ?? 0) +
            (data[up + channel] ?? 0) +
            (data[down + channel] ?? 0)) /
          4
        const now = data[cell * 3 + channel] ?? 0
        data[cell * 3 + channel] = now + 1.5 * (mean - now)
      }
    }
  }
}

/**
 * Writes the value between cells to `into`; a cell's centre is at half-integers. Beyond the edge the nearest cell is
 * repeated.
 */
export function sampleCells({ data, width, height }: Cells, x: number, y: number, into: number[]): void {
  const px = Math.max(0, Math.min(width - 1, x - 0.5))
  const py = Math.max(0, Math.min(height - 1, y - 0.5))
  const column = Math.min(Math.floor(px), Math.max(0, width - 2))
  const row = Math.min(Math.floor(py), Math.max(0, height - 2))
  const fx = px - column
  const fy = py - row
  const at = (row * width + column) * 3
  const across = width > 1 ? 3 : 0
  const below = height > 1 ? width * 3 : 0
  for (let channel = 0; channel < 3; channel += 1) {
    const here = at + channel
    const upper = (data[here] ?? 0) * (1 - fx) + (data[here + across] ?? 0) * fx
    const lower = (data[here + below] ?? 0) * (1 - fx) + (data[here + below + across] ?? 0) * fx
    into[channel] = upper * (1 - fy) + lower * fy
  }
}

export type Colour = readonly [red: number, green: number, blue: number]

/** Steps per channel by which pixels are grouped, and the least distance in levels between two colours of the result. */
const steps = 16
const apart = 48

/** The most frequent colours of an image, in that order; at most `count`. `data`: RGBA. */
export function mainColours(data: ArrayLike<number>, count: number): Colour[] {
  const cells = new Map<number, { sums: [number, number, number]; pixels: number }>()
  for (let at = 0; at + 3 < data.length; at += 4) {
    if ((data[at + 3] ?? 0) < 128) continue
    const colour = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0] as const
    const [red, green, blue] = colour.map((level) => Math.floor((level * steps) / 256)) as [number, number, number]
    const key = (red * steps + green) * steps + blue
    const cell = cells.get(key) ?? { sums: [0, 0, 0], pixels: 0 }
    for (const channel of [0, 1, 2] as const) cell.sums[channel] += colour[channel]
    cell.pixels += 1
    cells.set(key, cell)
  }
  const found: Colour[] = []
  for (const { sums, pixels } of [...cells.values()].sort((one, other) => other.pixels - one.pixels)) {
    const [red, green, blue] = sums.map((sum) => Math.round(sum / pixels)) as [number, number, number]
    const isNew = found.every(([r, g, b]) => Math.hypot(r - red, g - green, b - blue) >= apart)
    if (isNew) found.push([red, green, blue])
    if (found.length === count) break
  }
  return found
}

/** One comparison: our figure and the reference measured in the same run. */
export interface Row {
  what: string
  ours: number
  yardstick?: number
  /** Our figure divided by the reference, if it is not the ratio of the two: the median of the ratios of the rounds. */
  ratio?: number
  unit: string
  goal: string
  holds: boolean
  /** More about the figures: the spread, or what the reference is. */
  note?: string
}

function written(value: number | undefined): string {
  if (value === undefined) return ''
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(value >= 10 ? 1 : 2)
}

/** Ends the bench if a row contains no measurement: measuring nothing must not look like missing a goal. */
function expectMeasured({ what, ours, yardstick, ratio }: Row) {
  for (const value of [ours, yardstick, ratio])
    if (value !== undefined && !Number.isFinite(value)) throw new Error(`"${what}" was not measured: ${value}.`)
}

export function print(title: string, yardstick: string, rows: readonly Row[]) {
  if (rows.length === 0) throw new Error(`"${title}" measured nothing.`)
  rows.forEach(expectMeasured)
  console.log(`\n${title}\nYardstick: ${yardstick}`)
  const table = rows.map(({ what, ours, yardstick: other, ratio, unit, goal, holds, note }) => [
    what,
    `${written(ours)} ${unit}`.trim(),
    other === undefined ? '' : `${written(other)} ${unit}`.trim(),
    other === undefined || other === 0 ? '' : `${(ratio ?? ours / other).toFixed(2)}×`,
    goal,
    holds ? 'holds' : 'MISSED',
    note ?? '',
  ])
  const lines = [['', 'ours', 'yardstick', 'ratio', 'goal', '', ''], ...table]
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

/** The median; throws if there are no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('Nothing was measured.')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/**
 * The value below which the share `share` of all values is: 0.95 for the 95th percentile. Throws if there are no
 * values.
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('Nothing was measured.')
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
}

/** For measurements taken in turn: each pair was taken under the same load. Throws if a pair is incomplete. */
export function pairedRatio(ours: readonly number[], yardstick: readonly number[]): number {
  const isComplete = ours.every((value) => value >= 0) && yardstick.every((value) => value > 0)
  if (ours.length !== yardstick.length || !isComplete)
    throw new Error(`A measurement is missing: ${ours.join(', ')} against ${yardstick.join(', ')}.`)
  return median(ours.map((value, round) => value / (yardstick[round] ?? Number.NaN)))
}

/** Smallest and largest value of ours and of the reference, for a note. */
export function spread(ours: readonly number[], yardstick?: readonly number[]): string {
  const range = (values: readonly number[]) => `${written(Math.min(...values))}–${written(Math.max(...values))}`
  return yardstick ? `${range(ours)} against ${range(yardstick)}` : range(ours)
}

/** Mulberry32: the same numbers in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

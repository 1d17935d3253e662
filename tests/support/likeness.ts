const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Mean difference of two rows of shades, 0 to 255. */
export function distance(one: readonly number[], other: readonly number[]): number {
  return mean(one.map((value, index) => Math.abs(value - (other[index] ?? 0))))
}

/** Correlation of the shapes in two rows of shades, −1 to 1, independent of colours and brightness. */
export function likeness(one: readonly number[], other: readonly number[]): number {
  const [middle, otherMiddle] = [mean(one), mean(other)]
  const product = (a: readonly number[], ma: number, b: readonly number[], mb: number) =>
    mean(a.map((value, index) => (value - ma) * ((b[index] ?? 0) - mb)))
  const spread = product(one, middle, one, middle) * product(other, otherMiddle, other, otherMiddle)
  return product(one, middle, other, otherMiddle) / Math.sqrt(spread)
}

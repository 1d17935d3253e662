import type { Pixels } from '#imaging/edit/raster.ts'
import { answerSize, type Photograph } from './protect-photographs.ts'
import type { Row } from './report.ts'

/** One kind of figures. Photographs are measured one by one, in any order and process, and put together afterwards. */
export interface Measure<Sample> {
  name: string
  /** Plain data, which survives JSON. The same for the same photographs and index. */
  sample: (photographs: readonly Photograph[], index: number) => Promise<Sample>
  rows: (samples: readonly Sample[]) => Row[]
}

/** A measure whose samples come back from a file. */
export type StoredMeasure = Measure<unknown>

export function toStored<Sample>({ name, sample, rows }: Measure<Sample>): StoredMeasure {
  return { name, sample, rows: (samples) => rows(samples as readonly Sample[]) }
}

export const sourcePixels = 1_500_000
export const answerPixels = 1_000_000

/** A source, and what a model gets and gives back of it without a fault. */
export async function load(photograph: Photograph): Promise<{ source: Pixels; sent: Pixels }> {
  const source = await photograph.at(sourcePixels)
  return { source, sent: await photograph.sized(answerSize(source, answerPixels)) }
}

export function photographAt(photographs: readonly Photograph[], index: number): Photograph {
  const photograph = photographs[index % photographs.length]
  if (!photograph) throw new Error('There is no photograph to measure on.')
  return photograph
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new Error('Nothing was measured.')
  return sum(values) / values.length
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

export function row(what: string, ours: number, unit: string, goal: string, holds: boolean, note = ''): Row {
  return { what, ours, unit, goal, holds: holds && Number.isFinite(ours), note }
}

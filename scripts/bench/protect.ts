import { measures } from './protect-measures.ts'
import { loadPhotographs, type Photograph } from './protect-photographs.ts'
import { measureAll } from './protect-pool.ts'
import { benchSizes } from './protect-size.ts'
import { benchStrokes } from './protect-strokes.ts'
import { benchLayTime, layTimeGroups } from './protect-time.ts'
import type { Row } from './report.ts'

/** Groups of rows that can be asked for alone: one for each kind of figures, and what is timed in a browser. */
export const protectGroups: readonly string[] = [
  ...measures.map(({ name }) => name),
  ...layTimeGroups,
  'size',
  'strokes',
]

/** Answers with known faults, laid into photographs: every figure of these groups, or of all, next to its goal. */
export async function benchProtect(only: readonly string[] = []): Promise<Row[]> {
  const { photographs, kind } = await loadPhotographs()
  console.log(`\n${kind}`)
  const [first] = photographs
  if (!first) throw new Error('There is no photograph to measure on.')
  const isAsked = (group: string) => only.length === 0 || only.includes(group)
  const rows = await benchMeasures(photographs, kind, isAsked)
  rows.push(...(await benchLayTime(first, isAsked)))
  if (isAsked('size')) rows.push(...(await benchSizes(photographs)))
  if (isAsked('strokes')) rows.push(...(await benchStrokes(first)))
  return rows
}

async function benchMeasures(
  photographs: readonly Photograph[],
  kind: string,
  isAsked: (group: string) => boolean,
): Promise<Row[]> {
  const wanted = measures.filter(({ name }) => isAsked(name))
  const orders = wanted.flatMap(({ name }) => photographs.map((_, photograph) => ({ measure: name, photograph })))
  const samples = await measureAll(orders, kind)
  return wanted.flatMap((measure) => measure.rows(samples.filter((_, at) => orders[at]?.measure === measure.name)))
}

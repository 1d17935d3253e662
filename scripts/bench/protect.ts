import { measures } from './protect-measures.ts'
import { loadPhotographs } from './protect-photographs.ts'
import { measureAll } from './protect-pool.ts'
import { benchLayTime } from './protect-time.ts'
import type { Row } from './report.ts'

/** Answers with known faults, laid into photographs: every figure next to its goal. */
export async function benchProtect(): Promise<Row[]> {
  const { photographs, kind } = await loadPhotographs()
  console.log(`\n${kind}`)
  const [first] = photographs
  if (!first) throw new Error('There is no photograph to measure on.')
  const orders = measures.flatMap(({ name }) => photographs.map((_, photograph) => ({ measure: name, photograph })))
  const samples = await measureAll(orders, kind)
  const rows = measures.flatMap((measure) =>
    measure.rows(samples.filter((_, at) => orders[at]?.measure === measure.name)),
  )
  return [...rows, ...(await benchLayTime(first))]
}

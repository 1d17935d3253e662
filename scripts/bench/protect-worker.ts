import { measures } from './protect-measures.ts'
import { loadPhotographs } from './protect-photographs.ts'

/** What a process of the bench is asked for, and what it gives back. */
export interface Order {
  measure: string
  photograph: number
}
export type Reply = { sample: unknown } | { error: string }

const { photographs } = await loadPhotographs()

process.on('message', async ({ measure, photograph }: Order) => {
  const wanted = measures.find(({ name }) => name === measure)
  const reply: Reply = wanted
    ? await wanted.sample(photographs, photograph).then(
        (sample) => ({ sample }),
        (error: unknown) => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      )
    : { error: `There is no measure ${measure}.` }
  process.send?.(reply)
})
process.on('disconnect', () => process.exit())

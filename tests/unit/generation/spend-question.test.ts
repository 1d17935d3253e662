import { QueryClient } from '@tanstack/react-query'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Run } from '#domain/run.ts'
import { createGenerator } from '#generation/generator.ts'
import { findSpendQuestion } from '#generation/spend-question.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'
import { nodeProcessor } from '../../support/node-processor.ts'

const noon = new Date(2026, 10, 25, 12).getTime()
const flex = { family: 'flux-2', draft: { prompt: 'a fox', model: 'flex', size: '2K' }, sources: [] }
const pro = { family: 'flux-kontext', draft: { prompt: 'a fox', model: 'pro' }, sources: [] }

let store: GalleryStore
beforeEach(() => {
  store = openMemoryStore(nodeProcessor)
})

const at = ({ marks, state, ...run }: Run, time: number): Run => ({
  ...run,
  marks: { ...marks, createdAt: time },
  state: 'sentAt' in state ? { ...state, sentAt: time } : state,
})

/** The question to the user before a recipe is sent. */
async function questionOf(recipe: typeof pro, price: number, day: number, isSimulated = false) {
  const generator = createGenerator({
    runner: () => Promise.reject(new Error('nothing is sent here')),
    ports: { store, now: () => noon, newId: () => 'id' },
    queryClient: new QueryClient(),
    tell: () => undefined,
    limits: () => ({ price, day, isSimulated }),
  })
  const question = await generator.question([recipe])
  generator.close()
  return question
}

describe('a price above the one that the user set', () => {
  it('is asked about; one at it, or below, is not', async () => {
    expect(await questionOf(flex, 20, 0)).toBe('This costs 24 credits, more than your limit of 20 per image.')
    expect(await questionOf(flex, 24, 0)).toBeUndefined()
    expect(await questionOf(pro, 20, 0)).toBeUndefined()
    expect(await questionOf(flex, 0, 0)).toBeUndefined()
  })
})

describe('several images', () => {
  const questionOfAll = (price: number, day: number) =>
    findSpendQuestion({ store, now: () => noon }, [pro, flex, pro], { price, day, isSimulated: false })

  it('are asked about by the dearest one, and by their sum', async () => {
    expect(await questionOfAll(24, 34)).toBeUndefined()
    expect(await questionOfAll(23, 34)).toBe(
      'One of these images costs 24 credits, more than your limit of 23 per image.',
    )
    expect(await questionOfAll(24, 33)).toBe(
      'These 3 images cost 34 credits and bring today to 34 credits, more than your limit of 33 per day.',
    )
  })
})

describe('a day above what the user set', () => {
  it('is asked about with its sum: what is spent, may be, waits here, and this one', async () => {
    for (const run of [savedRun('a', ['p']), sendingRun('b'), queuedRun('c')])
      await store.saveRun(at(run, noon - 1_000))
    expect(await questionOf(pro, 0, 20)).toBeUndefined()
    expect(await questionOf(pro, 0, 19)).toBe('This brings today to 20 credits, more than your limit of 19 per day.')
  })

  it('begins at midnight', async () => {
    await store.saveRun(at(workingRun('a'), new Date(2026, 10, 24, 23, 59).getTime()))
    expect(await questionOf(pro, 0, 9)).toBeUndefined()
    await store.saveRun(at(workingRun('b'), new Date(2026, 10, 25, 0, 1).getTime()))
    expect(await questionOf(pro, 0, 9)).toContain('10 credits')
  })

  it('counts what was simulated only while pictures are simulated', async () => {
    const run = at(workingRun('a'), noon - 1_000)
    await store.saveRun({ ...run, marks: { ...run.marks, simulated: true } })
    expect(await questionOf(pro, 0, 9)).toBeUndefined()
    expect(await questionOf(pro, 0, 9, true)).toContain('10 credits')
  })

  it('is asked about also where the ledger cannot be read', async () => {
    store.recentRuns = () => Promise.reject(new Error('closed'))
    expect(await questionOf(pro, 0, 1_000)).toBe('What was spent today could not be read.')
  })
})

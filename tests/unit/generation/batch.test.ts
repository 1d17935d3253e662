import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NonEmpty } from '#domain/ids.ts'
import { isIn, mostInBatch, type Recipe, type Run } from '#domain/run.ts'
import { createBatch, toBatch } from '#generation/batch.ts'
import { createRun } from '#generation/create-run.ts'
import { createGenerator, type Generator } from '#generation/generator.ts'
import { eventually } from '../../support/eventually.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { settled } from '../../support/windows.ts'

let machine: Machine
let generator: Generator

beforeEach(async () => {
  machine = await openMachine()
  const runner = machine.window()
  generator = createGenerator({
    runner: async () => runner,
    ports: { store: machine.store, now: () => Date.now(), newId: () => crypto.randomUUID() },
    queryClient: new QueryClient(),
    tell: () => undefined,
    limits: () => ({ price: 0, day: 14, isSimulated: false }),
  })
})

afterEach(async () => {
  generator.close()
  await settled()
  await machine.close()
})

const recipes = (...prompts: NonEmpty<string>) =>
  prompts.map((prompt) => machine.recipe({ prompt })) as readonly Recipe[] as NonEmpty<Recipe>

test('a batch is several attempts, each with its own record; one that fails does not affect the others', async () => {
  const runs = await generator.generateBatch(recipes('one', 'two [[policy]]', 'three'))
  const batch = runs[0]?.marks.batch
  expect(runs.map(({ marks }) => marks.batch)).toEqual([0, 1, 2].map((index) => ({ id: batch?.id, index, of: 3 })))
  const phases = async () => (await machine.store.recentRuns(9)).map(({ state }) => state.phase).reverse()
  await eventually(async () => expect(await phases()).toEqual(['saved', 'failed', 'saved']))
  const pictures = await machine.store.pictures('gallery', 9)
  expect(pictures.map((picture) => picture.batch?.index).sort()).toEqual([0, 2])
  const { charges } = await machine.simulator.state()
  expect(charges.filter(({ refunded }) => !refunded)).toHaveLength(2)
})

test('a failed image of a batch is tried again in its place', async () => {
  await generator.generateBatch(recipes('one', 'two [[policy]]'))
  const failed = async () => (await machine.store.openRuns()).find((run) => isIn(run, 'failed'))
  await eventually(async () => expect(await failed()).toBeDefined())
  const before = (await failed()) as Run
  generator.again(before)
  await eventually(async () => expect((await failed())?.id).toBe(`${before.id}-r1`))
  expect((await failed())?.marks.batch).toEqual(before.marks.batch)
})

test('a recipe of a model that this version does not know is no run', async () => {
  const ports = { store: machine.store, now: () => 1, newId: () => 'run-1' }
  const message = 'This version of Atelier does not know the model of this recipe.'
  await expect(createRun(ports, { family: 'gone', draft: {}, sources: [] })).rejects.toMatchObject({
    failure: { kind: 'invalid', issues: [{ field: 'model', message }] },
  })
  expect(await machine.store.recentRuns(9)).toEqual([])
})

test('a recipe that cannot be sent stops all of its batch: nothing is stored and nothing sent', async () => {
  await expect(generator.generateBatch(recipes('one', ''))).rejects.toMatchObject({ failure: { kind: 'invalid' } })
  const many = Array.from({ length: mostInBatch + 1 }, () => 'a fox') as unknown as NonEmpty<string>
  await expect(generator.generateBatch(recipes(...many))).rejects.toThrow('A batch can have up to 100 images.')
  expect(await machine.store.recentRuns(9)).toEqual([])
  expect((await machine.simulator.state()).submissions).toEqual([])
})

test('a batch of the largest size is stored, its runs a millisecond apart', async () => {
  let ids = 0
  const newId = () => {
    ids += 1
    return `id-${ids}`
  }
  const many = recipes(...(Array.from({ length: mostInBatch }, () => 'a fox') as unknown as NonEmpty<string>))
  const runs = await createBatch({ store: machine.store, now: () => 1_000, newId }, many)
  expect(runs).toHaveLength(100)
  expect(runs.map(({ marks }) => [marks.createdAt, marks.batch])).toEqual(
    runs.map((_, index) => [1_000 + index, { id: 'id-1', index, of: 100 }]),
  )
})

test('a batch is one question about its sum', async () => {
  expect(toBatch(recipes('one', 'two', 'three')).priceCredits).toBe(15)
  expect(await generator.question(recipes('one', 'two'))).toBeUndefined()
  expect(await generator.question(recipes('one', 'two', 'three'))).toBe(
    'These 3 images cost 15 credits and bring today to 15 credits, more than your limit of 14 per day.',
  )
})

test('a run over the limit waits in the proxy’s queue with a shown time, and is not refused by the service', async () => {
  const moments: string[] = []
  machine.store.subscribe(async (change) => {
    if (change.kind !== 'runs') return
    for (const { state } of await machine.store.openRuns()) {
      if (state.phase === 'queued' && state.sendsAt !== undefined) moments.push('told')
    }
  })
  const wishes = Array.from({ length: 20 }, (_, index) => `wish ${index}`) as unknown as NonEmpty<string>
  await generator.generateBatch(recipes(...wishes))
  // The last two wait for the limit's window of 11 s.
  await eventually(async () => expect(await machine.store.countPictures('gallery')).toBe(20), 45_000)
  const { submissions } = await machine.simulator.state()
  expect(submissions.map(({ code }) => code)).toEqual(Array(20).fill(200))
  expect(moments).toContain('told')
}, 60_000)

import 'fake-indexeddb/auto'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { describeFailure, type Failure } from '#domain/failure.ts'
import { isIn, type Run } from '#domain/run.ts'
import { createGenerator, type Generator } from '#generation/generator.ts'
import { eventually } from '../../support/eventually.ts'
import { failedRun } from '../../support/gallery-records.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { settled } from '../../support/windows.ts'

let machine: Machine
let opened: Generator[]
let told: Failure[]

beforeEach(async () => {
  machine = await openMachine()
  opened = []
  told = []
})

afterEach(async () => {
  vi.restoreAllMocks()
  for (const generator of opened) generator.close()
  await settled()
  await machine.close()
})

function openWindow(): Generator {
  const runner = machine.window()
  const ports = { store: machine.store, now: () => Date.now(), newId: () => crypto.randomUUID() }
  const queryClient = new QueryClient()
  const generator = createGenerator({
    runner: async () => runner,
    ports,
    queryClient,
    tell: (failure) => told.push(failure),
  })
  opened.push(generator)
  return generator
}

async function keepFailed(): Promise<Run> {
  return machine.store.saveRun({ ...failedRun('a-run-that-was-refused'), recipe: machine.recipe() })
}

const submissions = async () => (await machine.simulator.state()).submissions.length
const others = async () => (await machine.store.recentRuns(9)).filter(({ id }) => id !== 'a-run-that-was-refused')

test('"Try again" twice, and in a second window, is one run and one charge', async () => {
  const old = await keepFailed()
  const [first, second] = [openWindow(), openWindow()]
  first.again(old)
  first.again(old)
  second.again(old)
  await eventually(async () => expect((await others()).map(({ state }) => state.phase)).toEqual(['saved']))
  await settled()
  expect(await submissions()).toBe(1)
  expect((await others())[0]?.marks.again).toBe(true)
  expect((await machine.store.run(old.id))?.marks.dismissed).toBe(true)
})

test('"Try again" once more, when the second try has ended as well, is a run of its own', async () => {
  const old = await keepFailed()
  const generator = openWindow()
  const hourAgo = { ...old.marks, createdAt: Date.now() - 3_600_000 }
  await machine.store.saveRun({ ...old, id: 'a-run-that-was-refused-r1' as Run['id'], marks: hourAgo })
  generator.again(old)
  await eventually(async () =>
    expect((await machine.store.run('a-run-that-was-refused-r2' as Run['id']))?.state.phase).toBe('saved'),
  )
})

test('the failed card stays as long as the new run cannot be stored', async () => {
  const old = await keepFailed()
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError')
  })
  openWindow().again(old)
  await eventually(async () => expect(told).toMatchObject([{ kind: 'storage' }]))
  put.mockRestore()
  expect((await machine.store.openRuns()).map(({ id }) => id)).toEqual(['a-run-that-was-refused'])
  expect(await submissions()).toBe(0)
})

test('"Remove" that comes too late says so and lets the run finish', async () => {
  const generator = openWindow()
  void generator.generate(machine.recipe({ prompt: 'a red fox [[slow:1]]' }))
  await eventually(async () => expect((await machine.store.recentRuns(1))[0]?.state.phase).toBe('working'))
  const [run] = await machine.store.recentRuns(1)
  generator.remove(run as Run)
  await eventually(async () => expect((await machine.store.recentRuns(1))[0]?.state.phase).toBe('saved'))
  expect(told.map(describeFailure)).toEqual(['This was just sent and can no longer be removed. It goes on.'])
  expect(await submissions()).toBe(1)
})

test('"Remove" while its sources are still uploaded sends nothing', async () => {
  const { send } = machine.network
  let reached = () => {}
  const asked = new Promise<void>((resolve) => {
    reached = resolve
  })
  let answer = () => {}
  const held = new Promise<void>((resolve) => {
    answer = resolve
  })
  machine.network.send = async (path, init) => {
    reached()
    await held
    return send(path, init)
  }
  const generator = openWindow()
  void generator.generate(machine.recipe())
  await asked
  const [run] = await machine.store.recentRuns(1)
  generator.remove(run as Run)
  await eventually(async () => expect(await machine.store.recentRuns(1)).toEqual([]))
  answer()
  await settled()
  expect([await submissions(), told]).toEqual([0, []])
  expect(run && isIn(run, 'queued')).toBe(true)
})

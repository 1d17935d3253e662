import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import type { Phase, Run } from '#domain/run.ts'
import { createGenerator } from '#generation/generator.ts'
import { createLog } from '#server/log.ts'
import { createMemorySubmissions, type SubmissionStore } from '#server/shared/memory/submissions.ts'
import {
  type BreakableService,
  isPicture,
  isSubmission,
  openBreakableService,
} from '../../support/breakable-service.ts'
import { countsOf, interfere, isImagePath, isSubmitPath, lost, never } from '../../support/broken-network.ts'
import { eventually } from '../../support/eventually.ts'
import { idOf, type Machine, machineKey, openMachine } from '../../support/machine.ts'

let service: BreakableService
let machine: Machine

beforeEach(async () => {
  service = await openBreakableService({ key: machineKey, switches: { durationMs: 30 } })
  machine = await openMachine({ service })
})

afterEach(async () => {
  vi.restoreAllMocks()
  await machine.close()
  await service.close()
})

const reopen = async (options: Parameters<typeof openMachine>[0]) => {
  await machine.close()
  machine = await openMachine({ service, ...options })
}

const phaseOf = async (run: Run) => (await machine.store.run(run.id))?.state.phase
/** Drives a run in a page that is closed at a given moment and receives no further answers. */
const driveUntil = async (run: Run, phase: Phase) => {
  const page = new AbortController()
  void machine.runner.drive(run.id, page.signal).catch(() => undefined)
  await eventually(async () => expect(await phaseOf(run)).toBe(phase))
  return page
}

describe('a crash', () => {
  test('P01 before the run is stored sends nothing: a run that cannot be stored is never started', async () => {
    const put = IDBObjectStore.prototype.put
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      if (this.name === 'runs') throw new DOMException('no room', 'QuotaExceededError')
      return put.call(this, value, key)
    })
    const told: Failure[] = []
    const generator = createGenerator({
      runner: async () => machine.runner,
      ports: { store: machine.store, now: () => 1, newId: () => crypto.randomUUID() },
      queryClient: new QueryClient(),
      tell: (failure) => told.push(failure),
    })
    void generator.generate(machine.recipe())
    await eventually(() => expect(told).toEqual([{ kind: 'storage', detail: 'the browser has no room left' }]))
    generator.close()
    expect(service.seen).toEqual([])
    expect(await machine.store.recentRuns(9)).toEqual([])
  })

  test('P06 P25 of the proxy too, which has lost what it sent: the outcome is uncertain, and it is never sent again', async () => {
    const run = await machine.create(machine.recipe())
    interfere(machine, isSubmitPath, async (direct, path, init) => {
      await direct(path, init)
      return never()
    })
    await driveUntil(run, 'sending')
    await eventually(async () => expect((await countsOf(machine)).submissions).toBe(1))
    await machine.restartProxy()
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({
      state: { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true },
    })
    await machine.reload().drive(run.id, machine.never)
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  })

  test('P16 after the task is known to be done: the image is downloaded at the next start', async () => {
    const run = await machine.create(machine.recipe())
    const restore = interfere(machine, isImagePath, never)
    await driveUntil(run, 'ready')
    const { polls } = await countsOf(machine)
    restore()
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1, polls })
  })

  test('P17 during the download of the image: it is downloaded again, and saved once', async () => {
    let asked = 0
    const mend = service.break(isPicture, (_incoming, outgoing) => {
      asked += 1
      outgoing.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': 50_000 })
      outgoing.write(Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'))
    })
    const run = await machine.create(machine.recipe())
    const page = await driveUntil(run, 'ready')
    await eventually(() => expect(asked).toBe(1))
    page.abort()
    mend()
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect(await machine.store.countPictures('gallery')).toBe(1)
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  })
})

describe('an answer that is lost', () => {
  test('P05 between service and proxy leaves the outcome uncertain; checking again sends nothing', async () => {
    const mend = service.loseAnswers(isSubmission)
    const run = await machine.generate()
    mend()
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true } })
    for (const runner of [machine.runner, machine.reload()]) {
      expect(await runner.drive(idOf(run), machine.never)).toMatchObject({
        state: { failure: { kind: 'unconfirmed' } },
      })
    }
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  })

  test('P10 while two windows without a common lock send the same run: one task, one image, known to both', async () => {
    const run = await machine.create(machine.recipe())
    const ends = await Promise.all([machine.runner, machine.reload()].map((one) => one.drive(run.id, machine.never)))
    expect(ends.map((end) => end?.state.phase)).toEqual(['saved', 'saved'])
    expect(await machine.store.countPictures('gallery')).toBe(1)
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  })
})

test('P21 without credits: reported after one try, with the settings kept', async () => {
  machine.simulator.set({ credits: 0 })
  const run = await machine.generate({ prompt: 'a red fox in the snow' })
  expect(run).toMatchObject({
    recipe: { draft: { prompt: 'a red fox in the snow' } },
    state: { phase: 'failed', failure: { kind: 'out-of-credits' }, chargePossible: false },
  })
  expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 0 })
})

test('P23 a proxy that dies after three of eight: the others cost nothing and are made when asked for again', async () => {
  await reopen({ runsAtOnce: 1 })
  let sent = 0
  const restore = interfere(
    machine,
    () => true,
    (direct, path, init) => {
      if (isSubmitPath(path)) sent += 1
      const isDead = sent >= 3 && !isSubmitPath(path)
      return isDead ? lost() : direct(path, init)
    },
  )
  const runs: Run[] = []
  for (let n = 0; n < 8; n += 1) runs.push(await machine.create(machine.recipe({ prompt: `fox number ${n}` })))
  const page = new AbortController()
  const driving = runs.map(({ id }) => machine.runner.drive(id, page.signal))
  await eventually(async () =>
    expect(await machine.store.run(runs[2]?.id ?? idOf(undefined))).toHaveProperty('state.trouble'),
  )
  page.abort()
  await Promise.all(driving)
  restore()
  await machine.restartProxy()
  const after = await Promise.all(runs.map(({ id }) => machine.store.run(id)))
  expect(after.map((run) => run?.state.phase)).toEqual([
    ...Array(2).fill('saved'),
    'working',
    ...Array(5).fill('queued'),
  ])
  const next = machine.reload()
  const ends = await Promise.all(runs.map(({ id }) => next.drive(id, machine.never)))
  expect(ends.map((run) => run?.state.phase)).toEqual(Array(8).fill('saved'))
  expect(await countsOf(machine)).toMatchObject({ submissions: 8, charges: 8 })
})

describe('a store of submissions that fails', () => {
  const withMemory = (memory: Partial<SubmissionStore>) =>
    reopen({ proxy: { submissions: { ...createMemorySubmissions(), ...memory }, log: createLog([], () => undefined) } })

  test('P24 before anything is sent: nothing was made, and the service is not asked', async () => {
    await withMemory({ reserve: () => Promise.reject(new Error('connection lost')) })
    const run = await machine.generate()
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unavailable' }, chargePossible: false } })
    expect(await countsOf(machine)).toMatchObject({ submissions: 0 })
  })

  test('P24 after the service has answered: the answer still arrives', async () => {
    await withMemory({ settle: () => Promise.reject(new Error('connection lost')) })
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  })
})

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Phase, Run } from '#domain/run.ts'
import type { RunnerPorts } from '#generation/ports.ts'
import { countsOf, interfere, isImagePath, isPollPath } from '../../support/broken-network.ts'
import { eventually } from '../../support/eventually.ts'
import { speedUp } from '../../support/fast-time.ts'
import { paintedImage } from '../../support/images.ts'
import { lightPainter, lightProcessor } from '../../support/light-images.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { createHeldTime } from '../../support/windows.ts'

const dayMs = 24 * 3_600_000
let machine: Machine

afterEach(() => machine.close())

const open = async (...options: Parameters<typeof openMachine>) => {
  machine = await openMachine(...options)
}
const reached = (run: Run, phase: Phase) =>
  eventually(async () => expect((await machine.store.run(run.id))?.state.phase).toBe(phase))

test('T01 a second window does not poll a run while the first one does', async () => {
  await open()
  const running = { taskId: 'x', successFlag: 0, response: null, errorCode: null }
  let asked = 0
  // Runs for ten more polls.
  interfere(machine, isPollPath, (direct, path, init) => {
    asked += 1
    if (asked > 10) return direct(path, init)
    return Promise.resolve(Response.json({ code: 200, msg: 'success', data: running }))
  })
  const sent: string[] = []
  const send: RunnerPorts['send'] = (path, init) => {
    sent.push(path)
    return machine.network.send(path, init)
  }
  const run = await machine.create(machine.recipe())
  const first = machine.runner.drive(run.id, machine.never)
  await reached(run, 'working')
  const second = machine.window({ send }).drive(run.id, machine.never)
  expect((await Promise.all([first, second])).map((end) => end?.state.phase)).toEqual(['saved', 'saved'])
  expect(asked).toBeGreaterThan(10)
  expect(sent).toEqual([])
  expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
})

test('T02 the window that polls a run is closed: the other one polls at once, and continues', async () => {
  await open()
  const time = createHeldTime()
  let asked = 0
  const send: RunnerPorts['send'] = (path, init) => {
    if (isPollPath(path)) asked += 1
    return machine.network.send(path, init)
  }
  const run = await machine.create(machine.recipe({ prompt: 'a red fox [[slow:1]]' }))
  const page = new AbortController()
  const first = machine.runner.drive(run.id, page.signal)
  await reached(run, 'working')
  const second = machine.window({ ...time, send }).drive(run.id, machine.never)
  expect(asked).toBe(0)
  page.abort()
  await first
  await eventually(() => expect(time.waiting()).toHaveLength(1))
  expect(time.waiting()).toEqual([0])
  await eventually(async () => {
    await time.pass(1_000)
    expect(await machine.store.countPictures('gallery')).toBe(1)
  })
  expect(asked).toBeGreaterThan(0)
  expect(await second).toMatchObject({ state: { phase: 'saved' } })
  expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
})

describe('a clock that jumps', () => {
  test.each([
    ['T05 a day ahead', dayMs],
    ['T05 a day back', -dayMs],
    ['T04 two hours ahead, because the machine slept', 2 * 3_600_000],
  ])('%s while the task works fails nothing', async (_title, jumpMs) => {
    await open()
    const run = await machine.create(machine.recipe({ prompt: 'a red fox [[slow:0.5]]' }))
    const driving = machine.runner.drive(run.id, machine.never)
    await reached(run, 'working')
    machine.clock.wallMs += jumpMs
    if (jumpMs > 0 && jumpMs < dayMs) machine.clock.monotonicMs += jumpMs
    expect(await driving).toMatchObject({ state: { phase: 'saved' } })
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
    // A task that is days old would be polled once a minute.
    if (machine.clock.monotonicMs === 0) expect(Math.max(...machine.pauses)).toBeLessThanOrEqual(10_000)
  })

  test('T05 a day ahead, again and again, while a finished task has no image yet: it is polled nevertheless', async () => {
    await open()
    let asked = 0
    const record = { taskId: 'x', successFlag: 1, response: null, errorCode: null }
    interfere(machine, isPollPath, (direct, path, init) => {
      asked += 1
      if (asked > 3) return direct(path, init)
      machine.clock.wallMs += dayMs
      return Promise.resolve(Response.json({ code: 200, msg: 'success', data: record }))
    })
    const time = createHeldTime()
    const startedAt = Date.now()
    const runner = machine.window({ ...time, now: () => startedAt + time.passedMs() + machine.clock.wallMs })
    const { id } = await machine.create(machine.recipe())
    expect(await time.passUntil(runner.drive(id, machine.never))).toMatchObject({ state: { phase: 'saved' } })
    expect(asked).toBeGreaterThan(3)
  })

  test.each([
    ['T05 a day ahead', dayMs],
    ['T05 a day back', -dayMs],
  ])('%s before a reload does not make a task count as gone that has not shown up yet', async (_title, jumpMs) => {
    await open({ switches: { durationMs: 30, visibilityLagMs: 400 } })
    const run = await machine.create(machine.recipe())
    const page = new AbortController()
    void machine.runner.drive(run.id, page.signal)
    await reached(run, 'working')
    page.abort()
    machine.clock.wallMs += jumpMs
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
  })
})

test('T09 a proxy of another version, which has none of our own routes, leaves every run as it is', async () => {
  await open()
  const strange = () => Promise.resolve(Response.json({ error: 'no such route' }, { status: 404 }))
  const run = await machine.create(machine.recipe())
  const page = new AbortController()
  const restore = interfere(machine, (path) => isPollPath(path) || isImagePath(path), strange)
  const driving = machine.runner.drive(run.id, page.signal)
  await eventually(async () => expect(await machine.store.run(run.id)).toHaveProperty('state.trouble'))
  page.abort()
  expect(await driving).toMatchObject({ state: { phase: 'working', trouble: { kind: 'unavailable' } } })
  restore()
  expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
})

test('T10 a slow upload ends when the user removes the run, and nothing is sent after it', async () => {
  await open()
  const bytes = await paintedImage('jpeg')
  const source = await machine.store.addPicture({
    id: 'source' as PictureId,
    shelf: 'sources',
    createdAt: 1,
    prompt: 'photo.jpg',
    parents: [],
    origin: { kind: 'dropped', fileName: 'photo.jpg', notes: [] },
    bytes,
  })
  const run = await machine.create({ ...machine.recipe(), sources: [source.id] })
  const user = new AbortController()
  const uploading = new Promise<AbortSignal>((resolve) => {
    interfere(
      machine,
      (path) => path.includes('upload'),
      (_direct, _path, init) =>
        new Promise((_resolve, reject) => {
          const signal = init?.signal as AbortSignal
          signal.addEventListener('abort', () => reject(signal.reason))
          resolve(signal)
        }),
    )
  })
  const driving = machine.runner.drive(run.id, user.signal)
  const upload = await uploading
  await machine.store.removeRun(run.id)
  user.abort()
  expect(await driving).toBeUndefined()
  expect(upload.aborted).toBe(true)
  expect(await countsOf(machine)).toEqual({ submissions: 0, charges: 0, polls: 0, uploads: 0 })
})

test('T12 five hundred runs: each is saved once, for one charge, and memory does not grow', async () => {
  const slowDown = speedUp(30, { patient: true })
  try {
    await open({ painter: lightPainter, processor: lightProcessor })
    /** Deletes the records of browser and service after each hundred runs, because these are expected to grow. */
    const makeHundred = async (round: number) => {
      const runs = Array.from({ length: 100 }, (_, n) => machine.generate({ prompt: `fox ${round} ${n}` }))
      expect((await Promise.all(runs)).filter((run) => run?.state.phase !== 'saved')).toEqual([])
      expect(await machine.store.countPictures('gallery')).toBe(100)
      const { submissions } = await machine.simulator.state()
      expect(submissions.filter(({ code }) => code === 200)).toHaveLength(100)
      expect((await countsOf(machine)).charges).toBe(100)
      machine.simulator.reset()
      await deleteDatabase(machine.databaseName)
    }
    await makeHundred(0)
    const before = heapBytes()
    for (let round = 1; round < 5; round += 1) await makeHundred(round)
    expect(heapBytes() / before).toBeLessThan(1.2)
  } finally {
    slowDown()
  }
}, 240_000)

function deleteDatabase(name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = resolve
    request.onerror = reject
  })
}

/** Heap size after a full garbage collection. */
function heapBytes(): number {
  setFlagsFromString('--expose_gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

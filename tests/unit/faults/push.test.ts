import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Run } from '#domain/run.ts'
import { eventKinds, eventsPath } from '#providers/events.ts'
import { createLog } from '#server/log.ts'
import { isSubmission, openBreakableService } from '../../support/breakable-service.ts'
import { countsOf, interfere, isPollPath, isSubmitPath, never } from '../../support/broken-network.ts'
import { callIn } from '../../support/call-in.ts'
import { eventually } from '../../support/eventually.ts'
import { later } from '../../support/later.ts'
import { type Machine, machineKey, openMachine, pauseScale } from '../../support/machine.ts'

let machine: Machine
let logged: string[] = []
const closings: (() => Promise<void>)[] = []

/** The pause of a run before a poll, while events arrive. */
const longMs = 30_000

/** A page with a stream of events from a proxy that receives callbacks. */
async function open(options: Parameters<typeof openMachine>[0] = {}) {
  logged = []
  const log = createLog([], (line) => logged.push(line))
  machine = await openMachine({ callbacks: true, proxy: { log }, ...options })
  closings.push(() => machine.close())
  return machine
}

afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closings.splice(0).reverse()) await close()
})

/** Resolves when the page has received an event of a run. Its stream must not be open yet. */
async function untilEvent(): Promise<void> {
  const heard = later()
  interfere(
    machine,
    (path) => path === eventsPath,
    async (direct, path, init) => {
      const answer = await direct(path, init)
      const watch = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, out) {
          out.enqueue(chunk)
          if (new TextDecoder().decode(chunk).includes(`event: ${eventKinds.run}`)) heard.resolve()
        },
      })
      return new Response(answer.body?.pipeThrough(watch) ?? null, answer)
    },
  )
  return heard.promise
}

const statuses = async () => (await machine.simulator.state()).callbacks.flatMap((delivery) => delivery.statuses)
const patiently = (check: () => void | Promise<void>) => eventually(check)
const phaseOf = async (run: Run) => (await machine.store.run(run.id))?.state.phase
/** Expects the same result as without callbacks: per run one task, one charge and one image. */
async function expectPlainEnd(runs: readonly (Run | undefined)[]) {
  expect(runs.map((run) => run?.state.phase)).toEqual(runs.map(() => 'saved'))
  expect(await countsOf(machine)).toMatchObject({ submissions: runs.length, charges: runs.length })
  expect(await machine.store.countPictures('gallery')).toBe(runs.length)
}

describe('a callback', () => {
  test('ends the pause of a run at once; later runs need no other poll', async () => {
    await open()
    const heard = untilEvent()
    // Keeps the event stream open between the others.
    machine.generate({ prompt: 'a red fox [[slow:600]]' }).catch(() => undefined)
    await machine.generate()
    // Pauses get long when an event has proved that the service can reach the proxy.
    await heard
    const startedAt = performance.now()
    // The usual pause of the next run would end long before its task.
    const second = await machine.generate({ prompt: 'a red fox [[slow:1.2]]' })
    const longPauses = Math.floor((performance.now() - startedAt) / (longMs / pauseScale))
    expect(second?.state).toMatchObject({ phase: 'saved' })
    const { polls } = await machine.simulator.state()
    const task = second?.state.phase === 'saved' ? second.state.task.taskId : ''
    expect(polls[task]).toBeGreaterThan(0)
    // On a slow machine a long pause may end before the event arrives.
    expect(polls[task]).toBeLessThanOrEqual(1 + longPauses)
  })

  test('W01 before the answer to the submission changes nothing', async () => {
    await open()
    await expectPlainEnd([await machine.generate({ prompt: 'a red fox [[callback:early]]' })])
  })

  test('W02 a hundred times causes at most one more poll', async () => {
    await open()
    machine.simulator.set({ callbackTimes: 100 })
    await expectPlainEnd([await machine.generate()])
    await patiently(async () => expect(await statuses()).toHaveLength(100))
    expect(new Set(await statuses())).toEqual(new Set([200]))
  })

  test('W03 out of order still ends each run', async () => {
    await open()
    machine.simulator.set({ callbacks: 'held' })
    const runs = [0, 1, 2].map(() => machine.generate({ prompt: 'a red fox [[slow:0.1]]' }))
    await patiently(async () => expect((await countsOf(machine)).submissions).toBe(3))
    machine.simulator.set({ callbacks: 'sent' })
    await expectPlainEnd(await Promise.all(runs))
  })

  test('W04 days late, to a proxy that has lost everything, changes nothing', async () => {
    await open()
    machine.simulator.set({ callbacks: 'held' })
    const run = await machine.generate()
    await expectPlainEnd([run])
    await machine.restartProxy()
    machine.simulator.set({ callbacks: 'sent' })
    await patiently(async () => expect(await statuses()).toEqual([200]))
    await expectPlainEnd([await machine.store.run((run as Run).id)])
    expect(await machine.runner.drive((run as Run).id, machine.never)).toEqual(run)
  })

  test('W05 that never comes is not needed: polling alone finishes the run', async () => {
    await open()
    await machine.generate()
    machine.simulator.set({ callbacks: 'never' })
    const second = await machine.generate()
    const third = await machine.generate()
    await expectPlainEnd([second, second, third])
  })

  test('W12 of a service whose clock is ten minutes off is refused and counted; polling does not notice', async () => {
    await open({ env: { KIE_WEBHOOK_HMAC_KEY: 'whk_demo_5f0c' } })
    machine.simulator.set({ callbackKey: 'whk_demo_5f0c', callbackSignature: 'late' })
    await expectPlainEnd([await machine.generate()])
    await patiently(() => expect(logged.join('')).toContain('bad signature'))
    await patiently(async () => expect(await statuses()).toContain(401))
  })

  test('SEC F09 that contradicts the record is not trusted', async () => {
    await open()
    machine.simulator.set({ callbackBody: 'forged' })
    const run = await machine.generate({ prompt: 'a red fox [[policy]]' })
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'rejected' }, chargePossible: false } })
    expect(JSON.stringify(run)).not.toContain('forged')
  })

  test('SEC F04 with the address of another image does not change which image is saved', async () => {
    await open()
    machine.simulator.set({ callbackBody: 'forged' })
    await expectPlainEnd([await machine.generate()])
  })
})

describe('an answer that is lost', () => {
  test('P05 between service and proxy is replaced by the callback: one task, its image, nothing uncertain', async () => {
    const service = await openBreakableService({
      key: machineKey,
      switches: { durationMs: 30 },
      call: (request) => callIn(() => machine.proxyPort())(request),
    })
    closings.push(() => service.close())
    await open({ service })
    service.loseAnswers(isSubmission)
    await expectPlainEnd([await machine.generate()])
  })

  test('P06 with the proxy that was killed after sending: the callback reaches the next one', async () => {
    await open()
    machine.simulator.set({ callbacks: 'held' })
    const run = await machine.create(machine.recipe())
    interfere(machine, isSubmitPath, async (direct, path, init) => {
      await direct(path, init)
      return never()
    })
    const page = new AbortController()
    void machine.runner.drive(run.id, page.signal).catch(() => undefined)
    await patiently(async () => expect((await countsOf(machine)).charges).toBe(1))
    await machine.restartProxy()
    const driven = machine.reload().drive(run.id, machine.never)
    await patiently(async () => expect(await phaseOf(run)).toBe('sending'))
    machine.simulator.set({ callbacks: 'sent' })
    await expectPlainEnd([await driven])
  })

  test('P06 without a callback is uncertain in the end', async () => {
    await open()
    machine.simulator.set({ callbacks: 'never' })
    const restore = interfere(machine, isSubmitPath, async (direct, path, init) => {
      await direct(path, init)
      await machine.restartProxy()
      throw new TypeError('Failed to fetch')
    })
    const run = await machine.generate()
    restore()
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true } })
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  })
})

describe('the stream', () => {
  test('W07 interrupted again and again loses no event', async () => {
    await open()
    const cuts = new Set<AbortController>()
    interfere(
      machine,
      (path) => path === eventsPath,
      (direct, path, init) => {
        const cut = new AbortController()
        cuts.add(cut)
        init?.signal?.addEventListener('abort', () => cut.abort())
        return direct(path, { ...init, signal: cut.signal })
      },
    )
    await machine.generate()
    const timer = setInterval(() => {
      for (const cut of cuts) cut.abort()
      cuts.clear()
    }, 200)
    const runs = await Promise.all([0, 1, 2, 3].map(() => machine.generate({ prompt: 'a red fox [[slow:1]]' })))
    clearInterval(timer)
    await expectPlainEnd([runs[0], ...runs])
  })

  test('W08 that a server in between buffers does not count as alive: polls keep their usual pace', async () => {
    await open()
    interfere(
      machine,
      (path) => path === eventsPath,
      async () => new Response(new ReadableStream({ start: () => undefined })),
    )
    const runs = [await machine.generate(), await machine.generate()]
    await expectPlainEnd(runs)
  })

  test('is not requested while the proxy says that it has none, nor while no run is running', async () => {
    const asked: string[] = []
    const watch = () =>
      interfere(
        machine,
        (path) => !isPollPath(path),
        (direct, path, init) => {
          asked.push(path)
          return direct(path, init)
        },
      )
    await open({ env: { PUBLIC_URL: '' } })
    watch()
    await expectPlainEnd([await machine.generate()])
    expect(asked).not.toContain(eventsPath)
    await open()
    watch()
    expect(asked).not.toContain(eventsPath)
    await machine.generate()
    expect(asked.filter((path) => path === eventsPath)).toHaveLength(1)
  })
})

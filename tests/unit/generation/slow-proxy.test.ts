import { getEventListeners, once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { interfere, isImagePath, isPollPath } from '../../support/broken-network.ts'
import { speedUp } from '../../support/fast-time.ts'
import { type Machine, openMachine } from '../../support/machine.ts'

let machine: Machine

beforeEach(async () => {
  machine = await openMachine()
})

afterEach(() => machine.close())

test('a proxy that does not answer is distinguished from an unreachable one, and nothing is sent', async () => {
  machine.network.send = (_path, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  const slowDown = speedUp(50)
  const run = await machine.generate().finally(slowDown)
  expect(run).toMatchObject({
    state: {
      phase: 'failed',
      chargePossible: false,
      failure: { kind: 'unavailable', detail: 'The proxy does not answer.' },
    },
  })
  expect((await machine.simulator.state()).submissions).toEqual([])
})

test('a run that is polled many times leaves no listeners on its signal', async () => {
  const run = await machine.create(machine.recipe())
  const page = new AbortController()
  const most: number[] = []
  let polls = 0
  const running = { taskId: 'x', successFlag: 0, response: null, errorCode: null }
  interfere(
    machine,
    () => true,
    (direct, path, init) => {
      most.push(getEventListeners(page.signal, 'abort').length)
      if (isPollPath(path) && ++polls <= 10) {
        return Promise.resolve(Response.json({ code: 200, msg: 'success', data: running }))
      }
      return direct(path, init)
    },
  )
  expect(await machine.runner.drive(run.id, page.signal)).toHaveProperty('state.phase', 'saved')
  expect(polls).toBeGreaterThan(10)
  expect(Math.max(...most)).toBeLessThanOrEqual(2)
  expect(getEventListeners(page.signal, 'abort')).toEqual([])
})

test('many images that arrive slowly leave connections for the next submission', async () => {
  let under = 0
  const most: number[] = []
  const arrival = new EventTarget()
  const slowly = once(arrival, 'now')
  interfere(machine, isImagePath, async (direct, path, init) => {
    under += 1
    most.push(under)
    await slowly
    const image = await direct(path, init)
    under -= 1
    return image
  })
  const batch = Array.from({ length: 7 }, (_, at) => machine.generate({ prompt: `a red fox ${at}` }))
  const isReady = async () => (await machine.store.openRuns()).filter(({ state }) => state.phase === 'ready').length
  await expect.poll(isReady).toBe(7)
  await expect.poll(() => under).toBe(3)
  arrival.dispatchEvent(new Event('now'))
  const runs = await Promise.all(batch)
  expect(runs.map((run) => run?.state.phase)).toEqual(Array(7).fill('saved'))
  expect(Math.max(...most)).toBe(3)
})

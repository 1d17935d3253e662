import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { interfere, isPollPath } from '../../support/broken-network.ts'
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

import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
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
  const run = await machine.create(machine.recipe({ prompt: 'a red fox [[slow:1]]' }))
  const page = new AbortController()
  const most: number[] = []
  const { send } = machine.network
  machine.network.send = (path, init) => {
    most.push(getEventListeners(page.signal, 'abort').length)
    return send(path, init)
  }
  expect(await machine.runner.drive(run.id, page.signal)).toHaveProperty('state.phase', 'saved')
  expect(most.length).toBeGreaterThan(5)
  expect(Math.max(...most)).toBeLessThanOrEqual(2)
  expect(getEventListeners(page.signal, 'abort')).toEqual([])
})

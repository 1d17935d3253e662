import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Machine, openMachine } from '../../support/machine.ts'

let machine: Machine

beforeEach(async () => {
  machine = await openMachine()
})

afterEach(() => machine.close())

test('a proxy that does not answer is told from one that is not there, and nothing is sent', async () => {
  machine.network.send = (_path, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
    })
  expect(await machine.generate()).toMatchObject({
    phase: 'failed',
    chargePossible: false,
    failure: { kind: 'unavailable', detail: 'The proxy does not answer.' },
  })
  expect((await machine.simulator.state()).submissions).toEqual([])
})

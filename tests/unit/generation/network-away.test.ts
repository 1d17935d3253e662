import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Run } from '#domain/run.ts'
import { createGenerator } from '#generation/generator.ts'
import type { Network } from '#generation/ports.ts'
import { eventually } from '../../support/eventually.ts'
import { idOf, type Machine, openMachine } from '../../support/machine.ts'

let machine: Machine
beforeEach(async () => {
  machine = await openMachine()
})
afterEach(() => machine.close())

const submissions = async () => (await machine.simulator.state()).submissions.length
const stateOf = async (run: Run) => (await machine.store.run(run.id))?.state

/** A network that can be switched off. */
function createNetwork(): Network & { set(isThere: boolean): void } {
  let isOffline = false
  const waiting: (() => void)[] = []
  const { send } = machine.network
  machine.network.send = (path, init) =>
    isOffline ? Promise.reject(new TypeError('Failed to fetch')) : send(path, init)
  return {
    isOffline: () => isOffline,
    back: () => (isOffline ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
    set(isThere) {
      isOffline = !isThere
      if (isThere) for (const resolve of waiting.splice(0)) resolve()
    },
  }
}

test('a run that is submitted offline waits for the network, and is sent once when it is back', async () => {
  const network = createNetwork()
  network.set(false)
  const run = await machine.create(machine.recipe())
  const driving = machine.window({ network }).drive(run.id, machine.never)
  await eventually(async () => expect(await stateOf(run)).toMatchObject({ phase: 'queued', waitsFor: 'network' }))
  expect(await submissions()).toBe(0)
  network.set(true)
  expect(await driving).toMatchObject({ state: { phase: 'saved' } })
  expect(await submissions()).toBe(1)
})

test('a proxy that is away while the network is there fails the run at once', async () => {
  const run = await machine.create(machine.recipe())
  machine.network.send = () => Promise.reject(new TypeError('Failed to fetch'))
  const network = { isOffline: () => false, back: () => Promise.resolve() }
  expect(await machine.window({ network }).drive(run.id, machine.never)).toMatchObject({
    state: { phase: 'failed', failure: { kind: 'unavailable' }, chargePossible: false },
  })
})

test('a network that has just come back may fail a few more times', async () => {
  const network = createNetwork()
  network.set(false)
  const run = await machine.create(machine.recipe())
  const driving = machine.window({ network }).drive(run.id, machine.never)
  await eventually(async () => expect(await stateOf(run)).toMatchObject({ waitsFor: 'network' }))
  const { send } = machine.network
  let failures = 3
  machine.network.send = (path, init) => {
    failures -= 1
    return failures >= 0 ? Promise.reject(new TypeError('Failed to fetch')) : send(path, init)
  }
  network.set(true)
  expect(await driving).toMatchObject({ state: { phase: 'saved' } })
})

test('also if the generator is not loaded yet', async () => {
  const network = createNetwork()
  network.set(false)
  const runner = machine.window({ network })
  const generator = createGenerator({
    runner: () => (network.isOffline() ? Promise.reject(new Error('not loaded')) : Promise.resolve(runner)),
    ports: { store: machine.store, now: () => Date.now(), newId: () => crypto.randomUUID() },
    queryClient: new QueryClient(),
    network,
    tell: () => undefined,
  })
  void generator.generate(machine.recipe())
  const only = async () => (await machine.store.recentRuns(1))[0]
  await eventually(async () => expect(await only()).toMatchObject({ state: { phase: 'queued', waitsFor: 'network' } }))
  network.set(true)
  await eventually(async () => expect(await only()).toMatchObject({ state: { phase: 'saved' } }))
  generator.close()
})

test('a task is polled at the proxy that it was sent through, whichever is set now', async () => {
  const asked: string[] = []
  let current = 'https://first.example/api'
  const to = (address: string) => (path: string, init?: RequestInit) => {
    asked.push(`${new URL(address).host} ${path.split('?')[0]}`)
    return machine.network.send(path, init)
  }
  const send = (path: string, init?: RequestInit) => to(current)(path, init)
  const runner = machine.window({ send, route: { current: () => current, to } })
  const run = await machine.create(machine.recipe({ prompt: 'a red fox [[slow:0.5]]' }))
  const driving = runner.drive(run.id, machine.never)
  await eventually(async () => expect(await stateOf(run)).toMatchObject({ phase: 'working' }))
  current = 'https://second.example/api'
  expect(await driving).toMatchObject({
    marks: { proxy: 'https://first.example/api' },
    state: { phase: 'saved' },
  })
  expect(asked.filter((one) => one.startsWith('second'))).toEqual([])
  const next = await machine.create(machine.recipe())
  const saved = await runner.drive(idOf(next), machine.never)
  expect(saved?.marks.proxy).toBe('https://second.example/api')
})

import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import { createGenerator, type Generator } from '#generation/generator.ts'
import { createLazyGenerator } from '#generation/lazy-generator.ts'
import { eventually } from '../../support/eventually.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { settled } from '../../support/windows.ts'

let machine: Machine
let told: Failure[]
let loads: number
/** Whether the page's server is reachable. */
let isServed: boolean
let generator: Generator

beforeEach(async () => {
  machine = await openMachine()
  told = []
  loads = 0
  isServed = true
  const tell = (failure: Failure) => void told.push(failure)
  const runner = machine.window()
  const ports = { store: machine.store, now: () => Date.now(), newId: () => crypto.randomUUID() }
  const load = async () => {
    if (!isServed) throw Object.assign(new Error('A part did not load.'), { name: 'PartError' })
    loads += 1
    return createGenerator({ runner: async () => runner, ports, queryClient: new QueryClient(), tell })
  }
  generator = createLazyGenerator({ load, store: machine.store, tell, pausesMs: [1] })
})

afterEach(async () => {
  generator.close()
  await settled()
  await machine.close()
})

const phases = async () => (await machine.store.recentRuns(9)).map(({ state }) => state.phase)
const submissions = async () => (await machine.simulator.state()).submissions.length

test('a first visit, which has no runs, loads nothing', async () => {
  await generator.resume()
  expect(loads).toBe(0)
})

test('two runs that are submitted while it is loading are sent once each, and it is loaded once', async () => {
  void generator.generate(machine.recipe())
  void generator.generate(machine.recipe())
  await eventually(async () => expect(await phases()).toEqual(['saved', 'saved']))
  expect(await submissions()).toBe(2)
  expect(loads).toBe(1)
  expect(told).toEqual([])
})

test('an unfinished run of an earlier visit is taken up', async () => {
  await machine.create(machine.recipe())
  await generator.resume()
  await eventually(async () => expect(await phases()).toEqual(['saved']))
  expect(await submissions()).toBe(1)
})

test('an unfinished run is taken up as soon as the page’s server is back', async () => {
  isServed = false
  await machine.create(machine.recipe())
  void generator.resume()
  await settled()
  expect(await submissions()).toBe(0)
  isServed = true
  await eventually(async () => expect(await phases()).toEqual(['saved']))
  expect([await submissions(), loads, told]).toEqual([1, 1, []])
})

test('an unfinished run is taken up as soon as the runs can be read', async () => {
  await machine.create(machine.recipe())
  const { openRuns } = machine.store
  let reads = 0
  machine.store.openRuns = () => {
    reads += 1
    return reads > 3 ? openRuns() : Promise.reject(new Error('not read'))
  }
  await generator.resume()
  await eventually(async () => expect(await phases()).toEqual(['saved']))
  expect([await submissions(), loads, told]).toEqual([1, 1, []])
})

test('a run that another window starts is followed from then on', async () => {
  await machine.create(machine.recipe())
  await eventually(async () => expect(await phases()).toEqual(['saved']))
  expect(loads).toBe(1)
})

test('if it does not load, that is reported and nothing is sent; the next press loads it', async () => {
  isServed = false
  expect(await generator.generate(machine.recipe())).toBe(false)
  await eventually(() => expect(told).toEqual([{ kind: 'unavailable', detail: 'A part did not load.' }]))
  await expect(generator.adopt('a-task', 'flux-kontext')).rejects.toThrow('A part did not load.')
  expect(await phases()).toEqual([])
  isServed = true
  expect(await generator.generate(machine.recipe())).toBe(true)
  await eventually(async () => expect(await phases()).toEqual(['saved']))
  expect(await submissions()).toBe(1)
})

test('closed while it is loading, it starts nothing', async () => {
  void generator.generate(machine.recipe())
  generator.close()
  await settled()
  expect(await submissions()).toBe(0)
})

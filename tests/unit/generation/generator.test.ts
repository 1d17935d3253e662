import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import type { Phase, Run } from '#domain/run.ts'
import { createGenerator, type Generator } from '#generation/generator.ts'
import { interfere, isPollPath } from '../../support/broken-network.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { createHeldTime, settled } from '../../support/windows.ts'

let machine: Machine
let opened: Generator[]
let told: Failure[]

beforeEach(async () => {
  machine = await openMachine()
  opened = []
  told = []
})

afterEach(async () => {
  for (const generator of opened) generator.close()
  await settled()
  await machine.close()
})

/** The generator in one more window of the same browser. */
function openWindow(runner = machine.window(), store: Machine['store'] = machine.store): Generator {
  const ports = { store, now: () => Date.now(), newId: () => crypto.randomUUID() }
  const generator = createGenerator({
    runner: async () => runner,
    ports,
    queryClient: new QueryClient(),
    tell: (failure) => told.push(failure),
  })
  opened.push(generator)
  return generator
}

/** Keeps runs from ending until the returned function is called. */
function holdPolls(): () => void {
  let goOn: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  interfere(machine, isPollPath, (direct, path, init) => held.then(() => direct(path, init)))
  return goOn
}

const submissions = async () => (await machine.simulator.state()).submissions.length
const polls = async () => Object.values((await machine.simulator.state()).polls).reduce((sum, count) => sum + count, 0)

/** The only run, when it is in the given phase. */
async function run(phase: Phase, where: (run: Run) => boolean = () => true): Promise<Run> {
  let found: Run | undefined
  await expect
    .poll(async () => {
      found = (await machine.store.recentRuns(1))[0]
      return found?.state.phase === phase && where(found)
    })
    .toBe(true)
  return found as Run
}

describe('two windows', () => {
  test('T01 send a run once and save it once', async () => {
    const [first] = [openWindow(), openWindow()]
    void first.generate(machine.recipe())
    await run('saved')
    expect(await submissions()).toBe(1)
    expect(await machine.store.countPictures('gallery')).toBe(1)
    expect(told).toEqual([])
  })

  test.each([
    ['saved', 'a red fox'],
    ['failed', 'a red fox [[fail:501]]'],
  ] as const)('P22 stop nothing that came to its end meanwhile: it is %s', async (phase, prompt) => {
    const [first, second] = [openWindow(), openWindow()]
    const goOn = holdPolls()
    void first.generate(machine.recipe({ prompt }))
    const working = await run('working')
    goOn()
    await run(phase)
    second.stop(working)
    await settled()
    expect(await run(phase)).not.toHaveProperty('marks.stopped')
    expect(told).toEqual([])
  })

  test('do not drop a run that one of them has resumed: it would not be driven after a reload', async () => {
    const [first, second] = [openWindow(), openWindow()]
    const goOn = holdPolls()
    void first.generate(machine.recipe())
    const working = await run('working')
    second.dismiss(working)
    await settled()
    expect(await run('working')).not.toHaveProperty('marks.dismissed')
    goOn()
    await run('saved')
    expect(told).toEqual([])
  })

  test('leave a run that failed as it is: neither looks again by itself', async () => {
    const [first] = [openWindow(), openWindow()]
    void first.generate(machine.recipe({ prompt: 'a red fox [[fail:501]]' }))
    await run('failed')
    const asked = await polls()
    let changes = 0
    machine.store.subscribe(() => {
      changes += 1
    })
    for (let turn = 0; turn < 10; turn += 1) await settled()
    expect(changes).toBe(0)
    expect(await polls()).toBe(asked)
  })
})

describe('looking again', () => {
  test('ends the pause that a run is in: it is asked for at once', async () => {
    const time = createHeldTime()
    const generator = openWindow(machine.window(time))
    const direct = machine.network.send
    let isDown = true
    machine.network.send = (path, init) =>
      isDown && path.startsWith('/api/image') ? Promise.reject(new TypeError('Failed to fetch')) : direct(path, init)
    void generator.generate(machine.recipe())
    await expect
      .poll(async () => {
        await time.pass(1_000)
        return (await machine.store.recentRuns(1))[0]?.state.phase
      })
      .toBe('ready')
    await expect.poll(() => time.waiting().length).toBe(1)
    isDown = false
    generator.look(await run('ready'))
    await run('saved')
    expect(await submissions()).toBe(1)
  })

  test('right after stopping takes the run up again', async () => {
    const generator = openWindow()
    const goOn = holdPolls()
    void generator.generate(machine.recipe())
    const working = await run('working')
    generator.stop(working)
    generator.look(working)
    goOn()
    expect(await run('saved')).not.toHaveProperty('marks.stopped')
    expect(await submissions()).toBe(1)
  })
})

describe('adopting', () => {
  test('drives the task to its picture', async () => {
    const generator = openWindow()
    void generator.generate(machine.recipe())
    const made = await run('saved')
    if (made.state.phase !== 'saved') return
    expect(await generator.adopt(made.state.task.taskId, 'flux-kontext')).toMatchObject({ known: true })
    await generator.adopt('never-heard-of-it', 'flux-2')
    expect(await run('failed')).toMatchObject({
      state: { task: { provider: 'kie-jobs', taskId: 'never-heard-of-it' } },
    })
    expect(await submissions()).toBe(1)
  })
})

describe('a window that is told of no changes', () => {
  const openDeaf = () => openWindow(machine.window(), { ...machine.store, subscribe: () => () => undefined })

  test('drives a run that it starts', async () => {
    void openDeaf().generate(machine.recipe())
    await run('saved')
  })

  test('drives each run of a batch', async () => {
    await openDeaf().generateBatch([machine.recipe(), machine.recipe()])
    await expect.poll(() => machine.store.countPictures('gallery')).toBe(2)
  })

  test('drives a second try', async () => {
    const generator = openDeaf()
    void generator.generate(machine.recipe({ prompt: 'a red fox [[fail:501]]' }))
    generator.again(await run('failed'))
    await expect.poll(submissions).toBe(2)
  })

  test('drives an adopted task once, and not again when it is adopted again', async () => {
    const generator = openDeaf()
    await generator.adopt('never-heard-of-it', 'flux-2')
    await run('failed')
    const asked = await polls()
    expect(asked).toBeGreaterThan(0)
    expect(await generator.adopt('never-heard-of-it', 'flux-2')).toMatchObject({ known: true })
    for (let turn = 0; turn < 10; turn += 1) await settled()
    expect(await polls()).toBe(asked)
    expect(told).toEqual([])
  })
})

describe('a store that cannot be read for a moment', () => {
  test('stops no run that is being driven', async () => {
    let isBroken = false
    let failed = 0
    const store = {
      ...machine.store,
      async run(id: RunId) {
        if (!isBroken) return machine.store.run(id)
        failed += 1
        throw new Error('cannot be read')
      },
    }
    const generator = openWindow(machine.window(), store)
    const goOn = holdPolls()
    void generator.generate(machine.recipe())
    const { id } = await run('working')
    isBroken = true
    await machine.store.amendRun(id, (stored) => ({ ...stored, marks: { ...stored.marks, gateway: 'kie' } }))
    await expect.poll(() => failed).toBeGreaterThan(0)
    isBroken = false
    goOn()
    await run('saved')
    expect(told).toEqual([])
  })
})

describe('the end of a run', () => {
  test('is reported once, by the window that drove it', async () => {
    const ends: string[] = []
    const openTelling = () => machine.window({ ended: ({ state: { phase } }) => ends.push(phase) })
    const run = await machine.create(machine.recipe())
    await Promise.all([openTelling(), openTelling()].map((runner) => runner.drive(run.id, machine.never)))
    await openTelling().drive(run.id, machine.never)
    expect(ends).toEqual(['saved'])
  })
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRunLock } from '#generation/run-lock.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { createHeldTime, createWindows } from '../../support/windows.ts'

let machine: Machine
let time: ReturnType<typeof createHeldTime>
let windows: ReturnType<typeof createWindows>

beforeEach(async () => {
  machine = await openMachine()
  time = createHeldTime()
  windows = createWindows()
})

afterEach(() => machine.close())

const submissions = async () => (await machine.simulator.state()).submissions.length

/** A window whose requests wait while it is frozen. */
function openWindow() {
  const window = windows.open()
  let thawed: Promise<void> = Promise.resolve()
  let release: () => void = () => undefined
  const runner = machine.window({
    lock: createRunLock({ ...window, ...time, isVisible: () => true }),
    send: async (path, init) => {
      const response = await machine.network.send(path, init)
      await thawed
      return response
    },
  })
  return {
    runner,
    freeze() {
      window.freeze()
      thawed = new Promise((resolve) => {
        release = resolve
      })
    },
    thaw() {
      window.thaw()
      release()
    },
  }
}

describe('a window that was frozen with a running run', () => {
  test('T03 does not keep others from finishing it: one submission, one picture', async () => {
    const [frozen, seen] = [openWindow(), openWindow()]
    const run = await machine.create(machine.recipe({ prompt: 'a red fox [[slow:1]]' }))
    const one = frozen.runner.drive(run.id, machine.never)
    await expect.poll(async () => (await machine.store.run(run.id))?.state.phase).toBe('working')
    frozen.freeze()
    const two = seen.runner.drive(run.id, machine.never)
    const kept = () => time.pass(10_000).then(() => machine.store.countPictures('gallery'))
    await expect.poll(kept, { timeout: 15_000 }).toBe(1)
    expect(await two).toMatchObject({ state: { phase: 'saved' } })
    const told: unknown[] = []
    machine.store.subscribe((change) => told.push(change))
    frozen.thaw()
    expect(await one).toEqual(await two)
    // It did not receive the other window's messages.
    expect(told).toContainEqual({ kind: 'runs', ids: [run.id] })
    expect(await submissions()).toBe(1)
    expect(await machine.store.countPictures('gallery')).toBe(1)
  })

  test('T03 keeps a submission that may be under way to itself', async () => {
    const [frozen, seen] = [openWindow(), openWindow()]
    const run = await machine.create(machine.recipe())
    const direct = machine.network.send
    let left = false
    machine.network.send = (path, init) => {
      if (path.endsWith('/generate')) {
        left = true
        frozen.freeze()
      }
      return direct(path, init)
    }
    const one = frozen.runner.drive(run.id, machine.never)
    await expect.poll(() => left).toBe(true)
    const two = seen.runner.drive(run.id, machine.never)
    await time.pass(120_000)
    expect(await machine.store.run(run.id)).toMatchObject({ state: { phase: 'sending' } })
    frozen.thaw()
    expect(await one).toMatchObject({ state: { phase: 'saved' } })
    expect(await two).toMatchObject({ state: { phase: 'saved' } })
    expect(await submissions()).toBe(1)
  })
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Run, RunIn } from '#domain/run.ts'
import { type Machine, openMachine, openRunner } from '../../support/machine.ts'
import { createHeldTime } from '../../support/windows.ts'

let machine: Machine
let time: ReturnType<typeof createHeldTime>

const started = 1_790_000_000_000

beforeEach(async () => {
  machine = await openMachine()
  time = createHeldTime()
})

afterEach(() => machine.close())

const submissions = async () => (await machine.simulator.state()).submissions.length

/** A run that was refused because of the rate limit, found after a reload. */
async function heldBack(sendsAt: number): Promise<Run> {
  const run = await machine.create(machine.recipe())
  const trouble = { kind: 'rate-limited', retryAfterMs: 8_000 } as const
  const held: RunIn<'queued'> = {
    ...(run as RunIn<'queued'>),
    state: { ...(run as RunIn<'queued'>).state, sendsAt, trouble },
  }
  return machine.store.saveRun(held)
}

function driveAt(now: number, run: Run) {
  const ports = { store: machine.store, send: machine.network.send, runsAtOnce: () => 8, newId: () => 'id' }
  const clock = { ...time, now: () => now + time.passedMs() }
  return openRunner({ ...ports, ...clock, lock: (_name, signal, work) => work(signal) }).drive(run.id, machine.never)
}

const waited = () => expect.poll(() => time.waiting().length).toBe(1)

describe('the service’s limit', () => {
  test('is written on the run: when it sends itself', async () => {
    const seen: Run[] = []
    machine.store.subscribe(async () => seen.push(...(await machine.store.openRuns())))
    const before = Date.now()
    await machine.generate({ prompt: 'a red fox [[submit:429]]' })
    const held = seen.find((run) => run.state.phase === 'queued' && run.state.sendsAt !== undefined) as RunIn<'queued'>
    expect(held.state.sendsAt).toBeGreaterThan(before + 10_000)
    expect(held.state.sendsAt).toBeLessThan(Date.now() + 14_000)
  })

  test('holds over a reload: the rest of the pause is waited for', async () => {
    const run = await heldBack(started + 5_000)
    const end = driveAt(started, run)
    await waited()
    expect(time.waiting()).toEqual([5_000])
    expect(await submissions()).toBe(0)
    await time.pass(5_000)
    await expect.poll(submissions).toBe(1)
    expect(await machine.store.run(run.id)).not.toHaveProperty('state.sendsAt')
    await expect.poll(() => time.pass(1_000).then(() => machine.store.countPictures('gallery'))).toBe(1)
    expect(await end).toMatchObject({ state: { phase: 'saved' } })
  })

  test('is not cut short by a window that wakes up', async () => {
    const run = await heldBack(started + 5_000)
    void driveAt(started, run)
    await waited()
    await time.wake()
    await waited()
    expect(time.waiting()).toEqual([5_000])
    expect(await submissions()).toBe(0)
  })

  test('T05 does not grow with a clock that was set back', async () => {
    const run = await heldBack(started + 24 * 3_600_000)
    void driveAt(started, run)
    await waited()
    expect(time.waiting()[0]).toBeLessThanOrEqual(8_000 * 1.2)
  })

  test('T05 is over for a clock that was set forward', async () => {
    const run = await heldBack(started - 24 * 3_600_000)
    void driveAt(started, run)
    await expect.poll(submissions).toBe(1)
  })
})

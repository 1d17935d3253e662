import { describe, expect, it } from 'vitest'
import { createLimiter, graceMs, mostWaiting, serviceLimit } from '#server/shared/memory/limiter.ts'

function limiterOf(options: { most?: number; windowMs?: number } = {}) {
  const clock = { at: 0 }
  return { clock, take: createLimiter({ ...options, now: () => clock.at }) }
}

/** A user who asks for one run after the other, each until it is let out, and comes back when told. */
function createPolite(take: ReturnType<typeof createLimiter>, user: string) {
  let run = 0
  let comesAt = 0
  let letOut = 0
  return {
    letOut: () => letOut,
    async tick(at: number) {
      if (at < comesAt) return
      const waitMs = await take(user, `${user} ${run}`)
      if (waitMs > 0) comesAt = at + waitMs
      else {
        letOut += 1
        run += 1
      }
    },
  }
}

describe('the limit of the service', () => {
  it('B11: is never exceeded in any window, however long one submission takes to arrive', async () => {
    const { clock, take } = limiterOf()
    const passed: number[] = []
    for (; clock.at < 66_000; clock.at += 100)
      if ((await take('one', `run ${passed.length}`)) === 0) passed.push(clock.at)
    for (const start of passed) {
      // G9: arrivals differ from departures by up to a second.
      expect(passed.filter((at) => at >= start && at < start + 11_000).length).toBeLessThanOrEqual(18)
    }
    expect(passed.length).toBe(6 * 18)
    expect(serviceLimit).toEqual({ most: 18, windowMs: 11_000 })
  })

  it('keeps turns for a limited number of runs per user, and in total', async () => {
    const { take } = limiterOf({ most: 1, windowMs: 1000 })
    expect(await take('one', 'first')).toBe(0)
    const waits: number[] = []
    for (let run = 0; run < mostWaiting.perUser + 3; run += 1) waits.push(await take('one', `run ${run}`))
    // Whoever is over it is told the time after the last turn, over and over.
    const last = (mostWaiting.perUser + 1) * 1000
    expect(waits.slice(-4)).toEqual([last - 1000, last, last, last].map((ms) => ms))
    // Another user's run comes in the first round all the same.
    expect(await take('two', 'a run')).toBeLessThan(4000)
  })

  it('tells how long to wait, slot by slot', async () => {
    const { clock, take } = limiterOf({ most: 2, windowMs: 1000 })
    expect(await take('one', 'a')).toBe(0)
    clock.at = 400
    expect(await take('one', 'b')).toBe(0)
    expect(await take('one', 'c')).toBe(600)
    expect(await take('one', 'd')).toBe(1000)
    expect(await take('one', 'e')).toBe(1600)
    clock.at = 1000
    expect(await take('one', 'd')).toBe(400)
    expect(await take('one', 'c')).toBe(0)
    clock.at = 1400
    expect(await take('one', 'd')).toBe(0)
  })
})

describe('the turns', () => {
  it('G10: alternate between users: one who asks all the time does not delay the others', async () => {
    const { clock, take } = limiterOf()
    const polite = Array.from({ length: 10 }, (_, at) => createPolite(take, `polite ${at}`))
    let greedy = 0
    for (let run = 0; clock.at < 300_000; clock.at += 50) {
      for (let tries = 0; tries < 10; tries += 1) if ((await take('greedy', `greedy ${run++ % 300}`)) === 0) greedy += 1
      for (const user of polite) await user.tick(clock.at)
    }
    const all = polite.reduce((sum, user) => sum + user.letOut(), greedy)
    for (const user of polite) expect(user.letOut()).toBeGreaterThan((all / 11) * 0.85)
    // No place is left empty for the sake of fairness.
    expect(all).toBeGreaterThan((300_000 / 11_000) * 18 * 0.95)
  })

  it('keep the runs of one user in their order', async () => {
    const { clock, take } = limiterOf({ most: 1, windowMs: 1000 })
    await take('other', 'x')
    for (const run of ['a', 'b', 'c']) await take('one', run)
    clock.at = 1000
    expect(await take('one', 'c')).toBeGreaterThan(0)
    expect(await take('one', 'b')).toBeGreaterThan(0)
    expect(await take('one', 'a')).toBe(0)
  })

  it('are lost if they are not claimed, and used if they are', async () => {
    const { clock, take } = limiterOf({ most: 1, windowMs: 1000 })
    await take('other', 'x')
    await take('gone', 'a')
    await take('one', 'b')
    clock.at = 1000
    expect(await take('one', 'b')).toBe(1000)
    clock.at = 1000 + graceMs
    expect(await take('one', 'b')).toBe(0)
  })

  it('go by who asked first, once nobody was served for a while', async () => {
    const { clock, take } = limiterOf({ most: 1, windowMs: 1000 })
    expect(await take('one', 'a')).toBe(0)
    clock.at = 2000
    expect(await take('other', 'b')).toBe(0)
    expect(await take('one', 'c')).toBe(1000)
    expect(await take('new', 'd')).toBe(2000)
  })

  it('are kept for a limited number of runs', async () => {
    const { clock, take } = limiterOf({ most: 1, windowMs: 1000 })
    await take('other', 'x')
    for (let run = 0; run < mostWaiting.perUser + 50; run += 1) await take('greedy', `${run}`)
    expect(await take('one', 'a')).toBe(2000)
    // Nobody came for the first turn.
    clock.at = 1000 + graceMs
    expect(await take('one', 'a')).toBe(0)
  })
})

describe('a fair share', () => {
  /** Four slots, two for each of two users; the first one is free again at 10 s. */
  async function shared() {
    const { clock, take } = limiterOf({ most: 4, windowMs: 10_000 })
    for (const [at, user] of [
      [0, 'one'],
      [1_000, 'one'],
      [2_000, 'two'],
      [3_000, 'two'],
    ] as const) {
      clock.at = at
      expect(await take(user, `${user} ${at}`)).toBe(0)
    }
    clock.at = 10_000
    return { clock, take }
  }

  it('leaves a free slot to others for a second', async () => {
    const { clock, take } = await shared()
    expect(await take('two', 'two more')).toBe(1_000)
    expect(await take('one', 'one more')).toBe(0)
    const unclaimed = await shared()
    expect(await unclaimed.take('two', 'two more')).toBe(1_000)
    unclaimed.clock.at = 10_999
    expect(await unclaimed.take('two', 'two more')).toBe(1)
    unclaimed.clock.at = 11_000
    expect(await unclaimed.take('two', 'two more')).toBe(0)
    clock.at = 11_000
    expect(await take('two', 'two more')).toBeGreaterThan(0)
  })

  it('is all of it for a user who is alone', async () => {
    const { clock, take } = limiterOf({ most: 2, windowMs: 10_000 })
    expect([await take('one', 'a'), await take('one', 'b')]).toEqual([0, 0])
    clock.at = 10_000
    expect(await take('one', 'c')).toBe(0)
  })

  it('is all of it again once the others have not asked for a whole window', async () => {
    const { clock, take } = limiterOf({ most: 2, windowMs: 10_000 })
    expect(await take('two', 'a')).toBe(0)
    clock.at = 5_000
    expect(await take('one', 'b')).toBe(0)
    clock.at = 10_000
    expect(await take('one', 'c')).toBe(0)
  })

  it('keeps turns for a thousand runs in all', async () => {
    const { take } = limiterOf({ most: 1, windowMs: 1_000 })
    await take('first', 'x')
    const users = mostWaiting.inAll / mostWaiting.perUser
    for (let user = 0; user < users; user += 1) {
      for (let run = 0; run < mostWaiting.perUser; run += 1) await take(`user ${user}`, `${user} ${run}`)
    }
    const last = await take('another', 'a')
    expect(await take('another', 'b')).toBe(last)
    expect(await take('someone else', 'c')).toBe(last)
  })
})

import { describe, expect, it } from 'vitest'
import { type BudgetLimits, createMemoryBudget, dayMs, minuteMs } from '#server/shared/memory/budget.ts'

const none: BudgetLimits = { userRunsPerMinute: undefined, userDailyCredits: undefined, dailyCredits: undefined }
/** 06:00 UTC of some day. */
const morning = 20_000 * dayMs + dayMs / 4

function budgetOf(limits: Partial<BudgetLimits>) {
  const clock: { at: number; steady?: number } = { at: morning }
  const budget = createMemoryBudget(
    { ...none, ...limits },
    { now: () => clock.at, steady: () => clock.steady ?? clock.at },
  )
  const granted = async (user: string, credits: number) => (await budget.take(user, credits)).granted
  return { clock, budget, granted }
}

describe('a budget', () => {
  it('without limits lets everything through', async () => {
    const { granted } = budgetOf({})
    for (let count = 0; count < 500; count += 1) expect(await granted('one', 24)).toBe(true)
  })

  it('B14: gives each user a day of credits, and says when the next one begins', async () => {
    const { budget, granted, clock } = budgetOf({ userDailyCredits: 20 })
    expect(await granted('one', 14)).toBe(true)
    expect(await budget.take('one', 7)).toEqual({
      granted: false,
      limit: 'userDailyCredits',
      retryAfterMs: (dayMs * 3) / 4,
    })
    expect(await granted('one', 6)).toBe(true)
    expect(await granted('two', 20)).toBe(true)
    clock.at = morning + (dayMs * 3) / 4 - 1
    expect(await granted('one', 1)).toBe(false)
    clock.at += 1
    expect(await granted('one', 20)).toBe(true)
  })

  it('B14: counts all users together as well', async () => {
    const { budget, granted } = budgetOf({ userDailyCredits: 20, dailyCredits: 30 })
    expect(await granted('one', 20)).toBe(true)
    expect(await granted('two', 10)).toBe(true)
    expect(await budget.take('three', 5)).toMatchObject({ granted: false, limit: 'dailyCredits' })
  })

  it('names no time for what will never fit', async () => {
    const { budget } = budgetOf({ userDailyCredits: 20 })
    expect(await budget.take('one', 24)).toEqual({ granted: false, limit: 'userDailyCredits' })
  })

  it('B11: lets no more runs of one user out in any minute than it may, and all of the others', async () => {
    const { budget, clock } = budgetOf({ userRunsPerMinute: 3 })
    const passed: number[] = []
    for (; clock.at < morning + 5 * minuteMs; clock.at += 1000) {
      if ((await budget.take('one', 5)).granted) passed.push(clock.at)
      expect((await budget.take(`other ${clock.at}`, 5)).granted).toBe(true)
    }
    for (const start of passed) {
      expect(passed.filter((at) => at >= start && at < start + minuteMs).length).toBeLessThanOrEqual(3)
    }
    expect(passed).toHaveLength(15)
  })

  it('tells how long a user has to wait for the next run', async () => {
    const { budget, clock } = budgetOf({ userRunsPerMinute: 2 })
    await budget.take('one', 5)
    clock.at += 10_000
    await budget.take('one', 5)
    clock.at += 10_000
    expect(await budget.take('one', 5)).toEqual({ granted: false, limit: 'userRunsPerMinute', retryAfterMs: 40_000 })
  })

  it('counts nothing of what it refused, and nothing of what was given back', async () => {
    const { budget, granted } = budgetOf({ userRunsPerMinute: 2, userDailyCredits: 20 })
    for (let count = 0; count < 9; count += 1) expect(await granted('one', 21)).toBe(false)
    for (let count = 0; count < 9; count += 1) {
      const grant = await budget.take('one', 20)
      expect(grant.granted).toBe(true)
      if (grant.granted) await grant.giveBack()
    }
    expect(await granted('one', 10)).toBe(true)
    expect(await granted('one', 10)).toBe(true)
    expect(await granted('one', 1)).toBe(false)
  })

  it('does not give to the new day what was set aside on the old one', async () => {
    const { budget, granted, clock } = budgetOf({ userDailyCredits: 20 })
    const grant = await budget.take('one', 20)
    clock.at += dayMs
    expect(await granted('one', 20)).toBe(true)
    if (grant.granted) await grant.giveBack()
    expect(await granted('one', 1)).toBe(false)
  })
})

describe('a task that was not charged', () => {
  it('returns its credits once, to the day on which they were spent; the run counts in its minute', async () => {
    const { budget, granted, clock } = budgetOf({ userDailyCredits: 20, userRunsPerMinute: 2 })
    const grant = await budget.take('name anna', 20)
    if (grant.granted) await grant.tieTo('task-1')
    expect([budget.mayRefund('task-1'), budget.mayRefund('task-2')]).toEqual([true, false])
    await budget.refund('task-2')
    expect(await granted('name anna', 1)).toBe(false)
    await budget.refund('task-1')
    await budget.refund('task-1')
    expect(budget.mayRefund('task-1')).toBe(false)
    expect(await budget.spent()).toEqual([])
    expect(await granted('name anna', 12)).toBe(true)
    expect(await granted('name anna', 8)).toBe(false)
    clock.at += minuteMs
    expect(await granted('name anna', 9)).toBe(false)
    expect(await granted('name anna', 8)).toBe(true)
  })
})

describe('a clock that jumps', () => {
  it('G7: set back, keeps nobody waiting for longer than a minute', async () => {
    const { budget, clock } = budgetOf({ userRunsPerMinute: 1 })
    clock.steady = 0
    expect(await budget.take('one', 5)).toMatchObject({ granted: true })
    clock.at -= 3_600_000
    clock.steady = 20_000
    expect(await budget.take('one', 5)).toEqual({ granted: false, limit: 'userRunsPerMinute', retryAfterMs: 40_000 })
    clock.steady = 60_000
    expect(await budget.take('one', 5)).toMatchObject({ granted: true })
  })

  it.each([dayMs, 10 * dayMs])('G7: %i ms forward and back, spends the credits of no day twice', async (jump) => {
    const { granted, clock } = budgetOf({ userDailyCredits: 10 })
    expect(await granted('one', 10)).toBe(true)
    clock.at += jump
    expect(await granted('one', 10)).toBe(true)
    clock.at -= jump
    expect(await granted('one', 1)).toBe(false)
    clock.at += jump
    expect(await granted('one', 1)).toBe(false)
  })
})

describe('what was spent', () => {
  it('is told by name and day; what was given back counts nowhere', async () => {
    const { budget, clock } = budgetOf({})
    await budget.take('name ben', 5)
    await budget.take('name anna', 4.5)
    await budget.take('name anna', 7)
    await budget.take('browser of somebody', 1)
    const refused = await budget.take('name carl', 3)
    if (refused.granted) await refused.giveBack()
    clock.at += dayMs
    await budget.take('name anna', 2)
    const [day, next] = ['2024-10-04', '2024-10-05']
    expect(await budget.spent()).toEqual([
      { day, name: '', credits: 1, runs: 1 },
      { day, name: 'anna', credits: 11.5, runs: 2 },
      { day, name: 'ben', credits: 5, runs: 1 },
      { day: next, name: 'anna', credits: 2, runs: 1 },
    ])
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '#server/log.ts'
import type { Budget, BudgetLimits, Grant } from '#server/shared/memory/budget.ts'
import { createAdmission } from '#server/submit/admission.ts'

/** What was asked of budget and limiter, in order. */
let asked: unknown[]
let logged: { msg: string }[]
let grant: Grant | Error
let waitMs: number | Error
let isAnswering: boolean | Error
let accounts: Error | undefined

const orThrow = <T>(value: T | Error): T => {
  if (value instanceof Error) throw value
  return value
}

beforeEach(() => {
  asked = []
  logged = []
  accounts = undefined
  waitMs = 0
  isAnswering = true
  const account = async (what: string) => {
    asked.push(what)
    if (accounts) throw accounts
  }
  grant = { granted: true, giveBack: () => account('give back'), tieTo: (task) => account(`tie to ${task}`) }
})

function admit(limits: Partial<BudgetLimits> = {}) {
  const budget: Pick<Budget, 'take'> = {
    async take(user, credits) {
      asked.push(['take', user, credits])
      return orThrow(grant)
    },
  }
  return createAdmission({
    budget: budget as Budget,
    limits: { userRunsPerMinute: 3, userDailyCredits: 40, dailyCredits: 500, ...limits },
    async limiter(user, run) {
      asked.push(['turn', user, run])
      return orThrow(waitMs)
    },
    isAnswering: async () => orThrow(isAnswering),
    log: createLog([], (line) => logged.push(JSON.parse(line))),
  })('anna', 5, 'run-1')
}

const taken = ['take', 'anna', 5]
const turn = ['turn', 'anna', 'run-1']
const refused = async () => {
  const admission = await admit()
  return admission.admitted ? undefined : admission.refusal
}

describe('a submission', () => {
  it('is admitted with its credits reserved, before it takes a slot', async () => {
    const admission = await admit()
    expect(admission.admitted).toBe(true)
    expect(asked).toEqual([taken, turn])
    if (!admission.admitted) return
    await admission.tieTo('task-1')
    await admission.giveBack()
    expect(asked.slice(2)).toEqual(['tie to task-1', 'give back'])
    expect(logged).toEqual([])
  })

  it('whose credits cannot be written later is told in the log only', async () => {
    const admission = await admit()
    accounts = new Error('Redis is away')
    if (!admission.admitted) throw new Error('not admitted')
    await admission.tieTo('task-1')
    await admission.giveBack()
    expect(logged.map(({ msg }) => msg)).toEqual([
      'credits were not tied to their task',
      'credits were not given back to a budget',
    ])
    expect(logged).toMatchObject([{ err: { message: 'Redis is away' } }, { err: { message: 'Redis is away' } }])
  })

  it('waits for its turn with its credits given back', async () => {
    waitMs = 1_500.2
    expect(await refused()).toEqual({
      code: 429,
      msg: 'Waiting for your turn at the service.',
      proxy: { sent: 'no', retryAfterMs: 1_501, turn: true },
    })
    expect(asked).toEqual([taken, turn, 'give back'])
  })

  it('is refused, at no cost, while the service does not answer', async () => {
    isAnswering = false
    expect(await refused()).toEqual({
      code: 503,
      msg: 'The service does not answer at the moment.',
      proxy: { sent: 'no', retryAfterMs: 10_000 },
    })
    expect(asked).toEqual([])
  })

  it.each(['budget', 'limiter', 'service'])('is refused if the state of the %s cannot be read', async (which) => {
    const away = new Error('away')
    if (which === 'budget') grant = away
    if (which === 'limiter') waitMs = away
    if (which === 'service') isAnswering = away
    expect(await refused()).toEqual({
      code: 503,
      msg: 'The proxy cannot count its submissions at the moment.',
      proxy: { sent: 'no' },
    })
    expect(asked.includes('give back')).toBe(which === 'limiter')
    expect(logged).toMatchObject([
      { msg: 'the limits could not be read, so a submission was refused', err: { message: 'away' } },
    ])
  })

  it.each<[Omit<Extract<Grant, { granted: false }>, 'granted'>, string, object]>([
    [
      { limit: 'userRunsPerMinute', retryAfterMs: 20_000.5 },
      'More than 3 images in a minute from one user.',
      { retryAfterMs: 20_001 },
    ],
    [{ limit: 'userRunsPerMinute' }, 'More than 3 images in a minute from one user.', { retryAfterMs: 0 }],
    [
      { limit: 'userDailyCredits', retryAfterMs: 99.5 },
      'This would go over the 40 credits that each user may spend in a day.',
      { limit: 'daily-credits', retryAfterMs: 100 },
    ],
    [
      { limit: 'dailyCredits', retryAfterMs: 99.5 },
      'This would go over the 500 credits that all users together may spend in a day.',
      { limit: 'daily-credits', retryAfterMs: 100 },
    ],
    [
      { limit: 'dailyCredits' },
      'This costs more than the 500 credits that may be spent in a day.',
      { limit: 'daily-credits' },
    ],
  ])('over a budget is told which one: %j', async (over, msg, more) => {
    grant = { granted: false, ...over }
    expect(await refused()).toEqual({ code: 429, msg, proxy: { sent: 'no', ...more } })
    expect(asked).toEqual([taken])
    expect(logged).toEqual([])
  })
})

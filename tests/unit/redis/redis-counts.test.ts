import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '#server/log.ts'
import type { BudgetLimits } from '#server/shared/memory/budget.ts'
import type { RunEvent } from '#server/shared/memory/events.ts'
import { createLimiter } from '#server/shared/memory/limiter.ts'
import { openRedis, type Redis } from '#server/shared/redis/redis.ts'
import { createRedisBudget } from '#server/shared/redis/redis-budget.ts'
import { createRedisEvents } from '#server/shared/redis/redis-events.ts'
import { createRedisLimiter } from '#server/shared/redis/redis-limiter.ts'
import { redisName } from '#server/shared/redis/redis-names.ts'
import { createRedisPictures } from '#server/shared/redis/redis-pictures.ts'
import { createRedisSubmissions } from '#server/shared/redis/redis-submissions.ts'
import { eventually } from '../../support/eventually.ts'
import { openRedisServer, type RedisServer } from '../../support/redis-server.ts'

let server: RedisServer
let one: Redis
let other: Redis
const open = () =>
  openRedis(
    server.url,
    createLog([], () => undefined),
  )

beforeAll(async () => {
  server = await openRedisServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  await server.ask('FLUSHALL')
  one = await open()
  other = await open()
})
afterEach(() => Promise.all([one.close(), other.close()]))

describe('the limit that several proxies keep together', () => {
  it('B11: never lets more through in any window than it may, however many ask', async () => {
    const [most, windowMs] = [5, 400]
    const limiters = [one, other].map((redis) => createRedisLimiter(redis, 'limit', { most, windowMs }))
    const passed: { before: number; after: number }[] = []
    const startedAt = performance.now()
    let runs = 0
    const askOn = async (limiter: (typeof limiters)[number]) => {
      while (passed.length < 4 * most) {
        const run = `run ${runs++}`
        for (;;) {
          const before = performance.now()
          if ((await limiter('one', run)) > 0) continue
          passed.push({ before, after: performance.now() })
          break
        }
      }
    }
    await Promise.all(limiters.map(askOn))
    passed.sort((a, b) => a.after - b.after)
    for (const [index, { before }] of passed.entries()) {
      const tooMany = passed[index + most]
      // Redis counts in whole milliseconds.
      if (tooMany) expect(tooMany.after - before).toBeGreaterThanOrEqual(windowMs - 2)
    }
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(3 * windowMs - 2)
  })

  it('says how long to wait', async () => {
    const limiter = createRedisLimiter(one, 'limit', { most: 1, windowMs: 60_000 })
    expect(await limiter('one', 'a')).toBe(0)
    const waitMs = await createRedisLimiter(other, 'limit', { most: 1, windowMs: 60_000 })('one', 'b')
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(60_000)
    expect(await createRedisLimiter(other, 'limit of another key', { most: 1, windowMs: 60_000 })('one', 'c')).toBe(0)
  })

  it.each([
    ['SEC J03: a value of another type', ['RPUSH', 'limit', 'x']],
    ['SEC J03: text that is no state', ['SET', 'limit', '{"taken":1}']],
    ['SEC J03: times that are none', ['SET', 'limit', '{"taken":["x"],"waiting":[],"served":{},"asked":{},"turn":0}']],
    [
      'a clock that was set back',
      ['SET', 'limit', '{"taken":[[99999999999999,"x"]],"waiting":[],"served":{},"asked":{},"turn":0}'],
    ],
  ])('%s begins a new window', async (_, command) => {
    await server.ask(...command)
    expect(await createRedisLimiter(one, 'limit', { most: 1, windowMs: 60_000 })('one', 'a')).toBe(0)
    expect(Number(await server.ask('PTTL', 'limit'))).toBeGreaterThan(0)
  })

  it('gives the same turns as the limiter in memory', async () => {
    const options = { most: 2, windowMs: 60_000 }
    const [shared, own] = [createRedisLimiter(one, 'limit', options), createLimiter(options)]
    const asked = ['a 1', 'a 2', 'a 3', 'a 4', 'b 1', 'a 5', 'b 2', 'c 1', 'b 1', 'a 3', 'c 1', 'd 1', 'a 4', 'a 5']
    for (const run of asked) {
      const user = run.slice(0, 1)
      const [there, here] = [await shared(user, run), await own(user, run)]
      expect(Math.ceil(there / 60_000)).toBe(Math.ceil(here / 60_000))
    }
  })
})

describe('what several proxies keep together', () => {
  const kinds = (text: string) => [...text.matchAll(/atelier:1:([a-z]*):[\w-]{43}/g)].map(([, kind]) => kind)

  it('can be told apart by an operator who looks into Redis', async () => {
    const limits = { userRunsPerMinute: 5, userDailyCredits: undefined, dailyCredits: undefined }
    const grant = await createRedisBudget(one, limits).take('name anna', 5)
    if (grant.granted) await grant.tieTo('task-1')
    const limiter = createRedisLimiter(one, 'limit', { most: 1 })
    await limiter('name anna', 'run-1')
    await limiter('name anna', 'run-2')
    const submissions = createRedisSubmissions(one)
    await submissions.reserve('run-00001', 'body')
    await submissions.close()
    await createRedisPictures(one).reserve('run-00001')
    const names = (await server.ask('KEYS', '*')) as string[]
    expect(kinds(names.sort().join()).sort()).toEqual(['runs', 'submission', 'task'])
    const day = names.find((name) => name.startsWith('atelier:1:spent:')) ?? ''
    expect(kinds(JSON.stringify(await server.ask('HGETALL', day)))).toEqual(['user'])
    expect(kinds(String(await server.ask('HGET', redisName('task', 'task-1'), 'user')))).toEqual(['user'])
    const { taken, waiting } = JSON.parse(String(await server.ask('GET', 'limit')))
    expect([kinds(JSON.stringify(taken)), kinds(JSON.stringify(waiting))]).toEqual([['user'], ['run', 'user']])
    const [picture = ''] = Object.keys((await server.ask('HGETALL', 'atelier:1:pictures')) as object)
    expect(kinds(picture)).toEqual(['picture'])
  })
})

describe('the budget of a day that several proxies keep together', () => {
  const none: BudgetLimits = { userRunsPerMinute: undefined, userDailyCredits: undefined, dailyCredits: undefined }
  const budgets = (limits: Partial<BudgetLimits>) =>
    [one, other].map((redis) => createRedisBudget(redis, { ...none, ...limits })) as [
      ReturnType<typeof createRedisBudget>,
      ReturnType<typeof createRedisBudget>,
    ]

  it('without limits lets everything through', async () => {
    const [here] = budgets({})
    for (let count = 0; count < 50; count += 1) expect(await here.take('one', 24)).toMatchObject({ granted: true })
  })

  it('B14: gives each user a day of credits at whichever proxy, and all users theirs', async () => {
    const [here, there] = budgets({ userDailyCredits: 20, dailyCredits: 30 })
    expect(await here.take('one', 14.5)).toMatchObject({ granted: true })
    const refused = await there.take('one', 7)
    expect(refused).toMatchObject({ granted: false, limit: 'userDailyCredits' })
    expect(refused.granted === false && refused.retryAfterMs).toBeGreaterThan(0)
    expect(await there.take('one', 5.5)).toMatchObject({ granted: true })
    expect(await there.take('two', 11)).toMatchObject({ granted: false, limit: 'dailyCredits' })
    expect(await here.take('two', 10)).toMatchObject({ granted: true })
  })

  it('names no time for costs that can never fit', async () => {
    const [here] = budgets({ userDailyCredits: 20 })
    expect(await here.take('one', 24)).toEqual({ granted: false, limit: 'userDailyCredits' })
  })

  it('B11: counts the runs of a minute, and gives back what the service did not take', async () => {
    const [here, there] = budgets({ userRunsPerMinute: 2, userDailyCredits: 10 })
    const grant = await here.take('one', 5)
    expect(await there.take('one', 1)).toMatchObject({ granted: true })
    const refused = await there.take('one', 1)
    expect(refused).toMatchObject({ granted: false, limit: 'userRunsPerMinute' })
    expect(await there.take('two', 1)).toMatchObject({ granted: true })
    if (grant.granted) await grant.giveBack()
    expect(await there.take('one', 9)).toMatchObject({ granted: true })
  })

  it('tells what was spent by name and day at whichever proxy', async () => {
    const [here, there] = budgets({})
    await here.take('name ben', 5)
    await there.take('name anna', 4.5)
    await here.take('name anna', 7)
    await here.take('browser of somebody', 1)
    const refused = await here.take('name carl', 3)
    if (refused.granted) await refused.giveBack()
    const spent = await there.spent()
    expect(spent.map(({ name, credits, runs }) => ({ name, credits, runs }))).toEqual([
      { name: '', credits: 1, runs: 1 },
      { name: 'anna', credits: 11.5, runs: 2 },
      { name: 'ben', credits: 5, runs: 1 },
    ])
    expect(spent[0]?.day).toMatch(/^\d{4}-\d\d-\d\d$/)
    // In whatever order Redis gives the fields.
    const [key = ''] = (await server.ask('KEYS', 'atelier:1:spent:*')) as string[]
    const fields = Object.entries((await server.ask('HGETALL', key)) as Record<string, string>)
    await server.ask('DEL', key)
    await server.ask('HSET', key, ...fields.reverse().flat())
    expect(await there.spent()).toEqual(spent)
  })

  it('returns the credits of a task that was not charged, once, whichever proxy learns of it', async () => {
    const [here, there] = budgets({ userDailyCredits: 20, dailyCredits: 30, userRunsPerMinute: 2 })
    const grant = await here.take('name anna', 20)
    if (grant.granted) await grant.tieTo('task-1')
    expect(there.mayRefund('task-1')).toBe(true)
    await there.refund('task-2')
    expect(await there.take('name anna', 1)).toMatchObject({ granted: false, limit: 'userDailyCredits' })
    await Promise.all([here.refund('task-1'), there.refund('task-1'), there.refund('task-1')])
    expect(await here.spent()).toEqual([])
    expect(await there.take('name anna', 12)).toMatchObject({ granted: true })
    expect(await there.take('name anna', 8)).toMatchObject({ granted: false, limit: 'userRunsPerMinute' })
    expect((await here.spent()).map(({ name, credits, runs }) => [name, credits, runs])).toEqual([['anna', 12, 1]])
  })

  it('SEC J03: starts again if its key has a value of another type', async () => {
    const [here] = budgets({ userDailyCredits: 10, userRunsPerMinute: 1 })
    await server.ask('SET', `${redisName('spent')}:${Math.floor(Date.now() / 86_400_000)}`, 'x')
    await server.ask('SET', redisName('runs', 'one'), 'x')
    await server.ask('SET', redisName('task', 'task-1'), 'x')
    await here.refund('task-1')
    await server.ask('HSET', redisName('task', 'task-2'), 'user', 'x')
    await here.refund('task-2')
    expect(await here.take('one', 5)).toMatchObject({ granted: true })
    expect(await here.take('one', 6)).toMatchObject({ granted: false })
  })
})

describe('events for the streams of all proxies', () => {
  const heard = (events: ReturnType<typeof createRedisEvents>, lastId?: string) => {
    const told: RunEvent[] = []
    events.subscribe((event) => told.push(event), lastId)
    return told
  }
  const digests = (told: RunEvent[]) => told.map((event) => (event.kind === 'run' ? event.digest : 'gap'))

  /** Sends events until both are subscribed, and waits until no event is on its way. */
  async function openBoth() {
    const both = [createRedisEvents(one), createRedisEvents(other)] as const
    const told = both.map((events) => heard(events))
    let sent = 0
    await eventually(async () => {
      sent += 1
      await both[0].publish(`first-${sent}`)
      for (const events of told) expect(digests(events)).toContainEqual(expect.stringContaining('first'))
    })
    await eventually(() => expect(told.map((events) => digests(events).at(-1))).toEqual(Array(2).fill(`first-${sent}`)))
    return both
  }

  it('W06: come to the streams of another proxy, and a page that changes the proxy goes on where it was', async () => {
    const [here, there] = await openBoth()
    const told = heard(there)
    await here.publish('digest-1')
    await eventually(() => expect(digests(told)).toEqual(['gap', 'digest-1']))
    await here.publish('digest-2')
    await here.publish('digest-3')
    await eventually(() => expect(digests(told).at(-1)).toBe('digest-3'))
    expect(digests(heard(here, told[1]?.id))).toEqual(['digest-2', 'digest-3'])
    expect(digests(heard(here, told.at(-1)?.id))).toEqual([])
    expect(digests(heard(here, 'ffffffff-1'))).toEqual(['gap'])
  })

  it('W06: that were lost with the connection, or with the count, are told as a gap', async () => {
    const [here, there] = await openBoth()
    const told = heard(there)
    await server.ask('HINCRBY', redisName('events'), 'number', '3')
    await here.publish('digest-1')
    await eventually(() => expect(digests(told)).toEqual(['gap', 'gap']))
    await server.ask('FLUSHALL')
    await here.publish('digest-2')
    await eventually(() => expect(digests(told)).toEqual(['gap', 'gap', 'gap']))
    await server.kill()
    await expect(here.publish('digest-3')).rejects.toThrow()
    await server.start()
    await eventually(() => expect(digests(told)).toEqual(['gap', 'gap', 'gap', 'gap']), 10_000)
  })

  it.each([
    ['half a message', '{'],
    ['no message', ''],
    ['a message of another version', '{"version":2,"epoch":"aaaaaaaa","number":1,"mark":"x"}'],
    ['a message of other types', '{"version":1,"epoch":1,"number":"1","mark":[]}'],
  ])('SEC J05: %s is ignored', async (_, message) => {
    const [here, there] = await openBoth()
    const told = heard(there)
    await server.ask('PUBLISH', redisName('event'), message)
    await here.publish('digest-1')
    await eventually(() => expect(digests(told)).toEqual(['gap', 'digest-1']))
  })
})

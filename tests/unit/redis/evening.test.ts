import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { askProxy, jsonRequest } from '../../support/ask-proxy.ts'
import { type FakeService, openFakeService, replyJson } from '../../support/fake-service.ts'
import { openRedisServer, type RedisServer } from '../../support/redis-server.ts'
import { openReplica, type Replica } from '../../support/replica.ts'

const kontext = '/api/v1/flux/kontext/generate'
const adminToken = 'an-admin-token-of-enough-length'
/** `npm run replicas -- evening` says how many, and takes the built server. */
const { EVENING_USERS = '5', EVENING_RUNS = '4', EVENING_ENTRY } = process.env
const runs = Number(EVENING_RUNS)
const users = Array.from({ length: Number(EVENING_USERS) }, (_, index) => `user-${String(index + 1).padStart(3, '0')}`)
const total = runs * users.length
// The service takes 18 in 11 s.
const timeout = 60_000 + total * 2_000
const tokenOf = (name: string) => `the-token-of-${name}-123456`
const priceCredits = 5

let redis: RedisServer
let service: FakeService
const replicas: Replica[] = []

beforeAll(async () => {
  // On disk, as docs/deploy.md asks for: a restart forgets nothing.
  redis = await openRedisServer('--appendonly', 'yes', '--appendfsync', 'always')
  let tasks = 0
  service = await openFakeService((_, outgoing) => {
    tasks += 1
    replyJson(outgoing, { code: 200, data: { taskId: `task-${tasks}` } })
  })
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.kill()))
  await service.close()
  await redis.close()
})

const open = (names: readonly string[]) => {
  const env = {
    KIE_API_KEY: 'a-key',
    KIE_API_BASE_URL: service.origin,
    REDIS_URL: redis.url,
    REPLICAS: '2',
    PROXY_ACCESS_TOKENS: names.map((name) => `${name}:${tokenOf(name)}`).join(','),
    PROXY_ADMIN_TOKEN: adminToken,
  }
  return openReplica(env, EVENING_ENTRY ? { entry: EVENING_ENTRY } : {})
}
const submit = (port: number, name: string, run: number) =>
  askProxy(
    port,
    kontext,
    jsonRequest(
      { prompt: `an image of ${name}`, model: 'flux-kontext-pro' },
      { 'idempotency-key': `evening-run-${name}-number-${run}`, authorization: `Bearer ${tokenOf(name)}` },
    ),
  )
/** Asks as often as it takes, under one key. Gives the task. */
const make = (ports: readonly number[], name: string, run: number) =>
  vi.waitFor(
    async () => {
      const told = await submit(ports[run % ports.length] ?? 0, name, run)
      expect(told.status).toBe(200)
      return told.json().data.taskId as string
    },
    { timeout, interval: 10 * users.length },
  )
/** The runs from one number up to another, of each of these users. */
const makeAll = async (ports: readonly number[], names: readonly string[], from: number, to: number) => {
  const made = names.map(async (name) => {
    const tasks: string[] = []
    for (let run = from; run < to; run += 1) tasks.push(await make(ports, name, run))
    return tasks
  })
  return (await Promise.all(made)).flat()
}
const spend = async (port: number) => {
  const told = await askProxy(port, '/api/spend', { headers: { authorization: `Bearer ${adminToken}` } })
  return (told.json().spend as { name: string; credits: number; runs: number }[]).map(({ name, credits, runs }) => ({
    name,
    credits,
    runs,
  }))
}

it('an evening of named users: each run is charged once and spend by name is exact, whatever happens', {
  timeout,
}, async () => {
  const half = Math.floor(runs / 2)
  const last = Math.floor((runs * 3) / 4)
  const [first, second] = await Promise.all([open(users), open(users)])
  replicas.push(first, second)
  const tasks = await makeAll([first.port, second.port], users, 0, half)

  await first.kill('SIGKILL')
  tasks.push(...(await makeAll([second.port], users, half, last)))

  const [someone = ''] = users
  await redis.kill()
  const refused = await submit(second.port, someone, last)
  expect([refused.status, refused.json().proxy.sent]).toEqual([503, 'no'])
  await redis.start()

  // One token is taken away: the replicas are started again without it.
  const gone = users.at(-1) ?? ''
  const left = users.slice(0, -1)
  const third = await open(left)
  replicas.push(third)
  await second.kill('SIGTERM')
  tasks.push(...(await makeAll([third.port], left, last, runs)))
  expect((await submit(third.port, gone, last)).status).toBe(401)

  const charged = total - (runs - last)
  expect(new Set(tasks).size).toBe(charged)
  expect(service.seen).toHaveLength(charged)
  // A run that is asked for again is answered from what is remembered.
  expect(await make([third.port], someone, 0)).toBe(tasks[0])
  expect(service.seen).toHaveLength(charged)
  expect(await spend(third.port)).toEqual([
    ...left.map((name) => ({ name, credits: runs * priceCredits, runs })),
    { name: gone, credits: last * priceCredits, runs: last },
  ])
})

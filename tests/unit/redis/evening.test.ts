import type { ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askProxy, jsonRequest } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { type FakeService, openFakeService, replyJson } from '../../support/fake-service.ts'
import { openRedisServer, type RedisServer } from '../../support/redis-server.ts'
import { openReplica, type Replica } from '../../support/replica.ts'
import { openRoundRobin, type RoundRobin } from '../../support/round-robin.ts'

const kontext = '/api/v1/flux/kontext/generate'
const record = '/api/v1/flux/kontext/record-info'
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const adminToken = 'an-admin-token-of-enough-length'
/**
 * `npm run replicas -- evening` sets the numbers and uses the built server. By default few enough for one window of the
 * service's limit.
 */
const { EVENING_USERS = '4', EVENING_RUNS = '4', EVENING_ENTRY } = process.env
const runs = Number(EVENING_RUNS)
const users = Array.from({ length: Number(EVENING_USERS) }, (_, index) => `user-${String(index + 1).padStart(3, '0')}`)
const total = runs * users.length
// The service accepts 18 in 11 s.
const timeout = 60_000 + total * 2_000
const tokenOf = (name: string) => `the-token-of-${name}-123456`
const priceCredits = 5

let redis: RedisServer
let service: FakeService
/** The public address of the replicas, which the service calls. */
let balancer: RoundRobin
/** Prompts, by the number of their task. */
const prompts: string[] = []
const replicas: Replica[] = []
/** Submissions that the service has taken and does not answer yet. */
const held: { task: string; callBackUrl: string; outgoing: ServerResponse }[] = []
/** Whose submissions are held. */
let isHeld = (_prompt: string) => false

beforeAll(async () => {
  balancer = await openRoundRobin()
  // On disk, as docs/deploy.md requires, so that a restart loses nothing.
  redis = await openRedisServer('--appendonly', 'yes', '--appendfsync', 'always')
  service = await openFakeService((_, outgoing, { url, body }) => {
    const task = Number(/task-(\d+)/.exec(url)?.[1])
    if (url === kontext) {
      const { prompt, callBackUrl } = JSON.parse(body.toString())
      const taskId = `task-${prompts.push(prompt) - 1}`
      if (isHeld(prompt)) return void held.push({ task: taskId, callBackUrl, outgoing })
      return replyJson(outgoing, { code: 200, data: { taskId } })
    }
    if (url.startsWith(record)) {
      const resultImageUrl = `${service.origin}/images/task-${task}.png`
      return replyJson(outgoing, { code: 200, data: { successFlag: 1, response: { resultImageUrl } } })
    }
    outgoing.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.concat([png, Buffer.from(prompts[task] ?? '')]))
  })
})
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.kill()))
  await balancer.close()
  await service.close()
  await redis.close()
})

const open = (names: readonly string[]) => {
  const env = {
    KIE_API_KEY: 'a-key',
    KIE_API_BASE_URL: service.origin,
    KIE_RESULT_HOSTS: service.host,
    PUBLIC_URL: balancer.origin,
    REDIS_URL: redis.url,
    REPLICAS: '2',
    PROXY_ACCESS_TOKENS: names.map((name) => `${name}:${tokenOf(name)}`).join(','),
    PROXY_ADMIN_TOKEN: adminToken,
  }
  return openReplica(env, EVENING_ENTRY ? { entry: EVENING_ENTRY } : {})
}
const promptOf = (name: string, run: number) => `image ${run} of ${name}`
const keyOf = (name: string, run: number) => `evening-run-${name}-number-${run}`
const submit = (port: number, name: string, run: number) =>
  askProxy(
    port,
    kontext,
    jsonRequest(
      { prompt: promptOf(name, run), model: 'flux-kontext-pro' },
      { 'idempotency-key': keyOf(name, run), authorization: `Bearer ${tokenOf(name)}` },
    ),
  )

/** Submits with one key, again at the time that the proxy names, like the page. Returns the task. */
async function make(ports: readonly number[], name: string, run: number): Promise<string> {
  for (;;) {
    const told = await submit(ports[run % ports.length] ?? 0, name, run)
    const { data, proxy } = told.json()
    if (told.status === 200) return data.taskId
    expect([told.status, proxy.turn]).toEqual([429, true])
    await setTimeout(proxy.retryAfterMs)
  }
}

/** Asks for the answer to a submission that was lost until it is known, like the page. Returns the task. */
async function findAnswer(port: number, name: string, run: number): Promise<string> {
  const headers = { authorization: `Bearer ${tokenOf(name)}` }
  const body = await eventually(async () => {
    const kept = (await askProxy(port, `/api/submissions/${keyOf(name, run)}`, { headers })).json()
    expect(kept.state).toBe('answered')
    return kept.body as string
  }, 60_000)
  return JSON.parse(body).data.taskId
}

/**
 * Kills a replica while the service has a submission of each of these users from it and has not answered. The service
 * then calls the public address, where the other replica learns the tasks. Returns the tasks.
 */
async function killAmidSubmissions(killed: Replica, other: Replica, names: readonly string[], run: number) {
  isHeld = (prompt) => names.some((name) => prompt === promptOf(name, run))
  const cutOff = names.map((name) =>
    make([killed.port], name, run).then(
      () => 'answered',
      () => 'lost',
    ),
  )
  await eventually(() => expect(held).toHaveLength(names.length), 60_000)
  await killed.kill('SIGKILL')
  expect(new Set(await Promise.all(cutOff))).toEqual(new Set(['lost']))
  balancer.serve([other.port])
  for (const { task, callBackUrl, outgoing } of held) {
    outgoing.destroy()
    const { pathname } = new URL(callBackUrl)
    const headers = { origin: '', host: new URL(callBackUrl).host }
    const call = { code: 200, msg: 'success', data: { taskId: task } }
    const request = jsonRequest(call)
    const told = await askProxy(balancer.port, pathname, { ...request, headers: { ...request.headers, ...headers } })
    expect(told.status).toBe(200)
  }
  isHeld = () => false
  return Promise.all(
    names.map(async (name) => {
      const task = await findAnswer(other.port, name, run)
      // Sent again with the same key, it is not sent to the service again.
      expect(await make([other.port], name, run)).toBe(task)
      expect(await fetchImage(other.port, name, task)).toBe(promptOf(name, run))
      return task
    }),
  )
}

/** Polls the task and fetches its image, like the page. Returns the image's content. */
async function fetchImage(port: number, name: string, task: string): Promise<string> {
  const headers = { authorization: `Bearer ${tokenOf(name)}` }
  const status = await askProxy(port, `${record}?taskId=${task}`, { headers })
  const { resultImageUrl } = status.json().data.response
  const image = await askProxy(port, `/api/image?url=${encodeURIComponent(resultImageUrl)}`, { headers })
  expect(image.status).toBe(200)
  return image.bytes.subarray(png.length).toString()
}

/** The runs from one number up to another, of each of these users. */
const makeAll = async (ports: readonly number[], names: readonly string[], from: number, to: number) => {
  const made = names.map(async (name) => {
    const tasks: string[] = []
    for (let run = from; run < to; run += 1) {
      const task = await make(ports, name, run)
      expect(await fetchImage(ports[run % ports.length] ?? 0, name, task)).toBe(promptOf(name, run))
      tasks.push(task)
    }
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

it('an evening of named users: each run is charged once, each sees their own images, spend by name is exact', {
  timeout,
}, async () => {
  const half = Math.floor(runs / 2)
  const last = Math.floor((runs * 3) / 4)
  const gone = users.at(-1) ?? ''
  const left = users.slice(0, -1)
  const [first, second] = await Promise.all([open(users), open(users)])
  replicas.push(first, second)
  const tasks = await makeAll([first.port, second.port], users, 0, half)

  // At most as many as the service takes at once, with room for those of the others.
  const caught = left.slice(0, 8)
  const others = left.slice(8)
  const middle = [
    killAmidSubmissions(first, second, caught, half),
    makeAll([second.port], others, half, half + 1),
    makeAll([second.port], [gone], half, runs),
  ]
  tasks.push(...(await Promise.all(middle)).flat())
  expect(held).toHaveLength(caught.length)
  tasks.push(...(await makeAll([second.port], left, half + 1, last)))

  const [someone = ''] = users
  await redis.kill()
  const refused = await submit(second.port, someone, last)
  expect([refused.status, refused.json().proxy.sent]).toEqual([503, 'no'])
  await redis.start()

  // One token is revoked: the replicas are restarted without it, one after the other.
  const third = await open(left)
  balancer.serve([third.port])
  replicas.push(third)
  const end = makeAll([third.port], left, last, runs)
  await second.kill('SIGTERM')
  expect((await submit(third.port, gone, runs)).status).toBe(401)
  tasks.push(...(await end))

  expect(new Set(tasks).size).toBe(total)
  expect(prompts).toHaveLength(total)
  expect(new Set(prompts).size).toBe(total)
  // A run that is submitted again gets the remembered answer.
  expect(await make([third.port], someone, 0)).toBe(tasks[0])
  expect(prompts).toHaveLength(total)
  expect(await spend(third.port)).toEqual(users.map((name) => ({ name, credits: runs * priceCredits, runs })))
})

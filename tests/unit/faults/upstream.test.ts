import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Run, RunIn } from '#domain/run.ts'
import { KeptSubmission } from '#providers/proxy.ts'
import { askProxy } from '../../support/ask-proxy.ts'
import {
  type BreakableService,
  isPoll,
  isSubmission,
  openBreakableService,
  toRequest,
} from '../../support/breakable-service.ts'
import { countsOf, interfere, isSubmitPath, lost } from '../../support/broken-network.ts'
import { eventually } from '../../support/eventually.ts'
import { type Reply, replyJson, type Seen } from '../../support/fake-service.ts'
import { idOf, type Machine, machineKey, openMachine } from '../../support/machine.ts'
import { createHeldTime } from '../../support/windows.ts'

let service: BreakableService
let machine: Machine

beforeEach(async () => {
  service = await openBreakableService({ key: machineKey, switches: { durationMs: 30 } })
  machine = await openMachine({ service })
})

afterEach(async () => {
  await machine.close()
  await service.close()
})

const unconfirmed = { state: { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true } }
const json = { 'content-type': 'application/json' }
const say =
  (body: string | Buffer, status = 200, headers: Record<string, string> = json): Reply =>
  (_incoming, outgoing) =>
    void outgoing.writeHead(status, headers).end(body)
const tell =
  (body: unknown, status = 200): Reply =>
  (_incoming, outgoing) =>
    replyJson(outgoing, body, status)

/** Sends byte after byte without an end. */
function trickle(outgoing: ServerResponse, byte: string) {
  const timer = setInterval(() => outgoing.write(byte), 20)
  outgoing.once('close', () => clearInterval(timer))
}

function breakOff(_incoming: unknown, outgoing: ServerResponse) {
  outgoing.writeHead(200, { ...json, 'content-length': 500 })
  outgoing.write('{"code":200', () => outgoing.destroy())
}

/** Breaks the first `times` polls of the task, and records when they came. */
function breakPolls(times: number, reply: Reply): number[] {
  const at: number[] = []
  service.break((seen) => isPoll(seen) && at.push(performance.now()) <= times, reply)
  return at
}

/** A window whose pauses are ended by the test. */
function openHeldWindow() {
  const time = createHeldTime()
  const startedAt = Date.now()
  return { time, runner: machine.window({ ...time, now: () => startedAt + time.passedMs() }) }
}

/** All troubles that a run shows until it ends. */
function troublesOf(run: Run) {
  const kinds = new Set<string>()
  machine.store.subscribe(async () => {
    const stored = await machine.store.run(run.id)
    if (stored?.state.trouble) kinds.add(stored.state.trouble.kind)
  })
  return kinds
}

describe('U01 the limit of the service', () => {
  test.each([
    ['with a time to come back', { ...json, 'retry-after': '3' }],
    ['without one', json],
  ])('U01 told %s is waited for by each run separately, and runs do not all retry at once', async (_title, headers) => {
    const { time, runner } = openHeldWindow()
    let asked = 0
    const limit = JSON.stringify({ code: 429, msg: 'Rate limit exceeded', data: null })
    service.break((seen) => isSubmission(seen) && ++asked <= 6, say(limit, 429, headers))
    const runs = await Promise.all(
      Array.from({ length: 6 }, (_, n) => machine.create(machine.recipe({ prompt: `fox number ${n}` }))),
    )
    const ends = Promise.all(runs.map(({ id }) => runner.drive(id, machine.never)))
    await eventually(() => expect(time.waiting()).toHaveLength(6))
    const pauses = time.waiting()
    // 11 s and up to 20 % more.
    expect(Math.min(...pauses)).toBeGreaterThan(11_000)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(13_200)
    expect(new Set(pauses).size).toBe(6)
    await time.pass(11_000)
    expect([asked, time.waiting().length]).toEqual([6, 6])
    await time.pass(2_200)
    await eventually(async () => {
      await time.pass(1_000)
      expect(await machine.store.countPictures('gallery')).toBe(6)
    })
    expect((await ends).map((run) => run?.state.phase)).toEqual(Array(6).fill('saved'))
    expect(asked).toBe(12)
    expect((await countsOf(machine)).charges).toBe(6)
  })

  test('U01 in answer to a poll leaves the run as it is', async () => {
    breakPolls(2, tell({ code: 429, msg: 'Rate limit exceeded', data: null }, 429))
    const run = await machine.create(machine.recipe())
    const troubles = troublesOf(run)
    expect(await machine.runner.drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect([...troubles]).toEqual(['rate-limited'])
  })
})

test('U02 maintenance: polling gets slower and slower, and new requests are refused with the reason', async () => {
  breakPolls(4, tell({ code: 455, msg: 'The service is under maintenance', data: null }))
  expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
  const { pauses } = machine
  const first = pauses.indexOf(1_000)
  expect(pauses.slice(first, first + 4)).toEqual([1_000, 2_000, 4_000, 8_000])
  expect(await machine.generate({ prompt: 'a red fox [[submit:455]]' })).toMatchObject({
    state: {
      phase: 'failed',
      failure: { kind: 'unavailable', detail: 'The service is under maintenance.' },
      chargePossible: false,
    },
  })
})

/** Missing and unreadable answers. */
const unreadable: readonly (readonly [string, Reply])[] = [
  [
    'U04 a web page that says 200',
    say('<!DOCTYPE html><html>Just a moment…</html>', 200, { 'content-type': 'text/html' }),
  ],
  ['U07 JSON that is cut off', say('{"code":200,"msg":"success","data":{"task')],
  ['U07 JSON with something after it', say('{"code":200,"msg":"success","data":{"taskId":"a1b2c3d4"}}garbage')],
  ['U07 nothing', say('')],
  ['U07 a body that breaks off', breakOff],
  ['U07 what is no HTTP', (incoming) => void incoming.socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ['U09 packed bytes that grow', say(gzipSync(Buffer.alloc(50_000_000)), 200, { ...json, 'content-encoding': 'gzip' })],
]

test.each(unreadable)(
  '%s, in answer to a submission, leaves the outcome uncertain: it is sent once',
  async (_title, reply) => {
    const mend = service.break(isSubmission, reply)
    const run = await machine.generate()
    expect(run).toMatchObject(unconfirmed)
    mend()
    await machine.reload().drive(idOf(run), machine.never)
    expect(service.seen.filter(isSubmission)).toHaveLength(1)
  },
)

test.each(unreadable)('%s, in answer to a poll, is a passing problem, not a result', async (_title, reply) => {
  breakPolls(2, reply)
  const run = await machine.create(machine.recipe())
  const troubles = troublesOf(run)
  expect(await machine.runner.drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
  expect(troubles.size).toBe(1)
  expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
})

describe('a byte order mark at the start of the text', () => {
  beforeEach(() => {
    const withMark = async (seen: Seen, outgoing: ServerResponse) => {
      const answer = await machine.simulator.fetch(toRequest(service.origin, seen))
      outgoing.writeHead(200, json).end(`\uFEFF${await answer.text()}`)
    }
    service.break(
      (seen) => isSubmission(seen) || isPoll(seen),
      (_in, outgoing, seen) => void withMark(seen, outgoing),
    )
  })

  test('U07 is ignored', async () => {
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
  })

  test('U07 is also ignored when the proxy is asked for a lost answer', async () => {
    interfere(machine, isSubmitPath, async (direct, path, init) => {
      await direct(path, init)
      return lost()
    })
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
    expect(service.seen.filter(isSubmission)).toHaveLength(1)
  })
})

describe('a slow service', () => {
  // Only the time that the proxy gives the service is shortened: a busy machine would miss the page's own.
  beforeEach(async () => {
    await machine.close()
    machine = await openMachine({ service, proxy: { serviceTimeoutDivisor: 50 } })
  })

  const silence: Reply = () => undefined
  const drip: Reply = (_in, outgoing) => {
    outgoing.writeHead(200, json)
    trickle(outgoing, ' ')
  }

  test.each([
    ['U05 never answers', silence],
    ['U06 sends one byte after the other', drip],
  ])('%s: a submission is uncertain after the deadline', async (_title, reply) => {
    service.break(isSubmission, reply)
    const run = await machine.generate()
    expect(run).toMatchObject(unconfirmed)
    expect(run).toMatchObject({ state: { failure: { code: 504 } } })
    expect(service.seen.filter(isSubmission)).toHaveLength(1)
  })

  test.each([
    ['U05 never answers', silence],
    ['U06 sends one byte after the other', drip],
  ])('%s: a poll is repeated', async (_title, reply) => {
    const at = breakPolls(1, reply)
    const run = await machine.create(machine.recipe())
    const troubles = troublesOf(run)
    expect(await machine.runner.drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect([...troubles]).toEqual(['unavailable'])
    expect(at.length).toBeGreaterThan(1)
  })
})

describe('a finished task without a picture', () => {
  const record = (data: object): Reply => tell({ code: 200, msg: 'success', data })
  const kontext = (response: unknown) => record({ taskId: 'x', successFlag: 1, response, errorCode: null })
  const job = (resultJson: unknown) => record({ taskId: 'x', state: 'success', resultJson, failCode: null })

  test.each([
    ['no response', 'flux-kontext', kontext(null)],
    ['an empty address', 'flux-kontext', kontext({ resultImageUrl: '', originImageUrl: '' })],
    ['no list', 'flux-2', job(null)],
    ['an empty list', 'flux-2', job('{"resultUrls":[]}')],
    ['an empty text', 'flux-2', job('')],
    ['a broken list', 'flux-2', job('{"resultUrls":["https:')],
  ])(
    'U10 told as %s is asked for a while, then said with its task: it may have cost',
    async (_title, family, reply) => {
      const { time, runner } = openHeldWindow()
      const at = breakPolls(1_000, reply)
      const { id } = await machine.create(machine.recipe({}, family))
      expect(await time.passUntil(runner.drive(id, machine.never))).toMatchObject({
        state: {
          phase: 'failed',
          failure: { kind: 'unexpected', detail: expect.stringContaining('without an image') },
          task: { taskId: expect.any(String) },
          chargePossible: true,
        },
      })
      // Every two seconds, until half a minute is over.
      expect(at).toHaveLength(17)
      expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
    },
  )

  test('U10 that gets its image later is saved', async () => {
    const { time, runner } = openHeldWindow()
    breakPolls(2, kontext(null))
    const { id } = await machine.create(machine.recipe())
    expect(await time.passUntil(runner.drive(id, machine.never))).toMatchObject({ state: { phase: 'saved' } })
  })
})

test.each([
  ['no task id', {}],
  ['a task id of another name', { task_id: 'a1b2c3d4' }],
  ['a number for a task id', { taskId: 12345678 }],
])('U12 an acceptance with %s leaves the run in doubt, and the proxy keeps its words', async (_title, data) => {
  const body = { code: 200, msg: 'success', data }
  service.break(isSubmission, tell(body))
  const run = await machine.generate()
  expect(run).toMatchObject(unconfirmed)
  const kept = KeptSubmission.parse((await askProxy(machine.proxyPort(), `/api/submissions/${run?.id}`)).json())
  expect(kept).toEqual({ state: 'answered', status: 200, body: JSON.stringify(body) })
  expect(service.seen.filter(isSubmission)).toHaveLength(1)
})

const yearMs = 365 * 24 * 3_600_000

test.each([
  ['behind', -yearMs],
  ['ahead', yearMs],
])('U20 a service whose clock is a year %s changes nothing that is kept here', async (_where, aheadMs) => {
  await machine.close()
  await service.close()
  service = await openBreakableService({
    key: machineKey,
    switches: { durationMs: 30 },
    now: () => Date.now() + aheadMs,
  })
  machine = await openMachine({ service })
  const startedAt = Date.now()
  const run = await machine.generate()
  const [picture] = await machine.store.pictures('gallery', 1)
  const { sentAt, finishedAt } = (run as RunIn<'saved'>).state
  const times = [startedAt, picture?.createdAt, sentAt, finishedAt, Date.now()]
  expect(times).toEqual(times.toSorted((a, b) => Number(a) - Number(b)))
  expect(picture?.origin).toMatchObject({ durationMs: finishedAt - sentAt })
})

describe('a service that cannot be reached', () => {
  const closedPort = 1
  const cases: readonly (readonly [string, () => Parameters<typeof openMachine>[0]])[] = [
    [
      'its name is not found',
      () => ({ env: { KIE_API_BASE_URL: `http://localhost:${service.port}` }, proxy: { resolve: noName } }),
    ],
    ['it does not speak TLS', () => ({ env: { KIE_API_BASE_URL: `https://127.0.0.1:${service.port}` } })],
    ['it refuses the connection', () => ({ env: { KIE_API_BASE_URL: `http://127.0.0.1:${closedPort}` } })],
  ]

  test.each(cases)('U19 because %s has certainly made nothing', async (_title, options) => {
    await machine.close()
    machine = await openMachine({ service, ...options() })
    expect(await machine.generate()).toMatchObject({
      state: { phase: 'failed', failure: { kind: 'unavailable' }, chargePossible: false },
    })
    expect(service.seen.filter(isSubmission)).toEqual([])
  })
})

const noName = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))

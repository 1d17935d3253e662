import { setMaxListeners } from 'node:events'
import { request as nodeRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import type { RunId } from '#domain/ids.ts'
import type { Run, RunIn } from '#domain/run.ts'
import { createOwnStream } from '#generation/event-stream.ts'
import { createPolling } from '#generation/polling.ts'
import type { Push, RunnerPorts } from '#generation/ports.ts'
import { createPush, createSilentPush } from '#generation/push.ts'
import { flux2 } from '#models/flux-2.ts'
import { kieJobs } from '#providers/kie.ts'
import type { Send } from '#providers/provider.ts'
import { createSend, parseJson } from '#providers/send.ts'
import { readConfig } from '#server/config.ts'
import { type Running, startServer } from '#server/start.ts'
import type { Painter } from '#simulator/painter/painter.ts'
import { serveSimulator } from '#simulator/serve.ts'
import { median, quantile, type Row, seededRandom, spread } from './report.ts'

const rounds = 3
const tasksPerRound = 12
const medianMs = 8_000
const fixedMs = 3_000
const publicUrl = 'https://localhost:8443'
const key = 'key-of-the-bench'
const statusPath = '/api/v1/jobs/recordInfo'

/** One way to learn that a task has ended: the delay for each task, and the number of its requests. */
interface Side {
  watch(run: RunIn<'working'>): Promise<void>
  delays: number[]
  polls(): number
}

/** Every task is watched in all three ways at once, through one proxy, in real time. */
export async function benchPush(): Promise<Row[]> {
  setMaxListeners(0)
  let proxy: Running | undefined
  const painter: Painter = { create: async () => jpeg, edit: async () => jpeg }
  const call = (request: Request) => callIn(request, proxy?.port ?? 0)
  const service = await serveSimulator({ key, painter, call })
  proxy = await startServer(
    readConfig({
      PORT: '0',
      KIE_API_KEY: key,
      KIE_API_BASE_URL: service.origin,
      KIE_RESULT_HOSTS: `127.0.0.1:${service.port}`,
      PUBLIC_URL: publicUrl,
    }),
  )
  const durations = createDurations()
  const pages = {
    push: openSide(proxy, durations, true),
    polling: openSide(proxy, durations, false),
    fixed: openFixed(proxy),
  }
  try {
    const runs: RunIn<'working'>[] = []
    const watchAll = async (seconds: readonly number[]) => {
      const sent = await Promise.all(seconds.map((slow) => submit(proxy as Running, slow)))
      runs.push(...sent)
      await Promise.all(sent.flatMap((run) => Object.values(pages).map((page) => page.watch(run))))
    }
    // Long pauses start only after a first event.
    await watchAll([1])
    const before = Object.values(pages).map((page) => page.polls())
    for (const page of Object.values(pages)) page.delays.length = 0
    for (let round = 0; round < rounds; round += 1) {
      await watchAll(Array.from({ length: tasksPerRound }, () => durations() / 1000))
    }
    const [pushPolls = 0, pollingPolls = 0] = Object.values(pages).map(
      (page, index) => (page.polls() - (before[index] ?? 0)) / (rounds * tasksPerRound),
    )
    return toRows(pages.push.delays, pages.polling.delays, pages.fixed.delays, pushPolls, pollingPolls)
  } finally {
    await proxy.close()
    await service.close()
  }
}

function toRows(push: number[], polling: number[], fixed: number[], pushPolls: number, pollingPolls: number): Row[] {
  const unit = 'ms'
  return [
    {
      what: 'delay with push, median',
      ours: median(push),
      yardstick: median(polling),
      unit,
      goal: '< 100 ms, ≤ 0.1×',
      holds: median(push) < 100 && median(push) <= 0.1 * median(polling),
      note: `${spread(push, polling)}; p95 ${Math.round(quantile(push, 0.95))}`,
    },
    {
      what: `delay with push, median, against every ${fixedMs / 1000} s`,
      ours: median(push),
      yardstick: median(fixed),
      unit,
      goal: '≤ 0.1×',
      holds: median(push) <= 0.1 * median(fixed),
      note: spread(push, fixed),
    },
    {
      what: 'polls a task with push',
      ours: pushPolls,
      yardstick: pollingPolls,
      unit: '',
      goal: '≤ 1.1',
      holds: pushPolls <= 1.1,
      note: 'the one that brings the end among them',
    },
  ]
}

/** A page that polls at the pace of its past runs, with or without events. */
function openSide(proxy: Running, durations: () => number, isListening: boolean): Side {
  const { send, polls } = counted(proxy)
  const past = Array.from({ length: 20 }, () => toPastRun(durations()))
  const world = { wait, monotonic: () => performance.now(), send, random: Math.random }
  const push: Push = isListening ? createPush({ ...world, listen: createOwnStream(world) }) : createSilentPush(wait)
  let open = 0
  const store = { recentRuns: async () => past, amendRun: async () => undefined } as unknown as RunnerPorts['store']
  const poll = createPolling({ ...world, store, now: Date.now } as unknown as RunnerPorts, push, () => open)
  const delays: number[] = []
  return {
    delays,
    polls,
    async watch(run) {
      open += 1
      const unfollow = push.follow(run.id)
      await poll(run, kieJobs, new AbortController().signal, true)
      delays.push(Date.now() - (await endOf(proxy, run)))
      unfollow()
      open -= 1
    },
  }
}

function openFixed(proxy: Running): Side {
  const { send, polls } = counted(proxy)
  const delays: number[] = []
  const signal = new AbortController().signal
  return {
    delays,
    polls,
    async watch(run) {
      for (;;) {
        await wait(fixedMs, signal)
        const { state } = await kieJobs.check(run.state.task.taskId, 0, { send, signal })
        if (state === 'done') break
      }
      delays.push(Date.now() - (await endOf(proxy, run)))
    },
  }
}

async function submit(proxy: Running, seconds: number): Promise<RunIn<'working'>> {
  const id = crypto.randomUUID() as RunId
  const draft = { ...flux2.defaults, prompt: `a red fox [[slow:${seconds.toFixed(3)}]]` }
  const sentAt = Date.now()
  const call = { send: sendTo(proxy), signal: new AbortController().signal }
  const taskId = await kieJobs.submit(flux2.toBody(draft, []), id, call)
  return {
    id,
    recipe: { family: flux2.id, draft, sources: [] },
    marks: { createdAt: sentAt, priceCredits: 0, pace: 'bench' },
    state: { phase: 'working', sentAt, task: { provider: kieJobs.id, taskId } },
  }
}

/** From the service's own record, to the millisecond. */
async function endOf(proxy: Running, run: RunIn<'working'>): Promise<number> {
  const response = await sendTo(proxy)(`${statusPath}?taskId=${run.state.task.taskId}`)
  return (parseJson(await response.text()) as { data: { completeTime: number } }).data.completeTime
}

function counted(proxy: Running): { send: Send; polls: () => number } {
  const send = sendTo(proxy)
  let polls = 0
  return {
    polls: () => polls,
    send: (path, init) => {
      if (path.startsWith(statusPath)) polls += 1
      return send(path, init)
    },
  }
}

function sendTo({ port, origin }: Running): Send {
  return createSend(
    () => `http://localhost:${port}/api`,
    (input, init) => fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), origin } }),
  )
}

/** Sends calls for the public address to the proxy, as a server in front of it would. */
async function callIn(request: Request, port: number): Promise<Response> {
  const { host, pathname: path } = new URL(request.url)
  const body = await request.text()
  const headers = { ...Object.fromEntries(request.headers), host, 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const outgoing = nodeRequest({ host: '127.0.0.1', port, path, method: 'POST', headers }, async (incoming) =>
      resolve(new Response(await text(incoming), { status: incoming.statusCode ?? 500 })),
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function createDurations(): () => number {
  const random = seededRandom(medianMs)
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return medianMs * Math.exp(0.35 * normal)
  }
}

function toPastRun(durationMs: number): Run {
  return { marks: { pace: 'bench' }, state: { phase: 'saved', sentAt: 0, finishedAt: durationMs } } as unknown as Run
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', fail)
      resolve()
    }, ms)
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}

const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1)

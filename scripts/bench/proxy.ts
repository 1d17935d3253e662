import { get } from 'node:http'
import { load } from './load.ts'
import { type Started, startBuiltServer, startNode } from './processes.ts'
import { median, pairedRatio, type Row, spread } from './report.ts'

/** Many short rounds in turn, so that other load on the machine affects both sides equally. */
const jsonRounds = 15
const pictureRounds = 7
const jsonMs = 1_000
const jsonConnections = 50
const pictureMs = 2_000
const warmUpMs = 1_000
const leavers = 1_000
const leaversAtOnce = 100
/** Far longer than a socket needs to close; a transfer that is still open then was leaked. */
const timeoutMs = 10_000

/** Our server and the bare pipe, in front of the same service, each with its own paths to JSON and image. */
interface Side {
  start(): Promise<Started>
  json: readonly string[]
  picture: string
}

export async function benchProxy(): Promise<Row[]> {
  const service = await startNode('scripts/bench/service.mjs')
  try {
    const ours: Side = {
      start: () => startProxy(service),
      // Equal requests made at the same time share one answer, so here each connection asks for a different task.
      json: Array.from({ length: jsonConnections }, (_, n) => `/api/v1/jobs/recordInfo?taskId=${taskId(n)}`),
      picture: imagePath(service, 'picture.jpg'),
    }
    const bare: Side = {
      start: () => startNode('scripts/bench/bare-pipe.mjs', [service.origin]),
      json: ours.json,
      picture: '/picture.jpg',
    }
    return [...(await benchJson(ours, bare)), ...(await benchPictures(ours, bare)), ...(await benchLeavers(service))]
  } finally {
    await service.stop()
  }
}

function taskId(n: number): string {
  return `4f1c0b7a9d2e48c3a6b5f0e1d2c3b4${String(n).padStart(2, '0')}`
}

function startProxy(service: Started): Promise<Started> {
  return startBuiltServer({
    KIE_API_KEY: 'key-of-the-bench',
    KIE_API_BASE_URL: service.origin,
    KIE_RESULT_HOSTS: new URL(service.origin).host,
  })
}

function imagePath(service: Started, name: string): string {
  return `/api/image?url=${encodeURIComponent(`${service.origin}/${name}`)}`
}

async function benchJson(ours: Side, bare: Side): Promise<Row[]> {
  const sides = await Promise.all([ours, bare].map(async ({ start, json }) => ({ json, started: await start() })))
  const rates: number[][] = [[], []]
  const costs: number[][] = [[], []]
  for (let round = 0; round <= jsonRounds; round += 1) {
    for (const [index, { json, started }] of sides.entries()) {
      const usedMs = started.cpuMs()
      const asked = await load({
        urls: json.map((path) => started.origin + path),
        connections: jsonConnections,
        durationMs: jsonMs,
      })
      // The first round is a warm-up.
      if (round === 0) continue
      rates[index]?.push(asked.requestsPerSecond)
      costs[index]?.push((1000 * (started.cpuMs() - usedMs)) / asked.requests)
    }
  }
  for (const { started } of sides) await started.stop()
  return [
    inTurn(rates, {
      what: `JSON, ${jsonConnections} connections, a task each`,
      unit: 'req/s',
      goal: '≥ 0.9×',
      isMet: (ratio) => ratio >= 0.9,
    }),
    inTurn(costs, {
      what: 'processor time of a request',
      unit: 'µs',
      goal: '≤ 1.3×',
      isMet: (ratio) => ratio <= 1.3,
    }),
  ]
}

/** Every round uses new processes, because memory is seldom given back to the system. */
async function benchPictures(ours: Side, bare: Side): Promise<Row[]> {
  const rates: number[][] = [[], []]
  const growths: number[][] = [[], []]
  for (let round = 0; round < pictureRounds; round += 1) {
    for (const [index, side] of [ours, bare].entries()) {
      const started = await side.start()
      const json = side.json.map((path) => started.origin + path)
      await load({ urls: json, connections: jsonConnections, durationMs: warmUpMs })
      const beforeMb = started.memoryMb()
      let peakMb = beforeMb
      const sampling = setInterval(() => {
        peakMb = Math.max(peakMb, started.memoryMb())
      }, 50)
      const pictures = { urls: [started.origin + side.picture], connections: 20 }
      await load({ ...pictures, durationMs: warmUpMs })
      const { megabytesPerSecond } = await load({ ...pictures, durationMs: pictureMs })
      clearInterval(sampling)
      await started.stop()
      rates[index]?.push(megabytesPerSecond)
      growths[index]?.push(peakMb - beforeMb)
    }
  }
  return [
    inTurn(rates, {
      what: 'pictures of 4 MB, 20 connections',
      unit: 'MB/s',
      goal: '≥ 0.9×',
      isMet: (ratio) => ratio >= 0.9,
    }),
    inTurn(growths, {
      what: 'growth of memory meanwhile',
      unit: 'MB',
      goal: '≤ 1.2×',
      isMet: (ratio) => ratio <= 1.2,
    }),
  ]
}

interface Goal {
  what: string
  unit: string
  goal: string
  isMet(ratio: number): boolean
}

function inTurn([ours = [], others = []]: readonly number[][], { isMet, ...about }: Goal): Row {
  const ratio = pairedRatio(ours, others)
  return {
    ...about,
    ours: median(ours),
    yardstick: median(others),
    ratio,
    holds: isMet(ratio),
    note: spread(ours, others),
  }
}

/** Every client leaves as soon as its image has started. */
async function benchLeavers(service: Started): Promise<Row[]> {
  const proxy = await startProxy(service)
  const url = proxy.origin + imagePath(service, 'slow.jpg')
  let left = 0
  let refused = 0
  const leave = async () => {
    while (left < leavers) {
      left += 1
      if (await beginAndGo(url)) continue
      // The proxy carries so many images at once, and no more: a client that is refused comes again.
      left -= 1
      refused += 1
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await Promise.all(Array.from({ length: leaversAtOnce }, leave))
  const { begun, open } = await transfersOf(service)
  const health = await fetch(`${proxy.origin}/api/health`).catch(() => undefined)
  const crashes = proxy.isRunning() && health?.ok ? 0 : 1
  await proxy.stop()
  const about = {
    unit: '',
    goal: '0',
    note: `${begun.toLocaleString('en')} images had begun, ${refused.toLocaleString('en')} refused`,
  }
  return [
    { what: 'clients gone in mid-picture: crashes', ours: crashes, ...about, holds: crashes === 0 && begun >= leavers },
    { what: 'transfers left running', ours: open, ...about, holds: open === 0 && begun >= leavers },
  ]
}

/** Leaves with the first byte of an answer. Resolves to whether it was an image's. */
function beginAndGo(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    let isImage = false
    const request = get(url, { agent: false }, (response) => {
      isImage = response.statusCode === 200
      response.on('error', () => undefined)
      response.once('data', () => request.destroy())
    })
    request.on('error', () => undefined)
    request.once('close', () => resolve(isImage))
  })
}

async function transfersOf(service: Started): Promise<{ begun: number; open: number }> {
  const endsAt = performance.now() + timeoutMs
  for (;;) {
    const transfers = (await (await fetch(`${service.origin}/transfers`)).json()) as { begun: number; open: number }
    if (transfers.open === 0 || performance.now() > endsAt) return transfers
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

import { get } from 'node:http'
import autocannon from 'autocannon'
import { type Started, startBuiltServer, startNode } from './processes.ts'
import { median, type Row, spread } from './report.ts'

const rounds = 5
const seconds = 3
const warmUpSeconds = 1
const leavers = 1_000
const leaversAtOnce = 100
/** Far longer than a socket needs to close; a transfer that is still open then was forgotten. */
const patienceMs = 10_000

/** Our server and the bare pipe, before the same service; each side's own way to its JSON and to its picture. */
interface Side {
  start(): Promise<Started>
  json: string
  picture: string
}

export async function benchProxy(): Promise<Row[]> {
  const service = await startNode('scripts/bench/service.mjs')
  try {
    const ours: Side = {
      start: () => startProxy(service),
      json: '/api/v1/jobs/recordInfo?taskId=4f1c0b7a9d2e48c3a6b5f0e1d2c3b4a5',
      picture: imagePath(service, 'picture.jpg'),
    }
    const bare: Side = {
      start: () => startNode('scripts/bench/bare-pipe.mjs', [service.origin]),
      json: ours.json,
      picture: '/picture.jpg',
    }
    return [await benchJson(ours, bare), ...(await benchPictures(ours, bare)), ...(await benchLeavers(service))]
  } finally {
    await service.stop()
  }
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

async function benchJson(ours: Side, bare: Side): Promise<Row> {
  const sides = [ours, bare] as const
  const started = [await ours.start(), await bare.start()] as const
  const perSecond: [number[], number[]] = [[], []]
  for (let round = 0; round <= rounds; round += 1) {
    for (const side of [0, 1] as const) {
      const load = { url: started[side].origin + sides[side].json, connections: 50 }
      // The first round is to warm up.
      const done = await fire({ ...load, duration: round === 0 ? warmUpSeconds : seconds })
      if (round > 0) perSecond[side].push(done.requests.total / done.duration)
    }
  }
  for (const { stop } of started) await stop()
  const [own, other] = [median(perSecond[0]), median(perSecond[1])]
  return {
    what: 'JSON, 50 connections',
    ours: own,
    yardstick: other,
    unit: 'req/s',
    goal: '≥ 0.85×',
    holds: own >= 0.85 * other,
    note: spread(...perSecond),
  }
}

/** Every round in new processes: memory that was taken once is seldom given back. */
async function benchPictures(ours: Side, bare: Side): Promise<Row[]> {
  const speed: [number[], number[]] = [[], []]
  const growth: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, side] of [ours, bare].entries()) {
      const started = await side.start()
      await fire({ url: started.origin + side.json, connections: 50, duration: warmUpSeconds })
      const beforeMb = started.memoryMb()
      let peakMb = beforeMb
      const sampling = setInterval(() => {
        peakMb = Math.max(peakMb, started.memoryMb())
      }, 50)
      const done = await fire({ url: started.origin + side.picture, connections: 20, duration: seconds })
      clearInterval(sampling)
      await started.stop()
      speed[index]?.push(done.throughput.total / done.duration / 1e6)
      growth[index]?.push(peakMb - beforeMb)
    }
  }
  const [own, other] = [median(speed[0]), median(speed[1])]
  const [ownMb, otherMb] = [median(growth[0]), median(growth[1])]
  return [
    {
      what: 'pictures of 4 MB, 20 connections',
      ours: own,
      yardstick: other,
      unit: 'MB/s',
      goal: '≥ 0.9×',
      holds: own >= 0.9 * other,
      note: spread(...speed),
    },
    {
      what: 'growth of memory meanwhile',
      ours: ownMb,
      yardstick: otherMb,
      unit: 'MB',
      goal: '≤ 1.2×',
      holds: ownMb <= 1.2 * otherMb,
      note: spread(...growth),
    },
  ]
}

/** Every client goes away as soon as its picture has begun. */
async function benchLeavers(service: Started): Promise<Row[]> {
  const proxy = await startProxy(service)
  const url = proxy.origin + imagePath(service, 'slow.jpg')
  let left = 0
  const leave = async () => {
    while (left < leavers) {
      left += 1
      await beginAndGo(url)
    }
  }
  await Promise.all(Array.from({ length: leaversAtOnce }, leave))
  const { begun, open } = await transfersOf(service)
  const health = await fetch(`${proxy.origin}/api/health`).catch(() => undefined)
  const crashes = proxy.isRunning() && health?.ok ? 0 : 1
  await proxy.stop()
  const about = { unit: '', goal: '0', note: `${begun.toLocaleString('en')} pictures had begun` }
  return [
    { what: 'clients gone in mid-picture: crashes', ours: crashes, ...about, holds: crashes === 0 && begun >= leavers },
    { what: 'transfers left running', ours: open, ...about, holds: open === 0 && begun >= leavers },
  ]
}

function beginAndGo(url: string): Promise<void> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false }, (response) => {
      response.on('error', () => undefined)
      response.once('data', () => request.destroy())
    })
    request.on('error', () => undefined)
    request.once('close', () => resolve())
  })
}

async function transfersOf(service: Started): Promise<{ begun: number; open: number }> {
  const endsAt = performance.now() + patienceMs
  for (;;) {
    const transfers = (await (await fetch(`${service.origin}/transfers`)).json()) as { begun: number; open: number }
    if (transfers.open === 0 || performance.now() > endsAt) return transfers
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function fire(options: Parameters<typeof autocannon>[0]): ReturnType<typeof autocannon> {
  const result = await autocannon(options)
  if (result.errors + result.non2xx > 0) {
    throw new Error(`${options.url}: ${result.errors} errors, ${result.non2xx} refusals`)
  }
  return result
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { build } from 'vite'
import { readConfig } from '#server/config.ts'
import { startServer } from '#server/start.ts'
import { openProfile, slowDown } from './browser.ts'
import { median, type Row, spread } from './report.ts'

const saves = 9
const pictures = ['picture.jpg', 'picture.png'] as const
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}node_modules/.cache/bench/save`

const ways = ['ours', 'naive', 'kinder', 'nothing'] as const
type Times = Record<(typeof ways)[number], { blockedMs: number[]; totalMs: number[] }>

/** The store's own module and worker in a page of their own, built and served like the product. */
export async function benchSave(): Promise<Row[]> {
  await build({
    root: `${root}scripts/bench/save-page`,
    configFile: false,
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  })
  await makePictures()
  const server = await startServer(readConfig({ PORT: '0' }), { pageFolder: folder })
  const profile = await mkdtemp(join(tmpdir(), 'atelier-bench-'))
  const context = await openProfile(profile)
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    await page.goto(server.origin)
    await page.waitForFunction(() => 'saving' in globalThis)
    const session = await context.newCDPSession(page)
    const rows: Row[] = []
    for (const name of pictures) {
      await slowDown(session, 1)
      const usual = await measure(page, name)
      await slowDown(session, 4)
      rows.push(...toRows(name, usual, await measure(page, name)))
    }
    return rows
  } finally {
    await context.close()
    await server.close()
    await rm(profile, { recursive: true, force: true })
  }
}

/** A picture with grain, which is what makes a file as large as those of the service. */
async function makePictures(): Promise<void> {
  const noise = { type: 'gaussian', mean: 128, sigma: 8 } as const
  const grain = sharp({ create: { width: 2048, height: 2048, channels: 3, background: '#808080', noise } })
  const picture = sharp(`${root}public/samples/6.jpg`)
    .resize(2048, 2048)
    .composite([{ input: await grain.png().toBuffer(), blend: 'soft-light' }])
  await picture.clone().jpeg({ quality: 92 }).toFile(`${folder}/picture.jpg`)
  await picture.clone().png().toFile(`${folder}/picture.png`)
}

async function measure(page: Page, name: string): Promise<Times> {
  const none = () => ({ blockedMs: [], totalMs: [] })
  const times: Times = { ours: none(), naive: none(), kinder: none(), nothing: none() }
  for (let round = 0; round <= saves; round += 1) {
    for (const way of ways) {
      const { blockedMs, totalMs } = await page.evaluate(
        async ([chosen, picture]) => saving[chosen](await saving.open(picture)),
        [way, name] as const,
      )
      if (round === 0) continue
      times[way].blockedMs.push(blockedMs)
      times[way].totalMs.push(totalMs)
    }
  }
  return times
}

function toRows(name: string, usual: Times, slowed: Times): Row[] {
  const kind = name.endsWith('png') ? 'PNG' : 'JPEG'
  const [blocked, slow] = [compareBlocked(usual), compareBlocked(slowed)]
  const [own, naive] = [median(slowed.ours.totalMs), median(slowed.naive.totalMs)]
  return [
    { what: `${kind}: page blocked`, ...blocked, goal: '< 8 ms', holds: blocked.ours < 8 },
    { what: `${kind}: page blocked, 4× slowed`, ...slow, goal: '≤ 1/15', holds: slow.ours <= slow.yardstick / 15 },
    {
      what: `${kind}: until it is kept, 4× slowed`,
      ours: own,
      yardstick: naive,
      unit: 'ms',
      goal: '≤ 0.6×',
      holds: own <= 0.6 * naive,
      note: spread(slowed.ours.totalMs, slowed.naive.totalMs),
    },
  ]
}

/** What the machine alone makes the page wait is in every figure: it is taken off all of them. */
function compareBlocked({ ours, naive, kinder, nothing }: Times) {
  const idleMs = median(nothing.blockedMs)
  const beyondIdle = ({ blockedMs }: Times['ours']) => blockedMs.map((ms) => Math.max(0, ms - idleMs))
  const [own, other] = [beyondIdle(ours), beyondIdle(naive)]
  const extra = `${idleMs.toFixed(1)} taken off; from a bitmap ${median(beyondIdle(kinder)).toFixed(1)}`
  return { ours: median(own), yardstick: median(other), unit: 'ms', note: `${spread(own, other)}; ${extra}` }
}

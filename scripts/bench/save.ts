import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CDPSession, Page } from 'playwright'
import sharp from 'sharp'
import { build } from 'vite'
import { readConfig } from '#server/config.ts'
import { startServer } from '#server/start.ts'
import { longestTaskMs, openProfile, slowDown } from './browser.ts'
import { median, pairedRatio, type Row, spread } from './report.ts'

const saves = 9
const pictures = ['picture.jpg', 'picture.png'] as const
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}node_modules/.cache/bench/save`

const ways = ['ours', 'naive', 'kinder'] as const
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
      const usual = await measure(page, session, name)
      await slowDown(session, 4)
      rows.push(...toRows(name, usual, await measure(page, session, name)))
    }
    return rows
  } finally {
    await context.close()
    await server.close()
    await rm(profile, { recursive: true, force: true })
  }
}

/** An image with grain, which makes its file as large as those of the service. */
async function makePictures(): Promise<void> {
  const noise = { type: 'gaussian', mean: 128, sigma: 8 } as const
  const grain = sharp({ create: { width: 2048, height: 2048, channels: 3, background: '#808080', noise } })
  const picture = sharp(`${root}public/samples/6.jpg`)
    .resize(2048, 2048)
    .composite([{ input: await grain.png().toBuffer(), blend: 'soft-light' }])
  await picture.clone().jpeg({ quality: 92 }).toFile(`${folder}/picture.jpg`)
  await picture.clone().png().toFile(`${folder}/picture.png`)
}

async function measure(page: Page, session: CDPSession, name: string): Promise<Times> {
  const none = () => ({ blockedMs: [], totalMs: [] })
  const times: Times = { ours: none(), naive: none(), kinder: none() }
  for (let round = 0; round <= saves; round += 1) {
    for (const way of ways) {
      await page.evaluate((picture) => saving.open(picture), name)
      let totalMs = 0
      const blockedMs = await longestTaskMs(session, async () => {
        totalMs = await page.evaluate((chosen) => saving[chosen](), way)
      })
      // The first round is a warm-up.
      if (round === 0) continue
      times[way].blockedMs.push(blockedMs)
      times[way].totalMs.push(totalMs)
    }
  }
  return times
}

function toRows(name: string, usual: Times, slowed: Times): Row[] {
  const kind = name.endsWith('png') ? 'PNG' : 'JPEG'
  const [blocked, slow] = [compare(usual, 'blockedMs'), compare(slowed, 'blockedMs')]
  const total = compare(slowed, 'totalMs')
  return [
    { what: `${kind}: page blocked`, ...blocked, goal: '< 8 ms', holds: blocked.ours < 8 },
    { what: `${kind}: page blocked, 4× slowed`, ...slow, goal: '≤ 1/15', holds: slow.ratio <= 1 / 15 },
    { what: `${kind}: until it is kept, 4× slowed`, ...total, goal: '≤ 0.6×', holds: total.ratio <= 0.6 },
  ]
}

function compare(times: Times, name: keyof Times['ours']) {
  const [ours, naive, kinder] = [times.ours[name], times.naive[name], times.kinder[name]]
  return {
    ours: median(ours),
    yardstick: median(naive),
    ratio: pairedRatio(ours, naive),
    unit: 'ms',
    note: `${spread(ours, naive)}; from a bitmap ${median(kinder).toFixed(1)}`,
  }
}

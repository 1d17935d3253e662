import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import sharp from 'sharp'
import { build } from 'vite'
import type { Pixels } from '#imaging/edit/raster.ts'
import { readConfig } from '#server/config.ts'
import { startServer } from '#server/start.ts'
import { longestTaskMs, openBrowser, openFreshPage } from './browser.ts'
import { residentMb } from './processes.ts'
import { keptFraming, makeCase } from './protect-cases.ts'
import { answerSize, type Photograph } from './protect-photographs.ts'
import { median, pairedRatio, type Row, seededRandom, spread } from './report.ts'

const rounds = 5
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}node_modules/.cache/bench/lay`

/**
 * The chain in a worker of a real browser on a source of 12 megapixels, compared with one drawImage in the same worker.
 */
export async function benchLayTime(photograph: Photograph): Promise<Row[]> {
  await build({
    root: `${root}scripts/bench/lay-page`,
    configFile: false,
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  })
  const source = await photograph.at(12_000_000)
  const sent = await photograph.sized(answerSize(source, 1_000_000))
  const one = await makeCase(source, sent, { faults: keptFraming(seededRandom(3), true), share: 0.05, seed: 3 })
  await writeFile(`${folder}/source.jpg`, await toFile(source).jpeg({ quality: 95 }).toBuffer())
  await writeFile(`${folder}/answer.png`, await toFile(one.answer).png({ compressionLevel: 1 }).toBuffer())
  const server = await startServer(readConfig({ PORT: '0' }), { pageFolder: folder })
  const browser = await openBrowser()
  const [chain, paint, plain]: [number[], number[], number[]] = [[], [], []]
  let cost: Cost | undefined
  try {
    const page = await openFreshPage(browser)
    await page.goto(server.origin)
    await page.waitForFunction(() => 'laying' in globalThis)
    for (let round = 0; round <= rounds; round += 1) {
      const times = await page.evaluate(() => laying('source.jpg', 'answer.png', 0.15))
      // The first round is a warm-up; an answer that was refused measures nothing.
      if (round === 0 || times.verdict !== 'aligned') continue
      chain.push(times.planMs + times.paintMs)
      paint.push(times.paintMs)
      plain.push(times.plainMs)
    }
    cost = await measureCost(browser, page)
  } finally {
    await browser.close()
    await server.close()
  }
  const [whole, part] = [pairedRatio(chain, plain), pairedRatio(paint, plain)]
  return [
    {
      what: 'chain on 12 megapixels',
      ours: median(chain),
      yardstick: median(plain),
      ratio: whole,
      unit: 'ms',
      goal: '≤ 10×',
      holds: whole <= 10,
      note: spread(chain, plain),
    },
    {
      what: 'laying in 15 % of it',
      ours: median(paint),
      yardstick: median(plain),
      ratio: part,
      unit: 'ms',
      goal: '≤ 1×',
      holds: part <= 1,
      note: spread(paint, plain),
    },
    ...(cost ? rowsOf(cost) : []),
  ]
}

/** Of one laying in: memory of the page's process in MB, and the longest task of the page's own thread. */
interface Cost {
  peakMb: number
  leftMb: number
  blockedMs: number
}

/** Pixels of source and answer, which a program without a chain holds as well. */
const pixelsMb = 52
/** Ms between two looks at the memory. */
const lookMs = 20

async function measureCost(browser: Browser, page: Page): Promise<Cost> {
  const pids = await renderersOf(browser)
  const used = () => pids.reduce((sum, pid) => sum + residentMb(pid), 0)
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const before = used()
  let peak = before
  const looking = setInterval(() => {
    peak = Math.max(peak, used())
  }, lookMs)
  const blockedMs = await longestTaskMs(session, async () => {
    await page.evaluate(async () => {
      performance.mark('begin')
      await laying('source.jpg', 'answer.png', 0.15, true)
      performance.mark('end')
    })
  }).finally(() => clearInterval(looking))
  await session.send('HeapProfiler.collectGarbage')
  return { peakMb: peak - before - pixelsMb, leftMb: used() - before, blockedMs }
}

async function renderersOf(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
}

function rowsOf({ peakMb, leftMb, blockedMs }: Cost): Row[] {
  const note = `beyond ${pixelsMb} MB of pixels`
  return [
    { what: 'memory while laying in', ours: peakMb, unit: 'MB', goal: '≤ 200 MB', holds: peakMb <= 200, note },
    { what: 'memory that is left after it', ours: leftMb, unit: 'MB', goal: '≤ 20 MB', holds: leftMb <= 20 },
    {
      what: 'longest task of the page meanwhile',
      ours: blockedMs,
      unit: 'ms',
      goal: '≤ 16 ms',
      holds: blockedMs <= 16,
      note: 'processor time',
    },
  ]
}

function toFile({ data, width, height }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha()
}

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
import type { Row } from './report.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}node_modules/.cache/bench/lay`

/** The product's chain and its resizing, in workers of a page of their own. */
export interface ImagingPage {
  browser: Browser
  page: Page
}

/** Builds the page, serves it with these files, and gives what `measure` measures in it. */
export async function withImagingPage(
  files: Readonly<Record<string, Buffer>>,
  measure: (open: ImagingPage) => Promise<Row[]>,
): Promise<Row[]> {
  await build({
    root: `${root}scripts/bench/lay-page`,
    configFile: false,
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  })
  await Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(`${folder}/${name}`, bytes)))
  const server = await startServer(readConfig({ PORT: '0' }), { pageFolder: folder })
  const browser = await openBrowser()
  try {
    const page = await openFreshPage(browser)
    await page.goto(server.origin)
    await page.waitForFunction(() => 'laying' in globalThis)
    return await measure({ browser, page })
  } finally {
    await browser.close()
    await server.close()
  }
}

/** Of one job in a worker: memory of the page's process in MB, and the longest task of the page's own thread. */
interface Cost {
  peakMb: number
  leftMb: number
  blockedMs: number
}

/** Ms between two looks at the memory. */
const lookMs = 20

/** `work` runs in the page, between the marks "begin" and "end". */
async function measureCost({ browser, page }: ImagingPage, work: () => Promise<unknown>): Promise<Cost> {
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
    await page.evaluate(() => void performance.mark('begin'))
    await work()
    await page.evaluate(() => void performance.mark('end'))
  }).finally(() => clearInterval(looking))
  await session.send('HeapProfiler.collectGarbage')
  return { peakMb: peak - before, leftMb: used() - before, blockedMs }
}

async function renderersOf(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
}

/** Rows of what a job costs. `pixelsMb`: of the decoded images, which a program without our code holds as well. */
export async function costRows(
  open: ImagingPage,
  { of, pixelsMb, work }: { of: string; pixelsMb: number; work: () => Promise<unknown> },
): Promise<Row[]> {
  const { peakMb, leftMb, blockedMs } = await measureCost(open, work)
  const more = peakMb - pixelsMb
  const note = `beyond ${pixelsMb.toFixed(0)} MB of pixels`
  return [
    { what: `memory, ${of}`, ours: more, unit: 'MB', goal: '≤ 200 MB', holds: more <= 200, note },
    { what: `memory that is left, ${of}`, ours: leftMb, unit: 'MB', goal: '≤ 20 MB', holds: leftMb <= 20 },
    {
      what: `longest task of the page, ${of}`,
      ours: blockedMs,
      unit: 'ms',
      goal: '≤ 16 ms',
      holds: blockedMs <= 16,
      note: 'processor time',
    },
  ]
}

export function toFile({ data, width, height }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha()
}

/** Of decoded pixels. */
export function megabytesOf(...sizes: readonly { width: number; height: number }[]): number {
  return sizes.reduce((sum, { width, height }) => sum + (width * height * 4) / 1e6, 0)
}

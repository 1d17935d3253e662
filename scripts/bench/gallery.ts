import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CDPSession, Page } from 'playwright'
import { heapMb, openProfile } from './browser.ts'
import { startBuiltServer } from './processes.ts'
import { median, pairedRatio, quantile, type Row, spread } from './report.ts'

const counts = [100, 1_000, 10_000] as const
const loads = 9
const scrolls = 5
const scrollMs = 5_000
const pxPerSecond = 2_000
const fillMs = 10 * 60_000
/** Where the grid is full of tiles above, below and in sight. */
const amidPx = 2_000

interface Gallery {
  count: number
  page: Page
  session: CDPSession
  drawnMs: number[]
  heapMb: number[]
  nodes: number[]
  close(): Promise<void>
}

/** Each gallery in a profile of its own on the disk, filled once, then opened in a new browser and loaded in turn. */
export async function benchGallery(): Promise<Row[]> {
  const server = await startBuiltServer()
  const galleries: Gallery[] = []
  try {
    for (const count of counts) galleries.push(await openGallery(server.origin, count))
    for (let round = 0; round <= loads; round += 1) {
      for (const gallery of galleries) await loadGallery(gallery, server.origin, round > 0)
    }
    const [hundred, ...larger] = galleries
    const largest = larger.at(-1)
    if (!hundred || !largest) return []
    return [...larger.flatMap((gallery) => toRows(gallery, hundred)), ...(await benchScroll(largest))]
  } finally {
    for (const { close } of galleries) await close()
    await server.stop()
  }
}

async function openGallery(origin: string, count: number): Promise<Gallery> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-bench-'))
  const filling = await openProfile(folder)
  const first = await filling.newPage()
  console.error(`Making ${count.toLocaleString('en')} samples …`)
  await first.goto(`${origin}/?samples=${count}`)
  await untilRead(first, count, fillMs)
  await filling.close()

  const context = await openProfile(folder)
  await context.addInitScript({ path: fileURLToPath(new URL('./in-page.js', import.meta.url)) })
  const page = context.pages()[0] ?? (await context.newPage())
  const session = await context.newCDPSession(page)
  const close = async () => {
    await context.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { count, page, session, drawnMs: [], heapMb: [], nodes: [], close }
}

/** The number beside the title stands there when the last record has been read. */
async function untilRead(page: Page, count: number, timeout: number): Promise<void> {
  const number = page.getByRole('region', { name: 'Gallery' }).getByText(count.toLocaleString('en'), { exact: true })
  await number.waitFor({ timeout })
}

async function loadGallery({ page, session, count, ...found }: Gallery, origin: string, counts: boolean) {
  await page.bringToFront()
  await page.goto(origin)
  await page.waitForFunction(() => inPage.drawnMs() > 0, undefined, { polling: 100 })
  const drawnMs = await page.evaluate(() => inPage.drawnMs())
  await untilRead(page, count, 30_000)
  const heap = await heapMb(session)
  await page.evaluate((top) => inPage.scrollTo(top), amidPx)
  const nodes = await page.evaluate(() => inPage.countNodes())
  if (!counts) return
  found.drawnMs.push(drawnMs)
  found.heapMb.push(heap)
  found.nodes.push(nodes)
}

function toRows(gallery: Gallery, hundred: Gallery): Row[] {
  const compare = (name: 'drawnMs' | 'heapMb' | 'nodes') => ({
    ours: median(gallery[name]),
    yardstick: median(hundred[name]),
    ratio: pairedRatio(gallery[name], hundred[name]),
    note: spread(gallery[name], hundred[name]),
  })
  const [drawn, heap, nodes] = [compare('drawnMs'), compare('heapMb'), compare('nodes')]
  const name = gallery.count.toLocaleString('en')
  return [
    {
      what: `${name}: start to last picture in sight`,
      ...drawn,
      unit: 'ms',
      goal: '≤ 1.25×',
      holds: drawn.ratio <= 1.25,
    },
    { what: `${name}: heap`, ...heap, unit: 'MB', goal: '≤ 10 MB', holds: heap.ours <= 10 },
    {
      what: `${name}: nodes in the grid`,
      ...nodes,
      unit: '',
      goal: '≤ 600, 1.1×',
      holds: nodes.ours <= 600 && nodes.ratio <= 1.1,
    },
  ]
}

/**
 * Every scroll goes over pictures that were not seen before. For the yardstick each new tile is given the data of one
 * picture when it sets its address; all the rest, the reading of its own one included, goes on as ever.
 */
async function benchScroll({ page }: Gallery): Promise<Row[]> {
  const slow: number[][] = [[], []]
  const frames: number[][] = [[], []]
  const blank: number[][] = [[], []]
  let topPx = 0
  for (let round = 0; round < scrolls; round += 1) {
    for (const [index, isShared] of [false, true].entries()) {
      topPx += pxPerSecond * (scrollMs / 1000) + 3_000
      await page.evaluate((shared) => inPage.share(shared), isShared)
      await page.evaluate((top) => inPage.scrollTo(top), topPx)
      const seen = await page.evaluate(([speed, ms]) => inPage.scroll(speed, ms), [pxPerSecond, scrollMs] as const)
      frames[index]?.push(quantile(seen.framesMs, 0.95))
      slow[index]?.push((100 * seen.framesMs.filter((ms) => ms > 50).length) / seen.framesMs.length)
      blank[index]?.push(100 * seen.blank)
    }
  }
  const compare = ([ours = [], shared = []]: readonly number[][]) => ({
    ours: median(ours),
    yardstick: median(shared),
    note: spread(ours, shared),
  })
  const [frame, over, empty] = [compare(frames), compare(slow), compare(blank)]
  const speed = `scroll at ${pxPerSecond.toLocaleString('en')} px/s`
  return [
    { what: `${speed}: p95 of frames`, ...frame, unit: 'ms', goal: '≤ 2×', holds: frame.ours <= 2 * frame.yardstick },
    { what: `${speed}: frames over 50 ms`, ...over, unit: '%', goal: '≤ 1 %', holds: over.ours <= 1 },
    { what: `${speed}: frames with an empty tile`, ...empty, unit: '%', goal: '≤ 5 %', holds: empty.ours <= 5 },
  ]
}

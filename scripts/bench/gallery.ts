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
const scrolls = 7
const scrollMs = 4_000
const pxPerSecond = 2_000
const fillMs = 10 * 60_000
/** A position with tiles above, below and in view. */
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

/** Each gallery has its own profile on disk, filled once, then opened in a new browser and loaded in turn. */
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

/** The number next to the title appears when the last record has been read. */
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
 * Every scroll shows images that were not seen before. For the reference, each new tile gets the data of one image when
 * it sets its address; everything else, including reading its own image, is the same.
 */
async function benchScroll({ page }: Gallery): Promise<Row[]> {
  const ours: Scroll[] = []
  const shared: Scroll[] = []
  let topPx = 0
  for (let round = 0; round <= scrolls; round += 1) {
    for (const [index, found] of [ours, shared].entries()) {
      topPx += pxPerSecond * (scrollMs / 1000) + 3_000
      const scrolled = await scroll(page, topPx, index === 1)
      // The first round is a warm-up.
      if (round > 0) found.push(scrolled)
    }
  }
  const values = (name: keyof Scroll) => [ours.map((one) => one[name]), shared.map((one) => one[name])] as const
  const compare = (name: keyof Scroll) => {
    const [own, other] = values(name)
    return { ours: median(own), yardstick: median(other), note: spread(own, other) }
  }
  const [frame, over, empty] = [compare('p95Ms'), compare('slow'), compare('blank')]
  const ratio = pairedRatio(...values('p95Ms'))
  // Other load on the machine makes frames late on both sides.
  const [slow, otherSlow] = values('slow')
  const more = median(slow.map((share, round) => share - (otherSlow[round] ?? 0)))
  const speed = `scroll at ${pxPerSecond.toLocaleString('en')} px/s`
  return [
    { what: `${speed}: p95 of frames`, ...frame, ratio, unit: 'ms', goal: '≤ 2×', holds: ratio <= 2 },
    { what: `${speed}: frames over 50 ms`, ...over, unit: '%', goal: '≤ 1 % more', holds: more <= 1 },
    { what: `${speed}: frames with an empty tile`, ...empty, unit: '%', goal: '≤ 5 %', holds: empty.ours <= 5 },
  ]
}

/** `slow` and `blank` are in per cent of all frames. */
interface Scroll {
  p95Ms: number
  slow: number
  blank: number
}

async function scroll(page: Page, topPx: number, isShared: boolean): Promise<Scroll> {
  await page.evaluate((shared) => inPage.share(shared), isShared)
  await page.evaluate((top) => inPage.scrollTo(top), topPx)
  const { framesMs, blank } = await page.evaluate(([speed, ms]) => inPage.scroll(speed, ms), [
    pxPerSecond,
    scrollMs,
  ] as const)
  const pictures = await page.evaluate(() => inPage.countPictures())
  if (isShared !== (pictures === 1)) throw new Error(`The tiles show ${pictures} pictures.`)
  const slow = framesMs.filter((ms) => ms > 50).length / framesMs.length
  return { p95Ms: quantile(framesMs, 0.95), slow: 100 * slow, blank: 100 * blank }
}

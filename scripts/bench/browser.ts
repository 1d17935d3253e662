import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright'
import { chromiumLaunch } from '../../tests/support/chromium.ts'

const pageOptions = { viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' } as const

export function openBrowser(): Promise<Browser> {
  return chromium.launch(chromiumLaunch)
}

/** A page in a new, temporary profile. */
export async function openFreshPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext(pageOptions)
  return context.newPage()
}

/** A separate browser whose profile, and with it the stored data of its pages, is on disk. */
export function openProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { ...chromiumLaunch, ...pageOptions })
}

/** Lighthouse's slow 4G, without its CPU part. */
export const slow4g = { downloadBits: 1_600_000, uploadBits: 750_000, latencyMs: 150 }

/** `slowdown` 4: the page's thread takes four times as long; its workers are not slowed. */
export async function slowDown(session: CDPSession, slowdown: number, network?: typeof slow4g): Promise<void> {
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  if (!network) return
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: network.latencyMs,
    downloadThroughput: network.downloadBits / 8,
    uploadThroughput: network.uploadBits / 8,
  })
}

/** MB of the page's own objects, after garbage collection. */
export async function heapMb(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** All times are in µs. */
  ts: number
  dur?: number
  /** Processor time of the thread. */
  tdur?: number
  args: { data?: { startTime?: number } }
}

/**
 * The longest task of a page's own thread between its marks "begin" and "end", both made during `work`. In the thread's
 * processor time, so that other load on the machine does not count.
 */
export async function longestTaskMs(session: CDPSession, work: () => Promise<void>): Promise<number> {
  const events: TraceEvent[] = []
  const collect = ({ value }: { value: object[] }) => events.push(...(value as TraceEvent[]))
  session.on('Tracing.dataCollected', collect)
  const includedCategories = ['disabled-by-default-devtools.timeline', 'blink.user_timing']
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories } })
  await work()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  session.off('Tracing.dataCollected', collect)
  const key = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const find = (mark: string) => events.find(({ name, args }) => name === mark && args.data?.startTime !== undefined)
  const [begin, end] = [find('begin'), find('end')]
  if (!begin || !end) throw new Error('The trace holds no marks.')
  const tasks = events.filter(
    (event) =>
      event.name === 'RunTask' &&
      key(event) === key(begin) &&
      event.ts < end.ts &&
      event.ts + (event.dur ?? 0) > begin.ts,
  )
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000
}

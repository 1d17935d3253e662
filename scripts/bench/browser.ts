import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright'

const launchOptions = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}
const pageOptions = { viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' } as const

export function openBrowser(): Promise<Browser> {
  return chromium.launch(launchOptions)
}

/** A page in a new profile that is forgotten with it. */
export async function openFreshPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext(pageOptions)
  return context.newPage()
}

/** A browser of its own whose profile, and so what its pages store, lies on the disk. */
export function openProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { ...launchOptions, ...pageOptions })
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

/** MB of the page's own objects, after everything that nobody holds is gone. */
export async function heapMb(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1e6
}

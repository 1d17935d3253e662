import { mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright'
import { build } from 'vite'
import { readConfig } from '#server/config.ts'
import { startServer } from '#server/start.ts'
import { openBrowser, openFreshPage, slow4g, slowDown } from './browser.ts'
import { median, pairedRatio, type Row, spread } from './report.ts'

const loads = 7
const folder = fileURLToPath(new URL('../../node_modules/.cache/bench/hello', import.meta.url))

interface Load {
  scriptsKb: number
  requests: number
  foreign: string[]
  paintMs: number
}

interface OurLoad extends Load {
  /** Until text can be typed into the prompt. */
  usableMs: number
}

/** Both pages from the same server, each load in a new profile. */
export async function benchFirstLoad(): Promise<Row[]> {
  await buildHello()
  const config = readConfig({ PORT: '0' })
  const servers = [await startServer(config), await startServer(config, { pageFolder: `${folder}/dist` })]
  const browser = await openBrowser()
  const [ours, hello]: [OurLoad[], Load[]] = [[], []]
  const [ourUrl, helloUrl] = servers.map(({ port }) => `http://localhost:${port}`)
  if (!ourUrl || !helloUrl) throw new Error('A server is missing.')
  try {
    for (let round = 0; round <= loads; round += 1) {
      const ourLoad = await loadPage(browser, ourUrl, usableMs)
      const helloLoad = await loadPage(browser, helloUrl, async () => ({}))
      // The first round warms up browser and servers.
      if (round === 0) continue
      ours.push(ourLoad)
      hello.push(helloLoad)
    }
  } finally {
    await browser.close()
    for (const server of servers) await server.close()
  }
  return toRows(ours, hello)
}

function toRows(ours: readonly OurLoad[], hello: readonly Load[]): Row[] {
  const all = (loads: readonly Load[], name: 'scriptsKb' | 'requests' | 'paintMs') => loads.map((load) => load[name])
  const usableMs = ours.map((load) => load.usableMs)
  const compare = (name: 'scriptsKb' | 'requests' | 'paintMs') => ({
    ours: median(all(ours, name)),
    yardstick: median(all(hello, name)),
    ratio: pairedRatio(all(ours, name), all(hello, name)),
  })
  const [scripts, requests, paint] = [compare('scriptsKb'), compare('requests'), compare('paintMs')]
  const usable = {
    ours: median(usableMs),
    yardstick: paint.yardstick,
    ratio: pairedRatio(usableMs, all(hello, 'paintMs')),
  }
  const foreign = ours.flatMap((load) => load.foreign)
  const { downloadBits, latencyMs } = slow4g
  const throttle = `${downloadBits / 1e6} Mbit/s, ${latencyMs} ms, 4× slowed processor`
  return [
    { what: 'scripts, gzip', ...scripts, unit: 'KiB', goal: '≤ 110 KiB', holds: scripts.ours <= 110 },
    { what: 'requests', ...requests, unit: '', goal: '≤ 6', holds: requests.ours <= 6 },
    {
      what: 'requests to another origin',
      ours: foreign.length,
      unit: '',
      goal: '0',
      holds: foreign.length === 0,
      note: foreign[0] ?? '',
    },
    {
      what: 'largest contentful paint',
      ...paint,
      unit: 'ms',
      goal: '≤ 1.0×',
      holds: paint.ratio <= 1,
      note: `${throttle}; ${spread(all(ours, 'paintMs'), all(hello, 'paintMs'))}`,
    },
    {
      what: 'prompt can be written',
      ...usable,
      unit: 'ms',
      goal: '≤ 1.7×',
      holds: usable.ratio <= 1.7,
      note: `against Hello’s paint; ${spread(usableMs)}`,
    },
  ]
}

async function buildHello(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const html = '<!doctype html><title>Hello</title><div id="root"></div><script type="module" src="/main.js"></script>'
  const script = [
    "import { createElement } from 'react'",
    "import { createRoot } from 'react-dom/client'",
    "createRoot(document.getElementById('root')).render(createElement('h1', null, 'Hello'))",
  ]
  await writeFile(`${folder}/index.html`, html)
  await writeFile(`${folder}/main.js`, script.join('\n'))
  const options = { target: 'es2023', modulePreload: { polyfill: false } }
  await build({ root: folder, configFile: false, logLevel: 'warn', build: options })
}

const usableMs = async (page: Page) => ({ usableMs: await page.evaluate(() => inPage.usableMs()) })

/** `more`: further measurements in the loaded page. */
async function loadPage<More>(
  browser: Browser,
  url: string,
  more: (page: Page) => Promise<More>,
): Promise<Load & More> {
  const page = await openFreshPage(browser)
  await page.addInitScript({ path: fileURLToPath(new URL('./in-page.js', import.meta.url)) })
  await slowDown(await page.context().newCDPSession(page), 4, slow4g)
  const requests: string[] = []
  const scripts: Promise<number>[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('response', (response) => {
    if (!/javascript/.test(response.headers()['content-type'] ?? '')) return
    scripts.push(response.body().then((bytes) => gzipSync(bytes, { level: 9 }).length / 1024))
  })
  await page.goto(url, { waitUntil: 'networkidle' })
  const sizes = await Promise.all(scripts)
  const found = { paintMs: await page.evaluate(() => inPage.paintMs()), ...(await more(page)) }
  await page.context().close()
  return {
    scriptsKb: sizes.reduce((sum, size) => sum + size, 0),
    requests: requests.length,
    foreign: requests.filter((address) => /^https?:/.test(address) && new URL(address).origin !== url),
    ...found,
  }
}

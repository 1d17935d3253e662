import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { expect, galleryOf, listenFor, test } from './fixtures.ts'

const KiB = 1024

/** All requests of a page until none is pending. */
async function firstLoad(page: Page, url: string) {
  const scripts: number[] = []
  const requests: string[] = []
  page.on('response', async (response) => {
    if (/^(data|blob):/.test(response.url())) return
    requests.push(response.url())
    if (/javascript/.test(response.headers()['content-type'] ?? '')) {
      scripts.push(gzipSync(await response.body(), { level: 9 }).byteLength)
    }
  })
  await page.goto(url, { waitUntil: 'networkidle' })
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toBeVisible()
  return { requests, scriptBytes: scripts.reduce((sum, bytes) => sum + bytes, 0), scripts: scripts.length }
}

test('the first load: at most 110 KiB of scripts, six requests, none to another origin', async ({
  page,
  simulated,
}) => {
  const { requests, scriptBytes, scripts } = await firstLoad(page, simulated.url)
  expect(scripts).toBeGreaterThan(0)
  expect(scriptBytes / KiB).toBeLessThanOrEqual(110)
  expect(requests.length).toBeLessThanOrEqual(6)
  expect(requests.filter((url) => !url.startsWith(simulated.url))).toEqual([])
})

test('what is built holds no source map', () => {
  const files = readdirSync('dist/page', { recursive: true, encoding: 'utf8' })
  expect(files.length).toBeGreaterThan(10)
  expect(files.filter((name) => name.endsWith('.map'))).toEqual([])
  const scripts = files.filter((name) => name.endsWith('.js'))
  expect(scripts.filter((name) => readFileSync(`dist/page/${name}`, 'utf8').includes('sourceMappingURL'))).toEqual([])
})

const sourcesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }))

const scriptsOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')

test('the simulator, its painter and the demo are in no script of the page', () => {
  test.skip(!existsSync('dist/demo'), 'needs the demo, which shows that the texts would be found')
  // Long texts only: a short one, such as a status, may also be in a library.
  const literals = (text: string) => [...text.matchAll(/'([^'\\\n]{20,})'/g)].map(([, literal = '']) => literal)
  const sources = sourcesIn('src')
  const isSimulator = ({ name }: { name: string }) => name.startsWith(join('src', 'simulator'))
  const elsewhere = sources.filter((source) => !isSimulator(source)).map(({ text }) => text)
  const own = [...new Set(sources.filter(isSimulator).flatMap(({ text }) => literals(text)))].filter(
    (literal) => !elsewhere.some((text) => text.includes(literal)),
  )
  const [page, demo] = [scriptsOf('dist/page'), scriptsOf('dist/demo')]
  expect(own.filter((literal) => demo.includes(literal)).length).toBeGreaterThan(20)
  expect(own.filter((literal) => page.includes(literal))).toEqual([])
})

test('the server starts without sharp: only what paints simulated images loads it', () => {
  const folder = 'dist/server'
  /** The files that are loaded with `file`, without those of `import()`. */
  const withStatic = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return seen
    seen.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, from = ''] of text.matchAll(/^(?:import|export)\b[^;'"]*['"](\.[^'"]+)['"]/gm))
      withStatic(join(file, '..', from), seen)
    return seen
  }
  const loadsSharp = (file: string) => /["']sharp["']/.test(readFileSync(file, 'utf8'))
  expect([...withStatic(join(folder, 'server.js'))].filter(loadsSharp)).toEqual([])
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'))
  expect(all.map((name) => join(folder, name)).filter(loadsSharp)).not.toEqual([])
})

/** Counts the records read from each store in the page; this does not start the worker. */
async function watchReads(page: Page) {
  await page.addInitScript(() => {
    const reads: Record<string, number> = {}
    Object.assign(globalThis, { reads, workers: [] })
    const methods = ['get', 'getAll', 'getKey', 'getAllKeys', 'openCursor', 'openKeyCursor', 'count'] as const
    for (const prototype of [IDBObjectStore.prototype, IDBIndex.prototype]) {
      for (const method of methods) {
        const direct = prototype[method] as (...given: unknown[]) => IDBRequest
        Object.assign(prototype, {
          [method](this: IDBObjectStore | IDBIndex, ...given: unknown[]) {
            const store = this instanceof IDBIndex ? this.objectStore.name : this.name
            reads[store] = (reads[store] ?? 0) + 1
            return direct.apply(this, given)
          },
        })
      }
    }
    const Direct = globalThis.Worker
    globalThis.Worker = class extends Direct {
      constructor(...given: ConstructorParameters<typeof Direct>) {
        super(...given)
        const started = globalThis as unknown as { workers: string[] }
        started.workers.push(given[1]?.name ?? '')
      }
    }
  })
}

const tilesAndNodes = (page: Page) =>
  page.evaluate(() => ({
    tiles: document.querySelectorAll('[role=gridcell]').length,
    nodes: document.querySelector('[role=grid]')?.querySelectorAll('*').length ?? 0,
  }))

async function drawnWith(page: Page, url: string, count: number) {
  await page.goto(`${url}/?samples=${count}`)
  const { grid } = galleryOf(page)
  await expect(grid).toBeVisible()
  await expect.poll(() => new URL(page.url()).search).toBe('')
  await page.reload()
  await expect(grid.getByRole('gridcell').first()).toBeVisible()
  await expect.poll(async () => (await tilesAndNodes(page)).tiles).toBeGreaterThanOrEqual(8)
}

/** Names of the scripts that this visit of the page has loaded after its first one, without those of workers. */
const partsOf = (page: Page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname.replace(/^.*\//, ''))
      .filter((name) => /\.js$/.test(name) && !/worker/.test(name)),
  )

test('opening and scrolling a gallery loads a few scripts, reads no original and draws no more than is seen', async ({
  browser,
  simulated,
  noise,
}) => {
  test.slow()
  const drawn: { tiles: number; nodes: number }[] = []
  for (const count of [100, 200]) {
    const context = await browser.newContext()
    await listenFor(noise, context)
    const page = await context.newPage()
    await watchReads(page)
    await drawnWith(page, simulated.url, count)
    expect((await partsOf(page)).length, 'scripts until the gallery is drawn').toBeLessThanOrEqual(6)
    drawn.push(await tilesAndNodes(page))
    if (count === 200) {
      const { grid } = galleryOf(page)
      let most = { tiles: 0, nodes: 0 }
      for (let at = 0; at < 40; at += 1) {
        await grid.evaluate((element) => element.scrollBy(0, 500))
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
        const now = await tilesAndNodes(page)
        most = { tiles: Math.max(most.tiles, now.tiles), nodes: Math.max(most.nodes, now.nodes) }
      }
      expect(most.tiles).toBeLessThanOrEqual(150)
      expect(most.nodes).toBeLessThanOrEqual(600)
      const { reads, workers } = await page.evaluate(() => {
        const { reads, workers } = globalThis as unknown as { reads: Record<string, number>; workers: number }
        return { reads, workers }
      })
      expect(reads.originals ?? 0).toBe(0)
      expect(reads.thumbnails).toBeGreaterThan(0)
      expect(workers).not.toContain('atelier-pictures')
    }
    await context.close()
  }
  const [few, many] = drawn
  expect(many?.nodes).toBeLessThanOrEqual((few?.nodes ?? 0) * 1.1)
})

import { type BrowserContext, expect, type Locator, type Page, test as playwright, type Route } from '@playwright/test'
import { startLive, startServer } from '../support/atelier.ts'
import { openPageElsewhere } from '../support/page-elsewhere.ts'

/** `url`: of the page. `api`: of its proxy. */
type Placed<Server> = Server & { api: string }
type Live = Placed<Awaited<ReturnType<typeof startLive>>>

export interface Origins {
  /** The page is on another site than its proxy. */
  isElsewhere: boolean
}

interface Fixtures {
  /** Further variables for the servers. */
  env: Record<string, string>
  /** A server without a key: images are simulated. */
  simulated: Placed<Awaited<ReturnType<typeof startServer>>>
  /** A server with a key, whose service is the simulator in this process. */
  live: Live
}

/** Starts a server, and the page's own server if it has one. */
async function place<Server extends { url: string }>(
  isElsewhere: boolean,
  start: (env: Record<string, string>) => Promise<Server>,
): Promise<{ server: Placed<Server>; close(): Promise<void> }> {
  if (!isElsewhere) {
    const server = await start({})
    return { server: { ...server, api: `${server.url}/api` }, close: async () => undefined }
  }
  const page = await openPageElsewhere()
  const server = await start({ ALLOWED_ORIGINS: page.origin })
  const api = `${server.url}/api`
  await page.pointAt(api)
  return { server: { ...server, url: page.origin, api }, close: page.close }
}

/** Console output, errors and policy violations of a page fail its test. */
export const test = playwright.extend<Fixtures & Origins & { noise: string[] }>({
  isElsewhere: [false, { option: true }],
  env: [{}, { option: true }],
  simulated: async ({ env, isElsewhere }, use) => {
    const { server, close } = await place(isElsewhere, (own) => startServer({ ...own, ...env }))
    await use(server)
    await server.kill()
    await close()
  },
  live: async ({ env, isElsewhere }, use) => {
    const start = (own: Record<string, string>) => startLive({ switches: { durationMs: 1_200 } }, { ...own, ...env })
    const { server, close } = await place(isElsewhere, start)
    await use(server)
    await server.close()
    await close()
  },
  noise: [
    async ({ context }, use) => {
      const noise: string[] = []
      await listenFor(noise, context)
      await use(noise)
      expect(noise).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

/**
 * Some tests have refused or broken requests, and the browser logs each of them, also the request of a
 * service worker's script when the server is stopped. Playwright logs the service workers that it blocks.
 */
const expectedMessage =
  /Failed to load resource|net::ERR_|error occurred when fetching the script|Service Worker registration blocked/

/**
 * Collects console output, errors and policy violations of a context's pages and workers. Violations are reported by the page
 * and the worker themselves, because a worker's violations are not on the console.
 */
export async function listenFor(noise: string[], context: BrowserContext): Promise<void> {
  const listen = (page: Page) => {
    page.on('pageerror', (error) => noise.push(`thrown: ${error.message}`))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !expectedMessage.test(message.text()))
        noise.push(`${message.type()}: ${message.text()}`)
    })
    // The worker may have ended in the meantime.
    page.on('worker', (worker) => void worker.evaluate(tellOfViolations).catch(() => undefined))
  }
  context.on('page', listen)
  for (const page of context.pages()) listen(page)
  await context.addInitScript(tellOfViolations)
}

/** Runs in the page and in its workers. */
function tellOfViolations(): void {
  globalThis.addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent
    console.error(`forbidden: ${effectiveDirective} ${blockedURI}`)
  })
}

export function createOf(page: Page) {
  const region = page.getByRole('region', { name: 'Create' })
  return {
    region,
    prompt: region.getByRole('textbox', { name: 'Prompt' }),
    submit: region.getByRole('button', { name: /^(Generate|Edit)/ }),
    sources: region.getByRole('list', { name: 'Source images' }).getByRole('listitem'),
    files: region.getByLabel('Add images'),
    choose: (group: string, option: string) =>
      region
        .getByRole('radiogroup', { name: group })
        .getByRole('radio', { name: option, exact: true })
        .check({ force: true }),
    family: (title: string) => region.getByRole('tab', { name: title }).click(),
  }
}

export function galleryOf(page: Page) {
  const region = page.getByRole('region', { name: 'Gallery' })
  const grid = region.getByRole('grid', { name: 'Gallery' })
  return {
    region,
    grid,
    runs: grid.locator('[role=gridcell][data-run-id]'),
    run: (phase: string): Locator => grid.locator(`[role=gridcell][data-phase="${phase}"]`),
    /** A saved image whose prompt begins with this text. */
    picture: (prompt: string): Locator => grid.locator(`[role=gridcell][aria-label^="${prompt}"]:not([data-run-id])`),
  }
}

/** Keeps tasks at work for the pages of a context: questions about them are answered when the returned function is called. */
export async function holdTasks(context: BrowserContext): Promise<() => Promise<void>> {
  const isQuestion = /\/(record-info|recordInfo)\?/
  const held: Route[] = []
  await context.route(isQuestion, (route) => void held.push(route))
  return async () => {
    await context.unroute(isQuestion)
    // Questions of a page that was reloaded are gone.
    for (const route of held) await route.continue().catch(() => undefined)
  }
}

/** Stops the clock of a page in a few seconds of its time, so that a slow machine is not too late. Gives that time, epoch ms. */
export async function stopClock(page: Page): Promise<number> {
  const stopsAt = (await page.evaluate(() => Date.now())) + 5_000
  await page.clock.pauseAt(stopsAt)
  return stopsAt
}

/** The saved images, read directly from the database. */
export async function stored(page: Page, database = 'atelier') {
  return page.evaluate(async (name) => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const open = indexedDB.open(name)
      open.onsuccess = () => resolve(open.result)
      open.onerror = () => reject(open.error)
    })
    const all = (name: string) =>
      new Promise<Record<string, unknown>[]>((resolve, reject) => {
        const request = db.transaction(name).objectStore(name).getAll()
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const [runs, pictures, thumbnails, originals] = await Promise.all(
      ['runs', 'pictures', 'thumbnails', 'originals'].map(all),
    )
    db.close()
    return { runs: runs ?? [], pictures: pictures ?? [], thumbnails: thumbnails ?? [], originals: originals ?? [] }
  }, database)
}

/** Waits for the parts that the page loads with the first input, so that the page is complete when the server stops. */
export async function untilWhole(page: Page): Promise<void> {
  const scripts = () =>
    page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).length)
  await expect(page.getByRole('button', { name: /^Undo/ })).toBeAttached()
  let before = 0
  const isQuiet = async () => {
    const now = await scripts()
    const isSame = now === before
    before = now
    return isSame
  }
  await expect.poll(isQuiet, { intervals: [1_000] }).toBe(true)
}

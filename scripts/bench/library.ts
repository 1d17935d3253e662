import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CDPSession, Page } from 'playwright'
import { rowsOf } from '../../tests/support/find-corpus.ts'
import { heapMb, openProfile } from './browser.ts'
import { startBuiltServer } from './processes.ts'
import { median, type Row, spread } from './report.ts'

const counts = [100, 1_000, 10_000, 50_000] as const
const loads = 5
const batchSize = 1_000
/** The images that are moved to the bin together, and their tag. */
const manyCount = 1_000
const manyTag = '1000'
const turns = 5
/** Longer than search waits before it stores its snapshot. */
const tidyMs = 15_000
const typed = ['light', 'rain', 'st', 'blue', 'wood', 'an', 'glass', 'river', 'moon', 'old']

interface Library {
  count: number
  page: Page
  session: CDPSession
  drawnMs: number[]
  readyMs: number[]
  heap: number[]
  tiles: number
  keyMs: number[]
  scanMs: number
  /** Of an act on 1,000 images, its undo and its redo; empty where there are fewer images. */
  binMs: number[]
  undoMs: number[]
  redoMs: number[]
  close(): Promise<void>
}

/**
 * Distinct images without their files, written as records: what opening, memory and search cost for their number alone.
 */
export async function benchLibrary(): Promise<Row[]> {
  const server = await startBuiltServer()
  const libraries: Library[] = []
  try {
    for (const count of counts) libraries.push(await openLibrary(server.origin, count))
    for (let round = 0; round <= loads; round += 1) {
      for (const library of libraries) await measureLoad(library, server.origin, round > 0)
    }
    for (const library of libraries) library.keyMs.push(...(await measureKeys(library.page)))
    for (const library of libraries) if (library.count >= manyCount) await measureUndo(library)
    const [hundred] = libraries
    return hundred ? libraries.flatMap((library) => toRows(library, hundred)) : []
  } finally {
    for (const { close } of libraries) await close()
    await server.stop()
  }
}

async function openLibrary(origin: string, count: number): Promise<Library> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-bench-'))
  const context = await openProfile(folder)
  await context.addInitScript({ path: fileURLToPath(new URL('./in-page.js', import.meta.url)) })
  // The compiled functions that are sent to the page call a helper that the page does not have.
  await context.addInitScript({ content: 'globalThis.__name = (value) => value' })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${origin}/?samples=1`)
  await page.locator('[role="gridcell"]').first().waitFor()
  const prompts = rowsOf(count).map(({ prompt }) => prompt)
  console.error(`Writing ${count.toLocaleString('en')} records …`)
  for (let from = 0; from < count; from += batchSize) {
    const marks = from < manyCount ? { tags: [manyTag], changedAt: 1 } : undefined
    await page.evaluate(writeRecords, { from, prompts: prompts.slice(from, from + batchSize), marks })
  }
  await page.goto(origin)
  await untilCounted(page, count)
  await page.waitForTimeout(tidyMs)
  const session = await context.newCDPSession(page)
  const close = async () => {
    await context.close()
    await rm(folder, { recursive: true, force: true })
  }
  const scanMs = bareScanMs(prompts)
  const found = { drawnMs: [], readyMs: [], heap: [], tiles: 0, keyMs: [], binMs: [], undoMs: [], redoMs: [] }
  return { count, page, session, ...found, scanMs, close }
}

interface Written {
  from: number
  prompts: readonly string[]
  marks: object | undefined
}

/** In the page: copies of its one sample, each with its own prompt and time. */
async function writeRecords({ from, prompts, marks }: Written): Promise<void> {
  const answer = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const database = await answer(indexedDB.open('atelier'))
  const transaction = database.transaction(['pictures', 'thumbnails'], 'readwrite')
  const [pictures, thumbnails] = [transaction.objectStore('pictures'), transaction.objectStore('thumbnails')]
  // The sample itself gets the marks of the first ones.
  const { marks: _first, ...base } = await answer(pictures.get('sample-1'))
  const thumbnail = await answer(thumbnails.get('sample-1'))
  for (const [index, prompt] of prompts.entries()) {
    const id = from + index === 0 ? 'sample-1' : `bench-${from + index}`
    const createdAt = Date.now() - (from + index) * 600_000
    pictures.put({ ...base, id, prompt, createdAt, order: ['gallery', -createdAt, id], ...(marks ? { marks } : {}) })
    thumbnails.put({ ...thumbnail, id })
  }
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve
    transaction.onerror = reject
  })
  database.close()
}

/** The number next to the title comes from search. */
async function untilCounted(page: Page, count: number): Promise<void> {
  const region = page.getByRole('region', { name: 'Gallery' })
  await region.getByText(count.toLocaleString('en'), { exact: true }).waitFor({ timeout: 120_000 })
}

async function measureLoad(library: Library, origin: string, counts: boolean) {
  const { page, session, count } = library
  await page.bringToFront()
  await page.goto(origin)
  await page.waitForFunction(() => inPage.drawnMs() > 0, undefined, { polling: 50 })
  const readyMs = await page.evaluate(focusUntilCounted, count.toLocaleString('en'))
  if (!counts) return
  library.drawnMs.push(await page.evaluate(() => inPage.drawnMs()))
  library.readyMs.push(readyMs)
  library.heap.push(await heapMb(session))
  library.tiles = Math.max(library.tiles, await page.locator('[role="gridcell"]').count())
}

/** In the page: from focusing the field to the total number of images, which only search knows. */
async function focusUntilCounted(words: string): Promise<number> {
  const began = performance.now()
  document.querySelector<HTMLInputElement>('input[type="search"]')?.focus()
  const isCounted = () => document.querySelector('[aria-label="Gallery"] h2 + span')?.textContent === words
  while (!isCounted()) await new Promise((resolve) => setTimeout(resolve, 1))
  return performance.now() - began
}

async function measureKeys(page: Page): Promise<number[]> {
  const times: number[] = []
  for (const text of typed) {
    for (let length = 1; length <= text.length; length += 1) {
      times.push(await page.evaluate(typeUntilCounted, text.slice(0, length)))
    }
  }
  return times
}

/** In the page: from the input event to the first frame with the count for what was typed. */
async function typeUntilCounted(text: string): Promise<number> {
  const field = document.querySelector<HTMLInputElement>('input[type="search"]')
  if (!field) throw new Error('The page has no search field.')
  const count = () => field.closest('div')?.parentElement?.querySelector('[data-found]')?.getAttribute('data-found')
  const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
  const began = performance.now()
  setter?.call(field, text)
  field.dispatchEvent(new Event('input', { bubbles: true }))
  while (count() !== text) await new Promise((resolve) => setTimeout(resolve))
  return performance.now() - began
}

/** 1,000 of the images are moved to the bin by keys, which is undone and done again by the header's buttons. */
async function measureUndo({ page, count, binMs, undoMs, redoMs }: Library): Promise<void> {
  await page.bringToFront()
  await page.getByRole('searchbox', { name: 'Search images' }).fill(`tag:${manyTag}`)
  await page.locator('[data-found]', { hasText: `${manyCount.toLocaleString('en')} images found` }).waitFor()
  await page.locator('[role="gridcell"]').first().focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page
    .getByRole('toolbar', { name: 'Selection' })
    .getByText(`${manyCount.toLocaleString('en')} selected`)
    .waitFor()
  const [whole, rest] = [count, count - manyCount].map((images) => images.toLocaleString('en'))
  const began = performance.now()
  await page.keyboard.press('x')
  await page.waitForFunction(() => !document.querySelector('[aria-label="Gallery"] [role="gridcell"]'))
  binMs.push(performance.now() - began)
  // A gallery without images has no search.
  if (count > manyCount) await page.getByRole('button', { name: 'Clear search' }).click()
  await expectBinned(page, manyCount)
  for (let turn = 0; turn < turns; turn += 1) {
    undoMs.push(await page.evaluate(pressUntilCounted, { name: 'Undo', words: whole }))
    await expectBinned(page, 0)
    redoMs.push(await page.evaluate(pressUntilCounted, { name: 'Redo', words: rest }))
    await expectBinned(page, manyCount)
  }
  undoMs.push(await page.evaluate(pressUntilCounted, { name: 'Undo', words: whole }))
}

/**
 * In the page: from the press to the frame with the total number and the newest image of the list. Both come from
 * what is stored.
 */
async function pressUntilCounted({ name, words }: { name: string; words: string | undefined }): Promise<number> {
  const gallery = document.querySelector('[aria-label="Gallery"]')
  const button = document.querySelector<HTMLElement>(`header button[aria-label^="${name} "]`)
  if (!gallery || !button) throw new Error(`There is no button "${name}".`)
  const isShown = () => {
    const counted = gallery.querySelector('h2 + span')?.textContent
    if (words === '0') return gallery.querySelector('[role="gridcell"]') === null
    return counted === words && gallery.querySelector('[role="gridcell"] img') !== null
  }
  const began = performance.now()
  button.click()
  while (!isShown()) await new Promise((resolve) => requestAnimationFrame(resolve))
  return performance.now() - began
}

/** What is on disk, read by a connection of its own. */
async function expectBinned(page: Page, count: number): Promise<void> {
  const binned = await page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const database = await answer(indexedDB.open('atelier'))
    const order = database.transaction('pictures').objectStore('pictures').index('order')
    const found = await answer(order.count(IDBKeyRange.bound(['bin'], ['bin', []])))
    database.close()
    return found
  })
  if (binned !== count) throw new Error(`${binned} images are in the bin, not ${count}.`)
}

/** The same texts, searched with `includes` only. */
function bareScanMs(prompts: readonly string[]): number {
  const texts = prompts.map((prompt) => prompt.toLowerCase())
  const times = typed.map((text) => {
    const began = performance.now()
    let found = 0
    for (const each of texts) if (each.includes(text)) found += 1
    if (found > texts.length) throw new Error('impossible')
    return performance.now() - began
  })
  return median(times)
}

/** Nine of ten are not higher. */
function nineOfTen(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.9)] ?? Number.NaN
}

function toRows(library: Library, hundred: Library): Row[] {
  const { count, drawnMs, readyMs, heap, tiles, keyMs, scanMs, binMs, undoMs, redoMs } = library
  const name = (what: string) => `${count.toLocaleString('en')}: ${what}`
  const beside = (what: string, unit: string, ours: number, yardstick: number, goal: number): Row => ({
    what: name(what),
    ours,
    yardstick,
    unit,
    goal: `≤ ${goal}×`,
    holds: ours <= yardstick * goal,
  })
  const limited = (what: string, ours: number, most: number, unit: string): Row => ({
    what: name(what),
    ours,
    unit,
    goal: `≤ ${most} ${unit}`.trim(),
    holds: ours <= most,
  })
  return [
    beside('first images drawn', 'ms', median(drawnMs), median(hundred.drawnMs), 1.2),
    beside('page heap', 'MB', median(heap), median(hundred.heap), 1.2),
    limited('tiles', tiles, 150, ''),
    limited('search ready after focus', median(readyMs), count > 10_000 ? 800 : 300, 'ms'),
    { ...limited('keystroke to count', median(keyMs), count > 10_000 ? 30 : 10, 'ms'), yardstick: scanMs },
    // Some of what is typed finds nothing, and then a suggestion is worked out while the next key is pressed.
    limited('keystroke to count, nine of ten', nineOfTen(keyMs), count > 10_000 ? 100 : 50, 'ms'),
    ...[
      ['1,000 images to the bin', binMs] as const,
      ['its undo, from the press to the whole list', undoMs] as const,
      ['its redo', redoMs] as const,
    ].flatMap(([what, times]) =>
      times.length === 0
        ? []
        : { ...limited(what, Math.max(...times), 2_000, 'ms'), note: `at most; ${spread(times)}` },
    ),
  ]
}

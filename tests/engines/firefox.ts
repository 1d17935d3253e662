import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type ElementHandle, type KeyInput, launch, type Page } from 'puppeteer-core'
import type { Door, Engine, PointerType, Query, Share } from './door.ts'
import { downloadTo } from './downloads.ts'
import { inBase64, type PagePoint, toPagePoints, toSent, untilFound } from './queries.ts'

export async function openFirefox(executablePath: string): Promise<Engine> {
  const downloads = await mkdtemp(join(tmpdir(), 'atelier-firefox-'))
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: {
      'browser.download.folderList': 2,
      'browser.download.dir': downloads,
      'browser.download.useDownloadDir': true,
      'browser.download.always_ask_before_handling_new_types': false,
      // The panel would take the focus from the page.
      'browser.download.alwaysOpenPanel': false,
    },
  })
  return {
    async open({ width, height }) {
      const context = await browser.createBrowserContext()
      const page = await context.newPage()
      await page.setViewport({ width, height })
      return toDoor(context, page, downloads)
    },
    async close() {
      await browser.close()
      await rm(downloads, { recursive: true, force: true })
    },
  }
}

interface Pressed {
  move(x: number, y: number): Promise<void>
  end(): Promise<void>
}

/** In the page. A press is given to what is drawn at its position, which may be older than the document. */
const untilDrawn = () =>
  new Promise<void>((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()))
  })

function toDoor(context: BrowserContext, page: Page, downloads: string): Door {
  const find = (query: Query, isPressed: boolean) =>
    untilFound(query, async () => {
      const handle = await page.evaluateHandle(
        (given, pressed) => (pressed ? engineDoor.findPressable(given) : engineDoor.find(given)),
        toSent(query),
        isPressed,
      )
      return handle.asElement() as ElementHandle<HTMLElement> | null
    })

  const pointsOf = async (query: Query, points: readonly Share[]) => {
    const box = await (await find(query, false)).evaluate((element) => engineDoor.boxOf(element))
    return toPagePoints(box, points)
  }
  const press = async (by: PointerType, { x, y }: PagePoint): Promise<Pressed> => {
    if (by === 'touch') return page.touchscreen.touchStart(x, y)
    if (by === 'pen') throw new Error("Firefox's driver has no pen.")
    await page.mouse.move(x, y)
    await page.mouse.down()
    return { move: (x, y) => page.mouse.move(x, y), end: () => page.mouse.up() }
  }

  return {
    engine: 'firefox',
    open: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    click: async (query) => (await find(query, true)).click(),
    focus: async (query) => (await find(query, false)).focus(),
    type: (text) => page.keyboard.type(text),
    fill: async (query, text) =>
      (await find(query, false)).evaluate((field, given) => engineDoor.fill(field, given), text),
    async press(keys) {
      const [key, ...held] = keys.split('+').reverse() as KeyInput[]
      if (!key) return
      for (const modifier of held) await page.keyboard.down(modifier)
      await page.keyboard.press(key)
      for (const modifier of held) await page.keyboard.up(modifier)
    },
    async drag(query, shares, by) {
      const [first, ...others] = await pointsOf(query, shares)
      if (!first) return
      await page.evaluate(untilDrawn)
      const pressed = await press(by, first)
      for (const { x, y } of others) await pressed.move(x, y)
      await pressed.end()
    },
    async pinch(query, from, to) {
      const [left, right, leftEnd, rightEnd] = await pointsOf(query, [
        [0.5 - from, 0.5],
        [0.5 + from, 0.5],
        [0.5 - to, 0.5],
        [0.5 + to, 0.5],
      ])
      if (!left || !right || !leftEnd || !rightEnd) return
      const [one, other] = [await press('touch', left), await press('touch', right)]
      await one.move(leftEnd.x, leftEnd.y)
      await other.move(rightEnd.x, rightEnd.y)
      for (const finger of [one, other]) await finger.end()
    },
    async give(query, files) {
      const handle = await find(query, false)
      if (query.role === 'file')
        return (handle as ElementHandle<HTMLInputElement>).uploadFile(...files.map(({ path }) => path))
      await handle.evaluate((target, given) => engineDoor.drop(target, given), await inBase64(files))
    },
    evaluate: (run, given) => page.evaluate(run as never, given as never) as never,
    download: (act) => downloadTo(downloads, act),
    async second() {
      const other = await context.newPage()
      await other.setViewport(page.viewport())
      return toDoor(context, other, downloads)
    },
    resize: (width, height) => page.setViewport({ width, height }),
    screenshot: async (path) => void (await page.screenshot({ path: path as `${string}.png` })),
    close: () => context.close(),
  }
}

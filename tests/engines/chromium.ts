import { readFile } from 'node:fs/promises'
import { type BrowserContext, chromium, type ElementHandle, type Page } from '@playwright/test'
import { chromiumLaunch } from '../support/chromium.ts'
import type { Door, Engine, PointerType, Query } from './door.ts'
import { inBase64, type PagePoint, toPagePoints, toSent, untilFound } from './queries.ts'

export async function openChromium(): Promise<Engine> {
  const browser = await chromium.launch(chromiumLaunch)
  return {
    async open({ width, height }) {
      const context = await browser.newContext({ viewport: { width, height }, serviceWorkers: 'block' })
      return toDoor(context, await context.newPage())
    },
    close: () => browser.close(),
  }
}

function toDoor(context: BrowserContext, page: Page): Door {
  const find = (query: Query, isPressed: boolean) =>
    untilFound(query, async () => {
      const handle = await page.evaluateHandle(
        ({ query, isPressed }) => (isPressed ? engineDoor.findPressable(query) : engineDoor.find(query)),
        { query: toSent(query), isPressed },
      )
      return handle.asElement() as ElementHandle<HTMLElement> | null
    })

  const boxOf = async (query: Query) => (await find(query, false)).evaluate((element) => engineDoor.boxOf(element))

  return {
    engine: 'chromium',
    open: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    click: async (query) => (await find(query, true)).click(),
    focus: async (query) => (await find(query, false)).focus(),
    type: (text) => page.keyboard.type(text),
    fill: async (query, text) =>
      (await find(query, false)).evaluate((field, given) => engineDoor.fill(field, given), text),
    press: (keys) => page.keyboard.press(keys),
    async drag(query, shares, by) {
      await dragOver(page, toPagePoints(await boxOf(query), shares), by)
    },
    async pinch(query, from, to) {
      const box = await boxOf(query)
      const touch = await openTouch(page)
      const fingers = (by: number) =>
        toPagePoints(box, [
          [0.5 - by, 0.5],
          [0.5 + by, 0.5],
        ])
      await touch('touchStart', fingers(from).slice(0, 1))
      await touch('touchStart', fingers(from))
      await touch('touchMove', fingers(to))
      await touch('touchEnd', [])
    },
    async give(query, files) {
      const handle = await find(query, false)
      if (query.role === 'file') return handle.setInputFiles(files.map(({ path }) => path))
      await handle.evaluate((target, given) => engineDoor.drop(target, given), await inBase64(files))
    },
    evaluate: (run, given) => page.evaluate(run as never, given as never) as never,
    async download(act) {
      const [download] = await Promise.all([page.waitForEvent('download'), act()])
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
    },
    second: async () => toDoor(context, await context.newPage()),
    resize: (width, height) => page.setViewportSize({ width, height }),
    screenshot: async (path) => void (await page.screenshot({ path })),
    close: () => context.close(),
  }
}

async function dragOver(page: Page, points: readonly PagePoint[], by: PointerType): Promise<void> {
  const [first, ...others] = points
  const last = points.at(-1)
  if (!first || !last) return
  if (by === 'touch') {
    const touch = await openTouch(page)
    await touch('touchStart', [first])
    for (const point of others) await touch('touchMove', [point])
    return touch('touchEnd', [])
  }
  const client = await page.context().newCDPSession(page)
  const send = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', { x, y }: PagePoint, buttons: number) =>
    client.send('Input.dispatchMouseEvent', {
      ...{ type, x, y, buttons, pointerType: by, force: buttons / 2 },
      ...(type !== 'mouseMoved' && { button: 'left', clickCount: 1 }),
    })
  await send('mouseMoved', first, 0)
  await send('mousePressed', first, 1)
  for (const point of others) await send('mouseMoved', point, 1)
  await send('mouseReleased', last, 0)
}

async function openTouch(page: Page) {
  const client = await page.context().newCDPSession(page)
  return async (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly PagePoint[]) => {
    const touchPoints = points.map((point, id) => ({ ...point, id }))
    await client.send('Input.dispatchTouchEvent', { type, touchPoints })
  }
}

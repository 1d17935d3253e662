import { readFile } from 'node:fs/promises'
import { type BrowserContext, chromium, type ElementHandle, type Page } from '@playwright/test'
import { chromiumLaunch } from '../support/chromium.ts'
import type { Door, Engine, Query } from './door.ts'
import { inBase64, toSent, untilFound } from './queries.ts'

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

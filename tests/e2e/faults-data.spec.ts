import type { BrowserContext, Page } from '@playwright/test'
import { createOf, expect, galleryOf, stored, test } from './fixtures.ts'

async function make(page: Page, prompt: string) {
  await createOf(page).prompt.fill(prompt)
  await createOf(page).submit.click()
}

async function clearDatabase(context: BrowserContext, page: Page, origin: string) {
  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
}

test('D02 J8 the disk fills up in the middle of six: what was saved stays, the others wait and are saved when there is room', async ({
  page,
  context,
  live,
}) => {
  const devtools = await context.newCDPSession(page)
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: live.url, quotaSize: 1_000_000 })
  await page.goto(live.url)
  const { runs, run } = galleryOf(page)
  for (let n = 1; n <= 6; n += 1) await make(page, `number ${n}`)
  await expect(page.getByText(/no room/).first()).toBeVisible()
  await expect.poll(async () => (await live.service.simulator.state()).openTasks.length).toBe(0)
  const kept = (await stored(page)).originals.length
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(6)

  await devtools.send('Storage.overrideQuotaForOrigin', { origin: live.url })
  // If even the failure could not be stored, the run retries by itself; otherwise it has a button.
  const folded = page.getByRole('button', { name: /need attention/, expanded: false })
  await expect(async () => {
    if (await folded.isVisible()) await folded.click({ timeout: 1_000 })
    const again = run('ready').getByRole('button', { name: 'Save again' }).first()
    // A run that saves itself meanwhile takes its button with it.
    if (await again.isVisible()) await again.click({ timeout: 1_000 })
    await expect(runs).toHaveCount(0, { timeout: 1_000 })
  }).toPass({ timeout: 60_000 })
  expect((await stored(page)).originals).toHaveLength(6)
  expect((await live.service.simulator.state()).charges).toHaveLength(6)
})

test('D06 D07 a newer window waits for an older one that does not react, and says so; then the older one asks to be reloaded', async ({
  context,
  live,
}) => {
  const older = await context.newPage()
  // A frozen window does not close its database until it thaws.
  await older.addInitScript(() => {
    const { close } = IDBDatabase.prototype
    const thawed = new Promise((resolve) => Object.assign(globalThis, { thaw: resolve }))
    IDBDatabase.prototype.close = function (this: IDBDatabase) {
      void thawed.then(() => close.call(this))
    }
  })
  await older.goto(live.url)
  await expect(createOf(older).prompt).toBeVisible()
  const newer = await context.newPage()
  await newer.addInitScript(() => {
    const { open } = indexedDB
    indexedDB.open = (name, version) => open.call(indexedDB, name, version === undefined ? version : version + 1)
  })
  await newer.goto(live.url)
  await expect(newer.getByRole('alert')).toContainText(/older version/)
  await older.evaluate(() => (globalThis as unknown as { thaw(): void }).thaw())
  await expect(newer.getByRole('alert')).toHaveCount(0)
  await expect(older.getByRole('alert')).toContainText(/updated in another window/)
  await make(older, 'nothing is written any more')
  await expect(older.getByText(/newer version of Atelier/).first()).toBeVisible()
  expect((await live.service.simulator.state()).submissions).toEqual([])
})

test('D11 images that the browser has deleted between two visits are reported', async ({ page, context, live }) => {
  await page.goto(live.url)
  await make(page, 'soon gone')
  await expect(galleryOf(page).picture('soon gone')).toBeVisible()
  await page.goto('about:blank')
  await clearDatabase(context, page, live.url)
  await page.goto(live.url)
  await expect(page.getByRole('alert')).toContainText(/has deleted the images/)
})

test('D12 everything is cleared while a task works: its picture is kept in the new database', async ({
  page,
  context,
  live,
}) => {
  await page.goto(live.url)
  await make(page, 'risen from the ashes [[slow:3]]')
  await expect(galleryOf(page).run('working')).toBeVisible()
  await clearDatabase(context, page, live.url)
  await expect(galleryOf(page).picture('risen from the ashes')).toBeVisible()
  const kept = await stored(page)
  expect([kept.runs.length, kept.originals.length]).toEqual([1, 1])
  expect((await live.service.simulator.state()).charges).toHaveLength(1)
})

for (const isKept of [false, true]) {
  test(`D13 storage that the browser ${isKept ? 'promises to keep' : 'may clear'} is described as that`, async ({
    page,
    live,
  }) => {
    await page.addInitScript((promised) => {
      navigator.storage.persisted = async () => promised
      navigator.storage.persist = async () => promised
    }, isKept)
    await page.goto(live.url)
    await page.getByRole('button', { name: /^Settings/ }).click()
    const settings = page.getByRole('dialog')
    await expect(settings).toContainText(
      isKept ? /keeps your images until you delete them/ : /may delete your images when the disk is full/,
    )
    const ask = settings.getByRole('button', { name: 'Protect storage' })
    await expect(ask).toHaveCount(isKept ? 0 : 1)
    if (isKept) return
    await ask.click()
    await expect(page.getByText(/The browser said no/)).toBeVisible()
  })
}

import type { Page } from '@playwright/test'
import type { Run } from '#domain/run.ts'
import { type KillableBrowser, openKillableBrowser } from '../support/killable-browser.ts'
import { test as base, createOf, expect, galleryOf, listenFor, stored } from './fixtures.ts'

const test = base.extend<{ browserToKill: KillableBrowser }>({
  browserToKill: async ({ noise }, use) => {
    const opened = await openKillableBrowser()
    const start = async () => {
      const page = await opened.start()
      await listenFor(noise, page.context())
      return page
    }
    await use({ ...opened, start })
    await opened.close()
  },
})

const isImage = '**/api/image?*'
const isSubmission = '**/api/v1/flux/kontext/generate'
const isStatus = '**/api/v1/flux/kontext/record-info?*'
/** A request that is never answered, because the browser is killed first. */
const never = () => undefined
const phaseOf = async (page: Page) => ((await stored(page)).runs[0] as Run | undefined)?.state.phase

/** Ways to keep a run in a phase until the browser is killed. */
const phases: readonly (readonly [string, string, (page: Page) => Promise<unknown>])[] = [
  ['P02 while the run waits here', 'queued', (page) => page.route('**/api/health', never)],
  [
    'P03 while the answer is on its way',
    'sending',
    (page) => page.route(isSubmission, async (route) => void (await route.fetch())),
  ],
  ['P15 while the task works', 'working', (page) => page.route(isStatus, never)],
  ['P16 before the picture is fetched', 'ready', (page) => page.route(isImage, never)],
  ['P19 right after the picture is saved', 'saved', async () => undefined],
]

for (const [title, phase, hold] of phases) {
  test(`${title} the browser is killed: started again, one charge and one picture`, async ({ browserToKill, live }) => {
    const page = await browserToKill.start()
    await page.goto(live.url)
    await expect(createOf(page).prompt).toBeVisible()
    await hold(page)
    await createOf(page).prompt.fill('a red fox')
    await createOf(page).submit.click()
    await expect.poll(() => phaseOf(page), { intervals: [20] }).toBe(phase)
    const sent = async () => (await live.service.simulator.state()).submissions.length
    if (phase === 'sending') await expect.poll(sent).toBe(1)
    await browserToKill.kill()
    expect(await sent()).toBe(phase === 'queued' ? 0 : 1)

    const again = await browserToKill.start()
    await again.goto(live.url)
    await expect(galleryOf(again).picture('a red fox')).toBeVisible()
    const kept = await stored(again)
    expect([kept.runs.length, kept.pictures.length, kept.originals.length]).toEqual([1, 1, 1])
    expect((await live.service.simulator.state()).charges).toHaveLength(1)
    expect(await sent()).toBe(1)
  })
}

test('P02 the browser is killed between the stored "sending" and the first byte: only the user sends it again, and once', async ({
  browserToKill,
  live,
}) => {
  const page = await browserToKill.start()
  await page.goto(live.url)
  await page.route(isSubmission, never)
  await createOf(page).prompt.fill('never left')
  await createOf(page).submit.click()
  await expect.poll(() => phaseOf(page), { intervals: [20] }).toBe('sending')
  await browserToKill.kill()

  const again = await browserToKill.start()
  await again.goto(live.url)
  await expect(galleryOf(again).run('failed')).toContainText('This may have been sent')
  const ofService = async () => {
    const { submissions, charges } = await live.service.simulator.state()
    return [submissions.length, charges.length]
  }
  expect(await ofService()).toEqual([0, 0])
  await galleryOf(again).run('failed').getByRole('button', { name: 'Try again (5 credits)' }).click()
  await expect(galleryOf(again).picture('never left')).toBeVisible()
  expect(await ofService()).toEqual([1, 1])
  expect((await stored(again)).originals).toHaveLength(1)
})

test('P17 the page crashes during the download of the image: reopened, it fetches it again and saves it once', async ({
  page,
  live,
}) => {
  await page.goto(live.url)
  let asked = 0
  await page.route(isImage, async (route) => {
    asked += 1
    if (asked > 1) await route.continue()
  })
  await createOf(page).prompt.fill('almost here')
  await createOf(page).submit.click()
  await expect.poll(() => asked).toBe(1)
  const crashed = page.waitForEvent('crash')
  const devtools = await page.context().newCDPSession(page)
  void devtools.send('Page.crash').catch(() => undefined)
  await crashed
  const again = await page.context().newPage()
  await again.goto(live.url)
  await expect(galleryOf(again).picture('almost here')).toBeVisible()
  expect((await stored(again)).originals).toHaveLength(1)
  expect((await live.service.simulator.state()).charges).toHaveLength(1)
})

test('P01 before the run is stored the page is reloaded: nothing is sent, the form is kept', async ({
  page,
  context,
  live,
}) => {
  await page.goto(live.url)
  await createOf(page).prompt.fill('not stored yet')
  const other = await context.newPage()
  await other.goto(`${live.url}/icon.svg`)
  await holdDatabase(other)
  await createOf(page).submit.click()
  await page.reload()
  await other.close()
  await expect(createOf(page).prompt).toHaveValue('not stored yet')
  await expect(galleryOf(page).runs).toHaveCount(0)
  expect((await stored(page)).runs).toEqual([])
  expect((await live.service.simulator.state()).submissions).toEqual([])
})

/** Another window keeps a write transaction open, so that no other can begin. */
async function holdDatabase(page: Page) {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const open = indexedDB.open('atelier')
        open.onsuccess = () => {
          const runs = open.result.transaction('runs', 'readwrite').objectStore('runs')
          const keepBusy = () => {
            runs.get('nobody').onsuccess = keepBusy
            resolve()
          }
          keepBusy()
        }
      }),
  )
}

test('D18 P19 a picture moved to the bin, one brought back from it, and a kill: both stay where they were put', async ({
  browserToKill,
  live,
}) => {
  const page = await browserToKill.start()
  await page.goto(live.url)
  for (const prompt of ['taken away', 'brought back']) {
    await createOf(page).prompt.fill(prompt)
    await createOf(page).submit.click()
    await expect(galleryOf(page).picture(prompt)).toBeVisible()
  }
  for (const prompt of ['taken away', 'brought back']) {
    await galleryOf(page).picture(prompt).click()
    await page.keyboard.press('Delete')
    await expect(galleryOf(page).picture(prompt)).toHaveCount(0)
  }
  // Undo takes back only the newest act; the notice would take back both.
  await page.getByRole('button', { name: /^Undo move to bin/ }).click()
  await expect(galleryOf(page).picture('brought back')).toBeVisible()
  await expect
    .poll(async () => (await stored(page)).pictures.map(({ shelf }) => shelf).sort())
    .toEqual(['bin', 'gallery'])
  await browserToKill.kill()
  const again = await browserToKill.start()
  await again.goto(live.url)
  await expect(galleryOf(again).picture('brought back')).toBeVisible()
  await expect(galleryOf(again).picture('taken away')).toHaveCount(0)
  expect((await stored(again)).originals).toHaveLength(2)
})

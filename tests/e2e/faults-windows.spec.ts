import type { Page } from '@playwright/test'
import { createOf, expect, galleryOf, stopClock, test } from './fixtures.ts'

const hourMs = 3_600_000

async function start(page: Page, prompt: string) {
  await createOf(page).prompt.fill(prompt)
  await createOf(page).submit.click()
  await expect(galleryOf(page).run('working')).toBeVisible()
}

test('T02 the window that polls a run is closed: the other one continues', async ({ context, live }) => {
  const first = await context.newPage()
  await first.goto(live.url)
  await start(first, 'handed over [[slow:8]]')
  // Opened after the first one drives the run, because either of two open windows could take it.
  const second = await context.newPage()
  await second.goto(live.url)
  await expect(galleryOf(second).run('working')).toBeVisible()
  await first.close()
  const polls = async () => Object.values((await live.service.simulator.state()).polls).reduce((sum, n) => sum + n, 0)
  const before = await polls()
  await expect.poll(polls).toBeGreaterThan(before)
  await expect(galleryOf(second).picture('handed over')).toBeVisible()
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

test('T04 the machine sleeps for two hours while the task works: it is polled at once on waking up, and saved', async ({
  page,
  live,
}) => {
  await page.clock.install()
  await page.goto(live.url)
  await start(page, 'time flies [[slow:8]]')
  // A task that is 15 minutes old is polled once a minute.
  await page.clock.fastForward(hourMs / 4)
  const sleepsAt = await stopClock(page)
  await expect.poll(async () => (await live.service.simulator.state()).openTasks.length).toBe(0)
  await page.clock.setSystemTime(sleepsAt + 2 * hourMs)
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  // The test waits for a few seconds of that minute at most.
  await expect(async () => {
    await page.clock.runFor(100)
    await expect(galleryOf(page).picture('time flies')).toBeVisible({ timeout: 200 })
  }).toPass({ timeout: 60_000, intervals: [50] })
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

for (const [title, jumpMs] of [
  ['T05 the clock is set a day ahead', 24 * hourMs],
  ['T05 the clock is set a day back', -24 * hourMs],
] as const) {
  test(`${title} while the task works: it is asked for and saved, not failed`, async ({ page, live }) => {
    await page.clock.install()
    await page.goto(live.url)
    await start(page, 'time flies [[slow:2]]')
    await page.clock.setSystemTime(Date.now() + jumpMs)
    await expect(galleryOf(page).picture('time flies')).toBeVisible()
    expect((await live.service.simulator.state()).submissions).toHaveLength(1)
  })
}

test('T07 the user leaves the page while the task works and comes back: the run continues', async ({ page, live }) => {
  await page.goto(live.url)
  await start(page, 'there and back [[slow:4]]')
  await page.goto('about:blank')
  await page.goBack()
  await expect(galleryOf(page).picture('there and back')).toBeVisible()
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

test('P21 without credits: the message says so, the form is kept, and nothing is retried automatically', async ({
  page,
  live,
}) => {
  live.service.simulator.set({ credits: 0 })
  await page.goto(live.url)
  await createOf(page).prompt.fill('too dear')
  await createOf(page).submit.click()
  await expect(galleryOf(page).run('failed')).toHaveAttribute('data-failure', 'out-of-credits')
  await expect(createOf(page).prompt).toHaveValue('too dear')
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

test('T11 object URLs are revoked: many images shown, few URLs held', async ({ page, live }) => {
  await page.addInitScript(() => {
    const held = new Set<string>()
    const { createObjectURL, revokeObjectURL } = URL
    URL.createObjectURL = (object) => {
      const url = createObjectURL.call(URL, object)
      held.add(url)
      return url
    }
    URL.revokeObjectURL = (url) => {
      held.delete(url)
      revokeObjectURL.call(URL, url)
    }
    Object.assign(globalThis, { heldAddresses: held })
  })
  await page.goto(live.url)
  const prompts = ['one', 'two', 'three', 'four', 'five', 'six'].map((word) => `picture ${word}`)
  for (const prompt of prompts) {
    await createOf(page).prompt.fill(prompt)
    await createOf(page).submit.click()
  }
  const held = () => page.evaluate(() => (globalThis as unknown as { heldAddresses: Set<string> }).heldAddresses.size)
  for (const prompt of prompts) {
    await galleryOf(page).picture(prompt).click({ timeout: 30_000 })
    await expect(
      page.getByRole('region', { name: 'Stage' }).getByRole('img', { name: new RegExp(`^${prompt}`) }),
    ).toBeVisible()
  }
  await expect.poll(held).toBeLessThanOrEqual(2)
})

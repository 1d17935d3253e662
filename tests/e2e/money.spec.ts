import { canaryKey } from '../support/atelier.ts'
import { createOf, expect, galleryOf, stored, test, untilWhole } from './fixtures.ts'

test.describe('a reload', () => {
  test('P02 while a run is queued: it is still queued, then sent once', async ({ page, live }) => {
    await page.goto(live.url)
    const create = createOf(page)
    const gallery = galleryOf(page)
    await page.getByRole('button', { name: /^Settings/ }).click()
    await page.getByRole('dialog').getByLabel('Parallel runs').fill('1')
    await page.keyboard.press('Escape')
    await create.prompt.fill('first in line [[slow:4]]')
    await create.submit.click()
    await create.prompt.fill('second in line')
    await create.submit.click()
    await expect(gallery.run('queued')).toHaveCount(1)
    await expect(gallery.run('working')).toHaveCount(1)
    await page.reload()
    await expect(gallery.picture('first in line')).toBeVisible()
    await expect(gallery.picture('second in line')).toBeVisible()
    expect((await live.service.simulator.state()).charges).toHaveLength(2)
  })

  test('P03 P04 while the answer is under way: it is fetched from the proxy, nothing is sent again', async ({
    page,
    live,
  }) => {
    await page.goto(live.url)
    await page.route('**/api/v1/flux/kontext/generate', async (route) => {
      await route.fetch()
    })
    const create = createOf(page)
    const gallery = galleryOf(page)
    await create.prompt.fill('on its way')
    await create.submit.click()
    await expect.poll(async () => (await live.service.simulator.state()).submissions.length).toBe(1)
    await expect(gallery.run('sending')).toBeVisible()
    await page.reload()
    await expect(gallery.picture('on its way')).toBeVisible()
    expect((await live.service.simulator.state()).charges).toHaveLength(1)
  })

  test('P06 of a submission that is never answered: unconfirmed, and not sent again', async ({ page, live }) => {
    test.slow()
    await page.goto(live.url)
    const create = createOf(page)
    const gallery = galleryOf(page)
    await create.prompt.fill('swallowed [[hang]]')
    await create.submit.click()
    await expect.poll(async () => (await live.service.simulator.state()).submissions.length).toBe(1)
    await live.kill()
    await live.restart()
    await page.reload()
    await expect(gallery.run('failed')).toHaveAttribute('data-failure', 'unconfirmed')
    await expect(gallery.run('failed')).toContainText(/may have been/)
    expect((await live.service.simulator.state()).submissions).toHaveLength(1)
  })

  test('P15 while the task works: the same task is followed', async ({ page, live }) => {
    await page.goto(live.url)
    const create = createOf(page)
    const gallery = galleryOf(page)
    await create.prompt.fill('half way [[slow:5]]')
    await create.submit.click()
    await expect(gallery.run('working')).toBeVisible()
    const polls = async () => Object.values((await live.service.simulator.state()).polls).reduce((sum, n) => sum + n, 0)
    const before = await polls()
    await page.reload()
    await expect.poll(polls).toBeGreaterThan(before)
    await expect(gallery.picture('half way')).toBeVisible()
    expect((await live.service.simulator.state()).submissions).toHaveLength(1)
  })

  test('P17 while the picture is fetched: fetched again, kept once', async ({ page, live }) => {
    await page.goto(live.url)
    let held = 0
    await page.route('**/api/image?*', async (route) => {
      held += 1
      if (held === 1) return
      await route.continue()
    })
    const create = createOf(page)
    const gallery = galleryOf(page)
    await create.prompt.fill('almost here')
    await create.submit.click()
    await expect(gallery.run('ready')).toBeVisible()
    await page.reload()
    await expect(gallery.picture('almost here')).toBeVisible()
    expect((await stored(page)).originals).toHaveLength(1)
    expect((await live.service.simulator.state()).charges).toHaveLength(1)
  })
})

test('P10 two windows: one submission, one picture, seen in both; the second takes over when the first closes', async ({
  context,
  live,
}) => {
  const first = await context.newPage()
  const second = await context.newPage()
  await first.goto(live.url)
  await second.goto(live.url)
  const create = createOf(first)
  await create.prompt.fill('seen twice [[slow:3]]')
  await create.submit.click()
  await expect(galleryOf(first).run('working')).toBeVisible()
  await expect(galleryOf(second).run('working')).toBeVisible()
  await first.close()
  await expect(galleryOf(second).picture('seen twice')).toBeVisible()
  expect((await stored(second)).originals).toHaveLength(1)
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

test('P07 a proxy that is killed and comes back: the run goes on', async ({ page, live }) => {
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await create.prompt.fill('through the dark [[slow:3]]')
  await create.submit.click()
  await expect(gallery.run('working')).toBeVisible()
  await live.kill()
  await expect(gallery.run('working')).toBeVisible()
  await live.restart()
  await expect(gallery.picture('through the dark')).toBeVisible()
  expect((await live.service.simulator.state()).charges).toHaveLength(1)
})

test('parts of the page that fail to load lose nothing, and are loaded when possible', async ({ page, live }) => {
  const asked = '**/assets/balance-*.js'
  await page.route(asked, (route) => route.abort())
  const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('/balance-'))
  await page.goto(live.url)
  await failed
  await expect(createOf(page).prompt).toBeVisible()
  await page.unroute(asked)
  await expect(page.getByRole('button', { name: /^Balance/ })).toBeVisible()
})

test('the proxy is down when Generate is pressed: nothing is sent or charged, the form is kept', async ({
  page,
  live,
}) => {
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await create.prompt.fill('nobody home')
  await untilWhole(page)
  await live.kill()
  await create.submit.click()
  await expect(gallery.run('failed')).toHaveAttribute('data-failure', 'unavailable')
  await expect(gallery.run('failed')).toContainText(/cannot be reached/)
  await expect(create.prompt).toHaveValue('nobody home')
  await live.restart()
  await gallery
    .run('failed')
    .getByRole('button', { name: /^Try again/ })
    .click()
  await expect(gallery.picture('nobody home')).toBeVisible()
  expect((await live.service.simulator.state()).charges).toHaveLength(1)
})

test('no byte that a browser receives contains the key', async ({ page, live }) => {
  const seen: string[] = []
  page.on('response', async (response) => {
    const body = await response.body().catch(() => Buffer.alloc(0))
    seen.push(response.url(), JSON.stringify(response.headers()), body.toString('latin1'))
  })
  await page.goto(live.url)
  const create = createOf(page)
  await create.prompt.fill('no secrets')
  await create.submit.click()
  await expect(galleryOf(page).picture('no secrets')).toBeVisible()
  expect(seen.length).toBeGreaterThan(20)
  expect(seen.filter((text) => text.includes(canaryKey))).toEqual([])
  expect(JSON.stringify(await page.evaluate(() => ({ ...localStorage })))).not.toContain(canaryKey)
  expect((await live.service.simulator.state()).fileRequestsWithKey).toBe(0)
})

import { createOf, expect, galleryOf, stored, test, untilWhole } from './fixtures.ts'

test('D01 J8 a full disk: the paid image waits, is shown, can be downloaded, and is saved when there is space', async ({
  page,
  live,
}) => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: live.url, quotaSize: 120_000 })
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await create.prompt.fill('no room for this')
  await create.submit.click()
  const ready = gallery.run('ready')
  await expect(ready).toContainText(/no room/)
  const full = await stored(page)
  expect(full.runs).toHaveLength(1)
  expect([...full.pictures, ...full.thumbnails, ...full.originals]).toEqual([])
  await expect(ready.getByRole('img', { name: 'no room for this' })).toBeVisible()
  const download = page.waitForEvent('download')
  await ready.getByRole('button', { name: 'Download now' }).click()
  expect((await download).suggestedFilename()).toMatch(/^no-room-for-this-flux-kontext-pro-.*\.(jpg|png)$/)
  expect((await stored(page)).originals).toEqual([])

  await devtools.send('Storage.overrideQuotaForOrigin', { origin: live.url })
  await ready.getByRole('button', { name: 'Save again' }).click()
  await expect(gallery.picture('no room for this')).toBeVisible()
  expect((await live.service.simulator.state()).charges).toHaveLength(1)
})

test('P13 A6 offline at the press: the run waits for the network, and is sent once when it is back', async ({
  page,
  context,
  live,
}) => {
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await create.prompt.fill('into the void')
  await untilWhole(page)
  await context.setOffline(true)
  await create.submit.click()
  await expect(gallery.run('queued')).toContainText(/waiting for the network/i)
  expect((await live.service.simulator.state()).submissions).toHaveLength(0)
  await context.setOffline(false)
  await expect(gallery.picture('into the void')).toBeVisible()
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

test('P14 offline while the task works: no failure, no second submission', async ({ page, context, live }) => {
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await create.prompt.fill('under the tunnel [[slow:3]]')
  await create.submit.click()
  await expect(gallery.run('working')).toBeVisible()
  for (let n = 0; n < 5; n += 1) {
    await context.setOffline(true)
    await expect(gallery.runs).toHaveCount(1)
    await context.setOffline(false)
  }
  await expect(gallery.picture('under the tunnel')).toBeVisible()
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

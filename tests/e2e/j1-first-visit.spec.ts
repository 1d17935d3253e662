import { createOf, expect, galleryOf, stored, test } from './fixtures.ts'

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test.describe(`${viewport.width} wide`, () => {
    test.use({ viewport })

    test('J1 a first visit without a key: simulated, the demo, a picture, and all of it removed again', async ({
      page,
      simulated,
    }) => {
      test.slow()
      const outside: string[] = []
      page.on('request', (request) => {
        const isOurs = [simulated.url, simulated.api].some((ours) => request.url().startsWith(ours))
        if (!isOurs && !/^(data|blob):/.test(request.url())) outside.push(request.url())
      })
      const phone = viewport.width < 768
      const go = (name: string) =>
        phone ? page.getByRole('navigation').getByRole('button', { name }).click() : undefined
      await page.goto(simulated.url)
      await expect(page.getByRole('status').filter({ hasText: 'Simulated' })).toBeVisible()
      const create = createOf(page)
      const gallery = galleryOf(page)
      await expect(create.prompt).toBeVisible()

      await go('Gallery')
      await gallery.region.getByRole('button', { name: 'Try the demo' }).click()
      await expect(gallery.grid.getByRole('gridcell')).toHaveCount(7)
      const samples = await stored(page)
      expect(samples.originals.length).toBeGreaterThanOrEqual(8)
      const parents = samples.pictures.filter((picture) => (picture.parents as string[]).length > 0)
      expect(parents.length).toBeGreaterThanOrEqual(2)

      // On a phone the samples are removed while the variants may still be laid in.
      if (!phone) {
        await gallery.grid.getByRole('gridcell', { name: /^Put a big glossy ball.*stack of 2/ }).click()
        const stage = page.getByRole('region', { name: 'Stage' })
        const done = stage.getByRole('list', { name: 'What was done' })
        await expect(done.getByText(/^Moved .* aligned$/)).toBeVisible()
        await stage.getByRole('button', { name: 'Show changes' }).click()
        await expect(stage.getByText(/The model also changed 3 places/)).toBeVisible()
        await expect(stage.getByText('2 of 2', { exact: true })).toBeVisible()
      }

      await go('Create')
      await create.prompt.fill('A lighthouse in heavy fog, ink drawing')
      await expect(create.submit).toHaveAccessibleName(/^Generate.*5 credits/)
      await create.submit.click()
      await go('Gallery')
      await expect(gallery.picture('A lighthouse in heavy fog')).toBeVisible()

      await gallery.region.getByRole('button', { name: 'Remove samples' }).click()
      await expect(gallery.grid.getByRole('gridcell')).toHaveCount(1)
      await go('Create')
      await expect(create.prompt).toHaveValue('A lighthouse in heavy fog, ink drawing')
      await expect.poll(async () => (await stored(page)).originals).toHaveLength(1)
      expect(outside).toEqual([])
    })
  })
}

test('J1 the address of another proxy is tested in plain words, and kept', async ({ page, simulated }) => {
  await page.route('**/wrong/health', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><h1>Hello</h1>' }),
  )
  await page.goto(simulated.url)
  await page.getByRole('button', { name: /^Settings/ }).click()
  const dialog = page.getByRole('dialog', { name: 'Settings' })
  const address = dialog.getByLabel('Proxy address')
  const check = dialog.getByRole('button', { name: 'Test connection' })

  await address.fill('http://127.0.0.1:9')
  await check.click()
  await expect(dialog.getByText(/cannot be reached/i)).toBeVisible()

  await address.fill(`${simulated.url}/wrong`)
  await check.click()
  await expect(dialog.getByText(/web page|not as a proxy|wrong answer/i)).toBeVisible()

  await address.fill(simulated.api)
  await check.click()
  await expect(dialog.getByText(/connected|works|is there|answers/i).first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Use this address' }).click()
  await page.keyboard.press('Escape')
  await page.reload()
  await page.getByRole('button', { name: /^Settings/ }).click()
  await expect(page.getByRole('dialog').getByLabel('Proxy address')).toHaveValue(simulated.api)
})

test('J1 the licences of what the page holds are a press away, with those of its workers', async ({
  page,
  simulated,
}) => {
  await page.goto(simulated.url)
  await page.getByRole('button', { name: /^Settings/ }).click()
  const opened = page.waitForEvent('popup')
  await page.getByRole('dialog').getByRole('link', { name: 'their licences' }).click()
  const licences = await opened
  await expect(licences.locator('body')).toContainText('react-dom')
  await expect(licences.locator('body')).toContainText('GNU LESSER GENERAL PUBLIC LICENSE')
})

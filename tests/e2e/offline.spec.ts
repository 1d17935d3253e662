import { expect, galleryOf, test } from './fixtures.ts'

test.use({ serviceWorkers: 'allow' })

test('without a network the page starts, shows the gallery and exports; nothing of the proxy is kept', async ({
  page,
  context,
  simulated,
}) => {
  const refused: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/.test(message.text())) refused.push(message.text())
  })
  await page.goto(`${simulated.url}/?samples=6`)
  await expect(galleryOf(page).grid.getByRole('gridcell')).toHaveCount(6)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  expect(refused).toEqual([])

  await context.setOffline(true)
  await page.reload()
  await expect(galleryOf(page).grid.getByRole('gridcell')).toHaveCount(6)
  await galleryOf(page).grid.getByRole('gridcell').first().focus()
  await page.keyboard.press('e')
  const dialog = page.getByRole('dialog', { name: 'Export' })
  await dialog.getByRole('spinbutton', { name: 'Width' }).fill('320')
  await dialog.getByRole('spinbutton', { name: 'Height' }).fill('320')
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: /^Export/ }).click()
  expect((await download).suggestedFilename()).toMatch(/-320x320\.\w+$/)

  const kept = await page.evaluate(async () => {
    const caches = await Promise.all((await window.caches.keys()).map((name) => window.caches.open(name)))
    return (await Promise.all(caches.map((cache) => cache.keys()))).flat().map(({ url }) => new URL(url).pathname)
  })
  expect(kept.length).toBeGreaterThan(10)
  expect(kept.filter((path) => path.startsWith('/api/') || path.startsWith('/samples/'))).toEqual([])
})

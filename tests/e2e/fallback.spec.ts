import { canaryKey, startLive } from '../support/atelier.ts'
import { test as base, createOf, expect, galleryOf } from './fixtures.ts'

const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the parameter's shape
  live: async ({}, use) => {
    const server = await startLive({ switches: { durationMs: 600 }, gemini: true })
    await use({ ...server, api: `${server.url}/api` })
    await server.close()
  },
})

test('8.5 P20 a refused run goes on with Gemini: one picture with its name, one charge, over a reload in the middle', async ({
  page,
  live,
}) => {
  const seen: string[] = []
  page.on('response', async (response) => {
    const body = await response.body().catch(() => Buffer.alloc(0))
    seen.push(response.url(), JSON.stringify(response.headers()), body.toString('latin1'))
  })
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await create.prompt.fill('a lantern in the rain [[submit:455]] [[slow:4]]')
  await create.submit.click()
  await expect(gallery.run('failed')).toHaveAttribute('data-failure', 'unavailable')
  await gallery
    .run('failed')
    .getByRole('button', { name: /^Use Gemini \(about \$0\.03\)/ })
    .dblclick()
  await expect(gallery.run('working')).toBeVisible()
  await page.reload()
  const picture = gallery.picture('a lantern in the rain')
  await expect(picture).toHaveAttribute('aria-label', /Gemini/)
  await expect(page.getByText(/was made by Gemini Nano Banana 2\.1 instead of Flux Kontext Pro/)).toBeVisible()
  await expect(gallery.grid.getByRole('gridcell')).toHaveCount(1)
  await picture.click()
  await expect(page.getByRole('region', { name: 'Stage' })).toContainText('in place of Flux Kontext Pro')
  const { charges, gemini } = await live.service.simulator.state()
  expect([charges.length, gemini.charges.length, gemini.calls.length]).toEqual([0, 1, 1])
  expect(seen.filter((text) => text.includes(canaryKey))).toEqual([])
})

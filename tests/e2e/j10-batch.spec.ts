import { createOf, expect, stored, test } from './fixtures.ts'

test('J10 twelve images over three ratios: twelve attempts, one failure leaves eleven and is tried again in its place', async ({
  page,
  live,
}) => {
  await page.goto(live.url)
  const create = createOf(page)
  const { simulator } = live.service
  const ratio = (name: string) => page.getByRole('radiogroup', { name: 'Aspect ratio' }).getByRole('radio', { name })
  await expect(create.prompt).toBeVisible()
  // Enough for eleven images.
  simulator.set({ credits: 55 })

  await create.prompt.fill('a red kite over dunes')
  await ratio('1:1').click()
  await ratio('16:9').click({ modifiers: ['Shift'] })
  await ratio('9:16').click({ modifiers: ['Shift'] })
  await page.getByRole('spinbutton', { name: 'Variants' }).fill('4')
  await page.getByRole('button', { name: 'Generate 12 · 60 credits' }).click()

  const sheet = page.getByRole('list', { name: 'Contact sheet' })
  const made = sheet.getByRole('button', { name: /^Image \d+: a red kite/ })
  await expect(sheet.getByRole('listitem')).toHaveCount(12)
  await expect(made).toHaveCount(11)
  const again = sheet.getByRole('button', { name: 'Try again' })
  await expect(again).toHaveCount(1)

  simulator.set({ credits: 1_000 })
  await again.click()
  await expect(made).toHaveCount(12)
  const { charges, submissions } = await simulator.state()
  expect(charges.filter(({ refunded }) => !refunded)).toHaveLength(12)
  const ratios = submissions
    .filter(({ code }) => code === 200)
    .map(({ body }) => (body as { aspectRatio: string }).aspectRatio)
  expect(ratios.toSorted()).toEqual(['16:9', '1:1', '9:16'].flatMap((each) => [each, each, each, each]).toSorted())
  const { runs, pictures } = await stored(page)
  // The refused attempt keeps its own record.
  expect(runs).toHaveLength(13)
  expect(pictures).toHaveLength(12)
  expect(new Set(pictures.map(({ batch }) => (batch as { index: number }).index)).size).toBe(12)
})

import { createOf, expect, galleryOf, stored, test } from './fixtures.ts'

test('J2 a prompt becomes a picture that is there tomorrow', { tag: '@two-origins' }, async ({ page, live }) => {
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await expect(page.getByText('Simulated', { exact: true })).toHaveCount(0)
  await create.prompt.fill('A fox made of folded paper')
  await create.choose('Aspect ratio', '16:9')
  await create.choose('Model', 'Max')
  await create.choose('Format', 'PNG')
  await create.region.getByRole('slider', { name: 'Safety tolerance' }).fill('4')
  await expect(create.submit).toHaveAccessibleName(/10 credits/)
  await create.prompt.press('ControlOrMeta+Enter')

  await expect(gallery.runs).toHaveCount(1)
  await expect(create.prompt).toHaveValue('A fox made of folded paper')
  const picture = gallery.picture('A fox made of folded paper')
  await expect(picture).toBeVisible()
  const { submissions } = await live.service.simulator.state()
  expect(submissions.map(({ body }) => body)).toEqual([
    {
      prompt: 'A fox made of folded paper',
      model: 'flux-kontext-max',
      aspectRatio: '16:9',
      outputFormat: 'png',
      safetyTolerance: 4,
      promptUpsampling: false,
      enableTranslation: true,
    },
  ])

  await picture.click()
  const stage = page.getByRole('region', { name: 'Stage' })
  await expect(stage.getByRole('img', { name: /^A fox made of folded paper/ })).toBeVisible()
  await expect(stage.getByText(/1,?392\s*×\s*752/)).toBeVisible()
  const download = page.waitForEvent('download')
  await stage.getByRole('button', { name: /Download/ }).click()
  expect((await download).suggestedFilename()).toMatch(/^a-fox-made-of-folded-paper.*\.png$/)

  await page.reload()
  await expect(gallery.picture('A fox made of folded paper')).toBeVisible()
  const kept = await stored(page)
  expect(kept.originals).toHaveLength(1)
  expect(kept.originals[0]).toMatchObject({ mime: 'image/png', base64: expect.stringMatching(/^iVBOR/) })
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

test('J2 Flux 2 Flex in 2K, converted on arrival, costs what the button said', async ({ page, live }) => {
  await page.goto(live.url)
  const create = createOf(page)
  await create.family('Flux 2')
  await create.prompt.fill('A harbour at blue hour')
  await create.choose('Model', 'Flex')
  await create.choose('Size', '2K')
  await create.choose('Format', 'JPEG')
  await create.choose('Aspect ratio', '3:2')
  await expect(create.submit).toHaveAccessibleName(/24 credits/)
  await create.submit.click()
  await expect(galleryOf(page).picture('A harbour at blue hour')).toBeVisible()
  const kept = await stored(page)
  expect(kept.pictures[0]).toMatchObject({ width: 2496, height: 1664, mime: 'image/jpeg' })
  expect(kept.originals[0]).toMatchObject({ mime: 'image/jpeg', base64: expect.stringMatching(/^\/9j\//) })
  const { submissions, charges } = await live.service.simulator.state()
  expect(submissions[0]?.body).toEqual({
    model: 'flux-2/flex-text-to-image',
    input: { prompt: 'A harbour at blue hour', aspect_ratio: '3:2', resolution: '2K' },
  })
  expect(charges.map(({ credits }) => credits)).toEqual([24])
})

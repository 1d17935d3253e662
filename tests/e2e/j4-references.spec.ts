import { cameraPhoto } from '../support/photo.ts'
import { createOf, expect, galleryOf, test } from './fixtures.ts'

test('J4 several references keep their order on the wire, and the ninth is refused', { tag: '@two-origins' }, async ({
  page,
  live,
}) => {
  test.slow()
  await page.goto(live.url)
  const create = createOf(page)
  await create.family('Flux 2')
  const ratio = create.region.getByRole('radiogroup', { name: 'Aspect ratio' })
  await expect(ratio.getByRole('radio', { name: 'Auto' })).toHaveCount(0)

  const photos = await Promise.all([640, 720, 800, 880].map((width) => cameraPhoto(width, 600)))
  await create.files.setInputFiles(
    photos.map((buffer, index) => ({ name: `ref-${index + 1}.jpg`, mimeType: 'image/jpeg', buffer })),
  )
  await expect(create.sources).toHaveCount(4)
  await expect(ratio.getByRole('radio', { name: 'Auto' })).toBeChecked()
  await create.region.getByRole('button', { name: 'Move image 4 earlier' }).click()
  await create.region.getByRole('button', { name: 'Remove image 1' }).click()
  await expect(create.sources).toHaveCount(3)

  await create.choose('Model', 'Flex')
  await create.choose('Size', '2K')
  await expect(create.submit).toHaveAccessibleName(/^Edit.*24 credits/)
  await create.prompt.fill('Put the three views into one poster')
  await create.submit.click()
  await expect(galleryOf(page).picture('Put the three views')).toBeVisible()
  const { submissions, uploads } = await live.service.simulator.state()
  const body = submissions[0]?.body as { model: string; input: { input_urls: string[]; aspect_ratio: string } }
  expect(body.model).toBe('flux-2/flex-image-to-image')
  expect(body.input.aspect_ratio).toBe('auto')
  // Turned upright by EXIF, so 880 is the height, not the width. The order shown was 2, 4, 3.
  const heights = await Promise.all(
    body.input.input_urls.map(async (url) => {
      const { default: sharp } = await import('sharp')
      return (await sharp(Buffer.from(await (await fetch(url)).arrayBuffer())).metadata()).height
    }),
  )
  expect(heights).toEqual([720, 880, 800])
  expect(uploads).toHaveLength(3)

  const more = await Promise.all([500, 510, 520, 530, 540, 550].map((width) => cameraPhoto(width, 400)))
  await create.files.setInputFiles(
    more.map((buffer, index) => ({ name: `more-${index}.jpg`, mimeType: 'image/jpeg', buffer })),
  )
  await expect(create.sources).toHaveCount(8)
  await expect(page.getByText(/at most 8|up to 8|8 images/i).first()).toBeVisible()
})

test('what is no picture is refused by name, and nothing else is lost', async ({ page, live }) => {
  await page.goto(live.url)
  const create = createOf(page)
  await create.prompt.fill('keep me')
  const refuse = async (name: string, buffer: Buffer, words: RegExp) => {
    await create.files.setInputFiles({ name, mimeType: 'image/png', buffer })
    await expect(create.region.getByText(words).first()).toBeVisible()
    const remove = create.region.getByRole('button', { name: /^(Remove|Dismiss)/ }).first()
    if (await remove.isVisible()) await remove.click()
  }
  await refuse('note.png', Buffer.from('this is only text'), /note\.png/)
  await refuse('empty.png', Buffer.alloc(0), /empty\.png.*empty|empty/i)
  await refuse('drawing.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG/)
  const cut = (await cameraPhoto(800, 600)).subarray(0, 20_000)
  await refuse('cut.jpg', cut, /cut\.jpg/)
  await expect(create.prompt).toHaveValue('keep me')
  expect((await live.service.simulator.state()).uploads).toHaveLength(0)
})

import sharp from 'sharp'
import { cameraPhoto } from '../support/photo.ts'
import { createOf, expect, galleryOf, stored, test } from './fixtures.ts'

test('J3 a camera photo is prepared, edited, compared, and edited on', async ({ page, live }) => {
  test.slow()
  const photo = await cameraPhoto(5600, 4200, 96)
  expect(photo.byteLength).toBeGreaterThan(10 * 1024 * 1024)
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await create.region.getByRole('slider', { name: 'Safety tolerance' }).fill('4')
  const place = await create.prompt.boundingBox()
  await create.files.setInputFiles({ name: 'IMG_2041.JPG', mimeType: 'image/jpeg', buffer: photo })
  await expect(create.sources).toHaveCount(1)
  await expect(create.region.getByText(/Sent as less than 10\.0 MB instead of/)).toBeVisible()
  // Whoever has begun to write keeps the line under the eyes.
  expect(await create.prompt.boundingBox()).toEqual(place)

  await expect(create.submit).toHaveAccessibleName(/^Edit.*5 credits/)
  const ratio = create.region.getByRole('radiogroup', { name: 'Aspect ratio' })
  await expect(ratio.getByRole('radio', { name: 'Match input' })).toBeChecked()
  const tolerance = create.region.getByRole('slider', { name: 'Safety tolerance' })
  await expect(tolerance).toHaveAttribute('max', '2')
  await expect(tolerance).toHaveValue('2')
  await expect(create.region.getByText(/Lowered from 4 to 2/)).toBeVisible()

  await create.prompt.fill('Make it a night with a full moon')
  await create.submit.click()
  const first = gallery.picture('Make it a night with a full moon')
  await expect(first).toBeVisible()

  const sent = await live.service.simulator.state()
  const body = sent.submissions[0]?.body as Record<string, unknown>
  expect(body).toMatchObject({ safetyTolerance: 2, prompt: 'Make it a night with a full moon' })
  expect(body).not.toHaveProperty('aspectRatio')
  expect(sent.uploads).toHaveLength(1)
  expect(sent.uploads[0]?.sizeBytes).toBeLessThan(10 * 1024 * 1024)
  expect(sent.fileRequestsWithKey).toBe(0)
  const uploaded = Buffer.from(await (await fetch(String(body.inputImage))).arrayBuffer())
  // Parsed, not searched, because three letters occur by chance in millions of bytes.
  expect((await sharp(photo).metadata()).exif).toBeDefined()
  const { exif, xmp, iptc } = await sharp(uploaded).metadata()
  expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined])

  await first.click()
  const stage = page.getByRole('region', { name: 'Stage' })
  await stage.getByRole('button', { name: /^Compare/ }).click()
  const slider = stage.getByRole('slider')
  await slider.focus()
  const before = await slider.getAttribute('aria-valuenow')
  await slider.press('ArrowLeft')
  await expect(slider).not.toHaveAttribute('aria-valuenow', before ?? '')
  await stage.getByRole('button', { name: /^Compare/ }).click()

  await stage.getByRole('button', { name: /^Edit from this image/ }).click()
  await expect(create.prompt).toBeFocused()
  await expect(create.prompt).toHaveValue('Make it a night with a full moon')
  await create.prompt.fill('Snow on the hills')
  await create.submit.click()
  await create.prompt.fill('A red balloon in the sky')
  await create.submit.click()
  await expect(gallery.picture('Snow on the hills')).toBeVisible()
  await expect(gallery.picture('A red balloon in the sky')).toBeVisible()

  const kept = await stored(page)
  const parentOf = (prompt: string) => kept.pictures.find((picture) => picture.prompt === prompt)?.parents
  const root = kept.pictures.find((picture) => picture.prompt === 'Make it a night with a full moon')
  expect(parentOf('Snow on the hills')).toEqual([root?.id])
  expect(parentOf('A red balloon in the sky')).toEqual([root?.id])
  await gallery.picture('Snow on the hills').click()
  await expect(stage.getByRole('button', { name: /Make it a night/ }).first()).toBeVisible()
})

test('J3 a file dropped anywhere never navigates away, and lands where it was dropped', async ({ page, live }) => {
  const photo = await cameraPhoto(800, 600)
  await page.goto(live.url)
  const create = createOf(page)
  await expect(create.prompt).toBeVisible()
  const drop = (on: string, type: string, name: string) =>
    page.evaluate(
      ({ on, type, name, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
        const data = new DataTransfer()
        data.items.add(new File([bytes], name, { type }))
        const target = document.querySelector(on) ?? document.body
        for (const kind of ['dragenter', 'dragover', 'drop']) {
          target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }))
        }
      },
      { on, type, name, base64: photo.toString('base64') },
    )
  const url = page.url()
  await drop('[aria-label="Stage"]', 'image/jpeg', 'street.jpg')
  await expect(create.sources).toHaveCount(1)
  await drop('header', 'text/plain', 'notes.txt')
  expect(page.url()).toBe(url)
  await expect(create.prompt).toBeVisible()
})

import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { compareLaidPixels } from '../support/laid-pixels.ts'
import { cameraPhoto } from '../support/photo.ts'
import { createOf, expect, galleryOf, holdTasks, stored, test } from './fixtures.ts'

const stageOf = (page: Page) => page.getByRole('region', { name: 'Stage' })
const toolOf = (page: Page, name: string) =>
  stageOf(page).getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name, exact: true })

async function bring(page: Page) {
  const create = createOf(page)
  const buffer = await cameraPhoto(800, 600)
  await create.files.setInputFiles({ name: 'desk.jpg', mimeType: 'image/jpeg', buffer })
  await expect(create.sources).toHaveCount(1)
}

/** Drags over the staged image between two points, given as shares of its sides. */
async function dragOver(page: Page, [x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]) {
  const box = await stageOf(page).getByRole('img', { name: /^desk/ }).last().boundingBox()
  if (!box) throw new Error('The image is not on the stage.')
  await page.mouse.move(box.x + box.width * x0, box.y + box.height * y0)
  await page.mouse.down()
  await page.mouse.move(box.x + (box.width * (x0 + x1)) / 2, box.y + (box.height * (y0 + y1)) / 2)
  await page.mouse.move(box.x + box.width * x1, box.y + box.height * y1)
  await page.mouse.up()
}

/** The image in a submission. */
async function inputOf(submission: { body: unknown } | undefined): Promise<Buffer> {
  const { inputImage } = (submission?.body ?? {}) as { inputImage?: string }
  if (!inputImage) throw new Error('No image was sent.')
  return Buffer.from(await (await fetch(inputImage)).arrayBuffer())
}

test('J12 an image is extended, through a reload during the run, and keeps every pixel of its own', async ({
  page,
  live,
}) => {
  test.slow()
  await page.goto(live.url)
  const create = createOf(page)
  const stage = stageOf(page)
  await bring(page)
  await toolOf(page, 'Crop').click()
  // Set as a number, which extends both sides equally, instead of dragging a handle.
  await stage.getByRole('spinbutton', { name: 'Width' }).fill('800')
  await stage.getByRole('spinbutton', { name: 'Width' }).press('Enter')
  await stage.getByRole('button', { name: 'Extend', exact: true }).click()
  await expect(create.prompt).toHaveValue(/^Continue the scene into the blank border/)
  await page.reload()
  await expect(stage.getByRole('button', { name: 'Extended when sent · remove' })).toBeVisible()
  const release = await holdTasks(page.context())
  await create.region.getByRole('button', { name: /^Extend.*5 credits/ }).click()
  await expect(galleryOf(page).run('working')).toBeVisible()
  await page.reload()
  await expect(galleryOf(page).run('working')).toBeVisible()
  await release()
  await expect(stage.getByRole('list', { name: 'What was done' })).toBeVisible()

  const { pictures, runs } = await stored(page)
  const laid = pictures.find(({ id }) => String(id).endsWith('-laid'))
  const source = pictures.find(({ prompt }) => prompt === 'desk.jpg')
  expect(laid).toMatchObject({ width: 800, height: 800, origin: { kind: 'derived' } })
  expect(laid?.parents).toEqual([source?.id, expect.anything()])
  expect(runs).toHaveLength(1)
  const { submissions } = await live.service.simulator.state()
  expect(submissions).toHaveLength(1)
  expect(await sharp(await inputOf(submissions[0])).metadata()).toMatchObject({ width: 800, height: 800 })
  const counted = await page.evaluate(compareLaidPixels, { sourceAt: 100 })
  expect(counted).toMatchObject({ laid: [800, 800], inside: 0, outside: 0 })
})

test('J12 marks are sent on a copy, and what the model leaves of them is told', async ({ page, live }) => {
  test.slow()
  await page.goto(live.url)
  const create = createOf(page)
  const stage = stageOf(page)
  await bring(page)
  await toolOf(page, 'Annotate').click()
  await stage.getByRole('radiogroup', { name: 'Mark' }).waitFor()
  await dragOver(page, [0.3, 0.3], [0.6, 0.5])
  await stage.getByRole('textbox', { name: 'Text of Box 1, red' }).fill('a round window')
  await stage.getByRole('button', { name: 'Insert in prompt' }).click()
  await expect(create.prompt).toHaveValue(/^In the red box: a round window\./)
  await create.prompt.press('End')
  await create.prompt.pressSequentially(' [[marks]]')
  await create.region.getByRole('button', { name: 'What will be sent' }).click()
  await expect(page.getByRole('dialog').getByRole('img', { name: 'Image 1 with marks' })).toBeVisible()
  await page.keyboard.press('Escape')
  await create.region.getByRole('button', { name: /^Edit · 5 credits/ }).click()
  await expect(stage.getByText('The model left mark 1 in')).toBeVisible()

  const { submissions } = await live.service.simulator.state()
  const { data, info } = await sharp(await inputOf(submissions[0]))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  // The middle of the upper side of the box.
  const at = (Math.round(0.3 * info.height) * info.width + Math.round(0.45 * info.width)) * 3
  const near = [-2, -1, 0, 1, 2].map((row) => [...data.subarray(at + row * info.width * 3).subarray(0, 3)])
  expect(near.some(([red = 0, green = 0, blue = 0]) => red > 200 && green < 90 && blue < 90)).toBe(true)
})

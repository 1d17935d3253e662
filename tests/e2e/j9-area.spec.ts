import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { compareLaidPixels } from '../support/laid-pixels.ts'
import { cameraPhoto } from '../support/photo.ts'
import { createOf, expect, galleryOf, holdTasks, stored, test } from './fixtures.ts'

const stageOf = (page: Page) => page.getByRole('region', { name: 'Stage' })

/** Adds a photo, opens the tool and draws a box: from 30 % to 55 % across and from 35 % to 60 % down. */
async function selectArea(page: Page, photo: Buffer) {
  const create = createOf(page)
  const stage = stageOf(page)
  await create.files.setInputFiles({ name: 'desk.jpg', mimeType: 'image/jpeg', buffer: photo })
  await expect(create.sources).toHaveCount(1)
  await stage.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Select area' }).click()
  await stage.getByRole('radiogroup', { name: 'Area tool' }).getByRole('radio', { name: 'Box' }).check({ force: true })
  const box = await stage.getByRole('img', { name: /^desk/ }).last().boundingBox()
  if (!box) throw new Error('The image is not on the stage.')
  const at = (across: number, down: number) => [box.x + box.width * across, box.y + box.height * down] as const
  await page.mouse.move(...at(0.3, 0.35))
  await page.mouse.down()
  await page.mouse.move(...at(0.4, 0.5))
  await page.mouse.move(...at(0.55, 0.6))
  await page.mouse.up()
  await expect(stage.getByRole('status').filter({ hasText: 'protected' })).toHaveText('94% protected')
}

/** The finger rests before it leaves: a tap right after a swipe would only end its momentum. Runs in the page. */
async function rest() {
  for (let frame = 0; frame < 6; frame += 1) await new Promise(requestAnimationFrame)
}

/** Real touch events. Points are shares of the sides of what is touched. */
async function openFingers(page: Page) {
  const client = await page.context().newCDPSession(page)
  type Points = readonly (readonly [across: number, down: number])[]
  const open = async (target: Locator) => {
    const box = await target.boundingBox()
    if (!box) throw new Error('There is nothing to touch.')
    return (type: 'touchStart' | 'touchMove' | 'touchEnd', points: Points) =>
      client.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([across, down], id) => ({
          x: box.x + box.width * across,
          y: box.y + box.height * down,
          id,
        })),
      })
  }
  return {
    async drag(target: Locator, [x0, y0]: Points[number], [x1, y1]: Points[number]) {
      const touch = await open(target)
      await touch('touchStart', [[x0, y0]])
      await touch('touchMove', [[(x0 + x1) / 2, (y0 + y1) / 2]])
      await touch('touchMove', [[x1, y1]])
      await page.evaluate(rest)
      await touch('touchEnd', [])
    },
    /** Two fingers are put down, one after the other, and moved. Each step is their distance from the middle. */
    async pinch(target: Locator, steps: readonly number[]) {
      const touch = await open(target)
      const [first = 0] = steps
      await touch('touchStart', [[0.5 - first, 0.5]])
      for (const [at, by] of steps.entries())
        await touch(at === 0 ? 'touchStart' : 'touchMove', [
          [0.5 - by, 0.5],
          [0.5 + by, 0.5],
        ])
      await touch('touchEnd', [])
    },
  }
}

/** Exports the image on the stage at its own size. Resolves to the file in base64. */
async function exportStaged(page: Page, press: (button: Locator) => Promise<void>): Promise<string> {
  await press(stageOf(page).getByRole('button', { name: 'Export' }))
  const dialog = page.getByRole('dialog', { name: 'Export' })
  const download = page.waitForEvent('download')
  await press(dialog.getByRole('button', { name: 'Export' }))
  return (await readFile(await (await download).path())).toString('base64')
}

/** Counts the workers that lay answers in. */
function countBlends(...pages: Page[]): () => number {
  let count = 0
  for (const page of pages)
    page.on('worker', (worker) => {
      if (worker.url().includes('chain-worker')) count += 1
    })
  return () => count
}

test('J9 what was not selected keeps every pixel, through a reload, a second window and a proxy that is killed, also when exported', async ({
  page,
  context,
  live,
}) => {
  test.slow()
  await page.goto(live.url)
  const create = createOf(page)
  const stage = stageOf(page)
  await selectArea(page, await cameraPhoto(1200, 900))
  await page.reload()
  await expect(create.region.getByRole('button', { name: /^Edit area.*5 credits/ })).toBeVisible()
  await create.prompt.fill('Put a red hat there [[shift:5,-3]]')
  const release = await holdTasks(context)
  await create.region.getByRole('button', { name: /^Edit area.*5 credits/ }).click()
  await expect(galleryOf(page).run('working')).toBeVisible()
  const other = await context.newPage()
  const blends = countBlends(page, other)
  await page.reload()
  await other.goto(live.url)
  // A window shows a result by itself only if it was open before.
  for (const window of [page, other]) await expect(galleryOf(window).run('working')).toBeVisible()
  await live.kill()
  await release()
  await live.restart()
  await expect(stage.getByRole('button', { name: 'Show changes' })).toBeVisible()
  await expect(stageOf(other).getByRole('button', { name: 'Show changes' })).toBeVisible()
  expect(blends()).toBe(1)
  await other.close()
  await expect(stage.getByText(/^Moved \d+ px.*aligned$/)).toBeVisible()
  // One tile: the answer is kept, but not beside the image that was made from it.
  await expect(galleryOf(page).grid.getByRole('gridcell')).toHaveCount(1)

  const { pictures, originals, runs } = await stored(page)
  const laid = pictures.find(({ id }) => String(id).endsWith('-laid'))
  const source = pictures.find(({ prompt }) => prompt === 'desk.jpg')
  const answer = pictures.find(({ id }) => laid && `${String(id)}-laid` === laid.id)
  expect(laid).toMatchObject({
    mime: 'image/png',
    width: 900,
    height: 1200,
    parents: [source?.id, answer?.id],
    origin: { kind: 'derived' },
  })
  expect(originals.filter(({ id }) => String(id).endsWith('-laid'))).toHaveLength(1)
  expect(runs).toHaveLength(1)
  const { submissions, charges } = await live.service.simulator.state()
  expect([submissions.length, charges.length]).toEqual([1, 1])
  expect(JSON.stringify(submissions[0]?.body)).toMatch(
    /Change only the area from 30% to 55% across and from 35% to 60% down\./,
  )
  // The rim is 8 pixels. The box was drawn by pointer: its edges are exact to a screen pixel, which is two image pixels.
  const counted = await page.evaluate(compareLaidPixels, {
    boxes: [{ left: 0.3, top: 0.35, right: 0.55, bottom: 0.6 }],
    slack: 8 + 4,
    exported: await exportStaged(page, (button) => button.click()),
  })
  expect(counted).toMatchObject({ outside: 0, laid: [900, 1200], source: [900, 1200], isPng: true })
  expect(counted.inside).toBeGreaterThan(1_000)

  // Another area, afterwards and for free: one more image, and the first one stays.
  await stage.getByRole('button', { name: 'Adjust the result' }).click()
  await stage.getByRole('button', { name: 'Change area' }).click()
  await stage.getByRole('radiogroup', { name: 'Area tool' }).getByRole('radio', { name: 'Box' }).check({ force: true })
  await stage.getByRole('group', { name: 'View' }).press('ArrowRight')
  await stage.getByRole('group', { name: 'View' }).press('Enter')
  await stage.getByRole('button', { name: 'Lay in again · free' }).click()
  await expect(stage.getByText('2 of 2')).toBeVisible()
  const after = await stored(page)
  const again = after.pictures.filter(({ id }) => String(id).includes('-laid'))
  expect(again).toHaveLength(2)
  expect(again.find(({ id }) => id === laid?.id)).toEqual(laid)
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

test('J9 an answer with another framing is not laid in, and can be used whole; the image keeps its place', async ({
  page,
  live,
}) => {
  test.slow()
  await page.setViewportSize({ width: 1024, height: 768 })
  await page.goto(live.url)
  const create = createOf(page)
  const stage = stageOf(page)
  const placeOf = () => stage.getByRole('group', { name: 'View' }).boundingBox()
  await selectArea(page, await cameraPhoto(1200, 900))
  const place = await placeOf()
  await create.prompt.fill('Put a red hat there [[lost]]')
  await create.region.getByRole('button', { name: /^Edit area/ }).click()
  const alert = stage.getByRole('alert')
  await expect(alert).toContainText('framing')
  const before = await stored(page)
  expect(before.pictures.filter(({ id }) => String(id).endsWith('-laid'))).toEqual([])
  expect(await placeOf()).toEqual(place)
  await stage.getByRole('button', { name: 'Use whole result' }).click()
  await expect(alert).toBeHidden()
  expect(await placeOf()).toEqual(place)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('J9 by touch: an area is drawn, the answer placed by hand and exported; it is cropped, extended and annotated', async ({
    page,
    live,
  }) => {
    test.slow()
    await page.goto(live.url)
    const create = createOf(page)
    const stage = stageOf(page)
    const finger = await openFingers(page)
    const photo = { name: 'desk.jpg', mimeType: 'image/jpeg', buffer: await cameraPhoto(1200, 900) }
    await create.files.setInputFiles(photo)
    await expect(create.sources).toHaveCount(1)
    await page.getByRole('navigation').getByRole('button', { name: 'Image' }).tap()
    await stage.getByRole('button', { name: 'Select area' }).tap()
    await stage.getByRole('radiogroup', { name: 'Area tool' }).getByRole('radio', { name: 'Box' }).tap()
    const image = stage.getByRole('img', { name: /^desk/ }).last()
    await finger.drag(image, [0.3, 0.35], [0.55, 0.6])
    const status = stage.getByRole('status').filter({ hasText: 'protected' })
    await expect(status).toHaveText('94% protected')
    // Two fingers move the view, and draw nothing.
    const before = await image.boundingBox()
    await finger.pinch(image, [0.1, 0.15, 0.2, 0.25])
    await expect.poll(async () => (await image.boundingBox())?.width).toBeGreaterThan((before?.width ?? 0) * 1.3)
    await expect(status).toHaveText('94% protected')

    await create.prompt.fill('Put a red hat there [[lost]]')
    await create.region.getByRole('button', { name: /^Edit area/ }).tap()
    await expect(stage.getByRole('alert')).toBeVisible()
    await stage.getByRole('button', { name: 'Place by hand' }).tap()
    const answer = stage.getByRole('button', { name: 'The answer over your image' })
    const start = await answer.boundingBox()
    // What there is to read and to press leaves the image most of its height.
    expect(start?.height).toBeGreaterThan(0.5 * (before?.height ?? Number.POSITIVE_INFINITY))
    await finger.drag(answer, [0.5, 0.5], [0.6, 0.5])
    await expect.poll(async () => (await answer.boundingBox())?.x).toBeGreaterThan((start?.x ?? 0) + 10)
    const dragged = await answer.boundingBox()
    await answer.press('Shift+ArrowRight')
    await expect.poll(async () => (await answer.boundingBox())?.x).toBeGreaterThan(dragged?.x ?? 0)
    await stage.getByRole('button', { name: 'Lay in' }).tap()
    await expect(stage.getByRole('button', { name: 'Show changes' })).toBeVisible()

    // A pixel of the screen is three of the image.
    const counted = await page.evaluate(compareLaidPixels, {
      boxes: [{ left: 0.3, top: 0.35, right: 0.55, bottom: 0.6 }],
      slack: 8 + 6,
      exported: await exportStaged(page, (button) => button.tap()),
    })
    expect(counted).toMatchObject({ outside: 0, laid: [900, 1200], source: [900, 1200], isPng: true })
    expect(counted.inside).toBeGreaterThan(1_000)
    expect((await live.service.simulator.state()).submissions).toHaveLength(1)

    await finger.pinch(stage.getByRole('group', { name: 'View' }), [0.4, 0.3, 0.2, 0.1])
    // The result is cropped by a handle, which is free.
    const frame = stage.getByRole('button', { name: /^Crop, / })
    await stage.getByRole('button', { name: 'Crop', exact: true }).tap()
    await finger.drag(frame, [1, 0.5], [0.7, 0.5])
    await stage.getByRole('button', { name: 'Apply crop' }).tap()
    await expect(frame).toBeHidden()
    const widthOf = async (find: (picture: Record<string, unknown>) => boolean) =>
      Number((await stored(page)).pictures.find(find)?.width)
    const cropped = await widthOf(({ width, height }) => Number(width) < 900 && height === 1200)
    expect(cropped).toBeGreaterThan(600)

    // A handle that is dragged outwards extends the image, and a mark goes with it in one run.
    await create.prompt.fill('')
    await stage.getByRole('button', { name: 'Crop', exact: true }).tap()
    await finger.drag(frame, [1, 0.5], [1.2, 0.5])
    await stage.getByRole('button', { name: 'Extend', exact: true }).tap()
    await expect(create.prompt).toHaveValue(/^Continue the scene/)
    await stage.getByRole('button', { name: 'Annotate' }).tap()
    await stage.getByRole('radiogroup', { name: 'Mark' }).getByRole('radio', { name: 'Box' }).tap()
    await finger.drag(stage.getByRole('img').last(), [0.3, 0.35], [0.6, 0.6])
    await stage.getByRole('textbox', { name: 'Text of Box 1, red' }).fill('a round window')
    await stage.getByRole('button', { name: 'Insert in prompt' }).tap()
    await expect(create.prompt).toHaveValue(/In the red box: a round window\./)
    await create.region.getByRole('button', { name: /^Extend.*5 credits/ }).tap()
    await expect(stage.getByRole('list', { name: 'What was done' })).toBeVisible()
    const { submissions } = await live.service.simulator.state()
    expect(submissions).toHaveLength(2)
    const sent = await imageIn(submissions[1])
    expect(sent.width).toBeGreaterThan(cropped + 50)
    expect(sent.red).toBeGreaterThan(200)
    expect(await widthOf(({ id, width }) => String(id).endsWith('-laid') && width !== 900)).toBe(sent.width)
  })
})

/** Width of the image in a submission, and how many of its pixels have the colour of a red mark. */
async function imageIn(submission: { body: unknown } | undefined): Promise<{ width: number; red: number }> {
  const { inputImage = '' } = (submission?.body ?? {}) as { inputImage?: string }
  const file = Buffer.from(await (await fetch(inputImage)).arrayBuffer())
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  let red = 0
  for (let at = 0; at < data.length; at += 3)
    if ((data[at] ?? 0) > 200 && (data[at + 1] ?? 255) < 90 && (data[at + 2] ?? 255) < 90) red += 1
  return { width: info.width, red }
}

test('J9 a crop is an image at once, and undo takes it back', async ({ page, live }) => {
  await page.goto(live.url)
  const create = createOf(page)
  const stage = stageOf(page)
  await create.files.setInputFiles({
    name: 'desk.jpg',
    mimeType: 'image/jpeg',
    buffer: await cameraPhoto(1200, 900),
  })
  await expect(create.sources).toHaveCount(1)
  await stage.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Crop', exact: true }).click()
  await stage.getByRole('radiogroup', { name: 'Crop ratio' }).getByRole('radio', { name: '1:1' }).check({ force: true })
  await stage.getByRole('spinbutton', { name: 'Width' }).fill('640')
  await stage.getByRole('spinbutton', { name: 'Height' }).click()
  await expect(stage.getByRole('spinbutton', { name: 'Height' })).toHaveValue('640')
  await stage.getByRole('button', { name: 'Apply crop' }).click()
  await expect(stage.getByText(/640 × 640/)).toBeVisible()
  await expect(create.region.getByText('640 × 640')).toBeVisible()
  const { pictures } = await stored(page)
  const source = pictures.find(({ width }) => width === 900)
  expect(pictures.find(({ width }) => width === 640)).toMatchObject({
    mime: 'image/png',
    shelf: 'gallery',
    parents: [source?.id],
  })
  await page.getByRole('button', { name: 'Undo crop' }).first().click()
  await expect(create.region.getByText('900 × 1,200')).toBeVisible()
  await expect.poll(async () => (await stored(page)).pictures.find(({ width }) => width === 640)?.shelf).toBe('bin')
})

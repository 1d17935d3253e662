import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { createOf, expect, test } from './fixtures.ts'

async function bring(page: Page, width: number, height: number) {
  const background = { r: 120, g: 140, b: 160 }
  const buffer = await sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer()
  await createOf(page).files.setInputFiles({ name: 'street.jpg', mimeType: 'image/jpeg', buffer })
  return page.getByRole('region', { name: 'Stage' }).getByRole('img', { name: /^street\.jpg/ })
}

/** Where it is once it is drawn and no longer moves. */
async function placeOf(image: Locator) {
  let before: Awaited<ReturnType<Locator['boundingBox']>> = null
  await expect(async () => {
    const now = await image.boundingBox()
    const isStill = now !== null && JSON.stringify(now) === JSON.stringify(before)
    before = now
    expect(isStill).toBe(true)
  }).toPass()
  return before
}

/** Opens each tool and the comparison, and leaves: the image, or the frame of the crop, has to stay where it was. */
async function openEachTool(page: Page, image: Locator) {
  const stage = page.getByRole('region', { name: 'Stage' })
  const before = await placeOf(image)
  for (const [tool, bar] of [
    ['Select area', 'Area options'],
    ['Crop', 'Crop options'],
    ['Annotate', 'Annotate options'],
  ] as const) {
    await stage.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: tool, exact: true }).click()
    await expect(stage.getByRole('region', { name: bar })).toBeVisible()
    expect(await placeOf(image)).toEqual(before)
    if (tool !== 'Crop') continue
    const frame = await stage.getByRole('button', { name: /^Crop, / }).boundingBox()
    for (const side of ['x', 'y', 'width', 'height'] as const)
      expect(Math.abs((frame?.[side] ?? 0) - (before?.[side] ?? 0))).toBeLessThan(1)
  }
  await page.keyboard.press('Escape')
  await expect(stage.getByRole('region', { name: 'Annotate options' })).toBeHidden()
  expect(await placeOf(image)).toEqual(before)
  await stage.getByRole('button', { name: /^Compare/ }).click()
  await expect(stage.getByRole('radiogroup', { name: 'Compare by' })).toBeVisible()
  expect(await placeOf(image)).toEqual(before)
  await page.keyboard.press('Escape')
  await expect(stage.getByRole('radiogroup', { name: 'Compare by' })).toBeHidden()
}

test.describe('at 1024 × 768', () => {
  test.use({ viewport: { width: 1024, height: 768 } })

  test('C3 an image of any ratio has at least 35 % of the screen, and keeps its place when tools are used', async ({
    page,
    simulated,
  }) => {
    await page.goto(simulated.url)
    const stage = page.getByRole('region', { name: 'Stage' })
    for (const [ratio, width, height] of [
      ['16:9', 1600, 900],
      ['1:1', 1400, 1400],
      ['3:2', 1800, 1200],
      ['4:3', 1600, 1200],
    ] as const) {
      const image = await bring(page, width, height)
      await expect(stage.getByText(`${width.toLocaleString('en')} × ${height.toLocaleString('en')}`)).toBeVisible()
      const share = async () => {
        const box = await image.boundingBox()
        return ((box?.width ?? 0) * (box?.height ?? 0)) / (1024 * 768)
      }
      await expect.poll(share, ratio).toBeGreaterThanOrEqual(0.35)
      await openEachTool(page, image)
    }
    await page.setViewportSize({ width: 1440, height: 560 })
    await openEachTool(page, stage.getByRole('img', { name: /^street\.jpg/ }))
  })

  test('a notice in a dialog covers no control', async ({ page, simulated }) => {
    await page.goto(`${simulated.url}?samples=2`)
    await page.getByRole('button', { name: /^Settings/ }).click()
    const settings = page.getByRole('dialog', { name: 'Settings' })
    await expect(settings.getByRole('button', { name: 'Remove samples' })).toBeAttached()
    expect(await coveredBy(await raiseNotice(settings))).toEqual([])
  })

  test('C3 the gallery opens by G over the page, and Escape closes it', async ({ page, simulated }) => {
    await page.goto(simulated.url)
    await bring(page, 1200, 800)
    const gallery = page.getByRole('region', { name: 'Gallery' })
    await expect(gallery).toBeHidden()
    await page.getByRole('group', { name: 'View' }).focus()
    await page.keyboard.press('g')
    await expect(gallery).toBeVisible()
    expect((await gallery.boundingBox())?.width).toBe(1024)
    await page.keyboard.press('Escape')
    await expect(gallery).toBeHidden()
  })
})

test('B9 the staged image is there again after a reload', async ({ page, simulated }) => {
  await page.goto(simulated.url)
  const image = await bring(page, 1200, 800)
  await expect(image).toBeVisible()
  await page.reload()
  await expect(image).toBeVisible()
})

test.describe('at 320 × 256, as a window enlarged to 400 %', () => {
  test.use({ viewport: { width: 320, height: 256 } })

  test('E9 the form can be read, written and submitted without scrolling sideways', async ({ page, simulated }) => {
    await page.goto(simulated.url)
    const create = createOf(page)
    const form = await create.region.boundingBox()
    expect(form?.height).toBeGreaterThanOrEqual(400)
    await create.prompt.fill('A red barn')
    await create.submit.click()
    await page.getByRole('button', { name: 'Image', exact: true }).click()
    await expect(page.getByRole('region', { name: 'Stage' }).getByRole('img', { name: /^A red barn/ })).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  })
})

for (const [width, height] of [
  [1024, 768],
  [390, 844],
] as const) {
  test(`an image chosen by key in the gallery gives the stage the keys, at ${width} × ${height}`, async ({
    page,
    simulated,
  }) => {
    await page.setViewportSize({ width, height })
    await page.goto(`${simulated.url}?samples=2`)
    if (width < 768) await page.getByRole('navigation').getByRole('button', { name: 'Gallery' }).click()
    const first = page.getByRole('grid', { name: 'Gallery' }).getByRole('gridcell').first()
    await first.focus()
    await page.keyboard.press('Enter')
    const stage = page.getByRole('region', { name: 'Stage' })
    await expect(stage).toBeFocused()
    const area = stage.getByRole('button', { name: 'Select area' })
    await expect(area).toBeVisible()
    await page.keyboard.press('m')
    await expect(area).toHaveAttribute('aria-pressed', 'true')
  })
}

/** The names of controls under the notice that has this button. */
const coveredBy = (button: Locator) =>
  button.evaluate((own) => {
    const notice = own.closest('[role=status]')
    const { left, top, right, bottom } = notice?.getBoundingClientRect() ?? new DOMRect()
    const found = new Set<string>()
    for (let x = left + 1; x < right; x += 8) {
      for (let y = top + 1; y < bottom; y += 8) {
        for (const element of document.elementsFromPoint(x, y)) {
          const control = element.closest('button, a, input, textarea, select, summary, [role=gridcell]')
          if (control && !notice?.contains(control)) found.add(control.ariaLabel ?? control.textContent ?? '')
        }
      }
    }
    return notice === null ? ['no notice'] : [...found]
  })

/** Drops an image on a dialog, which does not take it and says so. Gives a button of that notice, focused. */
async function raiseNotice(dialog: Locator): Promise<Locator> {
  await dialog.evaluate((element) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['image'], 'street.png', { type: 'image/png' }))
    element.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  })
  const close = dialog.getByRole('button', { name: 'Close notice' })
  await close.focus()
  return close
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } })

  test('the prompt and its button stand below the image, and every control can be hit by a finger', async ({
    page,
    simulated,
  }) => {
    await page.goto(simulated.url)
    const { prompt, submit, sources } = createOf(page)
    const before = await placeOf(prompt)
    const image = await bring(page, 1200, 800)
    await expect(sources.getByRole('img', { name: 'Image 1: street.jpg' })).toBeVisible()
    expect(await placeOf(prompt)).toEqual(before)
    await page.getByRole('navigation').getByRole('button', { name: 'Image' }).click()
    await expect(image).toBeVisible()
    await prompt.fill('Make it night')
    await expect(submit).toHaveAccessibleName(/^Edit.*5 credits/)
    const foot = await page.getByRole('navigation').boundingBox()
    for (const part of [prompt, submit]) {
      const box = await part.boundingBox()
      expect(box?.height).toBeGreaterThanOrEqual(44)
      expect(box && foot && foot.y - (box.y + box.height)).toBeLessThan(24)
    }
    for (const button of await page
      .getByRole('region', { name: 'Stage' })
      .getByRole('toolbar')
      .getByRole('button')
      .all()) {
      const box = await button.boundingBox()
      expect(Math.min(box?.width ?? 0, box?.height ?? 0), await button.innerText()).toBeGreaterThanOrEqual(44)
      expect(await button.innerText()).not.toBe('')
    }
    await submit.click()
    await expect(page.getByRole('region', { name: 'Stage' }).getByRole('img', { name: /^Make it night/ })).toBeVisible()
  })

  for (const width of [390, 320]) {
    test(`no image moves when one is selected at ${width} px, and a notice covers no control`, async ({
      page,
      simulated,
    }) => {
      await page.setViewportSize({ width, height: 844 })
      await page.goto(`${simulated.url}?samples=2`)
      await page.getByRole('navigation').getByRole('button', { name: 'Gallery' }).click()
      const image = page.getByRole('grid', { name: 'Gallery' }).getByRole('gridcell').first()
      await image.focus()
      const before = await image.boundingBox()
      await page.keyboard.press('Space')
      const bar = page.getByRole('toolbar', { name: 'Selection' })
      await expect(bar.getByRole('button', { name: 'Move to bin' })).toBeVisible()
      expect(await image.boundingBox()).toEqual(before)
      for (const button of await bar.getByRole('button').all()) {
        const box = await button.boundingBox()
        expect(Math.min(box?.width ?? 0, box?.height ?? 0), await button.innerText()).toBeGreaterThanOrEqual(44)
      }
      await bar.getByRole('button', { name: 'Move to bin' }).click()
      // A notice stays as long as it has the focus, which these presses leave there.
      const undo = page.getByRole('status').getByRole('button', { name: 'Undo' })
      await undo.focus()
      const press = (button: Locator) => button.dispatchEvent('click')
      const gallery = page.getByRole('region', { name: 'Gallery' })
      const view = (name: string) => press(page.getByRole('navigation').getByRole('button', { name }))
      const left = gallery.getByRole('grid', { name: 'Gallery' }).getByRole('gridcell')
      await expect(left).toHaveCount(1)
      // It takes the place of the one that was moved, because the notice moves nothing.
      expect(await left.boundingBox()).toEqual(before)
      expect(await coveredBy(undo)).toEqual([])
      await press(gallery.getByRole('button', { name: 'Bin' }))
      await expect(gallery.getByRole('grid', { name: 'Bin' }).getByRole('gridcell')).toHaveCount(1)
      expect(await coveredBy(undo)).toEqual([])
      await press(gallery.getByRole('button', { name: 'Bin', exact: true }))
      await view('Create')
      await expect(createOf(page).prompt).toBeVisible()
      expect(await coveredBy(undo)).toEqual([])
      // A notice that comes while a dialog is open is shown in it.
      await view('Gallery')
      await page.getByRole('gridcell').focus()
      await page.keyboard.press('n')
      const survey = page.getByRole('dialog', { name: 'Survey' })
      await expect(survey.getByRole('button', { name: 'Keep' })).toBeVisible()
      expect(await coveredBy(await raiseNotice(survey))).toEqual([])
      await expect(survey.getByRole('button', { name: 'Keep' })).toBeInViewport({ ratio: 1 })
      await press(survey.getByRole('button', { name: 'Close', exact: true }))
      await press(page.getByRole('button', { name: /^Settings/ }))
      const settings = page.getByRole('dialog', { name: 'Settings' })
      await expect(settings.getByRole('button', { name: 'Remove samples' })).toBeAttached()
      expect(await coveredBy(await raiseNotice(settings))).toEqual([])
    })
  }

  test('the header keeps Undo, the balance and Settings inside the window, and Undo in its place', async ({
    page,
    simulated,
  }) => {
    await page.goto(simulated.url)
    await bring(page, 1200, 800)
    const header = page.getByRole('banner')
    const undo = header.getByRole('button', { name: /^Undo/ })
    await expect(undo).toBeVisible()
    // The balance is not there for the first seconds.
    const before = await undo.boundingBox()
    await expect(header.getByRole('button', { name: /^Balance/ })).toBeVisible()
    expect(await undo.boundingBox()).toEqual(before)
    const settings = await header.getByRole('button', { name: /^Settings/ }).boundingBox()
    expect(settings && settings.x + settings.width).toBeLessThanOrEqual(390)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })
})

test('C2 contrast themes show what is chosen', async ({ page, simulated }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto(simulated.url)
  const fill = (name: string) =>
    page
      .getByRole('radio', { name, exact: true })
      .locator('xpath=..')
      .evaluate((label) => getComputedStyle(label).backgroundColor)
  expect(await fill('Pro')).not.toBe(await fill('Max'))
  expect(await fill('JPEG')).not.toBe(await fill('PNG'))
  const tab = (name: string) =>
    page.getByRole('tab', { name }).evaluate((element) => getComputedStyle(element).backgroundColor)
  expect(await tab('Flux Kontext')).not.toBe(await tab('Flux 2'))

  // Several options for a batch, the entry that Enter would take, and colours to filter by.
  const plain = await fill('3:4')
  await page.getByRole('radio', { name: '3:4' }).click({ modifiers: ['Shift'] })
  await expect.poll(() => fill('3:4')).not.toBe(plain)
  await expect(page.getByRole('radio', { name: '3:4' })).not.toBeChecked()
  await bring(page, 120, 80)
  const { prompt } = createOf(page)
  await prompt.fill('')
  await prompt.press('@')
  const paint = (element: Element) => getComputedStyle(element).backgroundColor
  const entry = page.getByRole('option', { selected: true })
  expect(await entry.evaluate(paint)).not.toBe(await page.locator('body').evaluate(paint))
})

test('C2 contrast themes keep the colours that images are found by', async ({ page, simulated }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto(`${simulated.url}?samples=2`)
  await page.getByRole('region', { name: 'Gallery' }).getByRole('button', { name: 'Colour' }).click()
  const swatches = page.getByRole('group', { name: 'Images with this colour' }).getByRole('button')
  await expect(swatches).toHaveCount(12)
  const colours = await swatches.evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor))
  expect(new Set(colours).size).toBe(12)
  await swatches.first().click()
  await expect.poll(() => swatches.first().evaluate((each) => getComputedStyle(each).outlineStyle)).toBe('solid')
})

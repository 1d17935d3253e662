import type { Locator, Page } from '@playwright/test'
import { expectNothingSerious } from '../support/accessibility.ts'
import { createOf, expect, galleryOf, test } from './fixtures.ts'

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`in ${colorScheme}`, () => {
    test.use({ colorScheme, reducedMotion: 'reduce' } as never)

    test('every screen is without serious findings', async ({ page, live }) => {
      test.slow()
      await page.goto(live.url)
      const create = createOf(page)
      const gallery = galleryOf(page)
      await expect(create.prompt).toBeVisible()
      await expectNothingSerious(page)

      await gallery.region.getByRole('button', { name: 'Try the demo' }).click()
      await expect(gallery.grid.getByRole('gridcell')).toHaveCount(7)
      await create.prompt.fill('stopped by the rules [[policy]]')
      await create.submit.click()
      await expect(gallery.run('failed')).toBeVisible()
      await create.prompt.fill('still at work [[stuck]]')
      await create.submit.click()
      await expect(gallery.run('working')).toBeVisible()
      await expectNothingSerious(page)

      await gallery.grid.locator('[role=gridcell]:not([data-run-id])').first().click()
      const stage = page.getByRole('region', { name: 'Stage' })
      await expect(stage.getByRole('img').first()).toBeVisible()
      await expectNothingSerious(page)

      for (const name of ['Select area', 'Crop', 'Annotate']) {
        await stage.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name, exact: true }).click()
        await expect(stage.getByRole('region', { name: /options$/ })).toBeVisible()
        if (name === 'Annotate') {
          await stage.getByRole('group', { name: 'View' }).press('ArrowRight')
          await stage.getByRole('group', { name: 'View' }).press('Enter')
          await expect(stage.getByRole('button', { name: 'Box 1, red' })).toBeVisible()
        }
        await expectNothingSerious(page)
      }
      await stage.getByRole('button', { name: 'Leave tool' }).click()

      await page.getByRole('button', { name: /^Tasks/ }).click()
      await expect(page.getByText(/safety rules/).first()).toBeVisible()
      await expectNothingSerious(page)
      await page.keyboard.press('Escape')

      await page.getByRole('button', { name: /^Settings/ }).click()
      await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible()
      await expectNothingSerious(page)
      await page.keyboard.press('Escape')

      await create.family('Flux 2')
      await create.region.getByText('More', { exact: true }).isVisible()
      await gallery.region.getByRole('button', { name: 'Bin' }).click()
      await expectNothingSerious(page)

      await page.setViewportSize({ width: 390, height: 844 })
      for (const view of ['Image', 'Create', 'Tasks', 'Gallery']) {
        await page.getByRole('navigation').getByRole('button', { name: view }).click()
        await expectNothingSerious(page)
      }
    })
  })
}

/** Presses Tab until `target` has the focus. */
async function tabTo(page: Page, target: Locator) {
  for (let n = 0; n < 40; n += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not lead to ${target}.`)
}

/** From a prompt to an edit of its result, compared, moved to the bin and restored, by keyboard only. */
async function workByKeys(page: Page) {
  const create = createOf(page)
  const gallery = galleryOf(page)
  const stage = page.getByRole('region', { name: 'Stage' })
  await expect(create.prompt).toBeVisible()
  await tabTo(page, create.prompt)
  await page.keyboard.type('a keyboard made of stone')
  await page.keyboard.press('ControlOrMeta+Enter')
  const picture = gallery.picture('a keyboard made of stone')
  await expect(picture).toBeVisible()
  await picture.focus()
  await page.keyboard.press('Enter')
  await expect(stage.getByRole('img', { name: /^a keyboard made of stone/ })).toBeVisible()
  await page.keyboard.press('u')
  await expect(create.prompt).toBeFocused()
  await expect(create.sources).toHaveCount(1)
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('at night')
  await page.keyboard.press('ControlOrMeta+Enter')
  const edit = gallery.picture('at night')
  await expect(edit).toBeVisible()
  await edit.focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('c')
  await expect(stage.getByRole('slider')).toBeVisible()
  await page.keyboard.press('c')
  await edit.focus()
  await page.keyboard.press('x')
  await expect(edit).toHaveCount(0)
  await page.keyboard.press('ControlOrMeta+z')
  await expect(edit).toBeVisible()
}

/**
 * How an element looks in forced colours; for a radio, its label. `part`: selector of the element inside
 * that shows the state.
 */
const drawingOf = (element: Locator, part?: string) =>
  element.evaluate((given, selector) => {
    const drawn = selector ? given.querySelector(selector) : given.closest('label, button, [role=tab]')
    if (!drawn) return 'nothing'
    const { backgroundColor, borderColor, borderWidth, color } = getComputedStyle(drawn)
    return [backgroundColor, borderColor, borderWidth, color].join(' ')
  }, part)

test('in forced colours, from load to a saved image, compared, moved to the bin and restored, by keyboard only; chosen options look different', async ({
  page,
  live,
}) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await page.goto(live.url)
  await workByKeys(page)
  await expectNothingSerious(page)

  const create = createOf(page)
  const gallery = galleryOf(page)
  const radio = (group: string, name: string) =>
    create.region.getByRole('radiogroup', { name: group }).getByRole('radio', { name, exact: true })
  const bin = gallery.region.getByRole('button', { name: 'Bin' })
  const isOther = async (chosen: Locator, other: Locator, part?: string) =>
    expect(await drawingOf(chosen, part)).not.toBe(await drawingOf(other, part))
  await isOther(radio('Model', 'Pro'), radio('Model', 'Max'))
  await isOther(radio('Aspect ratio', 'Match input'), radio('Aspect ratio', '16:9'))
  await isOther(create.region.getByRole('tab', { selected: true }), create.region.getByRole('tab', { selected: false }))
  await isOther(
    gallery.grid.locator('[aria-selected=true]'),
    gallery.grid.locator('[aria-selected=false]').first(),
    'span',
  )
  const unpressed = await drawingOf(bin)
  await bin.press('Enter')
  await expect(bin).toHaveAttribute('aria-pressed', 'true')
  await expect.poll(() => drawingOf(bin)).not.toBe(unpressed)
})

test('enlarged to 400 %, in 320 × 256: an image is made and looked at, and nothing is cut off at the side', async ({
  page,
  live,
}) => {
  await page.setViewportSize({ width: 320, height: 256 })
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  const go = (name: string) => page.getByRole('navigation').getByRole('button', { name }).click()
  const expectNoSidewaysScroll = async () =>
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)

  await create.prompt.fill('A small window on a big world')
  await create.prompt.scrollIntoViewIfNeeded()
  // Two of its lines are visible and not covered.
  expect(await create.prompt.evaluate(visibleHeight)).toBeGreaterThanOrEqual(48)
  await expectNoSidewaysScroll()
  await create.choose('Model', 'Max')
  await create.submit.click()
  await go('Gallery')
  await expectNoSidewaysScroll()
  const picture = gallery.picture('A small window')
  await expect(picture).toBeVisible()
  await picture.click()
  const staged = page.getByRole('region', { name: 'Stage' }).getByRole('img', { name: /^A small window/ })
  await expect(staged).toBeVisible()
  // The image replaces its thumbnail in between.
  await expect(async () => {
    await staged.scrollIntoViewIfNeeded({ timeout: 2_000 })
    expect(await staged.evaluate(visibleHeight)).toBeGreaterThanOrEqual(48)
  }).toPass({ timeout: 60_000 })
  await expectNoSidewaysScroll()
  await expectNothingSerious(page)
})

/** Height in px of the part of an element, along its vertical middle, that is in the window and not covered. */
function visibleHeight(element: Element): number {
  const { left, width, top, bottom } = element.getBoundingClientRect()
  let visible = 0
  for (let y = Math.max(0, Math.ceil(top)); y < Math.min(innerHeight, bottom); y += 1) {
    const hit = document.elementFromPoint(left + width / 2, y)
    if (hit && (element.contains(hit) || hit.contains(element))) visible += 1
  }
  return visible
}

import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { createOf, expect, galleryOf, test } from './fixtures.ts'

async function expectNothingSerious(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => ({ id, on: nodes.map(({ html }) => html.slice(0, 160)) }))).toEqual([])
}

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
      await expect(gallery.grid.getByRole('gridcell')).toHaveCount(6)
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
      await stage.getByRole('button', { name: 'Back' }).click()
      for (const view of ['Create', 'Tasks', 'Gallery']) {
        await page.getByRole('navigation').getByRole('button', { name: view }).click()
        await expectNothingSerious(page)
      }
    })
  })
}

test('from load to a kept picture, compared, binned and brought back, without a pointer', async ({ page, live }) => {
  await page.goto(live.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  const stage = page.getByRole('region', { name: 'Stage' })
  await expect(create.prompt).toBeVisible()
  for (let n = 0; n < 20 && !(await create.prompt.evaluate((box) => box === document.activeElement)); n += 1) {
    await page.keyboard.press('Tab')
  }
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
})

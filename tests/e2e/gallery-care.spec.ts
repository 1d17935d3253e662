import type { Page } from '@playwright/test'
import { expectNothingSerious } from '../support/accessibility.ts'
import { expect, galleryOf, test } from './fixtures.ts'

const count = 30

async function openSamples(page: Page, url: string, isPhone = false) {
  await page.goto(`${url}/?samples=${count}`)
  if (isPhone) await page.getByRole('navigation').getByRole('button', { name: 'Gallery' }).click()
  await expect(galleryOf(page).region.getByText(String(count), { exact: true })).toBeVisible()
}

/** Of the first tiles, which are drawn wherever the grid is scrolled to. */
const namesOf = (page: Page) =>
  galleryOf(page)
    .grid.getByRole('gridcell')
    .evaluateAll((cells) => cells.slice(0, 10).map((cell) => cell.getAttribute('aria-label')))

test('J7 images are found, selected, collected, tagged, binned, restored and judged by keyboard only', async ({
  page,
  simulated,
}) => {
  await openSamples(page, simulated.url)
  const { region, grid } = galleryOf(page)
  const cells = grid.getByRole('gridcell')
  const bar = page.getByRole('toolbar', { name: 'Selection' })
  const { keyboard } = page

  // Find.
  await keyboard.press('/')
  await expect(region.getByRole('searchbox', { name: 'Search images' })).toBeFocused()
  const all = await namesOf(page)
  const [first] = all
  const word = /[a-z]{5,}/i.exec(first ?? '')?.[0] ?? ''
  await keyboard.type(word)
  await expect(region.locator('[data-found]')).toHaveText(/\d+ images? found/)
  const isFound = (name: string | null) => name?.toLowerCase().includes(word.toLowerCase()) === true
  await expect.poll(async () => (await namesOf(page)).every(isFound)).toBe(true)
  await keyboard.press('Escape')
  await expect.poll(() => namesOf(page)).toEqual(all)

  // Select, collect and tag.
  await cells.first().focus()
  await keyboard.press('Space')
  for (let step = 0; step < 9; step += 1) await keyboard.press('Shift+ArrowRight')
  await expect(bar).toContainText('10 selected')
  await expectNothingSerious(page)
  await keyboard.press('l')
  await page.getByRole('textbox', { name: 'New collection' }).fill('Posters')
  await keyboard.press('Enter')
  await expect(page.getByRole('checkbox', { name: 'Posters' })).toBeChecked()
  await keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await keyboard.press('t')
  await page.getByRole('textbox', { name: 'Add tags' }).fill('client')
  await keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Remove tag client' })).toBeVisible()
  await keyboard.press('Escape')
  await expect(region.getByText(String(count), { exact: true })).toBeHidden()

  // To the bin and back, in the same place and with the same marks.
  const isTagged = (name: string | null) => name?.endsWith('tagged client') === true
  await expect.poll(async () => (await namesOf(page)).every(isTagged)).toBe(true)
  const before = await namesOf(page)
  await keyboard.press('x')
  await expect(page.getByText('10 images moved to bin')).toBeVisible()
  await expect(bar).toBeHidden()
  await expect.poll(() => namesOf(page)).not.toEqual(before)
  await keyboard.press('Control+z')
  await expect.poll(() => namesOf(page)).toEqual(before)
  await expect(region.locator(':focus')).toHaveCount(1)

  // Judge.
  await keyboard.press('n')
  const survey = page.getByRole('dialog', { name: 'Survey' })
  await expect(survey.getByText(`1 of ${count}`)).toBeVisible()
  await expectNothingSerious(page)
  await keyboard.press('x')
  await expect(survey.getByText(`2 of ${count}`)).toBeVisible()
  await keyboard.press('5')
  for (let place = 3; place <= count; place += 1) {
    await expect(survey.getByText(`${place} of ${count}`)).toBeVisible()
    await keyboard.press('ArrowRight')
  }
  await expect(survey.getByText(`${count - 1} kept, 1 rejected`)).toBeVisible()
  await survey.getByRole('button', { name: 'Move to bin' }).focus()
  await keyboard.press('Enter')
  await expect(survey).toBeHidden()
  await expect(region.getByText(String(count - 1), { exact: true })).toBeVisible()
})

test('J7 the dialogs for collections, dates and tags are without serious findings', async ({ page, simulated }) => {
  await openSamples(page, simulated.url)
  const { region, grid } = galleryOf(page)
  const checkDialog = async (name: string) => {
    await expect(page.getByRole('dialog', { name, exact: true })).toBeVisible()
    await expectNothingSerious(page, 'dialog[open]')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
  }
  await region.getByRole('button', { name: 'Collections' }).click()
  await checkDialog('Collections')
  for (const [key, name] of [
    ['j', 'Jump to date'],
    ['t', 'Tags and note'],
    ['l', 'Collection'],
  ] as const) {
    await grid.getByRole('gridcell').first().focus()
    await page.keyboard.press(key)
    await checkDialog(name)
  }
})

test('J7 two images are selected by dragging around them, stay in place, and are compared with what they differ in', async ({
  page,
  simulated,
}) => {
  await openSamples(page, simulated.url)
  const cells = galleryOf(page).grid.getByRole('gridcell')
  const bar = page.getByRole('toolbar', { name: 'Selection' })
  // The first day has one image, so there is room beside it.
  const [first, below] = [await cells.nth(0).boundingBox(), await cells.nth(1).boundingBox()]
  if (!first || !below) throw new Error('The tiles are not drawn.')
  await page.mouse.move(first.x + first.width + 3, first.y + 10)
  await page.mouse.down()
  // Not near the upper edge, where the list would be scrolled.
  await page.mouse.move(first.x + first.width - 10, first.y + 80)
  await expect(bar).toContainText('1 selected')
  await expect.poll(async () => Math.abs(((await cells.nth(0).boundingBox())?.y ?? 0) - first.y)).toBeLessThan(1)
  await page.mouse.move(below.x + below.width - 10, below.y + 10)
  await page.mouse.up()
  await expect(bar).toContainText('2 selected')
  await bar.getByRole('button', { name: 'Compare' }).click()
  const stage = page.getByRole('region', { name: 'Stage' })
  await stage.getByRole('button', { name: 'Differences' }).click()
  await expect(stage.getByRole('region', { name: 'Prompts' })).toBeVisible()
  await expectNothingSerious(page)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('J7 images are found, selected by a long press and judged', async ({ page, simulated }) => {
    await openSamples(page, simulated.url, true)
    const { region, grid } = galleryOf(page)
    // With a smaller font, phones zoom in when the field gets the focus (F11).
    const fontOf = (field: Element) => getComputedStyle(field).fontSize
    expect(await region.getByRole('searchbox', { name: 'Search images' }).evaluate(fontOf)).toBe('16px')
    const first = grid.getByRole('gridcell').first()
    // A long press selects the tile before the finger is lifted.
    await first.dispatchEvent('pointerdown', { pointerType: 'touch', isPrimary: true, button: 0 })
    const bar = page.getByRole('toolbar', { name: 'Selection' })
    await expect(bar).toContainText('1 selected')
    await first.dispatchEvent('pointerup', { pointerType: 'touch', isPrimary: true, button: 0 })
    await grid.getByRole('gridcell').nth(1).tap()
    await expect(bar).toContainText('2 selected')
    await expectNothingSerious(page)
    await bar.getByRole('button', { name: 'Star' }).tap()
    await expect(grid.getByRole('gridcell', { name: /starred/ })).toHaveCount(2)
    await bar.getByRole('button', { name: 'Clear selection' }).tap()
    await region.getByRole('button', { name: 'Starred only' }).tap()
    await expect(grid.getByRole('gridcell')).toHaveCount(2)
  })
})

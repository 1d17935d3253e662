// `npm run screenshot -- all`: every screen, wide, middle and phone, dark and light, for people to look at.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'

const folder = join('node_modules', '.cache', 'screens')
const schemes = ['dark', 'light'] as const
const widths = [
  { name: '1440', width: 1440, height: 900 },
  { name: '1024', width: 1024, height: 768 },
  { name: '390', width: 390, height: 844 },
]

/**
 * Takes screenshots of the page at `url`, which has a simulated service. `only`: widths and colour schemes, if not all
 * are wanted. Gives their folder.
 */
export async function takeScreens(browser: Browser, url: string, only: readonly string[] = []): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const isWanted = (all: readonly string[], one: string) =>
    only.includes(one) || !all.some((each) => only.includes(each))
  for (const colorScheme of schemes) {
    if (!isWanted(schemes, colorScheme)) continue
    for (const { name, ...viewport } of widths) {
      if (
        !isWanted(
          widths.map((width) => width.name),
          name,
        )
      )
        continue
      const context = await browser.newContext({ viewport, colorScheme, hasTouch: viewport.width < 768 })
      const page = await context.newPage()
      await page.goto(url)
      const shoot = async (screen: string) => {
        // Animations have ended; the pointer covers nothing.
        await page.mouse.move(2, viewport.height / 2)
        await page.waitForTimeout(600)
        await page.screenshot({ path: join(folder, `${screen}-${name}-${colorScheme}.png`) })
      }
      const isPhone = viewport.width < 768
      await walk(page, isPhone, viewport.width < 1200, shoot)
      await page.keyboard.press('Escape')
      await walkTools(page, isPhone, shoot)
      await walkLibrary(page, isPhone, viewport.width < 1200, shoot)
      await context.close()
    }
  }
  return folder
}

async function walk(page: Page, isPhone: boolean, isNarrow: boolean, shoot: (screen: string) => Promise<void>) {
  const region = (name: string) => page.getByRole('region', { name })
  const [create, stage, gallery] = [region('Create'), region('Stage'), region('Gallery')]
  const view = async (name: string) => {
    if (isPhone) await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name }).click()
  }
  const openGallery = async () => {
    await view('Gallery')
    if (isNarrow && !isPhone) await stage.getByRole('button', { name: 'Open gallery' }).click()
  }
  const image = (prompt: string) => gallery.locator(`[role=gridcell][aria-label^="${prompt}"]:not([data-run-id])`)
  const submit = async (prompt: string) => {
    await view('Create')
    await create.getByRole('textbox', { name: 'Prompt' }).fill(prompt)
    await create.getByRole('button', { name: /^(Generate|Edit)/ }).click()
  }

  await create.getByRole('textbox', { name: 'Prompt' }).waitFor()
  await shoot('start')
  await view('Gallery')
  await gallery.getByRole('button', { name: 'Try the demo' }).click()
  await gallery.getByRole('button', { name: 'Remove samples' }).waitFor({ timeout: 60_000 })
  await submit('A quiet harbour at blue hour, paper boats')
  await view('Image')
  const staged = (prompt: string) => stage.getByRole('img', { name: new RegExp(`^${prompt}`) })
  await staged('A quiet harbour').waitFor({ timeout: 30_000 })
  const use = () => stage.getByRole('button', { name: /^(Use as input|Edit from this image)/ }).click()
  await use()
  await submit('Golden evening light, lanterns along the quay')
  await view('Image')
  await staged('Golden evening').waitFor({ timeout: 30_000 })
  await use()
  await submit('Snow on the roofs, the first morning of winter')
  await submit('Fog over the water, a single lamp')
  await view('Image')
  await stage.getByText(/^\d+ new$/).waitFor({ timeout: 30_000 })
  await shoot('stage')
  await view('Create')
  await shoot('create')
  await view('Image')
  await stage.getByRole('button', { name: /^Compare/ }).click()
  await stage.getByRole('slider').waitFor()
  await shoot('compare')
  await stage.getByRole('radio', { name: 'Side by side' }).check({ force: true })
  await shoot('side-by-side')
  await page.keyboard.press('Escape')
  await openGallery()
  await image('A quiet harbour').first().waitFor()
  await shoot('gallery')
  if (isNarrow && !isPhone) await page.keyboard.press('Escape')
  if (isPhone) await view('Tasks')
  else await page.getByRole('button', { name: /^Tasks/ }).click()
  await shoot('tasks')
  if (!isPhone) await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Settings/ }).click()
  await shoot('settings')
}

type Shoot = (screen: string) => Promise<void>

const viewsOf = (page: Page, isPhone: boolean) => async (name: string) => {
  if (isPhone) await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name }).click()
}

/** The tools of the stage, an edit of an area and what came of it, and what the form opens. */
async function walkTools(page: Page, isPhone: boolean, shoot: Shoot) {
  const [create, stage] = ['Create', 'Stage'].map((name) => page.getByRole('region', { name }))
  if (!create || !stage) return
  const view = viewsOf(page, isPhone)
  const tool = (name: string) => stage.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name }).click()
  const button = (name: string | RegExp) => stage.getByRole('button', { name })
  await view('Image')
  await button(/^Edit from this image/).click()
  await view('Image')
  await tool('Select area')
  await shoot('area')
  const image = await stage.getByRole('img').first().boundingBox()
  if (!image) return
  const [x, y] = [image.x + image.width / 2, image.y + image.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 60, y + 20, { steps: 5 })
  await page.mouse.up()
  await shoot('area-painted')
  await tool('Crop')
  await shoot('crop')
  await tool('Annotate')
  await stage.getByRole('radiogroup', { name: 'Mark' }).waitFor()
  await page.mouse.move(x - 80, y - 40)
  await page.mouse.down()
  await page.mouse.move(x - 10, y + 10, { steps: 5 })
  await page.mouse.up()
  await shoot('annotate')
  await button('Clear marks').click()
  await tool('Annotate')
  await create.getByRole('textbox', { name: 'Prompt' }).fill('A red lantern')
  await create.getByRole('button', { name: /^Edit area/ }).click()
  await button('Show changes').waitFor({ timeout: 60_000 })
  await shoot('laid')
  await button('Show changes').click()
  await shoot('changes')
  await walkForm(page, isPhone, shoot)
}

/** The dialogs of the form. */
async function walkForm(page: Page, isPhone: boolean, shoot: Shoot) {
  const create = page.getByRole('region', { name: 'Create' })
  await viewsOf(page, isPhone)('Create')
  for (const [name, screen] of [
    ['Prompt tools', 'prompt-tools'],
    ['What will be sent', 'sent'],
    ['Matrix', 'matrix'],
  ] as const) {
    await create.getByRole('button', { name }).click()
    await page.getByRole('dialog', { name }).waitFor()
    await shoot(screen)
    await page.keyboard.press('Escape')
  }
  await create.getByRole('button', { name: 'Prompt tools' }).click()
  for (const name of ['Templates', 'Scene', 'Colour']) {
    await page.getByRole('tab', { name }).click()
    await shoot(`prompt-${name.toLowerCase()}`)
  }
  await page.keyboard.press('Escape')
  await create.getByRole('textbox', { name: 'Prompt' }).fill('A paper boat @1 in the rain')
  await create.getByRole('spinbutton', { name: 'Variants' }).fill('4')
  await shoot('composed')
  await create.getByRole('button', { name: /^Edit/ }).click()
}

/** Search, filters, a selection and its dialogs, survey, collections, bin. */
async function walkLibrary(page: Page, isPhone: boolean, isNarrow: boolean, shoot: Shoot) {
  const [stage, gallery] = ['Stage', 'Gallery'].map((name) => page.getByRole('region', { name }))
  if (!stage || !gallery) return
  await viewsOf(page, isPhone)('Gallery')
  if (isNarrow && !isPhone) {
    await stage.focus()
    await page.keyboard.press('g')
  }
  const button = (name: string | RegExp) => gallery.getByRole('button', { name })
  const opens = async (name: string | RegExp, screen: string) => {
    await button(name).first().click()
    await shoot(screen)
    await page.keyboard.press('Escape')
  }
  await gallery.locator('[role=gridcell]:not([data-run-id])').first().waitFor()
  for (const name of ['Filter', 'Colour', 'Sort', 'View']) await opens(name, `menu-${name.toLowerCase()}`)
  await opens('Collections', 'collections')
  await gallery.getByRole('searchbox').fill('harbour')
  await gallery.getByText(/found$/).waitFor()
  await shoot('search')
  await gallery.getByRole('searchbox').fill('harbuor')
  await gallery.getByText('Did you mean').waitFor()
  await shoot('search-nothing')
  await button('Clear search').click()
  const cells = gallery.locator('[role=gridcell]:not([data-run-id])')
  await cells.nth(0).focus()
  await page.keyboard.press('Space')
  await cells.nth(1).focus()
  await page.keyboard.press('Space')
  await gallery.getByRole('toolbar', { name: 'Selection' }).waitFor()
  await shoot('selection')
  await opens('Rate', 'menu-rate')
  for (const [name, screen] of [
    ['Export', 'export'],
    ['Hand over', 'hand-over'],
    ['Tags', 'tags'],
    ['Collection', 'collection'],
  ] as const) {
    await button(name).first().click()
    await page.getByRole('dialog').first().waitFor()
    await shoot(screen)
    await page.keyboard.press('Escape')
  }
  await button('Move to bin').click()
  await shoot('notice')
  await gallery.getByRole('button', { name: 'Bin', exact: true }).click()
  await shoot('bin')
  await gallery.getByRole('button', { name: 'Bin', exact: true }).click()
  await cells.nth(0).focus()
  await page.keyboard.press('n')
  await shoot('survey')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await shoot('keys')
}

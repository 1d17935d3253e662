// `npm run screenshot -- all`: every screen, wide, middle and phone, dark and light, for people to look at.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'

const folder = join('node_modules', '.cache', 'screens')
const widths = [
  { name: '1440', width: 1440, height: 900 },
  { name: '1024', width: 1024, height: 768 },
  { name: '390', width: 390, height: 844 },
]

/** Takes screenshots of the page at `url`, which has a simulated service. Gives their folder. */
export async function takeScreens(browser: Browser, url: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  for (const colorScheme of ['dark', 'light'] as const) {
    for (const { name, ...viewport } of widths) {
      const context = await browser.newContext({ viewport, colorScheme, hasTouch: viewport.width < 768 })
      const page = await context.newPage()
      await page.goto(url)
      const shoot = async (screen: string) => {
        // Animations have ended; the pointer covers nothing.
        await page.mouse.move(viewport.width / 2, 20)
        await page.waitForTimeout(600)
        await page.screenshot({ path: join(folder, `${screen}-${name}-${colorScheme}.png`) })
      }
      await walk(page, viewport.width < 768, viewport.width < 1200, shoot)
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

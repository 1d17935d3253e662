// `npm run screenshot`: the image in README, taken of the real page with the simulator behind it. With `all`: every
// screen, or with `all light 390` those of one width and colour scheme.
import { chromium } from 'playwright'
import { startServer } from '../tests/support/atelier.ts'
import { ensureBuilt } from './prepare.mjs'
import { ensureChromium } from './programs.mjs'
import { takeScreens } from './screens.ts'

ensureBuilt()
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const server = await startServer()
const browser = await chromium.launch({ executablePath: ensureChromium(), args })
if (process.argv[2] === 'all') {
  console.log(`The screens are in ${await takeScreens(browser, server.url, process.argv.slice(3))}.`)
  await browser.close()
  await server.kill()
  process.exit()
}
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' })
const page = await context.newPage()
await page.goto(server.url)

const create = page.getByRole('region', { name: 'Create' })
const gallery = page.getByRole('region', { name: 'Gallery' })
const stage = page.getByRole('region', { name: 'Stage' })
const prompt = create.getByRole('textbox', { name: 'Prompt' })
const submit = create.getByRole('button', { name: /^(Generate|Edit)/ })

await gallery.getByRole('button', { name: 'Try the demo' }).click()
await gallery.getByRole('gridcell').nth(5).waitFor()
for (const wish of ['A quiet harbour at blue hour, paper boats', 'A desert road under a huge moon, risograph']) {
  await prompt.fill(wish)
  await submit.click()
}
const harbour = gallery.getByRole('gridcell', { name: /^A quiet harbour.*Flux/ })
await harbour.click({ timeout: 30_000 })
await stage.getByRole('button', { name: /^Edit from this image/ }).click()
await prompt.fill('Golden evening light, lanterns along the quay')
await submit.click()
const edited = gallery.locator('[role=gridcell][aria-label^="Golden evening"]:not([data-run-id])')
await edited.click({ timeout: 30_000 })
await prompt.fill('Snow on the roofs, the first morning of winter')
await stage.getByRole('button', { name: /^Compare/ }).click()
await stage.getByRole('slider').waitFor()
await submit.click()
await gallery.locator('[role=gridcell][data-phase=working]').waitFor()
await page.mouse.move(720, 20)
await page.waitForTimeout(800)
await page.screenshot({ path: 'docs/screenshot.png' })
await browser.close()
await server.kill()

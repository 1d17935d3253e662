// `npm run screens`, or `npm run screens -- webkit`: the main screens in each engine found on this machine, at three
// widths, dark and light, into node_modules/.cache/screens. They are for people to look at: nothing compares them.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { at, countOf, savedOf } from '../tests/engines/atelier.ts'
import { openChromium } from '../tests/engines/chromium.ts'
import type { Door, Engine, EngineName, Query, Share } from '../tests/engines/door.ts'
import { openFirefox } from '../tests/engines/firefox.ts'
import { openFront } from '../tests/engines/front.ts'
import { openWebKit } from '../tests/engines/webkit.ts'
import { startServer } from '../tests/support/atelier.ts'
import { ensureBuilt, root } from './prepare.mjs'
import { ensureChromium, findFirefox, findWebKit } from './programs.mjs'

/** WebKit's windows cannot be narrower than 447 px. */
const sizesOf = (name: EngineName) =>
  ({ wide: [1440, 900], middle: [1024, 768], phone: [name === 'webkit' ? 447 : 390, 844] }) as const

const found: Readonly<Record<EngineName, () => Promise<Engine> | undefined>> = {
  chromium: () => {
    process.env.CHROMIUM_PATH = ensureChromium()
    return openChromium()
  },
  firefox: () => {
    const path = findFirefox()
    return path ? openFirefox(path) : undefined
  },
  webkit: () => {
    const programs = findWebKit()
    return programs ? openWebKit(programs) : undefined
  },
}

async function until(isSo: () => Promise<boolean>) {
  const endsAt = performance.now() + 60_000
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error('The page did not come so far in a minute.')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const view = { role: 'group', name: 'View', within: at.stage }
const areaTool = { role: 'radiogroup', name: 'Area tool' }
const placeByHand = { role: 'button', name: 'Place by hand', within: at.stage }
const lost = 'A green lamp instead [[lost]]'
const showChanges = { role: 'button', name: 'Show changes', within: at.stage }

/** A box in the middle of the image on the stage is edited, twice, and once more with an answer that is not laid in. */
async function editArea(door: Door) {
  await door.focus(at.image('A quiet harbour'))
  await door.press('u')
  await openTool(door, 'm', areaTool)
  await door.focus(at.choice('Area tool', 'Brush'))
  await door.press('ArrowRight')
  await door.focus(view)
  for (const key of ['ArrowRight', 'Enter']) await door.press(key)
  const edit = { role: 'button', name: /^Edit area/, within: at.create }
  for (const [number, prompt] of ['Put a red hat there [[shift:4,-2]]', 'Put a red hat there', lost].entries()) {
    await door.fill(at.prompt, prompt)
    await door.click(edit)
    await until(async () => (await savedOf(door, prompt.slice(0, 10))) === (number === 1 ? 2 : 1))
    if (number === 0) await until(async () => (await countOf(door, showChanges)) === 1)
  }
}

/** The demo, an image of one's own, one that was edited, and one that fails. */
async function fill(door: Door, url: string) {
  await door.open(url)
  await door.click({ role: 'button', name: 'Try the demo', within: at.gallery })
  await until(async () => (await countOf(door, at.cells)) === 7)
  await door.fill(at.prompt, 'A quiet harbour at blue hour, paper boats')
  await door.click(at.submit)
  await until(async () => (await savedOf(door, 'A quiet harbour')) === 1)
  await editArea(door)
  await door.fill(at.prompt, 'stopped by the rules [[policy]]')
  await door.click(at.submit)
  await until(() => door.evaluate(() => document.querySelector('[data-phase=failed]') !== null))
}

async function openTool(door: Door, key: string, options: Query) {
  await door.focus(view)
  await door.press(key)
  await until(async () => (await countOf(door, options)) === 1)
}

/** The first Escape may only take the keyboard's cursor away; one after the tool was left would leave the result. */
async function leaveTool(door: Door, options: Query) {
  while ((await countOf(door, options)) > 0) {
    await door.focus(view)
    await door.press('Escape')
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

type Shoot = (screen: string) => Promise<void>

/** The tools of the stage, on an image in which an area was edited. */
async function shootTools(door: Door, shoot: Shoot) {
  await until(async () => (await countOf(door, showChanges)) === 1)
  for (const [key, screen, options] of [
    ['m', 'area', areaTool],
    ['n', 'annotate', { role: 'radiogroup', name: 'Mark' }],
    ['k', 'crop', { role: 'radiogroup', name: 'Crop ratio' }],
  ] as const) {
    await openTool(door, key, options)
    if (key === 'k') {
      await shoot(screen)
      // The lower edge: at the right one there is no space in a narrow window.
      const path: Share[] = [1, 1.1, 1.2].map((down) => [0.5, down])
      await door.drag({ role: 'button', name: /^Crop, /, within: at.stage }, path, 'mouse')
      await shoot('extend')
    } else {
      for (const each of ['ArrowRight', 'Enter']) await door.press(each)
      await shoot(screen)
    }
    await leaveTool(door, options)
  }
  const compare = { role: 'button', name: /^Compare/, within: at.stage }
  await door.click(compare)
  await shoot('compare')
  await door.click(compare)
  for (const name of ['Show changes', 'Adjust the result']) {
    await door.click({ role: 'button', name, within: at.stage })
    await shoot(name.toLowerCase().replaceAll(' ', '-'))
    await door.click({ role: 'button', name, within: at.stage })
  }
  const dialog = { role: 'dialog', name: 'Export' }
  await openTool(door, 'e', dialog)
  await shoot('export')
  await leaveTool(door, dialog)
}

/** The answer that was not laid in, on the stage. */
async function shootPlacing(door: Door, shoot: Shoot) {
  await until(async () => (await countOf(door, placeByHand)) === 1)
  await shoot('not-laid-in')
  await door.click(placeByHand)
  await shoot('place-by-hand')
  await door.click({ role: 'button', name: 'Cancel', within: at.stage })
}

async function shootDialogs(door: Door, shoot: Shoot) {
  await door.click({ role: 'button', name: /^Settings/ })
  await until(async () => (await countOf(door, { role: 'dialog', name: 'Settings' })) === 1)
  await shoot('settings')
  await door.press('Escape')
}

/** What the bar at the foot calls the view, and what its file is called. */
const phoneViews = [
  ['Create', 'create'],
  ['Gallery', 'gallery'],
  ['Tasks', 'tasks'],
] as const

const goTo = (door: Door, name: string) =>
  door.click({ role: 'button', name: new RegExp(`^${name}`), within: { role: 'navigation' } })

async function shootAll(name: EngineName, engine: Engine, folder: string) {
  const server = await startServer()
  const front = await openFront(server.url)
  const sizes = sizesOf(name)
  const [wideWidth, wideHeight] = sizes.wide
  const door = await engine.open({ width: wideWidth, height: wideHeight })
  await fill(door, front.url)
  for (const theme of ['light', 'dark'] as const) {
    await door.evaluate((given) => {
      document.documentElement.dataset.theme = given
    }, theme)
    for (const [size, [width, height]] of Object.entries(sizes)) {
      const shoot = async (screen: string) => {
        // Animations that start with a screen have ended by then.
        await new Promise((resolve) => setTimeout(resolve, 700))
        await door.screenshot(join(folder, `${name}-${size}-${theme}-${screen}.png`))
      }
      /** Only a wide window has the gallery beside the stage. */
      const show = async (prompt: string) => {
        await door.resize(wideWidth, wideHeight)
        await door.click(at.image(prompt))
        await until(async () => (await countOf(door, at.staged(prompt))) > 0)
        await door.resize(width, height)
        if (size === 'phone') await goTo(door, 'Image')
      }
      await show('A green lamp')
      await shootPlacing(door, shoot)
      await show('Put a red hat there')
      await shoot('stage')
      await shootTools(door, shoot)
      if (size === 'phone')
        for (const [view, screen] of phoneViews) {
          await goTo(door, view)
          await shoot(screen)
        }
      await shootDialogs(door, shoot)
    }
  }
  await door.close()
  await front.close()
  await server.kill()
}

ensureBuilt()
const folder = join(root, 'node_modules', '.cache', 'screens')
await mkdir(folder, { recursive: true })
const wanted = process.argv.slice(2)
for (const [name, open] of Object.entries(found) as [EngineName, (typeof found)[EngineName]][]) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const engine = await open()
  if (!engine) {
    console.log(`${name} is not installed here.`)
    continue
  }
  await shootAll(name, engine, folder)
  await engine.close()
  console.log(`${name}: ${folder}`)
}

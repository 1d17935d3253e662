// `npm run screens`, or `npm run screens -- webkit`: the main screens in each engine found on this machine, wide and
// phone, dark and light, into node_modules/.cache/screens. They are for people to look at: nothing compares them.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { at, countOf, savedOf } from '../tests/engines/atelier.ts'
import { openChromium } from '../tests/engines/chromium.ts'
import type { Door, Engine, EngineName } from '../tests/engines/door.ts'
import { openFirefox } from '../tests/engines/firefox.ts'
import { openFront } from '../tests/engines/front.ts'
import { openWebKit } from '../tests/engines/webkit.ts'
import { startServer } from '../tests/support/atelier.ts'
import { ensureBuilt, root } from './prepare.mjs'
import { ensureChromium, findFirefox, findWebKit } from './programs.mjs'

const sizes = { wide: [1440, 900], phone: [447, 844] } as const

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
const showChanges = { role: 'button', name: 'Show changes', within: at.stage }

/** A box in the middle of the image on the stage is edited. */
async function editArea(door: Door) {
  await door.focus(at.image('A quiet harbour'))
  await door.press('u')
  await door.focus(view)
  await door.press('m')
  await door.focus(at.choice('Area tool', 'Brush'))
  await door.press('ArrowRight')
  await door.focus(view)
  for (const key of ['ArrowRight', 'Enter']) await door.press(key)
  await door.fill(at.prompt, 'Put a red hat there [[shift:4,-2]]')
  await door.click({ role: 'button', name: /^Edit area/, within: at.create })
  await until(async () => (await countOf(door, showChanges)) === 1)
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

/** The tools of the stage, on an image in which an area was edited. */
async function shootTools(door: Door, shoot: (screen: string) => Promise<void>) {
  await until(async () => (await countOf(door, showChanges)) === 1)
  for (const [key, screen, keys] of [
    ['m', 'area', ['ArrowRight']],
    ['k', 'crop', []],
    ['n', 'annotate', ['ArrowRight']],
  ] as const) {
    await door.focus(view)
    for (const each of [key, ...keys]) await door.press(each)
    await shoot(screen)
    await door.focus(view)
    // The first leaves the keyboard's cursor.
    for (const _ of [key, ...keys]) await door.press('Escape')
  }
  await door.click({ role: 'button', name: /^Compare/, within: at.stage })
  await shoot('compare')
  await door.press('Escape')
  for (const name of ['Show changes', 'Adjust the result']) {
    await door.click({ role: 'button', name, within: at.stage })
    await shoot(name.toLowerCase().replaceAll(' ', '-'))
    await door.click({ role: 'button', name, within: at.stage })
  }
}

/** Each entry shows one screen; `close` leads back. */
async function shootWide(door: Door, shoot: (screen: string) => Promise<void>) {
  await shoot('gallery')
  await door.click(at.image('Put a red hat there'))
  await until(async () => (await countOf(door, at.staged('Put a red hat there'))) === 1)
  await shoot('stage')
  await shootTools(door, shoot)
  await door.click({ role: 'button', name: /^Tasks/ })
  await shoot('tasks')
  await door.press('Escape')
  await door.click({ role: 'button', name: /^Settings/ })
  await until(async () => (await countOf(door, { role: 'dialog', name: 'Settings' })) === 1)
  await shoot('settings')
  await door.press('Escape')
}

/** What the bar at the foot calls the view, and what its file is called. */
const phoneViews = [
  ['Image', 'stage'],
  ['Create', 'create'],
  ['Gallery', 'gallery'],
  ['Tasks', 'tasks'],
] as const

async function shootPhone(door: Door, shoot: (screen: string) => Promise<void>) {
  const go = (name: string) =>
    door.click({ role: 'button', name: new RegExp(`^${name}`), within: { role: 'navigation' } })
  for (const [view, screen] of phoneViews) {
    await go(view)
    await shoot(screen)
    if (screen === 'stage') await shootTools(door, shoot)
  }
  await door.click({ role: 'button', name: /^Settings/ })
  await until(async () => (await countOf(door, { role: 'dialog', name: 'Settings' })) === 1)
  await shoot('settings')
  await door.press('Escape')
}

async function shootAll(name: EngineName, engine: Engine, folder: string) {
  const server = await startServer()
  const front = await openFront(server.url)
  const door = await engine.open({ width: sizes.wide[0], height: sizes.wide[1] })
  await fill(door, front.url)
  for (const theme of ['light', 'dark'] as const) {
    for (const [size, [width, height]] of Object.entries(sizes)) {
      await door.resize(width, height)
      await door.evaluate((given) => {
        document.documentElement.dataset.theme = given
      }, theme)
      const shoot = async (screen: string) => {
        // Animations that start with a screen have ended by then.
        await new Promise((resolve) => setTimeout(resolve, 700))
        await door.screenshot(join(folder, `${name}-${size}-${theme}-${screen}.png`))
      }
      await (size === 'wide' ? shootWide(door, shoot) : shootPhone(door, shoot))
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

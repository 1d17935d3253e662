import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Key, type WebDriver, type WebElement } from 'selenium-webdriver'
import { Command, Name } from 'selenium-webdriver/lib/command.js'
import type { WebKitPrograms } from '../../scripts/programs.mjs'
import { untilPrinted } from '../support/started.ts'
import type { Door, Engine, PointerType, Query } from './door.ts'
import { downloadTo } from './downloads.ts'
import { inBase64, type PagePoint, toPagePoints, toSent, untilFound } from './queries.ts'
import { startSession } from './webkit-session.ts'

/** One display for all doors. Each door has its own driver, with a temporary profile. */
export async function openWebKit({ driver, browser, display }: WebKitPrograms): Promise<Engine> {
  const home = await mkdtemp(join(tmpdir(), 'atelier-webkit-'))
  const downloads = join(home, 'Downloads')
  await mkdir(join(home, '.config'), { recursive: true })
  await mkdir(downloads)
  await writeFile(join(home, '.config', 'user-dirs.dirs'), 'XDG_DOWNLOAD_DIR="$HOME/Downloads"\n')
  const screen = await startDisplay(display)
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), DISPLAY: screen.name }
  return {
    open: async ({ width, height }) => {
      const { session, end } = await startSession({ driver, browser, env })
      const door = toDoor(session, await session.getWindowHandle(), downloads)
      await door.resize(width, height)
      const close = async () => {
        await door.close()
        await end()
      }
      return { ...door, close }
    },
    async close() {
      await endProcess(screen.process)
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const screenPx = { width: 1600, height: 1200 }

/**
 * Where a window covers the pointer, which stands in the middle of the screen: without a window manager, the window under
 * the pointer is the active one.
 */
function inTheMiddle(width: number, height: number) {
  const from = (whole: number, part: number) => Math.max(0, Math.floor((whole - part) / 2))
  return { width, height, x: from(screenPx.width, width), y: from(screenPx.height, height) }
}

/** Xvfb chooses a free display number and writes it to the given descriptor when it accepts connections. */
async function startDisplay(program: string): Promise<{ name: string; process: ChildProcess }> {
  const args = ['-displayfd', '3', '-screen', '0', `${screenPx.width}x${screenPx.height}x24`, '-nolisten', 'tcp']
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const [, number] = await untilPrinted(server, /(\d+)\n/, { name: 'Xvfb' })
  return { name: `:${number}`, process: server }
}

async function endProcess(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode) return
  process.kill()
  await once(process, 'exit')
}

/** A session has one current window, so each action selects its window first. */
function toDoor(session: WebDriver, window: string, downloads: string): Door {
  const here = () => session.switchTo().window(window)
  const find = (query: Query, isPressed: boolean) =>
    untilFound(query, async () => {
      await here()
      return session.executeScript<WebElement | null>(
        'return arguments[1] ? engineDoor.findPressable(arguments[0]) : engineDoor.find(arguments[0])',
        toSent(query),
        isPressed,
      )
    })

  return {
    engine: 'webkit',
    async open(url) {
      await here()
      await session.get(url)
    },
    async reload() {
      await here()
      await session.navigate().refresh()
    },
    click: async (query) => (await find(query, true)).click(),
    focus: async (query) => session.executeScript('arguments[0].focus()', await find(query, false)),
    async type(text) {
      await here()
      await session.actions().sendKeys(text).perform()
    },
    fill: async (query, text) =>
      session.executeScript('engineDoor.fill(arguments[0], arguments[1])', await find(query, false), text),
    async press(keys) {
      await here()
      const [key = '', ...held] = keys.split('+').reverse().map(toKey)
      const actions = session.actions()
      for (const modifier of held) actions.keyDown(modifier)
      actions.sendKeys(key)
      for (const modifier of held) actions.keyUp(modifier)
      await actions.perform()
    },
    async drag(query, shares, by) {
      const script = 'engineDoor.beFinger(arguments[1]); return engineDoor.boxOf(arguments[0])'
      const isFinger = by === 'touch'
      const box = await session.executeScript<DOMRectReadOnly>(script, await find(query, false), isFinger)
      await perform(session, by, toPagePoints(box, shares))
      if (isFinger) await session.executeScript('engineDoor.beFinger(false)')
    },
    async give(query, files) {
      const element = await find(query, false)
      if (query.role === 'file') return element.sendKeys(files.map(({ path }) => path).join('\n'))
      const script = 'engineDoor.drop(arguments[0], arguments[1])'
      await session.executeScript(script, element, await inBase64(files))
    },
    async evaluate<Result, Given>(run: (given: Given) => Result | Promise<Result>, given?: Given) {
      await here()
      const script = `const [given, done] = arguments
        Promise.resolve().then(() => (${run})(given)).then((value) => done({ value }), (error) => done({ error: String(error) }))`
      const { value, error } = await session.executeAsyncScript<{ value: Result; error?: string }>(script, given)
      if (error !== undefined) throw new Error(error)
      return value
    },
    download: (act) => downloadTo(downloads, act),
    async second() {
      await here()
      const { width, height } = await session.manage().window().getRect()
      await session.switchTo().newWindow('window')
      const other = toDoor(session, await session.getWindowHandle(), downloads)
      await session.manage().window().setRect(inTheMiddle(width, height))
      return other
    },
    /** Size of the page. Windows cannot be narrower than 447 px. */
    async resize(width, height) {
      await here()
      const frame = await session.executeScript<[number, number]>(
        'return [outerWidth - innerWidth, outerHeight - innerHeight]',
      )
      await session
        .manage()
        .window()
        .setRect(inTheMiddle(width + frame[0], height + frame[1]))
    },
    async screenshot(path) {
      await here()
      await writeFile(path, await session.takeScreenshot(), 'base64')
    },
    close: () => session.quit(),
  }
}

/** The driver answers to "touch" with events of its mouse. A pointer keeps its type, so each type has its own. */
async function perform(session: WebDriver, by: PointerType, points: readonly PagePoint[]): Promise<void> {
  const [first, ...others] = points.map(({ x, y }) => ({ type: 'pointerMove', x, y, duration: 0 }))
  const pointerType = by === 'pen' ? 'pen' : 'mouse'
  const pressed = [{ type: 'pointerDown', button: 0 }, ...others, { type: 'pointerUp', button: 0 }]
  const actions = { type: 'pointer', id: pointerType, parameters: { pointerType }, actions: [first, ...pressed] }
  await session.execute(new Command(Name.ACTIONS).setParameter('actions', [actions]))
}

const keyNames: Readonly<Record<string, string>> = {
  Control: Key.CONTROL,
  Shift: Key.SHIFT,
  Alt: Key.ALT,
  Meta: Key.META,
  Enter: Key.ENTER,
  Escape: Key.ESCAPE,
  Tab: Key.TAB,
  Backspace: Key.BACK_SPACE,
  ArrowLeft: Key.ARROW_LEFT,
  ArrowRight: Key.ARROW_RIGHT,
  ArrowUp: Key.ARROW_UP,
  ArrowDown: Key.ARROW_DOWN,
}

function toKey(name: string): string {
  return keyNames[name] ?? name
}

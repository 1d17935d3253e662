// Programs that the tests need and npm does not provide: browsers and redis-server. Each is used if it is found. As
// root on Debian a missing one is installed; elsewhere it is reported.
import { existsSync } from 'node:fs'
import process from 'node:process'
import { run, tool } from './prepare.mjs'

const chromiumPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

const firefoxPlaces = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
]

const redisPlaces = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']

/**
 * The path of a Chromium: from CHROMIUM_PATH, a usual place, Playwright, or Debian. Ends this process if there is none.
 */
export function ensureChromium() {
  const find = () => firstOf([process.env.CHROMIUM_PATH, ...chromiumPlaces, playwrightChromium()])
  const found = find()
  if (found) return found
  console.log('Looking for a Chromium to install …')
  tool('playwright', ['install', 'chromium'], { quiet: true, goOn: true })
  if (!find()) installFromDebian(['chromium'])
  const installed = find()
  if (installed) return installed
  console.error('The tests need a Chromium. Install one, or name it in CHROMIUM_PATH.')
  process.exit(1)
}

function playwrightChromium() {
  const ask = "import('playwright').then(({ chromium }) => console.log(chromium.executablePath()))"
  return run(process.execPath, ['-e', ask], { quiet: true, goOn: true }).stdout?.trim()
}

/** Makes a redis-server available to the tests of several proxies: from REDIS_SERVER_PATH, a usual place, or Debian. */
export function ensureRedis() {
  const find = () => firstOf([process.env.REDIS_SERVER_PATH, ...redisPlaces])
  // RUNLEVEL: installs only the program; the tests start it themselves.
  if (!find()) installFromDebian(['redis-server'], { RUNLEVEL: '1' })
  if (!find())
    console.error('The tests of several proxies need redis-server. Install it, or name it in REDIS_SERVER_PATH.')
}

/** The path of a Firefox: from FIREFOX_PATH, a usual place, or Debian; undefined if there is none. */
export function findFirefox() {
  const find = () => firstOf([process.env.FIREFOX_PATH, ...firefoxPlaces])
  if (!find()) installFromDebian(['firefox-esr'])
  return find()
}

const webKit = {
  driver: '/usr/bin/WebKitWebDriver',
  browsers: ['x86_64', 'aarch64'].map((kind) => `/usr/lib/${kind}-linux-gnu/webkit2gtk-4.1/MiniBrowser`),
  display: '/usr/bin/Xvfb',
}

/** WebKitGTK with its driver, and a display for it; Linux only, undefined if one of them is missing. */
export function findWebKit() {
  const find = () => {
    const browser = firstOf(webKit.browsers)
    const isComplete = browser && existsSync(webKit.driver) && existsSync(webKit.display)
    return isComplete ? { driver: webKit.driver, browser, display: webKit.display } : undefined
  }
  if (!find()) installFromDebian(['webkit2gtk-driver', 'xvfb'])
  return find()
}

function firstOf(paths) {
  return paths.find((path) => path && existsSync(path))
}

/** Does nothing unless this is Debian and the user is root. */
function installFromDebian(packages, env = {}) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  console.log(`Installing ${packages.join(', ')} from Debian …`)
  run('apt-get', ['update', '-qq'], { quiet: true, goOn: true })
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    quiet: true,
    goOn: true,
    env: { DEBIAN_FRONTEND: 'noninteractive', ...env },
  })
}

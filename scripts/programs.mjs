// Programs that the tests need and npm does not bring: browsers and redis-server. Each is used where it is found. As root on
// Debian it is installed; elsewhere its absence is said.
import { existsSync } from 'node:fs'
import process from 'node:process'
import { run, tool } from './ground.mjs'

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

/** The path of a Chromium: named in CHROMIUM_PATH, in a usual place, from Playwright, or from Debian. Ends this process without one. */
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

/** Makes a redis-server available to the tests of several proxies: named in REDIS_SERVER_PATH, in a usual place, or from Debian. */
export function ensureRedis() {
  const find = () => firstOf([process.env.REDIS_SERVER_PATH, ...redisPlaces])
  // RUNLEVEL: nothing but the program is wanted; the tests start it themselves.
  if (!find()) installFromDebian(['redis-server'], { RUNLEVEL: '1' })
  if (!find())
    console.error('The tests of several proxies need redis-server. Install it, or name it in REDIS_SERVER_PATH.')
}

/** The path of a Firefox: named in FIREFOX_PATH, in a usual place, or from Debian; undefined without one. */
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

/** WebKitGTK with its driver, and the display it is shown on; Linux only, undefined where one of them is missing. */
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

/** Does nothing where this is not Debian, or not its root. */
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

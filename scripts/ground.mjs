// What start and test need before anything is installed: Node built-ins only.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamps = join(root, 'node_modules', '.cache', 'atelier')

/** Runs a command to its end with its output on the screen. Ends this process if it fails, unless told to go on. */
export function run(command, args, { env = {}, quiet = false, goOn = false } = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (done.status !== 0 && !goOn) {
    if (quiet) process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`)
    console.error(`${command} ${args.join(' ')} failed.`)
    process.exit(done.status ?? 1)
  }
  return done
}

/** A tool of node_modules, started without npx and without a shell. */
export function tool(name, args, options) {
  return run(process.execPath, [binOf(name), ...args], options)
}

export function binOf(name) {
  const [scope, rest] = name.startsWith('@') ? name.split('/') : ['', name]
  const folder = join(root, 'node_modules', scope, rest)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : (bin[rest] ?? Object.values(bin)[0]))
}

/** Installs exactly what the lock file says, if that is not what is there. */
export function ensureInstalled() {
  const lock = hashOf([join(root, 'package-lock.json'), join(root, '.npmrc')])
  if (readStamp('installed') === lock) return
  console.log('Installing packages …')
  run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeStamp('installed', lock)
}

const builtFrom = [
  'src',
  'public',
  'index.html',
  'package.json',
  'vite.config.ts',
  'tailwind.config.ts',
  'tsconfig.json',
]

/** Builds page and server, if what is built is not from what is written. */
export function ensureBuilt() {
  ensureFresh('built', 'dist/server/server.js', () => {
    console.log('Building …')
    tool('vite', ['build', '--logLevel', 'warn'])
    tool('vite', ['build', '--ssr', '--logLevel', 'warn'])
  })
}

/** The same for the page that needs no proxy. */
export function ensureDemoBuilt() {
  ensureFresh('demo', 'dist/demo/index.html', () => {
    console.log('Building the demo …')
    tool('vite', ['build', '--mode', 'demo', '--logLevel', 'warn'])
  })
}

function ensureFresh(stamp, built, build) {
  const pageEnv = `${process.env.VITE_PROXY_URL ?? ''}`
  const source = hashOf(
    [...builtFrom, '.env.local'].flatMap((name) => filesIn(join(root, name))),
    pageEnv,
  )
  if (readStamp(stamp) === source && existsSync(join(root, built))) return
  build()
  writeStamp(stamp, source)
}

/** Builds a page that finds its proxy at `proxyUrl`, into `folder`, if the one there is not from what is written. */
export function ensurePageFor(proxyUrl, folder) {
  const source = hashOf(
    builtFrom.flatMap((name) => filesIn(join(root, name))),
    proxyUrl,
  )
  if (readStamp('built-elsewhere') === source && existsSync(join(root, folder, 'index.html'))) return
  tool('vite', ['build', '--logLevel', 'warn', '--outDir', folder], { env: { VITE_PROXY_URL: proxyUrl } })
  writeStamp('built-elsewhere', source)
}

function filesIn(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)))
}

function hashOf(files, extra = '') {
  const hash = createHash('sha256').update(extra)
  for (const file of files) if (existsSync(file)) hash.update(file.slice(root.length)).update(readFileSync(file))
  return hash.digest('hex')
}

function readStamp(name) {
  const file = join(stamps, name)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function writeStamp(name, value) {
  mkdirSync(stamps, { recursive: true })
  writeFileSync(join(stamps, name), value)
}

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A Chromium: named in the environment, in a usual place, from Playwright, or from Debian. */
export function ensureChromium() {
  const found = [process.env.CHROMIUM_PATH, ...usualPlaces, playwrightChromium()].find(
    (path) => path && existsSync(path),
  )
  if (found) return found
  console.log('Looking for a Chromium to install …')
  tool('playwright', ['install', 'chromium'], { quiet: true, goOn: true })
  const downloaded = playwrightChromium()
  if (downloaded && existsSync(downloaded)) return downloaded
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    run('apt-get', ['update', '-qq'], { quiet: true, goOn: true })
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    run('apt-get', ['install', '-y', '-qq', 'chromium'], { quiet: true, goOn: true, env })
  }
  const installed = usualPlaces.find((path) => existsSync(path))
  if (installed) return installed
  console.error('The tests need a Chromium. Install one, or name it in CHROMIUM_PATH.')
  process.exit(1)
}

function playwrightChromium() {
  const ask = "import('playwright').then(({ chromium }) => console.log(chromium.executablePath()))"
  return run(process.execPath, ['-e', ask], { quiet: true, goOn: true }).stdout?.trim()
}

const redisPlaces = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']

/** A redis-server for the tests of several proxies: named in the environment, in a usual place, or from Debian. */
export function ensureRedis() {
  const find = () => [process.env.REDIS_SERVER_PATH, ...redisPlaces].find((path) => path && existsSync(path))
  if (find()) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing redis-server for the tests …')
    run('apt-get', ['update', '-qq'], { quiet: true, goOn: true })
    // Nothing but the program: the tests start it themselves.
    const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], {
      quiet: true,
      goOn: true,
      env,
    })
  }
  if (!find())
    console.error('The tests of several proxies need redis-server. Install it, or name it in REDIS_SERVER_PATH.')
}

export function spawnNode(args, env = {}) {
  return spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' })
}

// What start and test need before anything is installed: Node built-ins only.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { npmCommand, problemOfFolder, toolCommand, toolFile } from './commands.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamps = join(root, 'node_modules', '.cache', 'atelier')

/**
 * Runs a command to its end, without a shell. `quiet`: its output is only shown if it fails. `goOn`: a failure does not
 * end this process.
 */
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

/** Runs a tool of node_modules to its end. */
export function tool(name, args, options) {
  const { command, args: all } = toolCommand(root, name, args)
  return run(command, all, options)
}

/** The file of a tool of node_modules, for `spawnNode`. */
export function binOf(name) {
  return toolFile(root, name)
}

/** Installs exactly the contents of the lock file, unless they are installed. */
export function ensureInstalled() {
  const problem = problemOfFolder(root)
  if (problem) {
    console.error(problem)
    process.exit(1)
  }
  const lock = hashOf([join(root, 'package-lock.json'), join(root, '.npmrc')])
  if (readStamp('installed') === lock) return
  console.log('Installing packages …')
  const { command, args } = npmCommand(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  run(command, args)
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

/** Builds page and server, unless the build is up to date. */
export function ensureBuilt() {
  ensureFresh('built', 'dist/server/server.js', () => {
    console.log('Building …')
    tool('vite', ['build', '--logLevel', 'warn'])
    tool('vite', ['build', '--ssr', '--logLevel', 'warn'])
  })
}

/** The same for the demo page, which needs no proxy. */
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

/** The page of the tests that is on another site than its proxy. Its address of the proxy is replaced when it is served. */
export const pageElsewhere = { proxyUrl: 'https://proxy-of-the-test.invalid/api', folder: 'dist/page-elsewhere' }

export function ensurePageElsewhereBuilt() {
  const { proxyUrl, folder } = pageElsewhere
  ensureFresh('built-elsewhere', `${folder}/index.html`, () => {
    console.log('Building the page of another site …')
    tool('vite', ['build', '--logLevel', 'warn', '--outDir', folder], { env: { VITE_PROXY_URL: proxyUrl } })
  })
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

export function spawnNode(args, env = {}, stdio = 'inherit') {
  return spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio })
}

// The commands that the scripts spawn: each is a program with its arguments, so that no system needs a shell.
import { existsSync, readFileSync } from 'node:fs'
import { posix, win32 } from 'node:path'
import process from 'node:process'

/** @type {import('./commands.d.mts').Machine} */
const thisMachine = {
  platform: process.platform,
  node: process.execPath,
  env: process.env,
  isFile: existsSync,
  read: (file) => readFileSync(file, 'utf8'),
}

/**
 * npm, started by Node itself. On Windows `npm` is only a script for a shell (`npm.cmd`), which Node refuses to spawn
 * without one. On other systems an npm that is not next to Node is looked up in PATH.
 */
export function npmCommand(args, machine = thisMachine) {
  const script = npmScripts(machine).find((file) => machine.isFile(file))
  if (script) return { command: machine.node, args: [script, ...args] }
  if (machine.platform !== 'win32') return { command: 'npm', args: [...args] }
  throw new Error(`npm was not found beside ${machine.node}. Install Node.js with npm from nodejs.org.`)
}

function npmScripts({ platform, node, env }) {
  const { dirname, join } = pathOf(platform)
  const folder = dirname(node)
  // Set if a script runs under npm. Other package managers set it too, to their own path.
  const running = /[\\/]npm-cli\.c?js$/.test(env.npm_execpath ?? '') ? [env.npm_execpath] : []
  const beside = platform === 'win32' ? folder : join(folder, '..', 'lib')
  return [...running, join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'), ...(platform === 'win32' ? [] : debian)]
}

const debian = ['/usr/share/nodejs/npm/bin/npm-cli.js']

/**
 * A tool of node_modules, started by Node without npx: `name` is its package, the file is the one that the package
 * names.
 */
export function toolCommand(root, name, args, machine = thisMachine) {
  return { command: machine.node, args: [toolFile(root, name, machine), ...args] }
}

export function toolFile(root, name, machine = thisMachine) {
  const { join } = pathOf(machine.platform)
  const folder = join(root, 'node_modules', ...name.split('/'))
  const { bin } = JSON.parse(machine.read(join(folder, 'package.json')))
  const own = name.split('/').at(-1)
  return join(folder, ...(typeof bin === 'string' ? bin : (bin[own] ?? Object.values(bin)[0])).split('/'))
}

function pathOf(platform) {
  return platform === 'win32' ? win32 : posix
}

/**
 * Why nothing can be built in `folder`, as one sentence; undefined if it can. The build tool cuts off a path at "#" or
 * "?".
 */
export function problemOfFolder(folder) {
  const found = /[#?]/.exec(folder)?.[0]
  if (!found) return undefined
  return `Atelier cannot run from a folder with "${found}" in its path: move it out of ${folder} to a folder without one.`
}

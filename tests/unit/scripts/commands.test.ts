import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Machine, npmCommand, problemOfFolder, toolCommand } from '../../../scripts/commands.mjs'

const windows: Machine = {
  platform: 'win32',
  node: 'C:\\Program Files\\nodejs\\node.exe',
  env: {},
  isFile: (path) => path === 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js',
  read: () => JSON.stringify({ bin: { vite: 'bin/vite.js' } }),
}
const linux: Machine = {
  platform: 'linux',
  node: '/usr/bin/node',
  env: {},
  isFile: (path) => path === '/usr/lib/node_modules/npm/bin/npm-cli.js',
  read: () => JSON.stringify({ bin: './bin/tsc' }),
}

describe('npm', () => {
  test('is started on Windows by Node, with the script beside it', () => {
    expect(npmCommand(['ci', '--no-fund'], windows)).toEqual({
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: ['C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js', 'ci', '--no-fund'],
    })
  })

  test('is the one that runs the script, where npm runs it', () => {
    const running = 'D:\\tools\\npm #2\\bin\\npm-cli.js'
    const machine = { ...windows, env: { npm_execpath: running }, isFile: (path: string) => path === running }
    expect(npmCommand(['ci'], machine).args).toEqual([running, 'ci'])
  })

  test('is not another package manager, although that sets the same variable', () => {
    const pnpm = 'C:\\pnpm\\bin\\pnpm.cjs'
    const machine = { ...windows, env: { npm_execpath: pnpm }, isFile: () => true }
    expect(npmCommand(['ci'], machine).args[0]).toBe('C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js')
  })

  test('is found elsewhere: beside Node, from Debian, in PATH', () => {
    expect(npmCommand(['ci'], linux)).toEqual({
      command: '/usr/bin/node',
      args: ['/usr/lib/node_modules/npm/bin/npm-cli.js', 'ci'],
    })
    const debian = { ...linux, isFile: (path: string) => path === '/usr/share/nodejs/npm/bin/npm-cli.js' }
    expect(npmCommand(['ci'], debian).args[0]).toBe('/usr/share/nodejs/npm/bin/npm-cli.js')
    expect(npmCommand(['ci'], { ...linux, isFile: () => false })).toEqual({ command: 'npm', args: ['ci'] })
  })

  test('missing on Windows is said with what to do', () => {
    expect(() => npmCommand(['ci'], { ...windows, isFile: () => false })).toThrow(/not found beside .*nodejs\.org/)
  })
})

describe('a tool of node_modules', () => {
  test('is a file that Node runs, with the separators of the system', () => {
    expect(toolCommand('C:\\My work\\atelier', 'vite', ['build'], windows)).toEqual({
      command: windows.node,
      args: ['C:\\My work\\atelier\\node_modules\\vite\\bin\\vite.js', 'build'],
    })
    expect(toolCommand('/home/me/my work', '@biomejs/biome', ['check'], linux)).toEqual({
      command: '/usr/bin/node',
      args: ['/home/me/my work/node_modules/@biomejs/biome/bin/tsc', 'check'],
    })
  })
})

test('nothing is spawned by a shell, or by the name of a script that only a shell can run', () => {
  const files = ['commands', 'prepare', 'start', 'test', 'bench', 'load', 'model', 'mutate', 'replicas', 'programs']
  const told = files.map((name) => readFileSync(`scripts/${name}.mjs`, 'utf8').replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, ''))
  expect(told.filter((source) => /shell:|\.cmd\b|execSync\(|\bnpx\b/.test(source))).toEqual([])
})

describe('a folder that the build tool cannot read', () => {
  const base = mkdtempSync(join(tmpdir(), 'atelier-folder-'))
  afterAll(() => rmSync(base, { recursive: true }))

  test.each(['a#b', 'what?'])('is refused before anything is done: %s', (name) => {
    const folder = join(base, name)
    mkdirSync(folder)
    cpSync('scripts', join(folder, 'scripts'), { recursive: true })
    for (const script of ['start.mjs', 'test.mjs']) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join('scripts', script)], {
        cwd: folder,
        encoding: 'utf8',
      })
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toMatch(/^Atelier cannot run from a folder with "[#?]" in its path: move it .*\n$/)
      expect(stderr).toContain(folder)
    }
  })

  test('others are taken: spaces, accents, percent signs, brackets, and backslashes of Windows', () => {
    for (const name of ['/my work', '/créa', '/100%25', '/a[b](c)', '/a&b;$c'])
      expect(problemOfFolder(name)).toBeUndefined()
    expect(problemOfFolder('C:\\My work\\atelier')).toBeUndefined()
    expect(problemOfFolder('C:\\work #2')).toContain('#')
  })
})

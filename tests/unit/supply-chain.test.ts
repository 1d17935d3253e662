import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

interface Locked {
  version?: string
  resolved?: string
  integrity?: string
  license?: string
  dev?: boolean
  link?: boolean
  hasInstallScript?: boolean
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

interface Manifest {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const manifest: Manifest = JSON.parse(read('package.json'))
const lock: { packages: Record<string, Locked> } = JSON.parse(read('package-lock.json'))
const direct = { ...manifest.dependencies, ...manifest.devDependencies }

const folder = 'node_modules/'
const nameOf = (place: string) => place.slice(place.lastIndexOf(folder) + folder.length)
const installed = Object.entries(lock.packages).filter(([place]) => place !== '')
const named = (faults: (entry: Locked, place: string) => boolean) =>
  installed.filter(([place, entry]) => faults(entry, place)).map(([place]) => place)

/** The path at which Node finds a package that another one imports. */
function findFrom(place: string, name: string): Locked | undefined {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf(folder) - 1))) {
    const found = lock.packages[`${at === '' ? '' : `${at}/`}${folder}${name}`]
    if (found !== undefined || at === '') return found
  }
}

/** "4.13.19" is at least "4.13.5". Versions before a release count as that release's elder. */
function isAtLeast(version: string, least: string): boolean {
  const [numbers = '', before] = version.split('-')
  const given = numbers.split('.').map(Number)
  const wanted = least.split('.').map(Number)
  for (const [index, want] of wanted.entries()) {
    const have = given[index] ?? 0
    if (have !== want) return have > want
  }
  return before === undefined
}

describe('the lock file', () => {
  test('SEC J07 says of every package what its bytes are, and names no place to fetch it from', () => {
    expect(installed.length).toBeGreaterThan(400)
    expect(named(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))).toEqual([])
    expect(named(({ resolved, link }) => resolved !== undefined || link === true)).toEqual([])
  })

  test('SEC J07 is complete for every platform: what is optional anywhere is in it', () => {
    const missing = installed.flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => findFrom(place, name) === undefined)
        .map((name) => `${name} of ${place}`),
    )
    expect(missing).toEqual([])
    // Platforms of users, besides that of this machine.
    const places = Object.keys(lock.packages).map(nameOf)
    for (const platform of ['darwin-arm64', 'win32-x64', 'linux-x64']) {
      expect(places).toContain(`@img/sharp-${platform}`)
      expect(places.filter((place) => place.startsWith('@rolldown/binding-') && place.includes(platform))).not.toEqual(
        [],
      )
    }
  })

  test('SEC J07 holds the direct packages in the versions that package.json pins', () => {
    for (const [name, version] of Object.entries(direct)) {
      // Another version of a package has a name of its own: "npm:typescript@7.0.2".
      const pinned = version.replace(/^npm:[^@]+@/, '')
      expect(pinned, name).toMatch(/^\d+\.\d+\.\d+$/)
      expect(lock.packages[`${folder}${name}`]?.version, name).toBe(pinned)
    }
  })

  // Advisories below these: CVE-2026-45820; CVE-2026-33943, -34226, -118661; CVE-2026-31808; CVE-2026-1525 to -1528, -2229;
  // GHSA-92pp-h63x-v22m, GHSA-frvp-7c67-39w9; GHSA-gqvv-2mrq-wpjv, GHSA-g6gw-c38x-mqfc, GHSA-crvj-82cr-hjcx.
  const leastVersions = {
    fflate: '0.8.3',
    'happy-dom': '20.14.6',
    'file-type': '21.3.2',
    undici: '7.24.0',
    '@hono/node-server': '1.19.15',
    hono: '4.13.5',
  }

  test.each(Object.entries(leastVersions))('SEC J08 holds no %s older than %s', (name, least) => {
    expect(named(({ version = '' }, place) => nameOf(place) === name && !isAtLeast(version, least))).toEqual([])
  })

  test('SEC J08 compares versions by number, and holds no archive reader that trusts what an archive says of itself', () => {
    expect(isAtLeast('4.13.19', '4.13.5')).toBe(true)
    expect(isAtLeast('4.9.9', '4.13.5')).toBe(false)
    expect(isAtLeast('4.13.5-rc.1', '4.13.5')).toBe(false)
    expect(named((_, place) => nameOf(place) === 'adm-zip')).toEqual([])
  })
})

describe('an installation', () => {
  test('SEC J09 runs no script of any package, and none of ours', () => {
    // Read with npm itself, without settings from the environment.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_/i.test(name)))
    const options = { cwd: new URL('../..', import.meta.url), env, encoding: 'utf8' } as const
    expect(execFileSync('npm', ['config', 'get', 'ignore-scripts'], options).trim()).toBe('true')
    const ownNames = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'preprepare', 'postprepare']
    expect(Object.keys(manifest.scripts).filter((name) => ownNames.includes(name))).toEqual([])
    expect(read('scripts/prepare.mjs')).toMatch(/'ci'/)
    expect(read('scripts/prepare.mjs')).not.toMatch(/ignore-scripts|'install', '--|rebuild/)
  })

  test('SEC J09 needs no script: the packages that have one work without it', () => {
    // esbuild's only checks its binary, msw's copies a worker that is not used.
    expect(
      named(({ hasInstallScript }) => hasInstallScript === true)
        .map(nameOf)
        .sort(),
    ).toEqual(['esbuild', 'msw'])
    expect(named(({ hasInstallScript, dev }) => hasInstallScript === true && dev !== true)).toEqual([])
  })

  // Development tools may have more licences than packages that are distributed.
  const free = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'CC0-1.0', 'Zlib']
  const onlyHere = [...free, 'MPL-2.0', 'Python-2.0', 'CC-BY-4.0']
  // Separate files that users can replace: libvips with sharp, libheif in its worker.
  const apart = /^(libheif-js|@img\/sharp-(libvips-.*|wasm32|win32-.*))$/
  const ofApart = [...free, 'LGPL-3.0', 'LGPL-3.0-or-later']

  /** Every part of "A AND B", one of "A OR B". */
  function isUnder(license: string, allowed: readonly string[]): boolean {
    const bare = license.replace(/^\((.*)\)$/, '$1')
    if (bare.includes(' AND ')) return bare.split(' AND ').every((part) => isUnder(part, allowed))
    if (bare.includes(' OR ')) return bare.split(' OR ').some((part) => isUnder(part, allowed))
    return allowed.includes(bare)
  }

  test('SEC J10 brings nothing that is under a licence not listed', () => {
    const allowedFor = (place: string, dev: boolean) => (apart.test(nameOf(place)) ? ofApart : dev ? onlyHere : free)
    expect(named(({ license = 'none', dev = false }, place) => !isUnder(license, allowedFor(place, dev)))).toEqual([])
    expect(isUnder('GPL-3.0 OR MIT', free)).toBe(true)
    expect(isUnder('MIT AND GPL-3.0', free)).toBe(false)
    expect(isUnder('none', onlyHere)).toBe(false)
  })

  test('SEC J11 brings no direct package that docs/dependencies.md does not give a reason for, and that table names no other', () => {
    const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)]
    const reasons = new Map(rows.map(([, name = '', reason = '']) => [name, reason]))
    expect([...reasons.keys()].sort()).toEqual(Object.keys(direct).sort())
    for (const [name, reason] of reasons) expect(reason.length, name).toBeGreaterThan(3)
  })
})

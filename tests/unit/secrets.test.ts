import { execFile, execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const canary = 'canary-0b7e44d1f29a'
const keyNames = [
  'KIE_API_KEY',
  'APIKLEY_API_KEY',
  'GEMINI_API_KEY',
  'KIE_WEBHOOK_HMAC_KEY',
  'REDIS_URL',
  'PROXY_ACCESS_TOKEN',
]
const start = promisify(execFile)

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'atelier-secrets-'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function filesIn(folder: string): { name: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'latin1') }))
}

/** A build in a separate process with its own environment and `.env` files. */
function build(options: object, env: Record<string, string>) {
  const script = `const { build } = await import('vite'); await build(${JSON.stringify(options)})`
  const clean = { PATH: process.env.PATH, HOME: process.env.HOME, ...env }
  return start(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env: clean })
}

// The tools run in separate processes, which are slow on a busy machine.
describe('what is built', { timeout: 240_000 }, () => {
  const secrets = Object.fromEntries(keyNames.map((name) => [name, canary]))

  test('SEC A01 holds no key and no way to one, in any file: page, workers, maps, server', async () => {
    // Keys are in the environment and in every file that Vite reads.
    const envDir = mkdtempSync(join(scratch, 'env-'))
    for (const name of ['.env', '.env.local', '.env.production', '.env.production.local']) {
      writeFileSync(join(envDir, name), keyNames.map((key) => `${key}=${canary}\n`).join(''))
    }
    const options = { envDir, logLevel: 'error' }
    const page = join(scratch, 'page')
    const server = join(scratch, 'server')
    await Promise.all([
      build({ ...options, build: { outDir: page, emptyOutDir: true, sourcemap: true } }, secrets),
      build({ ...options, build: { ssr: true, outDir: server, emptyOutDir: true, sourcemap: true } }, secrets),
    ])

    const sent = filesIn(page)
    const names = sent.map(({ name }) => name)
    // Makes sure that the scan has files to search.
    for (const kind of [
      /^index\.html$/,
      /index-.*\.js$/,
      /picture-worker-.*\.js$/,
      /heic-worker-.*\.js$/,
      /\.js\.map$/,
    ]) {
      expect(names.filter((name) => kind.test(name)).length, String(kind)).toBeGreaterThan(0)
    }
    expect([...sent, ...filesIn(server)].filter(({ text }) => text.includes(canary)).map(({ name }) => name)).toEqual(
      [],
    )

    // The texts of Settings may name the variable of a key; any other mention could be code that reads it.
    const code = sent.filter(({ name }) => !name.endsWith('.map'))
    const naming = code.filter(({ text }) => keyNames.some((key) => text.includes(key))).map(({ name }) => name)
    expect(naming.filter((name) => !/^assets\/settings-[\w-]+\.js$/.test(name))).toEqual([])
    const reading = new RegExp(
      `\\benv\\b[^\\w]{0,4}(${keyNames.join('|')})|["'\`]?(${keyNames.join('|')})["'\`]?\\s*[:\\]]`,
    )
    expect(code.filter(({ text }) => reading.test(text)).map(({ name }) => name)).toEqual([])
    expect(
      code.filter(({ text }) => /process\.env|node:(fs|http|net|process)/.test(text)).map(({ name }) => name),
    ).toEqual([])
  })

  test.each([
    ['the environment', { VITE_KIE_API_KEY: canary }, undefined],
    ['.env', {}, '.env'],
    ['.env.production.local', {}, '.env.production.local'],
  ])('SEC A02 is not built at all with a secret in %s under a name that the page could read', async (_, env, file) => {
    const envDir = mkdtempSync(join(scratch, 'exposed-'))
    if (file) writeFileSync(join(envDir, file), `VITE_PROXY_ACCESS_TOKEN=${canary}\n`)
    const outDir = join(envDir, 'page')
    const refused = await build({ envDir, logLevel: 'silent', build: { outDir } }, env).then(
      () => 'built',
      ({ stderr }: { stderr: string }) => stderr,
    )
    expect(refused).toMatch(/VITE_\w+ would be readable in the page/)
    expect(refused).not.toContain(canary)
    expect(readdirSync(envDir)).not.toContain('page')
  })
})

describe('code of the page', { timeout: 120_000 }, () => {
  /** Runs the import rules on a few files in our folders: one line for each violation. */
  function breachesIn(files: Record<string, string>): string[] {
    const folder = mkdtempSync(join(scratch, 'layers-'))
    for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      cpSync(join(root, name), join(folder, name))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const script = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
    const args = [script, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'err']
    const { status, stdout } = spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NO_COLOR: '1' },
    })
    const breaches = stdout.split('\n').filter((line) => /^\s*error /.test(line))
    // The check uses only the exit status.
    expect(status !== 0).toBe(breaches.length > 0)
    return breaches
  }

  test('SEC A03 that imports the server, or what only a server may, fails the import rules', () => {
    const offences = {
      compose: "import { key } from '#server/config.ts'",
      gallery: "import type { key } from '#server/config.ts'",
      app: "import { key } from '../server/config.ts'",
      generation: "const { key } = await import('#server/config.ts')",
      store: "import { env as key } from 'node:process'",
      domain: "import { env as key } from 'process'",
      ui: "import key from 'pino'",
      imaging: "import key from 'sharp'",
    }
    const files = Object.fromEntries(
      Object.entries(offences).map(([folder, line]) => [`src/${folder}/part.ts`, `${line}\nexport const part = key\n`]),
    )
    const breaches = breachesIn({ ...files, 'src/server/config.ts': 'export const key = 1\n' })
    for (const [name, text] of Object.entries(files)) {
      const [rule] = breaches.filter((line) => line.includes(`: ${name} `))
      expect(rule, text).toMatch(/imports only what it may|only in server and simulator|sharp is loaded only/)
    }
  })

  test('SEC A03 that imports what it may passes them', () => {
    const word = "import { word } from '#domain/word.ts'\nexport const part = word\n"
    expect(breachesIn({ 'src/compose/part.ts': word, 'src/domain/word.ts': "export const word = 'word'\n" })).toEqual(
      [],
    )
  })

  test('SEC A03 that reads the environment does not compile', () => {
    const folder = mkdtempSync(join(scratch, 'types-'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
    mkdirSync(join(folder, 'src'))
    writeFileSync(join(folder, 'src/part.ts'), 'export const key = process.env.KIE_API_KEY\n')
    const script = join(root, 'node_modules/typescript-native/bin/tsc')
    const compile = () => execFileSync(process.execPath, [script, '-p', folder], { encoding: 'utf8' })
    expect(compile).toThrow(expect.objectContaining({ stdout: expect.stringContaining("Cannot find name 'process'") }))
    writeFileSync(join(folder, 'src/part.ts'), 'export const mode = import.meta.env.MODE\n')
    expect(compile()).toBe('')
  })
})

describe('what is kept under version control', () => {
  /** The tracked files; without a repository, all files that a checkout would contain. */
  function trackedFiles(): string[] {
    try {
      return execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
    } catch {
      const left = /^(node_modules|dist|\.git|\.cache|test-results|\.env\.local$)/
      return readdirSync(root, { encoding: 'utf8' })
        .filter((name) => !left.test(name))
        .flatMap((name) => {
          if (!statSync(join(root, name)).isDirectory()) return [name]
          return filesIn(join(root, name)).map((file) => `${name}/${file.name}`)
        })
    }
  }

  // Built from parts, so that the scan does not find this file.
  const patterns = [
    ['a private key', new RegExp(`-----BEGIN ${'[A-Z ]*'}PRIVATE KEY-----`)],
    ['a key of the services', /(?:KIE|APIKLEY|GEMINI)_API_KEY["']?\s*[=:]\s*["']?[a-f0-9]{32}/i],
    ['a key of Google', /\bAIza[\w-]{35}\b/],
    ['a key of OpenAI or its like', /\bsk-[A-Za-z0-9_-]{20,}/],
    ['a token of GitHub', /\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{40,}/],
    ['a token of npm', /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*[^$\s]/],
    ['a key of AWS', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
    ['a token of Slack', /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
    ['a bearer as it is sent', /Bearer [a-f0-9]{32}\b/i],
    // Hosts under .example and .test do not exist.
    [
      'a password in an address',
      /\b(?:https?|rediss?):\/\/[\w.-]+:(?!\$)[^@\s/'"`]{8,}@(?![\w.-]+\.(?:example|test)\b)/,
    ],
  ] as const
  const secretsIn = (text: string) => patterns.filter(([, pattern]) => pattern.test(text)).map(([what]) => what)

  test('SEC A15 holds nothing that looks like a secret, and no file meant for them', () => {
    const files = trackedFiles()
    expect(files).toContain('.env.local.example')
    expect(
      files.filter((name) => /(^|\/)\.env(?!\.local\.example$)|\.(pem|key|p12|pfx)$|(^|\/)id_(rsa|ed25519)/.test(name)),
    ).toEqual([])
    const found = files.flatMap((name) =>
      secretsIn(readFileSync(join(root, name), 'latin1')).map((what) => `${what} in ${name}`),
    )
    expect(found).toEqual([])
    expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toContain('.env.local')
  })

  test.each([
    `-----BEGIN RSA ${'PRIVATE'} KEY-----`,
    `KIE_API_KEY=${'0a'.repeat(16)}`,
    `"apikey": "${'AIza'}${'x'.repeat(35)}"`,
    `OPENAI=sk${'-'}${'a1'.repeat(12)}`,
    `gh${'p'}_${'a'.repeat(36)}`,
    `//registry.npmjs.org/:_auth${'Token'}=abc`,
    `AKI${'A'}${'B2'.repeat(8)}`,
    `authorization: Bearer ${'0f'.repeat(16)}`,
    `redis://default:${'s3cr3t'.repeat(2)}@10.0.0.1:6379`,
  ])('SEC A15 would be found: %.12s…', (text) => expect(secretsIn(text)).toHaveLength(1))
})

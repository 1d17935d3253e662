import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findPage } from '#server/page/page.ts'
import { policyInPage } from '#server/page/policy.ts'
import { askProxy } from '../../support/ask-proxy.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const style = 'body { margin: 0 }'
const otherStyle = 'p { margin: 0 }'
const inlineScript = 'document.title = "Atelier"'
const html = [
  '<!doctype html>',
  `<style>${style}</style><style>${otherStyle}</style>`,
  `<script>${inlineScript}</script><script type="module" src="/assets/index-1a2B.js"></script>`,
].join('')
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const scriptSources = `script-src 'self' ${hashOf(inlineScript)}`
const styleSources = `style-src 'self' ${hashOf(style)} ${hashOf(otherStyle)}`
const script = 'export const words = "words";\n'.repeat(200)
const varied = readFileSync(import.meta.filename)

/** Types by extension, and whether a file of that type is compressed. */
const types: Record<string, [type: string, isPacked: boolean]> = {
  '.html': ['text/html; charset=utf-8', true],
  '.js': ['text/javascript; charset=utf-8', true],
  '.mjs': ['text/javascript; charset=utf-8', true],
  '.css': ['text/css; charset=utf-8', true],
  '.json': ['application/json', true],
  '.webmanifest': ['application/manifest+json', true],
  '.svg': ['image/svg+xml', true],
  '.wasm': ['application/wasm', true],
  '.txt': ['text/plain; charset=utf-8', true],
  '.png': ['image/png', false],
  '.jpg': ['image/jpeg', false],
  '.webp': ['image/webp', false],
  '.ico': ['image/x-icon', false],
  '.woff2': ['font/woff2', false],
  '.other': ['application/octet-stream', false],
}

/** What an answer without a file says of itself: nothing runs it, and no cache keeps it. */
const ofPlainText = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

let folder: string
let pageFolder: string
let proxy: ProxyUnderTest
const get = (path: string, headers: Record<string, string> = {}) => askProxy(proxy.port, path, { headers })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-page-'))
  pageFolder = join(folder, 'page')
  mkdirSync(join(pageFolder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(pageFolder, 'index.html'), html)
  writeFileSync(join(pageFolder, 'icon.svg'), '<svg/>')
  writeFileSync(join(pageFolder, 'assets/index-1a2B.js'), script)
  writeFileSync(join(pageFolder, 'assets/index-1a2B.js.map'), '{}')
  writeFileSync(join(pageFolder, 'assets/heic-worker-9z.js'), script)
  writeFileSync(join(pageFolder, 'assets/varied-3c.js'), varied)
  for (const extension of Object.keys(types)) writeFileSync(join(pageFolder, `file${extension}`), 'x'.repeat(512))
  writeFileSync(join(pageFolder, 'small.txt'), 'x'.repeat(511))
})
afterAll(() => rmSync(folder, { recursive: true }))

// For each test, so that a break of what is prepared at the start is noticed by the tests that see it.
beforeEach(async () => {
  const env = { PUBLIC_URL: 'https://localhost:8443' }
  proxy = await openProxyBefore((_, outgoing) => outgoing.end(), env, { pageFolder })
})
afterEach(() => proxy.close())

describe('the page', () => {
  it('is served at the root and revalidated each time', async () => {
    const told = await get('/?samples=100')
    expect([told.status, told.text]).toEqual([200, html])
    expect(told.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
    const again = await get('/', { 'if-none-match': told.headers.etag ?? '' })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  it('lets browsers cache files that are named by their content for ever', async () => {
    const { headers } = await get('/assets/index-1a2B.js')
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
  })

  it('compresses text for clients that accept it', async () => {
    const br = await get('/assets/index-1a2B.js', { 'accept-encoding': 'gzip, deflate, br, zstd' })
    expect(br.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' })
    expect(brotliDecompressSync(br.bytes).toString()).toBe(script)
    const gzip = await get('/assets/index-1a2B.js', { 'accept-encoding': 'gzip' })
    expect(gzip.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' })
    expect(gunzipSync(gzip.bytes).toString()).toBe(script)
    expect((await get('/assets/index-1a2B.js')).text).toBe(script)
  })

  it('compresses with more effort than usual, but not so much that the first reader waits', async () => {
    const packed = async (encoding: string) =>
      (await get('/assets/varied-3c.js', { 'accept-encoding': encoding })).bytes
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
    expect((await packed('br')).equals(brotliCompressSync(varied, { params }))).toBe(true)
    expect((await packed('gzip')).equals(gzipSync(varied, { level: 9 }))).toBe(true)
  })

  it.each(Object.entries(types))('gives files that end in %s as what they are', async (extension, [type, isPacked]) => {
    const { headers } = await get(`/file${extension}`, { 'accept-encoding': 'gzip, br' })
    expect([headers['content-type'], headers['content-encoding']]).toEqual([type, isPacked ? 'br' : undefined])
    expect(headers['cache-control']).toBe('no-cache')
  })

  it('does not compress what is small, or for clients that take another form', async () => {
    expect((await get('/small.txt', { 'accept-encoding': 'gzip, br' })).headers).not.toHaveProperty('content-encoding')
    for (const accepted of ['', 'identity', 'brx', 'xbr', 'xgzip', 'gzipx', 'deflate, zstd']) {
      const told = await get('/file.txt', { 'accept-encoding': accepted })
      expect(told.headers, accepted).not.toHaveProperty('content-encoding')
      expect([told.text.length, told.headers['content-length']]).toEqual([512, '512'])
    }
  })

  it('runs its own scripts only, and shows the shell that index.html holds', async () => {
    const { headers } = await get('/')
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      scriptSources,
      styleSources,
      "img-src 'self' blob: data:",
      "font-src 'self'",
      "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
      "worker-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types app',
    ])
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
      'strict-transport-security': 'max-age=31536000',
    })
  })

  it('has the same policy in itself for hosts that send no headers, without what works in headers only', () => {
    const policy = policyInPage(html, { connect: ' https://proxy.example' })
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      scriptSources,
      styleSources,
      "img-src 'self' blob: data:",
      "font-src 'self'",
      "connect-src 'self' https://proxy.example",
      "worker-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types app',
    ])
  })

  it('E09: cannot be framed, nor can any of its files', async () => {
    for (const path of ['/', '/icon.svg', '/assets/index-1a2B.js', '/assets/heic-worker-9z.js']) {
      const { headers } = await get(path)
      expect(String(headers['content-security-policy']).split('; '), path).toContain("frame-ancestors 'none'")
    }
  })

  it('lets only the worker that reads HEIC run WebAssembly', async () => {
    const policy = async (path: string) => (await get(path)).headers['content-security-policy']
    expect(await policy('/assets/heic-worker-9z.js')).toContain(
      `script-src 'self' 'wasm-unsafe-eval' ${hashOf(inlineScript)};`,
    )
    expect(await policy('/assets/index-1a2B.js')).not.toContain('wasm')
    expect(await policy('/')).not.toContain('unsafe')
  })

  it.each(['/assets/index-1a2B.js.map', '/assets', '/assets/', '/secret.txt', '/index', '/icon.svg/'])(
    'A04: %s is not there',
    async (path) => {
      const told = await get(path)
      expect([told.status, told.text]).toEqual([404, 'There is nothing at this address.'])
      expect(told.headers).toMatchObject(ofPlainText)
    },
  )

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/%2e%2e%2fsecret.txt',
    '//secret.txt',
  ])('H12: %s does not lead out of it', async (path) => {
    const told = await get(path)
    expect(told.status).toBe(404)
    expect(told.text).not.toBe('secret')
  })

  it('takes no other method', async () => {
    expect((await askProxy(proxy.port, '/', { method: 'POST', body: 'x' })).status).toBe(405)
    const head = await askProxy(proxy.port, '/', { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
  })

  it('says so where it is not built', async () => {
    const unbuilt = await openProxyBefore((_, outgoing) => outgoing.end(), {}, { pageFolder: '' })
    const told = await askProxy(unbuilt.port, '/')
    expect([told.status, told.text]).toEqual([503, 'The page is not built yet: npm run build'])
    expect(told.headers).toMatchObject(ofPlainText)
    await unbuilt.close()
  })
})

describe('the built page', () => {
  it.each([
    ['a server that runs from source', 'source/src/server', 'source/dist/page'],
    ['a built server', 'built/server', 'built/page'],
  ])('is found by %s', (_, server, page) => {
    mkdirSync(join(folder, page), { recursive: true })
    expect(findPage(join(folder, server))).toBeUndefined()
    writeFileSync(join(folder, page, 'index.html'), html)
    expect(findPage(join(folder, server))).toBe(join(folder, page))
  })
})

it('is not asked for over https where no public address is set', async () => {
  const own = await openProxyBefore((_, outgoing) => outgoing.end(), {}, { pageFolder: join(folder, 'page') })
  const answer = await askProxy(own.port, '/')
  await own.close()
  expect(answer.status).toBe(200)
  expect(answer.headers).not.toHaveProperty('strict-transport-security')
})

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { pathOf } from '#server/edge/address.ts'
import { pagePolicy } from './policy.ts'

export type Page = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

interface PageFile {
  type: string
  bytes: Buffer
  /** The file name changes with the content. */
  hashed: boolean
  etag: string
  policy: string
  /** Compressed forms, made when first asked for. */
  packed: Map<'br' | 'gzip', Promise<Buffer>>
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}
const packable = /^(text\/|application\/(json|manifest|wasm)|image\/svg)/
const smallestPackedBytes = 512

const fixedHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()',
}

/** Whether `folder` contains a built page. */
function hasPage(folder: string): boolean {
  return existsSync(`${folder}/index.html`)
}

/** The built page: next to the built server, or in the build folder when the server runs from source. */
export function findPage(serverFolder: string): string | undefined {
  return ['../page', '../../dist/page'].map((path) => join(serverFolder, path)).find(hasPage)
}

/** Serves the built page from memory: files added later are not served. */
export function createPage(folder: string | undefined, isSecure: boolean): Page {
  const isBuilt = folder !== undefined && hasPage(folder)
  const files = isBuilt ? readFiles(folder) : new Map<string, PageFile>()
  const headers = isSecure ? { ...fixedHeaders, 'strict-transport-security': 'max-age=31536000' } : fixedHeaders

  return async (incoming, outgoing) => {
    const path = pathOf(incoming)
    const file = files.get(path === '/' ? '/index.html' : path)
    if (!file) {
      const words = isBuilt ? 'There is nothing at this address.' : 'The page is not built yet: npm run build'
      outgoing.writeHead(isBuilt ? 404 : 503, {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
        ...headers,
      })
      outgoing.end(words)
      return
    }
    const shared = {
      ...headers,
      'content-security-policy': file.policy,
      'cache-control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: file.etag,
      vary: 'accept-encoding',
    }
    if (incoming.headers['if-none-match'] === file.etag) {
      outgoing.writeHead(304, shared)
      outgoing.end()
      return
    }
    const encoding = chooseEncoding(file, String(incoming.headers['accept-encoding']))
    const bytes = encoding === undefined ? file.bytes : await pack(file, encoding)
    outgoing.writeHead(200, {
      'content-type': file.type,
      'content-length': bytes.length,
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      ...shared,
    })
    outgoing.end(bytes)
  }
}

function readFiles(folder: string): Map<string, PageFile> {
  const html = readFileSync(`${folder}/index.html`, 'utf8')
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = new Map<string, PageFile>()
  for (const entry of entries) {
    const extension = extname(entry.name)
    if (!entry.isFile() || extension === '.map') continue
    const place = `${entry.parentPath}${sep}${entry.name}`
    const path = `/${relative(folder, place).split(sep).join('/')}`
    const bytes = readFileSync(place)
    files.set(path, {
      type: types[extension] ?? 'application/octet-stream',
      bytes,
      hashed: path.startsWith('/assets/'),
      etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
      policy: policyFor(path, html),
      packed: new Map(),
    })
  }
  return files
}

/** Workers have policies of their own. */
function policyFor(path: string, html: string): string {
  // HEIC images are decoded by WebAssembly, in a worker that does nothing else.
  const wasm = basename(path).startsWith('heic-worker')
  return pagePolicy(html, { wasm }).join('; ')
}

function chooseEncoding({ type, bytes }: PageFile, accepted: string): 'br' | 'gzip' | undefined {
  if (!packable.test(type) || bytes.length < smallestPackedBytes) return undefined
  if (/\bbr\b/.test(accepted)) return 'br'
  return /\bgzip\b/.test(accepted) ? 'gzip' : undefined
}

function pack({ packed, bytes }: PageFile, encoding: 'br' | 'gzip'): Promise<Buffer> {
  const packing = packed.get(encoding) ?? compress(bytes, encoding)
  packed.set(encoding, packing)
  return packing
}

function compress(bytes: Buffer, encoding: 'br' | 'gzip'): Promise<Buffer> {
  return encoding === 'br'
    ? promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
    : promisify(gzip)(bytes, { level: 9 })
}

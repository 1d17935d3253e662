import { type ImageMime, sniffImage } from '#domain/picture.ts'
import type { Faults } from './faults.ts'
import type { Switches } from './switches.ts'

/** The other gateway takes uploads below a path of its only host. docs/services.md 7. */
export const belowApikley = '/file-upload'
const filePath = new RegExp(`^(?:${belowApikley}(?=/files/))?/([a-z]+)/(.+)$`)
const staleMs = 60_000
const spareTtlMs = 10 * 60_000
/** Above this the oldest files are dropped, because the images of a long session would fill the memory. */
const mostBytes = 256 * 2 ** 20

interface Upload {
  bytes: Uint8Array
  storedAt: number
  /** The previous bytes under this name; served for a while after they were overwritten. */
  before?: Uint8Array
}

interface Result {
  bytes: Uint8Array
  finishedAt: number
  lifetime: Faults['lifetime']
}

export interface FilesOptions {
  origin: () => string
  now: () => number
  switches: () => Switches
  newId: () => string
}

/** Uploaded and finished images, and the state of their addresses. One process simulates all hosts. */
export interface Files {
  /** Gives the public address, which starts with the path below which uploads are taken. */
  storeUpload(path: string, bytes: Uint8Array, below: string): string
  storeResult(name: string, result: Result): void
  resultUrl(name: string): string
  /** The upstream's copy of a result, available for 10 minutes. */
  spareUrl(name: string): string
  /** The bytes behind a simulated address that is still valid; `undefined` for any other. */
  bytesAt(url: string): Uint8Array | undefined
  /** A fresh link for an address of the result host; whether the file exists is not checked. docs/services.md 5.2. */
  mintLink(url: string): string | undefined
  /** The answer for a path of a file host; `undefined` for any other path. */
  serve(path: string): { status: number; bytes?: Uint8Array } | undefined
}

export function createFiles({ origin, now, switches, newId }: FilesOptions): Files {
  const uploads = new Map<string, Upload>()
  const results = new Map<string, Result>()
  const links = new Map<string, { name: string; until: number }>()

  const hosts = createHosts({ uploads, results, links, now, switches })
  const serve = (path: string) => {
    const [, host = '', name = ''] = filePath.exec(path) ?? []
    return Object.hasOwn(hosts, host) ? hosts[host]?.(decode(name)) : undefined
  }
  const ownPath = (url: string) => (URL.canParse(url) && isSameHost(url, origin()) ? new URL(url).pathname : undefined)

  return {
    serve,
    storeUpload(path, bytes, below) {
      const before = uploads.get(path)?.bytes
      uploads.delete(path)
      uploads.set(path, { bytes, storedAt: now(), ...(before ? { before } : {}) })
      makeRoom(uploads)
      return `${origin()}${below}/files/${path.split('/').map(encodeURIComponent).join('/')}`
    },
    storeResult(name, result) {
      results.set(name, result)
      makeRoom(results)
    },
    resultUrl: (name) => `${origin()}/r/${name}`,
    spareUrl: (name) => `${origin()}/o/${name}`,
    bytesAt(url) {
      const path = ownPath(url)
      return path === undefined ? undefined : serve(path)?.bytes
    },
    mintLink(url) {
      const name = /^\/r\/([^/]+)$/.exec(ownPath(url) ?? '')?.[1]
      if (name === undefined) return undefined
      const id = newId()
      links.set(id, { name, until: now() + switches().linkTtlMs })
      return `${origin()}/p/${id}/${name}?X-Amz-Expires=${Math.round(switches().linkTtlMs / 1000)}&X-Amz-Signature=${id}`
    },
  }
}

interface Shelves {
  uploads: ReadonlyMap<string, Upload>
  results: ReadonlyMap<string, Result>
  links: ReadonlyMap<string, { name: string; until: number }>
  now: () => number
  switches: () => Switches
}

type Host = (name: string) => { status: number; bytes?: Uint8Array }

/** By the first part of the path: uploads, results, the upstream's copies, fresh links. */
function createHosts({ uploads, results, links, now, switches }: Shelves): Readonly<Record<string, Host>> {
  return {
    files(name) {
      const upload = uploads.get(name)
      if (!upload || now() - upload.storedAt >= switches().uploadTtlMs) return { status: 404 }
      const stale = switches().staleUploads && now() - upload.storedAt < staleMs ? upload.before : undefined
      return { status: 200, bytes: stale ?? upload.bytes }
    },
    r(name) {
      const result = results.get(name)
      if (!result) return { status: 404 }
      const alive = result.lifetime === 'normal' && now() - result.finishedAt < switches().resultTtlMs
      return alive ? { status: 200, bytes: result.bytes } : { status: 403 }
    },
    o(name) {
      const result = results.get(name)
      if (!result || result.lifetime === 'gone' || now() - result.finishedAt >= spareTtlMs) return { status: 404 }
      return { status: 200, bytes: result.bytes }
    },
    p(name) {
      const link = links.get(name.slice(0, name.indexOf('/')))
      if (!link || now() >= link.until) return { status: 403 }
      const result = results.get(link.name)
      return result && result.lifetime !== 'gone' ? { status: 200, bytes: result.bytes } : { status: 404 }
    },
  }
}

export function mimeOf(bytes: Uint8Array): ImageMime | 'application/octet-stream' {
  return sniffImage(bytes) ?? 'application/octet-stream'
}

/** The same machine may be named in two ways: localhost and 127.0.0.1 count as one host. */
function isSameHost(url: string, origin: string): boolean {
  const plain = (address: string) => new URL(address).host.replace(/^(localhost|\[::1\])(?=:|$)/, '127.0.0.1')
  return plain(url) === plain(origin)
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function makeRoom(files: Map<string, { bytes: Uint8Array }>): void {
  let total = [...files.values()].reduce((sum, file) => sum + file.bytes.byteLength, 0)
  for (const [name, file] of files) {
    if (total <= mostBytes) return
    files.delete(name)
    total -= file.bytes.byteLength
  }
}

import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createJsonScan, type JsonLimits, type ScannedJson } from './json-scan.ts'
import { createPieces } from './pieces.ts'
import { refused } from './refusals.ts'

/** A JSON body whose long strings were kept as bytes; `value` holds placeholder names for them. */
export interface JsonWithBlobs {
  value: unknown
  /** The first bytes of a string in `value`: of the blob it names, or of the string itself. */
  head(text: string, bytes: number): string
  /** A digest of the whole body, including the blobs. */
  digest(value: unknown): string
  /** The JSON of `value` with the blobs in their places, as consecutive pieces. */
  write(value: unknown): readonly (string | Buffer)[]
}

const jsonType = /^application\/json(\s*;\s*charset=utf-8)?$/i
const blobsFrom = 64 * 1024
/** A body that arrives in pieces of a few bytes costs more than its size. */
const piecesBeforeLooking = 2000
const smallestMean = 64
const unsendable = /[\0\p{Surrogate}]/u

/** Passes the body on as it arrives. Refused with 413 above `maxBytes`, and when `take` throws; reading stops then. */
function takeBody(incoming: IncomingMessage, maxBytes: number, take: (chunk: Buffer) => void): Promise<void> {
  const tooLarge = () => refused(413, `The request is larger than ${maxBytes / 1024} KB.`)
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge())
  return new Promise((resolve, reject) => {
    let size = 0
    let pieces = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      pieces += 1
      try {
        if (size > maxBytes) throw tooLarge()
        if (pieces > piecesBeforeLooking && size < pieces * smallestMean) {
          throw refused(400, 'The request arrives in pieces that are too small.')
        }
        take(chunk)
      } catch (error) {
        incoming.off('data', onData)
        reject(error)
      }
    }
    incoming.on('data', onData)
    incoming.on('end', () => resolve())
    incoming.on('error', () => reject(refused(400, 'The request was cut off.')))
  })
}

async function scan(incoming: IncomingMessage, limits: JsonLimits, nameOf?: (index: number) => string) {
  const scanning = createJsonScan(limits, nameOf && { from: blobsFrom, nameOf })
  await takeBody(incoming, limits.bytes, scanning.take)
  return scanning.end()
}

/** The whole body of a request; refused with 413 above `maxBytes`. */
export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const pieces = createPieces()
  await takeBody(incoming, maxBytes, pieces.add)
  return Buffer.concat(pieces.all())
}

/**
 * A JSON body; any other content type is refused. Refused at the first fault: beyond the limits, not valid JSON, text
 * that is not well-formed Unicode or contains NUL, a member "__proto__".
 */
export async function readJson(incoming: IncomingMessage, limits: JsonLimits): Promise<unknown> {
  checkType(incoming)
  return parse(await scan(incoming, limits))
}

/** The same for any content type. */
export async function readAnyJson(incoming: IncomingMessage, limits: JsonLimits): Promise<unknown> {
  return parse(await scan(incoming, limits))
}

/** The same for bodies of many megabytes: their long strings must be base64, and are kept as bytes. */
export async function readJsonWithBlobs(incoming: IncomingMessage, limits: JsonLimits): Promise<JsonWithBlobs> {
  checkType(incoming)
  // A random name cannot be sent in advance by a client.
  const secret = randomBytes(16).toString('hex')
  const scanned = await scan(incoming, limits, (index) => `blob${secret}x${index}x`)
  const { blobs } = scanned
  const names = new RegExp(`(blob${secret}x\\d+x)`)
  const split = (json: string) => json.split(names)
  return {
    value: parse(scanned),
    head(text, bytes) {
      const [first] = blobs.get(text)?.pieces ?? []
      return first ? first.toString('latin1', 0, bytes) : text.slice(0, bytes)
    },
    digest(value) {
      const hash = createHash('sha256')
      for (const part of split(JSON.stringify(value))) {
        hash.update(blobs.get(part)?.digest ?? part)
      }
      return hash.digest('base64url')
    },
    write: (value) =>
      split(JSON.stringify(value)).flatMap((part): readonly (string | Buffer)[] => blobs.get(part)?.pieces ?? [part]),
  }
}

function checkType({ headers }: IncomingMessage): void {
  if (!jsonType.test(String(headers['content-type']))) throw refused(415, 'The request must be JSON.')
}

function parse({ text }: ScannedJson): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refused(400, 'The request is not readable JSON.')
  }
  checkTexts(value, 'body')
  return value
}

/** Depth and number of members were checked before. Throws at the first text that cannot be sent on. */
function checkTexts(value: unknown, name: string): void {
  if (typeof value === 'string') {
    if (unsendable.test(value)) throw unusable(name)
    return
  }
  if (value === null || typeof value !== 'object') return
  for (const [member, inner] of Object.entries(value)) {
    if (member === '__proto__') throw unusable(member)
    checkTexts(inner, Array.isArray(value) ? name : member)
  }
}

function unusable(field: string) {
  const message = `${field} holds characters that cannot be sent`
  return refused(422, 'The request holds characters that cannot be sent.', { issues: [{ field, message }] })
}

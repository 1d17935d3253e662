import { createHash, type Hash } from 'node:crypto'
import { createPieces, type Pieces } from './pieces.ts'
import { refused } from './refusals.ts'

/** Limits on the size and shape of a JSON body. Everything is checked while the bytes arrive. */
export interface JsonLimits {
  bytes: number
  /** Levels of nested objects and arrays. */
  levels: number
  /** Members of all objects and arrays together. */
  members: number
}

/** A JSON text whose long strings were replaced by names. */
export interface ScannedJson {
  text: string
  /** By name. */
  blobs: ReadonlyMap<string, Blob>
}

/** A long string without its quotes, as the bytes that arrived. */
export interface Blob {
  pieces: readonly Buffer[]
  digest: Buffer
}

/** A string whose end was not read yet, and its blob if it is long enough. */
interface OpenString {
  bytes: Pieces
  blob?: OpenBlob
}

interface OpenBlob {
  bytes: Pieces
  hash: Hash
}

export interface BlobRules {
  /** Strings of more bytes than this are blobs. */
  from: number
  /** The name must not occur in any other string. */
  nameOf(index: number): string
}

export interface JsonScan {
  /** Throws a refusal at the first fault. */
  take(chunk: Buffer): void
  end(): ScannedJson
}

const quote = 0x22
const backslash = 0x5c
/** Each escape costs the parser more than a plain character. A prompt of 20,000 characters has fewer. */
const mostEscapes = 60_000
/** White space, numbers and punctuation. */
const mostBareBytes = 64 * 1024
const base64 = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * Counts levels and members before any parser sees the text. With rules for long strings, those never become part of
 * the text: they must be base64, and are kept as the bytes that arrived.
 */
export function createJsonScan(limits: JsonLimits, blobRules?: BlobRules): JsonScan {
  const text = createPieces()
  const blobs = new Map<string, OpenBlob>()
  const count = createShapeCounter(limits)
  let escapes = 0
  /** The string that is being read. */
  let string: OpenString | undefined
  let isEscaped = false

  function takeString(open: OpenString, bytes: Buffer): void {
    if (open.blob) {
      addToBlob(open.blob, bytes)
      return
    }
    open.bytes.add(bytes)
    if (!blobRules || open.bytes.size <= blobRules.from) return
    const name = blobRules.nameOf(blobs.size)
    open.blob = { bytes: createPieces(), hash: createHash('sha256') }
    blobs.set(name, open.blob)
    text.add(Buffer.from(name))
    for (const part of open.bytes.all()) addToBlob(open.blob, part)
  }

  /** Reads from inside a string up to its closing quote, or to the end of the chunk. Gives the position after it. */
  function readString(open: OpenString, chunk: Buffer, from: number): number {
    let at = isEscaped ? from + 1 : from
    isEscaped = false
    let slash = find(chunk, backslash, at)
    let end = find(chunk, quote, at)
    while (slash < end) {
      escapes += 1
      if (escapes > mostEscapes) throw refused(422, 'The request holds too many escaped characters.')
      at = slash + 2
      isEscaped = at > chunk.length
      slash = find(chunk, backslash, at)
      if (end < at) end = find(chunk, quote, at)
    }
    takeString(open, chunk.subarray(from, end))
    if (end === chunk.length) return end
    if (!open.blob) for (const part of open.bytes.all()) text.add(part)
    string = undefined
    text.add(chunk.subarray(end, end + 1))
    return end + 1
  }

  /** Reads outside strings up to and including the next opening quote. Gives the position after it. */
  function readBare(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length && !string) {
      count(chunk[at])
      if (chunk[at] === quote) string = { bytes: createPieces() }
      at += 1
    }
    text.add(chunk.subarray(from, at))
    return at
  }

  return {
    take(chunk) {
      for (let at = 0; at < chunk.length; ) at = string ? readString(string, chunk, at) : readBare(chunk, at)
    },
    end() {
      try {
        const decoded = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(text.all()))
        const closed = [...blobs].map(
          ([name, { bytes, hash }]) => [name, { pieces: bytes.all(), digest: hash.digest() }] as const,
        )
        return { text: decoded, blobs: new Map(closed) }
      } catch {
        throw refused(400, 'The request is not readable JSON.')
      }
    },
  }
}

/** The position of the next such byte, or the end of the chunk. */
function find(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from)
  return at === -1 ? chunk.length : at
}

/** Counts what is outside strings, byte by byte. */
function createShapeCounter(limits: JsonLimits): (byte: number | undefined) => void {
  let levels = 0
  let members = 0
  let bareBytes = 0
  return (byte) => {
    if (byte === 0x7b || byte === 0x5b) levels += 1
    if (byte === 0x7d || byte === 0x5d) levels -= 1
    if (byte === 0x7b || byte === 0x5b || byte === 0x2c) members += 1
    bareBytes += 1
    if (levels > limits.levels) throw refused(422, 'The request is nested too deeply.')
    if (members > limits.members) throw refused(422, 'The request has too many members.')
    if (bareBytes > mostBareBytes) throw refused(422, 'The request holds too much besides its texts.')
  }
}

/** Hashed while it arrives: hashing it at once would block other requests for tens of milliseconds. */
function addToBlob({ bytes, hash }: OpenBlob, more: Buffer): void {
  if (!base64.test(more.toString('latin1'))) throw refused(422, 'A text in the request is too long.')
  bytes.add(more)
  hash.update(more)
}

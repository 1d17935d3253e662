import { dropOldest } from '#domain/drop-oldest.ts'
import type { SentCut } from '#domain/edit.ts'
import { deriveSent } from './prepare-image.ts'
import type { SentFile } from './prepare-worker.ts'
import type { SentLimits } from './source-limits.ts'

export type { SentFile } from './prepare-worker.ts'

/** A kept file that is to be sent. */
export interface FileToSend {
  bytes: Blob
  /** For messages. */
  name: string
  /** Hash of `bytes`: files with the same hash are prepared once. */
  sha256: string
}

/**
 * The number of prepared files that are kept, by last use. Each has up to 10 MB, which browsers store outside the heap.
 */
const capacity = 8
const derived = new Map<string, Promise<SentFile>>()

/**
 * The file that is sent to a service: upright, in sRGB, without metadata, within the limits, with notes about the changes.
 * The original is unchanged. The same file with the same limits is derived once, also by concurrent calls.
 * `cut`: the edit applied to the upright image. Rejects with `invalid` if the file cannot be read.
 */
export function toSent(file: FileToSend, limits: SentLimits, cut?: SentCut): Promise<SentFile> {
  const key = [file.sha256, limits.bytes, limits.pixels, limits.minSide, ...(cut ? [JSON.stringify(cut)] : [])].join(
    ' ',
  )
  const asked = { limits, ...(cut ? { cut } : {}) }
  const made = derived.get(key) ?? deriveSent(file.bytes, file.name, asked, new AbortController().signal)
  derived.delete(key)
  derived.set(key, made)
  made.catch(() => {
    if (derived.get(key) === made) derived.delete(key)
  })
  dropOldest(derived, capacity)
  return made
}

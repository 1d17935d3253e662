import { joinBytes } from '#imaging/container/bytes.ts'
import type { SaveTarget } from '#platform/save-stream.ts'
import { writeEntries } from './full-disk.ts'

/** A file in an archive. */
export interface ZipEntry {
  name: string
  /** What users call it, if not by its name. */
  title?: string
  input: Blob | string | Uint8Array
  lastModified?: Date
}

/** Archives with more entries state their number only in ZIP64 records. */
const mostInEnd = 0xffff
const endBytes = 22
const locatorBytes = 20

/**
 * A ZIP archive as a stream; one entry is in memory at a time, and nothing is compressed. The stream fails with the error of
 * `entries`. Loads the library that writes it.
 */
export async function zipOf(
  entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>,
): Promise<ReadableStream<Uint8Array>> {
  const { makeZip } = await import('client-zip')
  let count = 0
  async function* counted() {
    for await (const entry of entries) {
      count += 1
      yield entry
    }
  }
  return makeZip(counted()).pipeThrough(withWholeEnd(() => count))
}

/**
 * Writes entries as one archive. For a full disk it rejects with an error whose message names the entry. `file`: the
 * archive's name. `outcome`: a sentence.
 */
export function saveZip(
  target: SaveTarget,
  file: string,
  entries: AsyncIterable<ZipEntry>,
  outcome = 'No file was written.',
): Promise<void> {
  const title = (entry: ZipEntry) => entry.title ?? entry.name
  return writeEntries(file, { entries, title, outcome }, async (noted) => target.write(await zipOf(noted)))
}

/**
 * client-zip writes the ZIP64 end records only for archives above 4 GB. With 65,535 entries or more, readers that rely on
 * the number in the end record would not see the last entries, which are the records of a backup.
 */
export function withWholeEnd(count: () => number): TransformStream<Uint8Array, Uint8Array> {
  const mostHeld = endBytes + locatorBytes
  let held = new Uint8Array()
  return new TransformStream({
    transform(bytes, controller) {
      const all = bytes.length < mostHeld ? joinBytes([held, bytes]) : bytes
      if (all === bytes && held.length > 0) controller.enqueue(held)
      if (all.length > mostHeld) controller.enqueue(all.subarray(0, -mostHeld))
      held = new Uint8Array(all.subarray(-mostHeld))
    },
    flush(controller) {
      const view = new DataView(held.buffer)
      const isWhole = held.length === mostHeld && view.getUint32(0, true) === 0x07064b50
      if (count() < mostInEnd || isWhole || held.length < endBytes) return controller.enqueue(held)
      const at = held.length - endBytes
      controller.enqueue(held.subarray(0, at))
      controller.enqueue(laterEnd(count(), view.getUint32(at + 12, true), view.getUint32(at + 16, true)))
      controller.enqueue(held.subarray(at))
    },
  })
}

/** The ZIP64 end record and its locator. */
function laterEnd(count: number, listBytes: number, listAt: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(56 + locatorBytes))
  view.setUint32(0, 0x06064b50, true)
  view.setBigUint64(4, 44n, true)
  view.setUint16(12, 45, true)
  view.setUint16(14, 45, true)
  view.setBigUint64(24, BigInt(count), true)
  view.setBigUint64(32, BigInt(count), true)
  view.setBigUint64(40, BigInt(listBytes), true)
  view.setBigUint64(48, BigInt(listAt), true)
  view.setUint32(56, 0x07064b50, true)
  view.setBigUint64(64, BigInt(listAt + listBytes), true)
  view.setUint32(72, 1, true)
  return new Uint8Array(view.buffer)
}

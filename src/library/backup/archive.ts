import type { Entry, FileEntry } from '@zip.js/zip.js'

/** A ZIP archive from an untrusted source: nothing it declares is used before it is checked. */
export interface Archive {
  /** Names of the entries, each different. */
  readonly names: ReadonlySet<string>
  /** The bytes of an entry, with its checksum verified. Rejects with an `ArchiveError` that names the entry. */
  read(name: string, mostBytes: number): Promise<Blob>
  close(): Promise<void>
}

/** Why an archive, or one entry, cannot be read: a sentence for users. */
export class ArchiveError extends Error {
  override name = 'ArchiveError'
}

const mostEntries = 100_000
const mostDirectoryBytes = 64 * 2 ** 20
const mostNameLetters = 300

/**
 * Opens an archive whose entries are stored without compression or encryption and do not overlap. Rejects with an
 * `ArchiveError` for everything else, before any entry is read.
 */
export async function openArchive(file: Blob): Promise<Archive> {
  await checkEnd(file)
  const { BlobReader, BlobWriter, configure, ZipReader } = await import('@zip.js/zip.js/lib/zip-core-external.js')
  // Nothing is compressed, and the content security policy allows no worker from a blob.
  configure({ useWebWorkers: false })
  const reader = new ZipReader(new BlobReader(file), { checkSignature: true, checkOverlappingEntry: true })
  const entries = new Map<string, FileEntry>()
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entries.size >= mostEntries) throw new ArchiveError('The archive holds more than 100,000 entries.')
      const checked = checkEntry(entry, file.size)
      if (!checked) continue
      if (entries.has(entry.filename)) throw new ArchiveError(`The archive holds ${quoted(entry)} twice.`)
      entries.set(entry.filename, checked)
    }
    checkPlaces([...entries.values()])
  } catch (error) {
    await reader.close().catch(() => undefined)
    throw error instanceof ArchiveError ? error : new ArchiveError('The archive is damaged: its list cannot be read.')
  }
  return {
    names: new Set(entries.keys()),
    async read(name, mostBytes) {
      const entry = entries.get(name)
      if (!entry) throw new ArchiveError(`${JSON.stringify(name)} is missing.`)
      if (entry.uncompressedSize > mostBytes) throw new ArchiveError(`${quoted(entry)} is larger than it may be.`)
      try {
        return await entry.getData(new BlobWriter())
      } catch {
        throw new ArchiveError(`${quoted(entry)} is damaged.`)
      }
    },
    close: () => reader.close().then(() => undefined),
  }
}

const quoted = ({ filename }: Entry) => JSON.stringify(filename.slice(0, 80))

/** `undefined` for a folder. */
function checkEntry(entry: Entry, archiveBytes: number): FileEntry | undefined {
  if (entry.filename.length > mostNameLetters) throw new ArchiveError('The archive holds a name that is too long.')
  if (entry.directory) return undefined
  if (entry.encrypted) throw new ArchiveError(`${quoted(entry)} is encrypted.`)
  if (entry.compressionMethod !== 0 || entry.compressedSize !== entry.uncompressedSize)
    throw new ArchiveError(`${quoted(entry)} is compressed; a backup of Atelier never is.`)
  if (entry.offset + entry.compressedSize > archiveBytes)
    throw new ArchiveError(`${quoted(entry)} reaches beyond the end of the archive.`)
  return entry
}

/** Entries that share bytes could make a small archive seem large. */
function checkPlaces(entries: readonly FileEntry[]): void {
  const inOrder = [...entries].sort((a, b) => a.offset - b.offset)
  for (const [index, entry] of inOrder.entries()) {
    const next = inOrder[index + 1]
    if (next && entry.offset + 30 + entry.compressedSize > next.offset)
      throw new ArchiveError(`${quoted(entry)} and ${quoted(next)} overlap.`)
  }
}

/** Checks the end record's size of the list before the list is read into memory. */
async function checkEnd(file: Blob): Promise<void> {
  const tailBytes = Math.min(file.size, 66_000)
  const tail = new DataView(await file.slice(file.size - tailBytes).arrayBuffer())
  let at = tail.byteLength - 22
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) at -= 1
  if (at < 0) throw new ArchiveError('This is not a ZIP archive, or its end is missing.')
  let count = tail.getUint16(at + 10, true)
  let listBytes = tail.getUint32(at + 12, true)
  const locator = at - 20
  if (locator >= 0 && tail.getUint32(locator, true) === 0x07064b50) {
    const start = Number(tail.getBigUint64(locator + 8, true))
    const end = new DataView(await file.slice(start, start + 56).arrayBuffer())
    if (end.byteLength < 56 || end.getUint32(0, true) !== 0x06064b50)
      throw new ArchiveError('The archive is damaged: its list cannot be found.')
    count = Number(end.getBigUint64(32, true))
    listBytes = Number(end.getBigUint64(40, true))
  }
  if (count >= mostEntries) throw new ArchiveError('The archive holds more than 100,000 entries.')
  if (listBytes > mostDirectoryBytes) throw new ArchiveError('The list of the archive is larger than 64 MB.')
  if (listBytes > file.size) throw new ArchiveError('The archive is damaged: its list reaches beyond its end.')
}

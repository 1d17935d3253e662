import { extensionOf, type Picture } from '#domain/picture.ts'
import type { ZipEntry } from '../zip.ts'
import { type BackupSource, hashOf, type Manifest, names, originalName, type PictureLine } from './backup.ts'
import { withoutAddresses } from './records.ts'

export interface BackupProgress {
  done: number
  total: number
}

const readme = `This is a backup of an Atelier library.

originals/  the images, each named by the SHA-256 of its bytes
records/    what is known of them, one JSON object a line
index.tsv   which file is which: file, prompt or file name, date

To restore it, open Atelier, then Settings, then "Restore a backup".
The archive is whole if it ends with manifest.json.
`

/**
 * The entries of a ZIP archive of everything. Only records and one image at a time are held in memory. They end with an
 * error when the signal is aborted; what has been written is then not a backup, because the manifest comes last.
 */
export async function* backupEntries(
  source: BackupSource,
  now: () => number,
  onProgress: (progress: BackupProgress) => void,
  signal: AbortSignal,
): AsyncGenerator<ZipEntry> {
  const createdAt = now()
  const entry = (name: string, input: Blob | string) => ({ name, input, lastModified: new Date(createdAt) })
  yield entry(names.readme, readme)
  const ids = await source.pictureIds()
  const lines: string[] = []
  const rows = ['file\tprompt\tdate']
  const written = new Set<string>()
  for (const [index, id] of ids.entries()) {
    signal.throwIfAborted()
    const picture = await source.picture(id)
    if (picture) {
      const bytes = await source.bytes(id)
      const sha256 = bytes && (await hashOf(bytes))
      const file = sha256 === undefined ? undefined : originalName(sha256, extensionOf(picture.mime))
      if (bytes && file !== undefined && !written.has(file)) {
        written.add(file)
        yield { ...entry(file, bytes), title: picture.prompt, lastModified: new Date(picture.createdAt) }
      }
      lines.push(JSON.stringify({ picture, ...(sha256 === undefined ? {} : { sha256 }) } satisfies PictureLine))
      rows.push(rowOf(file ?? '', picture))
    }
    onProgress({ done: index + 1, total: ids.length })
  }
  const [runs, collections] = await Promise.all([source.runs(), source.collections()])
  const records = {
    [names.pictures]: lines.join('\n'),
    [names.runs]: runs.map((run) => JSON.stringify(withoutAddresses(run))).join('\n'),
    [names.collections]: collections.map((collection) => JSON.stringify(collection)).join('\n'),
  }
  const hashes: Record<string, string> = {}
  for (const [name, text] of Object.entries(records)) {
    hashes[name] = await hashOf(new Blob([text]))
    yield entry(name, text)
  }
  yield entry(names.index, rows.join('\n'))
  const manifest: Manifest = {
    format: 'atelier-backup',
    version: 1,
    createdAt,
    counts: { pictures: lines.length, runs: runs.length, collections: collections.length, files: written.size },
    records: hashes,
  }
  yield entry(names.manifest, JSON.stringify(manifest, undefined, 2))
}

function rowOf(file: string, { prompt, createdAt }: Picture): string {
  return [file, prompt.replace(/\s+/g, ' ').trim(), new Date(createdAt).toISOString()].join('\t')
}

import type { Run } from '#domain/run.ts'
import type { Folder } from '#platform/folder.ts'
import { type Archive, ArchiveError } from '../backup/archive.ts'
import type { BackupCollection, Damage, PictureLine } from '../backup/backup.ts'
import { type Backup, toBackup } from '../backup/read-backup.ts'
import { readFolderLine } from '../backup/records.ts'

/** Bytes. Files of records that Atelier writes are much smaller. */
const mostRecordsBytes = 64 * 2 ** 20

/**
 * Reads a folder written by Atelier, to be restored like a backup. Of several lines about the same record the last one
 * counts. Everything is checked, because anybody may have changed the folder. Rejects with an `ArchiveError` if it has no records.
 */
export async function openFolderBackup(folder: Folder): Promise<Backup> {
  const files: string[] = []
  for await (const path of folder.list(['records'])) if (path.at(-1)?.endsWith('.ndjson')) files.push(path.join('/'))
  if (files.length === 0) throw new ArchiveError('This folder holds no records that Atelier has written.')
  const pictures = new Map<string, PictureLine>()
  const runs = new Map<string, Run>()
  const collections = new Map<string, BackupCollection>()
  const damaged: Damage[] = []
  // Their names begin with the time they were written.
  for (const file of files.sort()) {
    const bytes = await folder.read(file.split('/'))
    if (!bytes || bytes.size > mostRecordsBytes) {
      damaged.push({ name: file, reason: 'It is no file of records.' })
      continue
    }
    for (const [number, text] of (await bytes.text()).split('\n').entries()) {
      if (text === '') continue
      const line = readFolderLine(text)
      if (!line) damaged.push({ name: `line ${number + 1} of ${file}`, reason: 'It is no record of an image.' })
      else if ('picture' in line) pictures.set(line.picture.picture.id, line.picture)
      else if ('run' in line) runs.set(line.run.id, line.run)
      else collections.set(line.collection.id, line.collection)
    }
  }
  return toBackup(await filesOf(folder), Date.now(), {
    pictures: { lines: [...pictures.values()], damaged },
    runs: [...runs.values()],
    collections: [...collections.values()],
  })
}

async function filesOf(folder: Folder): Promise<Archive> {
  const names = new Set<string>()
  for await (const path of folder.list(['images'])) names.add(path.join('/'))
  return {
    names,
    async read(name, mostBytes) {
      const bytes = await folder.read(name.split('/')).catch(() => undefined)
      if (!bytes) throw new ArchiveError(`${JSON.stringify(name)} cannot be read.`)
      if (bytes.size > mostBytes) throw new ArchiveError(`${JSON.stringify(name)} is larger than it may be.`)
      return bytes
    },
    close: async () => undefined,
  }
}

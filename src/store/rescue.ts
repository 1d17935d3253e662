import { openDB } from 'idb'
import type { Collection } from '#domain/collection.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { recordOf } from './backup-records.ts'
import { storageError } from './database.ts'
import { fileWithBytes } from './file-bytes.ts'
import { openFile } from './kept-files.ts'
import { toBlob } from './picture-entry.ts'
import type { Schema } from './schema.ts'
import type { BackupRecords } from './store.ts'
import { toRun } from './stored-run.ts'

type Rescue = Pick<BackupRecords, 'size' | 'pictureIds' | 'picture' | 'bytes' | 'runs' | 'collections'>

/**
 * Reads a database of any version as it is, for a backup of everything that can be read; unreadable records are left
 * out. Changes nothing. Rejects with `storage` when there is no such database or the browser cannot open it.
 */
export async function openRescue(name: string): Promise<Rescue> {
  const database = await openDB<Schema>(name, undefined, {
    // Called only if there is no such database: aborts instead of creating one.
    upgrade(_database, _version, _next, transaction) {
      transaction.done.catch(() => undefined)
      transaction.abort()
    },
    blocking: (_version, _next, event) => (event.target as IDBDatabase).close(),
  }).catch(() => {
    throw storageError('nothing that was saved here can be read')
  })
  const attempt = async <T>(read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read()
    } catch {
      return otherwise
    }
  }
  const picture = (id: PictureId): Promise<Picture | undefined> =>
    attempt(async () => {
      const found = await database.get('pictures', id)
      return found && recordOf(found)
    }, undefined)
  const pictureIds = () => attempt(() => database.getAllKeys('pictures'), [])

  return {
    pictureIds,
    picture,
    async size() {
      const ids = await pictureIds()
      let bytes = 0
      for (const id of ids) bytes += (await picture(id))?.sizeBytes ?? 0
      return { images: ids.length, bytes }
    },
    async bytes(id) {
      const file = await attempt(() => fileWithBytes((each) => database.get('files', each), id), undefined)
      if (file) return attempt(() => openFile(file), undefined)
      const original = await attempt(() => database.get('originals', id), undefined)
      return original && toBlob(original.base64)
    },
    runs: () => attempt(async (): Promise<Run[]> => (await database.getAll('runs')).map(toRun), []),
    collections: () => attempt((): Promise<Collection[]> => database.getAll('collections'), []),
  }
}

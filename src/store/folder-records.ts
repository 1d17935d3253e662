import type { Database } from './database.ts'
import type { StoredFolder } from './schema.ts'
import type { FolderRecords } from './store.ts'

export function createFolderRecords(database: Database): FolderRecords {
  return {
    get: (id) => database.read(['folders'], (transaction) => transaction.objectStore('folders').get(id)),
    async put(folder) {
      await database.write(['folders'], (transaction) => transaction.objectStore('folders').put(folder))
    },
    async remove(id) {
      await database.write(['folders'], (transaction) => transaction.objectStore('folders').delete(id))
    },
  }
}

/** Without a database: folders are remembered until the page is closed. */
export function createFoldersInMemory(): FolderRecords {
  const kept = new Map<string, StoredFolder>()
  return {
    get: async (id) => kept.get(id),
    async put(folder) {
      kept.set(folder.id, folder)
    },
    async remove(id) {
      kept.delete(id)
    },
  }
}

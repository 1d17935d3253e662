/** Reads and writes a database directly, without our code. */
interface RawDatabase {
  version: number
  stores: Record<string, { keyPath: string; indexes: Record<string, { keyPath: string; multiEntry: boolean }> }>
  records: Record<string, readonly object[]>
}

/** Creates a database of an earlier version, with records. */
export async function restoreDatabase(name: string, { version, stores, records }: RawDatabase): Promise<void> {
  const database = await openRaw(name, version, (opened) => {
    for (const [storeName, { keyPath, indexes }] of Object.entries(stores)) {
      const store = opened.createObjectStore(storeName, { keyPath })
      for (const [index, { keyPath: path, multiEntry }] of Object.entries(indexes)) {
        store.createIndex(index, path, { multiEntry })
      }
      for (const record of records[storeName] ?? []) store.put(record)
    }
  })
  database.close()
}

/** Version, stores and indexes of a database, in the alphabet's order. */
export async function describeDatabase(name: string): Promise<Omit<RawDatabase, 'records'>> {
  const database = await openRaw(name)
  const stores = [...database.objectStoreNames].map((storeName) => {
    const store = database.transaction(storeName).objectStore(storeName)
    const indexes = [...store.indexNames].map((index) => {
      const { keyPath, multiEntry } = store.index(index)
      return [index, { keyPath: String(keyPath), multiEntry }] as const
    })
    return [storeName, { keyPath: String(store.keyPath), indexes: Object.fromEntries(indexes) }] as const
  })
  const described = { version: database.version, stores: Object.fromEntries(stores) }
  database.close()
  return described
}

/** All records of a store. */
export async function recordsOf(name: string, storeName: string): Promise<unknown[]> {
  const database = await openRaw(name)
  const request = database.transaction(storeName).objectStore(storeName).getAll()
  const records = await settled<unknown[]>(request)
  database.close()
  return records
}

/** Writes a record without our code. */
export async function putRaw(name: string, storeName: string, record: object): Promise<void> {
  const database = await openRaw(name)
  await settled(database.transaction(storeName, 'readwrite').objectStore(storeName).put(record))
  database.close()
}

export function openRaw(
  name: string,
  version?: number,
  upgrade: (opened: IDBDatabase) => void = () => undefined,
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version)
  request.onupgradeneeded = () => upgrade(request.result)
  return settled(request)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

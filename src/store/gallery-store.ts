import { loadPart } from '#platform/load-part.ts'
import { openChanges } from './changes.ts'
import { type Database, openDatabase, storageError } from './database.ts'
import { createHealth } from './health.ts'
import type { ImageProcessor } from './image-processor.ts'
import { pageHome } from './page-home.ts'
import type { PictureRecords } from './picture-records.ts'
import { createPictureShelves } from './picture-shelves.ts'
import { createRunRecords } from './run-records.ts'
import type { ShelfWrites } from './shelf-writes.ts'
import type { ActRecords, CollectionRecords, GalleryStore, StoreChange, StoreHealth } from './store.ts'
import type { openPictureWorker } from './worker-bridge.ts'

interface GalleryOptions {
  /** The database's name. Users' pictures are under the default; tests use another. */
  name?: string
  /** Decodes and encodes instead of the browser; the work is then done on this thread. */
  processor?: ImageProcessor
}

/**
 * Opens what is kept in this browser. Never rejects: without a database everything works in memory; `health` tells if
 * another window blocks the database or has a newer one.
 */
export async function openGallery({ name = 'atelier', processor }: GalleryOptions = {}): Promise<GalleryStore> {
  const health = createHealth()
  const database = await openDatabase(name, { onHealth: (state) => health.report('page', state) }).catch(
    () => undefined,
  )
  if (!database) {
    const { openMemoryStore } = await import('./memory-store.ts')
    return openMemoryStore(processor ?? (await loadProcessor()))
  }
  const records = await openRecords(name, database, processor, (state) => health.report('worker', state))
  const changes = openChanges(name)

  return {
    ...createRunRecords(database, changes.tell),
    ...createPictureShelves(database),
    ...lazyShelfWrites(database, changes.tell),
    async settle(run, made) {
      const pictures = await records.settle(run, made)
      changes.tell({ kind: 'pictures', ids: pictures.map(({ id }) => id) })
      changes.tell({ kind: 'runs', ids: [run.id] })
      return pictures
    },
    async addPicture(picture) {
      const added = await records.addPicture(picture)
      changes.tell({ kind: 'pictures', ids: [added.id] })
      return added
    },
    async addFile(file) {
      const added = await records.addFile(file)
      changes.tell({ kind: 'pictures', ids: [added.id] })
      return added
    },
    collections: lazyCollectionRecords(database),
    folders: async () => (await loadPart(loadFolderRecords)).createFolderRecords(database),
    acts: lazyActRecords(database, changes.tell),
    search: {
      database: name,
      rows: async () => (await loadPart(loadSearchRows)).createSearchRows(database, changes.subscribe),
    },
    async backup() {
      const { createBackupRecords } = await loadPart(loadBackupRecords)
      return createBackupRecords(database, records, changes.tell)
    },
    original: records.original,
    drawable: records.drawable,
    async sourceReport(inForms) {
      const { readSourceReport } = await import('./source-report.ts')
      return readSourceReport(database, inForms)
    },
    async storageReport(inForms, now) {
      const { readStorageReport } = await import('./storage-report.ts')
      return readStorageReport(database, inForms, now)
    },
    async addSamples(wanted, onProgress) {
      let done = 0
      await records.addSamples(wanted, pageHome(), (ids) => {
        done += ids.length
        changes.tell({ kind: 'pictures', ids })
        onProgress(done)
      })
    },
    get health() {
      return health.value
    },
    subscribe: changes.subscribe,
    onHealth: health.subscribe,
    close() {
      changes.close()
      records.close()
      database.close()
    },
  }
}

async function openRecords(
  name: string,
  database: Database,
  processor: ImageProcessor | undefined,
  onHealth: (health: StoreHealth) => void,
): Promise<PictureRecords & { close(): void }> {
  const mayWork = typeof Worker !== 'undefined' && typeof OffscreenCanvas !== 'undefined'
  if (!processor && mayWork) return lazyWorker(name, onHealth)
  const { createPictureRecords } = await import('./picture-records.ts')
  return { ...createPictureRecords(database, processor ?? (await loadProcessor())), close: () => undefined }
}

/** The worker and its client are loaded with the first call, not when the gallery is opened. */
function lazyWorker(name: string, onHealth: (health: StoreHealth) => void): PictureRecords & { close(): void } {
  let isClosed = false
  let worker: ReturnType<typeof openPictureWorker> | undefined
  const open = async () => {
    const bridge = await loadPart(loadBridge)
    if (isClosed) throw storageError('the gallery was closed')
    worker ??= bridge.openPictureWorker(name, onHealth)
    return worker
  }
  return {
    settle: async (...given) => (await open()).settle(...given),
    addPicture: async (...given) => (await open()).addPicture(...given),
    addFile: async (...given) => (await open()).addFile(...given),
    restorePicture: async (...given) => (await open()).restorePicture(...given),
    original: async (...given) => (await open()).original(...given),
    drawable: async (...given) => (await open()).drawable(...given),
    addSamples: async (...given) => (await open()).addSamples(...given),
    close() {
      isClosed = true
      worker?.close()
    },
  }
}

const loadBridge = () => import('./worker-bridge.ts')
const loadSearchRows = () => import('./search-rows.ts')
const loadBackupRecords = () => import('./backup-records.ts')
const loadActRecords = () => import('./act-records.ts')
const loadFolderRecords = () => import('./folder-records.ts')
const loadShelfWrites = () => import('./shelf-writes.ts')
const loadCollections = () => import('./collection-records.ts')

/** The log is loaded with the first act. */
function lazyActRecords(database: Database, onChange: Parameters<typeof createRunRecords>[1]): ActRecords {
  let records: ActRecords | undefined
  const open = async () => {
    const { createActRecords } = await loadPart(loadActRecords)
    records ??= createActRecords(database, onChange)
    return records
  }
  return {
    carryOut: async (...given) => (await open()).carryOut(...given),
    commands: async () => (await open()).commands(),
  }
}

async function loadProcessor(): Promise<ImageProcessor> {
  return (await import('./image-processor.ts')).browserProcessor
}

/** Loaded with the first change, or shortly after the first screen (`app/soon.tsx`). */
function lazyShelfWrites(database: Database, onChange: (change: StoreChange) => void): ShelfWrites {
  const open = async () => (await loadPart(loadShelfWrites)).createShelfWrites(database, onChange)
  return {
    setPalettes: async (palettes) => (await open()).setPalettes(palettes),
    recordLaying: async (...given) => (await open()).recordLaying(...given),
    moveToBin: async (ids) => (await open()).moveToBin(ids),
    restore: async (ids) => (await open()).restore(ids),
    deleteForEver: async (...given) => (await open()).deleteForEver(...given),
    removeSamples: async () => (await open()).removeSamples(),
  }
}

/** The first screen shows no collections. */
function lazyCollectionRecords(database: Database): CollectionRecords {
  return { all: async () => (await loadPart(loadCollections)).readCollections(database) }
}

import type { Collection } from '#domain/collection.ts'
import type { CollectionChange, Command, ImageChange, StoredChange } from '#domain/command.ts'
import type { CollectionId, PictureId, RunId } from '#domain/ids.ts'
import type { Picture, Shelf } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { mayFollow } from '#domain/run-machine.ts'
import { afterwards, changedRecord, changesOf, inOrder, isAsExpected, outcomeOf, toldOf } from './act-records.ts'
import { inListOrder } from './collection-records.ts'
import { storageError } from './database.ts'
import { createFoldersInMemory } from './folder-records.ts'
import type { ImageProcessor } from './image-processor.ts'
import { openFile, toFileEntry, toRestoredFileEntry } from './kept-files.ts'
import { pageHome } from './page-home.ts'
import { type PictureEntry, toBlob, toEntry, toRestoredEntry } from './picture-entry.ts'
import { childrenInOrder, type PictureShelves, toPicture, toThumbnails } from './picture-shelves.ts'
import type { RunRecords } from './run-records.ts'
import { amended, refuseSent, stepped } from './run-writes.ts'
import { laidSampleIds } from './sample-ids.ts'
import type { StoredPicture, StoredRendition, WholeFile } from './schema.ts'
import { byNewest } from './shelf-list.ts'
import { answersLeftAlone, binned, restored, type ShelfWrites, toStoredPicture, withLaying } from './shelf-writes.ts'
import { sourcesNeededBy, toSourceReport } from './source-report.ts'
import type { ActRecords, BackupRecords, GalleryStore, NewPicture, SearchRows, StoreChange } from './store.ts'
import { isOpen } from './stored-run.ts'

/** What is kept of an image: the file for a user's file, base64 for all others. */
type Kept = Pick<PictureEntry, 'thumbnail'> & {
  record: StoredPicture
  base64?: string
  file?: WholeFile
  rendition?: StoredRendition
}
type Tell = (change: StoreChange) => void

/** The gallery of a page without a database. Everything works, but nothing outlives the page. */
export function openMemoryStore(processor: ImageProcessor): GalleryStore {
  const runs = new Map<RunId, Run>()
  const kept = new Map<PictureId, Kept>()
  const collections = new Map<CollectionId, Collection>()
  const { tell, subscribe, close } = createListeners()
  const runRecords = createRuns(runs, tell)
  const shelves = createShelves(kept, tell)
  const folders = createFoldersInMemory()
  const found = async (ids: readonly PictureId[]) => [...(await shelves.picturesById(ids)).values()]

  function putEntries(entries: readonly PictureEntry[]) {
    const added = entries.filter(({ picture }) => !kept.has(picture.id))
    for (const { picture, base64, thumbnail } of added) {
      kept.set(picture.id, { base64, thumbnail, record: toStoredPicture(picture) })
    }
    if (added.length > 0) tell({ kind: 'pictures', ids: added.map(({ picture }) => picture.id) })
  }

  async function toEntries(made: readonly NewPicture[]): Promise<PictureEntry[]> {
    const entries: PictureEntry[] = []
    for (const picture of made) if (!kept.has(picture.id)) entries.push(await toEntry(processor, picture))
    return entries
  }

  const original = (id: PictureId) => bytesOf(kept.get(id))

  return {
    ...runRecords,
    ...shelves,
    acts: createActs(kept, collections, tell),
    collections: { all: async () => inListOrder([...collections.values()]) },
    folders: async () => folders,
    async settle(run, made) {
      const entries = runs.get(run.id)?.state.phase === 'saved' ? [] : await toEntries(made)
      const stored = runs.get(run.id)
      if (stored?.state.phase === 'saved') return found(stored.state.pictures)
      if (stored && !mayFollow(stored, run)) throw storageError('its run has ended otherwise')
      putEntries(entries)
      await runRecords.saveRun(run)
      return found(run.state.pictures)
    },
    async addPicture(picture) {
      putEntries(await toEntries([picture]))
      return (await found([picture.id]))[0] as Picture
    },
    async addFile(given) {
      const { picture, ...entry } = await toFileEntry(given)
      kept.set(picture.id, { ...entry, record: toStoredPicture(picture) })
      tell({ kind: 'pictures', ids: [picture.id] })
      return picture
    },
    original,
    drawable: async (id) => (await openFile(kept.get(id)?.rendition)) ?? original(id),
    ...createReports(runs, kept),
    async addSamples(wanted, onProgress) {
      const { makeSamples } = await import('./samples.ts')
      let done = 0
      await makeSamples(wanted, pageHome(), processor, async (entries) => {
        putEntries(entries)
        done += entries.length
        onProgress(done)
      })
    },
    search: { rows: async () => createRows(kept, subscribe) },
    backup: () => openBackupRecords({ kept, runs, collections }, { processor, original, tell }),
    health: 'memory',
    subscribe,
    onHealth: () => () => undefined,
    close,
  }
}

function createListeners(): { tell: Tell; subscribe: GalleryStore['subscribe']; close: () => void } {
  const listeners = new Set<Tell>()
  return {
    tell(change) {
      for (const listener of [...listeners]) listener(change)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => listeners.clear(),
  }
}

function createReports(
  runs: ReadonlyMap<RunId, Run>,
  kept: ReadonlyMap<PictureId, Kept>,
): Pick<GalleryStore, 'sourceReport' | 'storageReport'> {
  const records = () => [...kept.values()].map(({ record }) => record)
  return {
    async sourceReport(inForms) {
      const sources = records().filter(({ shelf }) => shelf === 'sources')
      return toSourceReport(sources.toSorted(byNewest), neededSources(runs, kept, inForms))
    },
    async storageReport(inForms, now) {
      const { toStorageReport } = await import('./storage-report.ts')
      async function* pages() {
        yield records()
      }
      return toStorageReport(pages(), inForms, now)
    },
  }
}

async function bytesOf(entry: Kept | undefined): Promise<Blob | undefined> {
  if (entry?.file) return openFile(entry.file)
  return entry?.base64 === undefined ? undefined : toBlob(entry.base64)
}

function neededSources(
  runs: ReadonlyMap<RunId, Run>,
  kept: ReadonlyMap<PictureId, Kept>,
  inForms: readonly PictureId[],
): Set<PictureId> {
  const needed = new Set([...inForms, ...[...runs.values()].flatMap(sourcesNeededBy)])
  for (const { record } of kept.values()) for (const id of record.parents) needed.add(id)
  return needed
}

/** No snapshot for search is stored; it is built from the images in memory. */
function createRows(kept: ReadonlyMap<PictureId, Kept>, subscribe: GalleryStore['subscribe']): SearchRows {
  return {
    start: async () => ({ generation: 0, markers: [], changed: { found: [], gone: [] } }),
    imagesById: async (ids) => ({
      found: ids.flatMap((id) => kept.get(id)?.record ?? []).map(toPicture),
      gone: ids.filter((id) => !kept.has(id)),
    }),
    async *pages() {
      yield [...kept.values()].map(({ record }) => toPicture(record))
    },
    collections: async () => [],
    count: async () => kept.size,
    fold: async () => undefined,
    subscribe,
    close: () => undefined,
  }
}

interface Memory {
  kept: Map<PictureId, Kept>
  runs: Map<RunId, Run>
  collections: Map<CollectionId, Collection>
}

async function openBackupRecords(
  { kept, runs, collections }: Memory,
  { processor, original, tell }: { processor: ImageProcessor; original: GalleryStore['original']; tell: Tell },
): Promise<BackupRecords> {
  const { createMemoryBackup } = await import('./memory-backup.ts')
  return createMemoryBackup({
    records: () => new Map([...kept].map(([id, { record }]) => [id, record])),
    original,
    runs,
    collections,
    change(id, record) {
      const entry = kept.get(id)
      if (entry) kept.set(id, { ...entry, record })
    },
    async restore(restored) {
      const { picture, ...entry } = restored.picture.file
        ? await toRestoredFileEntry(restored)
        : await toRestoredEntry(processor, restored)
      kept.set(picture.id, { ...entry, record: toStoredPicture(picture) })
    },
    tell,
  })
}

const dated = ({ id, marks: { createdAt } }: Run) => ({ id, createdAt })

function createRuns(runs: Map<RunId, Run>, tell: Tell): RunRecords {
  function put(next: Run) {
    if (runs.get(next.id) !== next) {
      runs.set(next.id, next)
      tell({ kind: 'runs', ids: [next.id] })
    }
    return next
  }

  return {
    openRuns: async () => [...runs.values()].filter(isOpen).sort((a, b) => byNewest(dated(b), dated(a))),
    recentRuns: async (limit, since = 0) =>
      [...runs.values()]
        .filter(({ marks: { createdAt } }) => createdAt >= since)
        .sort((a, b) => byNewest(dated(a), dated(b)))
        .slice(0, limit),
    run: async (id) => runs.get(id),
    saveRun: async (run) => put(stepped(runs.get(run.id), run)),
    async startRuns(started, replaced) {
      const before = replaced && runs.get(replaced.id)
      if (before) put(amended(before, replaced.change))
      return started.map((run) => runs.get(run.id) ?? put(run))
    },
    async amendRun(id, change) {
      const stored = runs.get(id)
      return stored && put(amended(stored, change))
    },
    async removeRun(id) {
      const stored = runs.get(id)
      if (!stored) return
      refuseSent(stored)
      runs.delete(id)
      tell({ kind: 'runs', ids: [id] })
    },
  }
}

function createActs(kept: Map<PictureId, Kept>, collections: Map<CollectionId, Collection>, tell: Tell): ActRecords {
  const log = new Map<string, Command>()

  function changeImages(change: ImageChange): PictureId[] {
    return change.ids.filter((id) => {
      const entry = kept.get(id)
      const record = changedRecord(entry?.record, change)
      if (entry && record) kept.set(id, { ...entry, record })
      return record !== undefined
    })
  }

  function changeCollection(change: CollectionChange): CollectionId[] {
    if (!isAsExpected(collections.get(change.id), change)) return []
    if (change.to) collections.set(change.id, change.to)
    else collections.delete(change.id)
    return [change.id]
  }

  return {
    async carryOut(command, way, forget = []) {
      const done = new Map<StoredChange, readonly string[]>()
      for (const change of changesOf(command, way))
        done.set(change, change.kind === 'image' ? changeImages(change) : changeCollection(change))
      const after = afterwards(command, way, done)
      for (const id of forget) log.delete(id)
      log.set(after.id, after)
      for (const change of toldOf(command, way, done)) tell(change)
      return { command: after, outcome: outcomeOf(done) }
    },
    commands: async () => inOrder([...log.values()]),
  }
}

function createShelves(kept: Map<PictureId, Kept>, tell: Tell): PictureShelves & ShelfWrites {
  const all = () => [...kept.values()].map(({ record }) => toPicture(record)).sort(byNewest)
  const on = (shelf: Shelf) => all().filter((picture) => picture.shelf === shelf)
  const entries = (ids: readonly PictureId[]) => ids.flatMap((id) => kept.get(id) ?? [])

  async function replace(ids: readonly PictureId[], change: (record: StoredPicture) => StoredPicture) {
    for (const entry of entries(ids)) kept.set(entry.record.id, { ...entry, record: change(entry.record) })
    tell({ kind: 'pictures', ids })
  }

  async function remove(asked: readonly PictureId[], shelf?: Shelf) {
    const removed = entries(asked).flatMap(({ record }) =>
      shelf === undefined || record.shelf === shelf ? [record] : [],
    )
    const ids = removed.map(({ id }) => id)
    const lone = await answersLeftAlone(removed, {
      read: async (id) => kept.get(id)?.record,
      childrenOf: async (id) => all().filter(({ parents }) => parents.includes(id)),
    })
    const gone = [...ids, ...lone.hidden.map(({ id }) => id)]
    for (const id of gone) kept.delete(id)
    for (const record of lone.binned)
      for (const entry of entries([record.id])) kept.set(record.id, { ...entry, record })
    if (gone.length > 0) tell({ kind: 'pictures', ids: gone })
    return ids
  }

  return {
    pictures: async (shelf, limit, after) =>
      on(shelf)
        .filter((picture) => !after || byNewest(after, picture) < 0)
        .slice(0, limit),
    picture: async (id) => entries([id]).map(({ record }) => toPicture(record))[0],
    picturesById: async (ids) => new Map(entries(ids).map(({ record }) => [record.id, toPicture(record)])),
    countPictures: async (shelf) => on(shelf).length,
    pictureOfHash: async (sha256) => all().find((picture) => picture.sha256 === sha256 && picture.shelf !== 'bin'),
    newerThan: async (picture) => on(picture.shelf).findLast((other) => byNewest(other, picture) < 0),
    hasSamples: async () => all().some(({ origin }) => origin.kind === 'sample'),
    childrenOf: async (id) => childrenInOrder(all().filter(({ parents }) => parents.includes(id))),
    thumbnails: async (ids) => toThumbnails(entries(ids).map(({ record, thumbnail }) => [record.id, thumbnail])),
    setPalettes: (palettes) =>
      replace([...palettes.keys()], (record) => ({ ...record, palette: palettes.get(record.id) ?? [] })),
    recordLaying: (answer, laying) => replace([answer], (record) => withLaying(record, laying)),
    moveToBin: (ids) => replace(ids, binned),
    restore: (ids) => replace(ids, restored),
    deleteForEver: remove,
    removeSamples: async () =>
      void (await remove(all().flatMap(({ id, origin }) => (isSample(id, origin.kind) ? [id] : [])))),
  }
}

function isSample(id: PictureId, kind: Picture['origin']['kind']): boolean {
  return kind === 'sample' || laidSampleIds.includes(id)
}

import type { Collection } from '#domain/collection.ts'
import type { Command, Outcome, Renaming } from '#domain/command.ts'
import type { FoundRecipe } from '#domain/found-recipe.ts'
import type { CollectionId, PictureId, RunId } from '#domain/ids.ts'
import type { Laying } from '#domain/laying.ts'
import type { ImageMarks } from '#domain/marks.ts'
import type { ImageMime, Origin, Picture, Shelf } from '#domain/picture.ts'
import type { BatchPlace, Run, RunIn } from '#domain/run.ts'
import type { SourceFile } from '#domain/source-file.ts'
import type { StoredFolder } from './schema.ts'

/** Bytes to be stored. `convertTo` converts them once to another format. */
export interface NewPicture {
  id: PictureId
  shelf: Shelf
  createdAt: number
  prompt: string
  parents: readonly PictureId[]
  batch?: BatchPlace
  origin: Origin
  bytes: Blob
  convertTo?: ImageMime
}

/** A user's file to be kept unchanged, with what was read from it. */
export interface NewFile {
  id: PictureId
  shelf: 'sources' | 'gallery'
  createdAt: number
  name: string
  bytes: Blob
  facts: Omit<SourceFile, 'id' | 'name'>
  /** Hash of `bytes`: 64 hexadecimal digits. */
  sha256: string
  thumbnail: Blob
  /** The colours that the image can be found by. */
  palette?: readonly number[]
  /** A PNG or JPEG to show instead of the file. */
  rendition?: Blob
  /** Images of this gallery of which this one is a changed copy. */
  parents?: readonly PictureId[]
  /** How the file says it was made. */
  found?: FoundRecipe
  /** What will be done before it is sent, in words. */
  notes: readonly string[]
}

/** An image of a backup, to be kept with its record unchanged. */
export interface RestoredPicture {
  picture: Picture
  bytes: Blob
  /**
   * Only for a file that is kept whole: its thumbnail and rendition. For all other images the thumbnail is made from
   * the bytes.
   */
  drawn?: { thumbnail: Blob; rendition?: Blob }
}

/** A source that is no longer needed. */
export interface UnusedSource {
  id: PictureId
  name: string
  sizeBytes: number
}

export interface SourceReport {
  count: number
  sizeBytes: number
  unused: readonly UnusedSource[]
}

/** What uses storage, and what can be freed. Sizes are of the stored bytes: a file that several images have counts once. */
export interface StorageReport {
  images: number
  sizeBytes: number
  /** Images of the last 30 days, without samples; `days`: age of the oldest of them, 0 if there is none. */
  recent: { sizeBytes: number; days: number }
  bin: { ids: readonly PictureId[]; sizeBytes: number }
  /** Images of the gallery that were imported more than once, without the copy that stays. */
  duplicates: { ids: readonly PictureId[] }
}

/** A number of samples, or the demo: the samples that come with the page, with two variants of an edit of an area. */
export type Samples = number | 'demo'

/** Where the next page of a shelf starts: after this image, in the shelf's own order (newest first). */
export interface PageMark {
  createdAt: number
  id: PictureId
}

/** Changes that are announced to every window, including this one. */
export type StoreChange =
  | { kind: 'runs'; ids: readonly RunId[] }
  | { kind: 'pictures'; ids: readonly PictureId[] }
  | { kind: 'collections' }
  /** `window`: the one that renamed it. */
  | { kind: 'renamed'; window: string; renaming: Renaming }

/**
 * Named sets of images. Membership is stored in the images' marks, so deleting a collection keeps its images. They are
 * changed by acts, so that each change can be undone.
 */
export interface CollectionRecords {
  /** In list order. */
  all(): Promise<readonly Collection[]>
}

/** Folders on disk that the user chose, by their purpose. */
export interface FolderRecords {
  get(id: string): Promise<StoredFolder | undefined>
  /** Rejects if the browser cannot store a handle. */
  put(folder: StoredFolder): Promise<void>
  remove(id: string): Promise<void>
}

/**
 * `memory`: no database; everything works, but nothing outlives the page. `outdated`: another window has a newer
 * version.
 */
export type StoreHealth = 'ok' | 'memory' | 'blocked' | 'outdated'

export type Way = 'do' | 'undo' | 'redo'

/** Images as they are stored now, and those that were deleted. */
export interface ChangedImages {
  found: readonly Picture[]
  gone: readonly PictureId[]
}

/**
 * The images that had changed at some moment. Code that knows all of them in that state or newer may pass them to
 * `fold`.
 */
export type Markers = readonly (readonly [key: IDBValidKey, stamp: unknown])[]

/** The stored state from which search starts. */
export interface SearchStart {
  /** Absent: search has to be built from all images. */
  snapshot?: unknown
  /** The number of this snapshot; 0: none. */
  generation: number
  markers: Markers
  /** All images that have changed since the snapshot. Empty without a snapshot. */
  changed: ChangedImages
}

/**
 * What search reads from the store, and the one record that it writes. Rejects with a `GenerationError` of kind
 * `storage`.
 */
export interface SearchRows {
  start(): Promise<SearchStart>
  imagesById(ids: readonly PictureId[]): Promise<ChangedImages>
  /** All images in order of their ids, `size` at a time. */
  pages(size: number): AsyncIterable<readonly Picture[]>
  /** All collections: their names are searched like words of their images. */
  collections(): Promise<readonly Collection[]>
  /** The number of images. The cost grows with it. */
  count(): Promise<number>
  /**
   * Replaces the snapshot of `generation` and removes the markers it covers. Gives the new generation; `undefined` if
   * another window has stored a snapshot meanwhile.
   */
  fold(generation: number, snapshot: unknown, known: Markers): Promise<number | undefined>
  /** Changes made in any window. */
  subscribe(listener: (change: StoreChange) => void): () => void
  close(): void
}

export interface SearchSource {
  /** The database's name, for a worker with its own connection; absent without a database. */
  database?: string | undefined
  /** For searching on the page's own thread. */
  rows(): Promise<SearchRows>
}

/** The log of reversible acts, stored in the database. */
export interface ActRecords {
  /**
   * Makes the stored changes of a command and logs it, in one transaction. An image whose field, or a collection that, is
   * no longer what the change expects is left alone; a new command keeps only the changes it really made. `forget`: commands that can no
   * longer be redone. Rejects with a `GenerationError` of kind `storage`, and has then changed nothing.
   */
  carryOut(command: Command, way: Way, forget?: readonly string[]): Promise<{ command: Command; outcome: Outcome }>
  /** All readable commands, oldest first. Damaged ones are removed, and nothing else. */
  commands(): Promise<Command[]>
}

/**
 * Everything that is kept, one record at a time. Unreadable records are left out. Each write is one transaction, never
 * changes existing data, and rejects with a `GenerationError` of kind `storage`.
 */
export interface BackupRecords {
  /** The number of images, and about how many bytes will be written. */
  size(): Promise<{ images: number; bytes: number }>
  /** On all shelves, at this moment. */
  pictureIds(): Promise<readonly PictureId[]>
  picture(id: PictureId): Promise<Picture | undefined>
  /** The bytes as they are kept. */
  bytes(id: PictureId): Promise<Blob | undefined>
  runs(): Promise<readonly Run[]>
  collections(): Promise<readonly Collection[]>

  known(id: PictureId): Promise<{ sha256: string; marks?: ImageMarks } | undefined>
  keep(picture: Picture, bytes: Blob): Promise<void>
  setMarks(id: PictureId, marks: ImageMarks): Promise<void>
  hasRun(id: RunId): Promise<boolean>
  keepRun(run: Run): Promise<void>
  hasCollection(id: CollectionId): Promise<boolean>
  keepCollection(collection: { id: CollectionId; name: string }): Promise<void>
  /** Tells the screens what was kept since the last call; some of it may have been announced before. */
  tellKept(): void
}

/**
 * Everything that is kept in this browser. Its interface uses `Blob`; base64 is internal. Every write resolves after
 * its transaction has ended, or rejects with a `GenerationError` of kind `storage` and has then changed nothing. One
 * exception: a run's step after its submission that does not fit on the disk is kept in memory for the life of the
 * page.
 */
export interface GalleryStore {
  /**
   * Not dismissed and not saved, oldest first: what the grid shows before the images, and what is resumed at the start.
   */
  openRuns(): Promise<Run[]>
  /** Newest first, at most `limit`, created at or after `since` (epoch ms). */
  recentRuns(limit: number, since?: number): Promise<Run[]>
  run(id: RunId): Promise<Run | undefined>
  /**
   * Stores a new run or the next step of one. A step back is not written; the stored run is returned instead. Marks the
   * user has set meanwhile (stopped, dismissed) are kept: only `amendRun` changes them.
   */
  saveRun(run: Run): Promise<Run>
  /**
   * Stores new runs in one transaction, all or none; a run that is stored already stays as it is. `replaced` is changed
   * in the same transaction. Gives the runs as they are stored.
   */
  startRuns(runs: readonly Run[], replaced?: { id: RunId; change(stored: Run): Run }): Promise<Run[]>
  /** Changes a run inside one transaction. A step back, or an unchanged run, is not written. */
  amendRun(id: RunId, change: (stored: Run) => Run): Promise<Run | undefined>
  /** Removes a run of which nothing was sent. Any other run stays, and the call is refused. */
  removeRun(id: RunId): Promise<void>

  /**
   * Stores the run's last step and its images in one transaction, and reads them back. Settling twice changes nothing.
   */
  settle(run: RunIn<'saved'>, made: readonly NewPicture[]): Promise<Picture[]>
  addPicture(picture: NewPicture): Promise<Picture>
  /** Keeps a user's file byte for byte: it counts only when bytes with the same hash were read back from the disk. */
  addFile(file: NewFile): Promise<Picture>

  /**
   * Stores the outcome of laying an answer into its source. An answer that was laid in and has no marks moves to the shelf
   * `answers`. A deleted answer stays deleted.
   */
  recordLaying(answer: PictureId, laying: Laying): Promise<void>

  /** One page of a shelf, newest first. Never reads originals; its cost does not depend on the number of images. */
  pictures(shelf: Shelf, limit: number, after?: PageMark): Promise<Picture[]>
  picture(id: PictureId): Promise<Picture | undefined>
  /** An image with these bytes that is not in the bin. `sha256`: 64 hexadecimal digits. */
  pictureOfHash(sha256: string): Promise<Picture | undefined>
  /** Several at once; missing ones are absent. */
  picturesById(ids: readonly PictureId[]): Promise<Map<PictureId, Picture>>
  countPictures(shelf: Shelf): Promise<number>
  /** The next newer one on its shelf. */
  newerThan(picture: Picture): Promise<Picture | undefined>
  /** Whether there are samples on any shelf. */
  hasSamples(): Promise<boolean>
  /** Images made from this one, oldest first, without those in the bin. */
  childrenOf(id: PictureId): Promise<Picture[]>
  /** Thumbnails as `data:` addresses; missing ones are absent. */
  thumbnails(ids: readonly PictureId[]): Promise<Map<PictureId, string>>
  /** The kept bytes, for a user's file with its own type; `undefined` if they are missing or damaged. */
  original(id: PictureId): Promise<Blob | undefined>
  /** The image as every browser can draw it: upright and not animated. Usually the kept bytes themselves. */
  drawable(id: PictureId): Promise<Blob | undefined>
  /**
   * How much is on the shelf `sources`, and which of it is not needed: no image was made from it, no unfinished or
   * failed run uses it, and it is not in `inForms`. Newest first.
   */
  sourceReport(inForms: readonly PictureId[]): Promise<SourceReport>
  /** Stores the palettes of images that had none. */
  setPalettes(palettes: ReadonlyMap<PictureId, readonly number[]>): Promise<void>
  /** Reads every record. An image of `inForms` is no duplicate. `now`: epoch ms. */
  storageReport(inForms: readonly PictureId[], now: number): Promise<StorageReport>

  /** Deletes nothing: a restored image returns to its shelf and its old position. */
  moveToBin(ids: readonly PictureId[]): Promise<void>
  restore(ids: readonly PictureId[]): Promise<void>
  /**
   * Images made from it keep its id as their parent. With the last image that an answer was laid into, the answer on the
   * shelf `answers` is deleted too. `shelf`: only images that are on it now. Gives what was deleted of `ids`.
   */
  deleteForEver(ids: readonly PictureId[], shelf?: Shelf): Promise<readonly PictureId[]>

  /** Adds distinct samples to the gallery; existing ones stay as they are. */
  addSamples(wanted: Samples, onProgress: (done: number) => void): Promise<void>
  /** Deletes all samples, on all shelves, and the images that their answers were laid into by themselves. */
  removeSamples(): Promise<void>

  /** The log of reversible acts. Every change that can be undone is made through it. */
  readonly acts: ActRecords

  readonly collections: CollectionRecords
  /** Loaded separately, because few visits use a folder. */
  folders(): Promise<FolderRecords>
  /** The stored state from which search starts. */
  readonly search: SearchSource

  /** Everything that is kept, for writing a backup and for restoring one. */
  backup(): Promise<BackupRecords>

  readonly health: StoreHealth
  subscribe(listener: (change: StoreChange) => void): () => void
  /** Called when `health` changes. */
  onHealth(listener: (health: StoreHealth) => void): () => void
  close(): void
}

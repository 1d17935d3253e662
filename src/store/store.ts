import type { Command, Outcome } from '#domain/command.ts'
import type { FoundRecipe } from '#domain/found-recipe.ts'
import type { CollectionId, PictureId, RunId } from '#domain/ids.ts'
import type { Laying } from '#domain/laying.ts'
import type { Marks } from '#domain/marks.ts'
import type { ImageMime, Origin, Picture, Shelf } from '#domain/picture.ts'
import type { BatchPlace, Run, RunIn } from '#domain/run.ts'
import type { SourceFile } from '#domain/source-file.ts'
import type { StoredCollection } from './schema.ts'

/** Bytes about to be stored. `convertTo` makes the kept file another format, once. */
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

/** A user's file about to be kept as it is, with what was read of it. */
export interface NewFile {
  id: PictureId
  shelf: 'sources' | 'gallery'
  createdAt: number
  name: string
  bytes: Blob
  facts: Omit<SourceFile, 'id' | 'name'>
  /** Of `bytes`: 64 hexadecimal digits. */
  sha256: string
  thumbnail: Blob
  /** A PNG or JPEG to be shown in its place. */
  rendition?: Blob
  /** Images of this gallery that it is a changed copy of. */
  parents?: readonly PictureId[]
  /** What the file says of how it was made. */
  found?: FoundRecipe
  /** What will be done before it is sent, in words. */
  notes: readonly string[]
}

/** An image of a backup, about to be kept with its record as it is. */
export interface RestoredPicture {
  picture: Picture
  bytes: Blob
  /** Only of a file that is kept whole: what is shown of it. The thumbnail of any other is made of its bytes. */
  drawn?: { thumbnail: Blob; rendition?: Blob }
}

/** A source that nothing needs. */
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

/** Where a page of a shelf goes on: after this picture, in the shelf's own order (newest first). */
export interface PageMark {
  createdAt: number
  id: PictureId
}

/** What others have to hear about. Sent to every window, this one included. */
export type StoreChange =
  | { kind: 'runs'; ids: readonly RunId[] }
  | { kind: 'pictures'; ids: readonly PictureId[] }
  | { kind: 'collections' }

/** Named sets of images. Which images are in one stands in their marks: removing a collection keeps them. */
export interface CollectionRecords {
  /** As listed. */
  all(): Promise<readonly StoredCollection[]>
  /** Adds one, or replaces the one with its id. */
  put(collection: StoredCollection): Promise<void>
  remove(id: CollectionId): Promise<void>
}

/** `memory`: the browser gives no database; all works, nothing outlives the page. `outdated`: another window has a newer one. */
export type StoreHealth = 'ok' | 'memory' | 'blocked' | 'outdated'

export type Way = 'do' | 'undo' | 'redo'

/** Images as they are stored now, and those that are gone. */
export interface ChangedImages {
  found: readonly Picture[]
  gone: readonly PictureId[]
}

/** Which images had been changed at some moment. Whoever knows all images as they were then, or newer, may fold them. */
export type Markers = readonly (readonly [key: IDBValidKey, stamp: unknown])[]

/** What search starts from. */
export interface SearchStart {
  /** Nothing: search has to be built from all images. */
  snapshot?: unknown
  /** Which snapshot this is; 0: none. */
  generation: number
  markers: Markers
  /** All that the snapshot does not know as it is now. Empty without a snapshot. */
  changed: ChangedImages
}

/** What search reads of the store, and the one record that it writes. Rejects with a `GenerationError` of kind `storage`. */
export interface SearchRows {
  start(): Promise<SearchStart>
  imagesById(ids: readonly PictureId[]): Promise<ChangedImages>
  /** All images, so many at a time, in the order of their ids. */
  pages(size: number): AsyncIterable<readonly Picture[]>
  /** The names of all collections, which are searched like words of their images. */
  collectionNames(): Promise<ReadonlyMap<CollectionId, string>>
  /** How many images there are. Its cost grows with their number. */
  count(): Promise<number>
  /**
   * Stores a snapshot in place of the one of `generation`, and takes away the markers of what it knows. Gives the new
   * generation, or nothing when another window has stored one meanwhile.
   */
  fold(generation: number, snapshot: unknown, known: Markers): Promise<number | undefined>
  /** Changes made in any window. */
  subscribe(listener: (change: StoreChange) => void): () => void
  close(): void
}

export interface SearchSource {
  /** The database's name, for a worker with a connection of its own; nothing where there is no database. */
  database?: string | undefined
  /** For searching on the page's own thread. */
  rows(): Promise<SearchRows>
}

/** The log of reversible acts, kept in the database. */
export interface ActRecords {
  /**
   * Carries out the stored changes of a command and keeps it, in one transaction. Each image whose field is no longer what
   * the change expects is left alone; a command that is done for the first time keeps only what it did change.
   * `forget`: commands that can no longer be redone. Rejects with a `GenerationError` of kind `storage` and has then
   * changed nothing.
   */
  carryOut(command: Command, way: Way, forget?: readonly string[]): Promise<{ command: Command; outcome: Outcome }>
  /** All commands that can be read, oldest first. Damaged ones are removed, and nothing else. */
  commands(): Promise<Command[]>
}

/**
 * All that is kept, one record at a time. A record that cannot be read is left out. Each write is one transaction, changes
 * nothing that is there already, and rejects with a `GenerationError` of kind `storage`.
 */
export interface BackupRecords {
  /** How much there is to be written, in about so many bytes. */
  size(): Promise<{ images: number; bytes: number }>
  /** Of every shelf, as they are now. */
  pictureIds(): Promise<readonly PictureId[]>
  picture(id: PictureId): Promise<Picture | undefined>
  /** The bytes as they are kept. */
  bytes(id: PictureId): Promise<Blob | undefined>
  runs(): Promise<readonly Run[]>
  collections(): Promise<readonly StoredCollection[]>

  known(id: PictureId): Promise<{ sha256: string; marks?: Marks } | undefined>
  keep(picture: Picture, bytes: Blob): Promise<void>
  setMarks(id: PictureId, marks: Marks): Promise<void>
  hasRun(id: RunId): Promise<boolean>
  keepRun(run: Run): Promise<void>
  hasCollection(id: CollectionId): Promise<boolean>
  keepCollection(collection: { id: CollectionId; name: string }): Promise<void>
  /** Tells the screens of what was kept since the last call; some of it they may have heard of before. */
  tellKept(): void
}

/**
 * All that is kept in this browser. Speaks `Blob` at its seam; base64 is its private business. Every write resolves after
 * its transaction has ended; it rejects with a `GenerationError` of kind `storage` and then has changed nothing. One
 * exception: a run's step after its submission, for which the disk has no room, is kept for as long as the page lives.
 */
export interface GalleryStore {
  /** Not dismissed and not saved, oldest first: what the grid shows before the pictures and what a start takes up again. */
  openRuns(): Promise<Run[]>
  /** The ledger: newest first, at most `limit`, none made before `since` (epoch ms). */
  recentRuns(limit: number, since?: number): Promise<Run[]>
  run(id: RunId): Promise<Run | undefined>
  /**
   * Puts a new run or the next step of one. A step back is not written; the stored run comes back instead. What the user
   * marked meanwhile (stopped, dismissed) is kept: only `amendRun` changes it.
   */
  saveRun(run: Run): Promise<Run>
  /**
   * Puts new runs in one transaction, all or none; one that is stored already stays as it is. `replaced` is changed in the
   * same transaction. Gives the runs as they are stored.
   */
  startRuns(runs: readonly Run[], replaced?: { id: RunId; change(stored: Run): Run }): Promise<Run[]>
  /** Changes a run inside one transaction; a step back, or the run as it was given, is not written. */
  amendRun(id: RunId, change: (stored: Run) => Run): Promise<Run | undefined>
  /** Removes a run of which nothing was sent. Anything else stays in the ledger and is refused. */
  removeRun(id: RunId): Promise<void>

  /** The run's last step and its pictures in one transaction, read back before it counts. Settling twice changes nothing. */
  settle(run: RunIn<'saved'>, made: readonly NewPicture[]): Promise<Picture[]>
  addPicture(picture: NewPicture): Promise<Picture>
  /** Keeps a user's file byte for byte: it counts only when the disk has given back bytes of the same hash. */
  addFile(file: NewFile): Promise<Picture>

  /** Keeps what came of laying an answer into its source. An answer that is gone stays gone. */
  noteLaying(answer: PictureId, laying: Laying): Promise<void>

  /** One page of a shelf, newest first. Never reads originals; its cost does not depend on how many pictures there are. */
  pictures(shelf: Shelf, limit: number, after?: PageMark): Promise<Picture[]>
  picture(id: PictureId): Promise<Picture | undefined>
  /** An image with these bytes that is not in the bin. `sha256`: 64 hexadecimal digits. */
  pictureOfHash(sha256: string): Promise<Picture | undefined>
  /** Several at once; those that are gone are absent. */
  picturesById(ids: readonly PictureId[]): Promise<Map<PictureId, Picture>>
  countPictures(shelf: Shelf): Promise<number>
  /** The next newer one on its shelf. */
  newerThan(picture: Picture): Promise<Picture | undefined>
  /** Whether samples are kept, on any shelf. */
  hasSamples(): Promise<boolean>
  /** Pictures made from this one, oldest first; without those in the bin. */
  childrenOf(id: PictureId): Promise<Picture[]>
  /** Small pictures as `data:` addresses; those that are missing are absent. */
  thumbnails(ids: readonly PictureId[]): Promise<Map<PictureId, string>>
  /** The kept bytes, of a user's file with its own type; or nothing when they are gone or damaged. */
  original(id: PictureId): Promise<Blob | undefined>
  /** The same image as every browser can draw it: upright, and standing still. Mostly the kept bytes themselves. */
  drawable(id: PictureId): Promise<Blob | undefined>
  /**
   * How much is on the shelf `sources`, and which of it nothing needs: no image was made from it, no unfinished or failed
   * run uses it, and it is not among `inForms`. Newest first.
   */
  sourceReport(inForms: readonly PictureId[]): Promise<SourceReport>

  /** Takes nothing away: a restored picture is back on its shelf, in its old place. */
  moveToBin(ids: readonly PictureId[]): Promise<void>
  restore(ids: readonly PictureId[]): Promise<void>
  /** Pictures made from it keep its id as their parent. */
  deleteForEver(ids: readonly PictureId[]): Promise<void>

  /** Fills the gallery with `count` distinct samples; those that are there already stay as they are. */
  addSamples(count: number, onProgress: (done: number) => void): Promise<void>
  /** Takes all samples away in one act, wherever they are. */
  removeSamples(): Promise<void>

  /** The log of reversible acts, and the only way to make a change that can be undone. */
  readonly acts: ActRecords

  readonly collections: CollectionRecords
  /** What search starts from. */
  readonly search: SearchSource

  /** Everything that is kept, for writing a backup and for restoring one. */
  backup(): Promise<BackupRecords>

  readonly health: StoreHealth
  subscribe(listener: (change: StoreChange) => void): () => void
  /** Called whenever `health` changes. */
  onHealth(listener: (health: StoreHealth) => void): () => void
  close(): void
}

import { isDiskFull, toFailure } from '#domain/failure.ts'
import type { PictureId, RunId } from '#domain/ids.ts'
import { extensionOf, type Picture, type Shelf } from '#domain/picture.ts'
import { isOver } from '#domain/run.ts'
import type { Folder } from '#platform/folder.ts'
import type { BackupRecords, GalleryStore } from '#store/store.ts'
import { hashOf, type PictureLine } from '../backup/backup.ts'
import { withoutAddresses } from '../backup/records.ts'
import { fileNameOf } from '../picture-words.ts'

/** State of the copy of everything to a folder. */
export type FolderState =
  | { kind: 'off' }
  /** `waiting`: images not written yet; absent until that is known. `written`: since this page was opened. */
  | { kind: 'on'; name: string; waiting?: number; written: number }
  /** The browser has to ask for permission again before anything is written. */
  | { kind: 'paused'; name: string }
  /** `reason`: a sentence for the user. Images that are not written yet are kept in the browser and tried again. */
  | { kind: 'failed'; name: string; reason: string }

/** Writes each new image, and the records, to a folder that the user has chosen. Its calls never reject. */
export interface FolderCopy {
  state(): FolderState
  subscribe(listener: () => void): () => void
  /** Resumes with the folder of an earlier visit, without asking. Resolves when it is known whether there is one. */
  start(): Promise<FolderState>
  /** Starts using a folder and writes everything that is not in it yet. */
  use(folder: Folder): Promise<void>
  /** After a press of a button: makes the browser ask for permission again, and retries failed writes. */
  resume(): Promise<void>
  /** Forgets the folder. Its files stay. */
  stop(): Promise<void>
}

export interface FolderPorts {
  store: Pick<GalleryStore, 'folders' | 'backup' | 'pictures' | 'collections' | 'run' | 'openRuns' | 'subscribe'>
  /** Opens a folder by its stored handle. */
  open(handle: unknown): Folder | undefined
  now(): number
  /**
   * Resolves when this window is the only one that writes: when the other window is closed, or at once if `over` takes over.
   * `onLost`: another window has taken over.
   */
  alone(over: boolean, onLost: () => void): Promise<void>
}

const id = 'copy'
/** Number of images that share one file of records. */
const together = 24
const pageLength = 200

const readme = `Atelier writes each new image to this folder.

images/   the images as they were made, by month
records/  what is known of them, one JSON object a line; later lines are newer

To bring them back, open Atelier, then Settings, then "Restore from a folder".
`

/** What is to be written, and where. */
interface Copying {
  folder?: Folder | undefined
  records?: BackupRecords
  images: Set<PictureId>
  runs: Set<RunId>
  /** Number of images since the page was opened. */
  written: number
  /** The latest write; writes are done one after the other. */
  work: Promise<void>
  isWatching: boolean
  show(state: FolderState): void
}

export function createFolderCopy(ports: FolderPorts): FolderCopy {
  const { store } = ports
  let state: FolderState = { kind: 'off' }
  const listeners = new Set<() => void>()
  const copying: Copying = {
    images: new Set(),
    runs: new Set(),
    written: 0,
    work: Promise.resolve(),
    isWatching: false,
    show(next) {
      state = next
      for (const listener of [...listeners]) listener()
    },
  }
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start() {
      await takeUp(ports, copying)
      return state
    },
    async use(chosen) {
      copying.written = 0
      await keepFolder(store, { handle: chosen.handle })
      await begin(ports, copying, chosen, { over: true })
    },
    async resume() {
      const { folder } = copying
      // Changes made while nothing could be written are not known, so everything is checked.
      if (folder && (await folder.mayWrite(true).catch(() => false)))
        await begin(ports, copying, folder, { over: true })
    },
    async stop() {
      copying.folder = undefined
      copying.images.clear()
      copying.runs.clear()
      copying.show({ kind: 'off' })
      await store
        .folders()
        .then((folders) => folders.remove(id))
        .catch(() => undefined)
      // The window that writes learns of this by losing the lock.
      await ports.alone(true, () => undefined)
    },
  }
}

type Folders = Pick<GalleryStore, 'folders'>

const keptFolder = async (store: Folders) => (await store.folders()).get(id).catch(() => undefined)

/** If the browser cannot store a handle, the folder is forgotten when the page is closed. */
async function keepFolder(store: Folders, kept: { handle: unknown; writtenUntil?: number }): Promise<void> {
  await (await store.folders()).put({ id, ...kept }).catch(() => undefined)
}

/** Resumes with a folder that was chosen before. */
async function takeUp(ports: FolderPorts, copying: Copying): Promise<void> {
  const kept = await keptFolder(ports.store)
  const folder = kept && ports.open(kept.handle)
  if (!folder || copying.folder) return
  copying.folder = folder
  if (await folder.mayWrite(false).catch(() => false)) {
    void begin(ports, copying, folder, { over: false })
    return
  }
  copying.show({ kind: 'paused', name: folder.name })
}

/**
 * Writes everything that is missing in the folder, then each new image. `over`: the user has asked for it in this window, so
 * it checks everything and takes over from another window.
 */
async function begin(ports: FolderPorts, copying: Copying, folder: Folder, { over }: { over: boolean }): Promise<void> {
  const { store, alone } = ports
  copying.folder = folder
  copying.show({ kind: 'on', name: folder.name, written: copying.written })
  await alone(over, () => {
    copying.folder = undefined
    copying.show({ kind: 'off' })
    void takeUp(ports, copying)
  })
  const kept = await keptFolder(store)
  if (copying.folder !== folder) return
  if (!kept) {
    copying.folder = undefined
    return copying.show({ kind: 'off' })
  }
  const since = over ? 0 : (kept.writtenUntil ?? 0)
  if (!copying.isWatching) watch(ports, copying)
  try {
    if (since === 0) {
      await folder.write(['README.txt'], new Blob([readme]))
      copying.records ??= await store.backup()
      for (const each of await copying.records.pictureIds()) copying.images.add(each)
      for (const run of await copying.records.runs()) copying.runs.add(run.id)
    } else await addNewer(store, since, copying.images)
  } catch (error) {
    copying.show({ kind: 'failed', name: folder.name, reason: reasonOf(error, folder.name) })
    return
  }
  await drain(ports, copying)
}

function watch(ports: FolderPorts, copying: Copying): void {
  copying.isWatching = true
  ports.store.subscribe((change) => {
    if (!copying.folder || (change.kind !== 'pictures' && change.kind !== 'runs')) return
    if (change.kind === 'pictures') for (const each of change.ids) copying.images.add(each)
    else for (const each of change.ids) copying.runs.add(each)
    void drain(ports, copying)
  })
}

function showOn({ show, images, written }: Copying, { name }: Folder): void {
  show({ kind: 'on', name, waiting: images.size, written })
}

/** Writes the waiting images. Those that fail stay in the queue and are retried with the next change. */
function drain(ports: FolderPorts, copying: Copying): Promise<void> {
  copying.work = copying.work.then(async () => {
    const { folder } = copying
    if (!folder) return
    try {
      if (await folder.mayWrite(false)) await writeWaiting(ports, copying, folder)
      else copying.show({ kind: 'paused', name: folder.name })
    } catch (error) {
      if (copying.folder === folder)
        copying.show({ kind: 'failed', name: folder.name, reason: reasonOf(error, folder.name) })
    }
  })
  return copying.work
}

async function writeWaiting(ports: FolderPorts, copying: Copying, folder: Folder): Promise<void> {
  const { store, now } = ports
  // An image has the time of its run, which may end after this visit.
  const running = (await store.openRuns()).filter((run) => !isOver(run))
  const writtenUntil = Math.min(now(), ...running.map(({ marks }) => marks.createdAt - 1))
  while (copying.folder === folder && (copying.images.size > 0 || copying.runs.size > 0)) {
    showOn(copying, folder)
    await writeSome(ports, copying, folder)
  }
  if (copying.folder !== folder) return
  await keepFolder(store, { handle: folder.handle, writtenUntil })
  showOn(copying, folder)
}

/** Removes an image from the queue before it is written, so that a change in the meantime adds it again. */
async function writeSome({ store, now }: FolderPorts, copying: Copying, folder: Folder): Promise<void> {
  copying.records ??= await store.backup()
  const images = [...copying.images].slice(0, together)
  const runs = [...copying.runs]
  for (const each of images) copying.images.delete(each)
  copying.runs.clear()
  try {
    const lines = await linesOf(folder, copying.records, images)
    for (const run of await Promise.all(runs.map((each) => store.run(each))))
      if (run && (run.state.phase === 'saved' || run.state.phase === 'failed'))
        lines.push(JSON.stringify({ run: withoutAddresses(run) }))
    for (const collection of await store.collections.all()) lines.push(JSON.stringify({ collection }))
    if (lines.length > 0) await folder.write(recordsPath(now()), new Blob([lines.join('\n')]))
    copying.written += images.length
  } catch (error) {
    for (const each of images) copying.images.add(each)
    for (const each of runs) copying.runs.add(each)
    throw error
  }
}

/** Images added after a time. Shelves are read newest first, and only as far as needed. */
async function addNewer(store: FolderPorts['store'], since: number, images: Set<PictureId>): Promise<void> {
  const shelves: readonly Shelf[] = ['gallery', 'answers', 'sources']
  for (const shelf of shelves) {
    for (let after: Picture | undefined; ; ) {
      const page = await store.pictures(shelf, pageLength, after)
      const newer = page.filter(({ createdAt }) => createdAt > since)
      for (const each of newer) images.add(each.id)
      after = page.at(-1)
      if (newer.length < pageLength) break
    }
  }
}

/** Writes the files that are missing. A deleted image, or one whose bytes are deleted, has no file. */
async function linesOf(folder: Folder, records: BackupRecords, ids: readonly PictureId[]): Promise<string[]> {
  const lines: string[] = []
  for (const each of ids) {
    const picture = await records.picture(each)
    const bytes = picture && (await records.bytes(each))
    if (!picture || !bytes) continue
    const path = pathOf(picture)
    const there = await folder.read(path)
    // The name contains a digest of the image's id, and stored bytes never change.
    if (there?.size !== bytes.size) await folder.write(path, bytes)
    const line: PictureLine = { picture, sha256: await hashOf(bytes), file: path.join('/') }
    lines.push(JSON.stringify(line))
  }
  return lines
}

/** "images/2026-11/a-red-fox-flux-2-pro-2026-11-27-k3f9a2.png". */
function pathOf(picture: Picture): readonly string[] {
  return ['images', monthOf(picture.createdAt), fileNameOf(picture, extensionOf(picture.mime))]
}

function recordsPath(at: number): readonly string[] {
  const stamp = new Date(at).toISOString().replace(/[:.]/g, '-')
  return ['records', monthOf(at), `${stamp}-${Math.random().toString(36).slice(2, 6)}.ndjson`]
}

function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7)
}

function reasonOf(error: unknown, name: string): string {
  const kind = error instanceof Error || error instanceof DOMException ? error.name : ''
  if (kind === 'NotFoundError')
    return `The folder “${name}” was moved or deleted. Nothing is lost: everything is still in this browser. Choose a folder again.`
  if (kind === 'QuotaExceededError' || isDiskFull(toFailure(error)))
    return `The disk with “${name}” is full. What is not written yet is kept in this browser and written later.`
  return `The folder “${name}” cannot be written. What is not written yet is kept in this browser and written later.`
}

import { isDiskFull, toFailure } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { withEntry } from '../full-disk.ts'
import { type Archive, ArchiveError, openArchive } from './archive.ts'
import { type BackupCollection, type BackupTarget, type Damage, fileOf, hashOf, type PictureLine } from './backup.ts'
import { asEnded, readCollections, readManifest, readPictures, readRuns } from './records.ts'

/** What a restore would do. */
export interface Plan {
  /** Images that are not here yet. */
  fresh: number
  /** Images that are here with the same bytes; their marks are merged. */
  known: number
  damaged: readonly Damage[]
}

/** What a restore did. Restoring the same backup again writes nothing. */
export interface Restored extends Plan {
  /** Runs, collections and marks that were written. */
  records: number
}

export interface Backup {
  /** Time of the backup, epoch ms. */
  readonly createdAt: number
  plan(target: BackupTarget): Promise<Plan>
  /**
   * One transaction for each image, so that stopping, or a full disk, leaves the gallery consistent. For a full disk the
   * error's message is a sentence that names what did not fit.
   */
  restore(
    target: BackupTarget,
    onProgress: (progress: { done: number; total: number }) => void,
    signal: AbortSignal,
  ): Promise<Restored>
  close(): Promise<void>
}

/** More than any file that can be opened here (`openLimits`), and more than any result that is kept as PNG. */
const mostOriginalBytes = 512 * 2 ** 20

/** Opens a backup and checks its list and records. Rejects with an `ArchiveError`; nothing has been written then. */
export async function openBackup(file: Blob): Promise<Backup> {
  const archive = await openArchive(file)
  try {
    const manifest = await readManifest(archive)
    const pictures = await readPictures(archive, manifest)
    const runs = await readRuns(archive, manifest)
    const collections = await readCollections(archive, manifest)
    return toBackup(archive, manifest.createdAt, { pictures, runs, collections })
  } catch (error) {
    await archive.close().catch(() => undefined)
    throw error
  }
}

export interface Contents {
  pictures: { lines: readonly PictureLine[]; damaged: readonly Damage[] }
  runs: readonly Run[]
  collections: readonly BackupCollection[]
}

/** Operations on records that were read, and on the files that they name. */
export function toBackup(
  archive: Pick<Archive, 'names' | 'read' | 'close'>,
  createdAt: number,
  contents: Contents,
): Backup {
  const { pictures, runs, collections } = contents
  const { lines } = pictures

  /** What a restore would do with a line, found without reading its bytes. */
  async function fateOf(line: PictureLine, target: BackupTarget): Promise<'fresh' | 'known' | Damage> {
    const { picture, sha256 } = line
    const name = picture.prompt.slice(0, 80)
    if (sha256 === undefined) return { name, reason: 'Its bytes were missing when the backup was made.' }
    if (!archive.names.has(fileOf(line))) return { name, reason: 'Its file is not in the archive.' }
    const here = await target.known(picture.id)
    return here?.sha256 === sha256 ? 'known' : 'fresh'
  }

  async function planFor(target: BackupTarget): Promise<Plan> {
    let [fresh, known] = [0, 0]
    const damaged = [...pictures.damaged]
    for (const line of lines) {
      const fate = await fateOf(line, target)
      if (fate === 'fresh') fresh += 1
      else if (fate === 'known') known += 1
      else damaged.push(fate)
    }
    return { fresh, known, damaged }
  }

  async function restoreInto(
    target: BackupTarget,
    onProgress: (progress: { done: number; total: number }) => void,
    signal: AbortSignal,
  ): Promise<Restored> {
    let [fresh, known, records] = [0, 0, 0]
    const damaged = [...pictures.damaged]
    for (const collection of collections) {
      if (await target.hasCollection(collection.id)) continue
      await fitting(collection.name, () => target.keepCollection(collection))
      records += 1
    }
    for (const [index, line] of lines.entries()) {
      signal.throwIfAborted()
      const fate = await fateOf(line, target)
      const done = await fitting(line.picture.prompt, () => restoreLine(archive, line, fate, target))
      if (done === 'fresh') fresh += 1
      else if (done === 'known' || done === 'merged') known += 1
      else damaged.push(done)
      if (done === 'merged') records += 1
      onProgress({ done: index + 1, total: lines.length })
    }
    for (const run of runs) {
      if (await target.hasRun(run.id)) continue
      await fitting(String(run.recipe.draft.prompt ?? run.id), () => target.keepRun(asEnded(run)))
      records += 1
    }
    return { fresh, known, damaged, records }
  }

  return { createdAt, plan: planFor, restore: restoreInto, close: () => archive.close() }
}

async function fitting<T>(entry: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw withEntry(error, entry, 'What was restored until then stays. Free space and restore again.')
  }
}

async function restoreLine(
  archive: Archive,
  line: PictureLine,
  fate: 'fresh' | 'known' | Damage,
  target: BackupTarget,
): Promise<'fresh' | 'known' | 'merged' | Damage> {
  const { picture, sha256 = '' } = line
  if (typeof fate === 'object') return fate
  const here = await target.known(picture.id)
  if (fate === 'known') {
    const { marks } = picture
    if (!marks || (here?.marks && here.marks.changedAt >= marks.changedAt)) return 'known'
    await target.setMarks(picture.id, marks)
    return 'merged'
  }
  const found = await readOriginal(archive, line, sha256)
  if (!(found instanceof Blob)) return { name: picture.prompt.slice(0, 80), reason: found }
  if (!here) return keepIn(target, picture, found)
  // Another image has the id, and both are kept. The new id is made from both hashes, so that a second restore finds
  // it.
  const id = `${picture.id}-${sha256.slice(0, 12)}` as PictureId
  if ((await target.known(id))?.sha256 === sha256) return 'known'
  return keepIn(target, { ...picture, id }, found)
}

/** A full disk ends the restore; an image that cannot be drawn is reported, and the others are restored. */
async function keepIn(target: BackupTarget, picture: Picture, bytes: Blob): Promise<'fresh' | Damage> {
  try {
    await target.keep(picture, bytes)
    return 'fresh'
  } catch (error) {
    const failure = toFailure(error)
    if (failure.kind !== 'storage' || isDiskFull(failure)) throw error
    return { name: picture.prompt.slice(0, 80), reason: `It could not be kept: ${failure.detail}.` }
  }
}

async function readOriginal(archive: Archive, line: PictureLine, sha256: string): Promise<Blob | string> {
  try {
    const bytes = await archive.read(fileOf(line), mostOriginalBytes)
    if ((await hashOf(bytes)) !== sha256) return 'Its bytes are not those that were backed up.'
    return bytes.slice(0, bytes.size, line.picture.mime)
  } catch (error) {
    if (error instanceof ArchiveError) return error.message
    throw error
  }
}

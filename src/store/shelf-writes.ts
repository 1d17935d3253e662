import type { IDBPObjectStore } from 'idb'
import type { PictureId } from '#domain/ids.ts'
import type { Laying } from '#domain/laying.ts'
import type { Picture, Shelf } from '#domain/picture.ts'
import type { Database } from './database.ts'
import { deleteFiles } from './file-bytes.ts'
import { deletePicture, putPicture } from './picture-writes.ts'
import { laidSampleIds } from './sample-ids.ts'
import type { Schema, StoredPicture } from './schema.ts'
import type { GalleryStore, StoreChange } from './store.ts'

export type ShelfWrites = Pick<
  GalleryStore,
  'recordLaying' | 'setPalettes' | 'moveToBin' | 'restore' | 'deleteForEver' | 'removeSamples'
>

/** Changes records without bytes, and deletes originals. Loaded after the first screen, which only reads. */
export function createShelfWrites(database: Database, onChange: (change: StoreChange) => void): ShelfWrites {
  async function replace(ids: readonly PictureId[], change: (record: StoredPicture) => StoredPicture) {
    await database.write(['pictures'], async (transaction) => {
      const pictures = transaction.objectStore('pictures')
      await Promise.all(
        ids.map(async (id) => {
          const record = await pictures.get(id)
          if (record) await putPicture(transaction, change(record))
        }),
      )
    })
    onChange({ kind: 'pictures', ids })
  }

  /** All samples if no ids are given. */
  async function remove(named?: readonly PictureId[], shelf?: Shelf) {
    const stores = ['thumbnails', 'originals', 'renditions'] as const
    const { ids, given } = await database.write(['pictures', 'files', ...stores], async (transaction) => {
      const pictures = transaction.objectStore('pictures')
      const asked = named ?? [
        ...(await pictures.index('origin').getAllKeys('sample')),
        ...(await laidSamples(pictures)),
      ]
      const known = await Promise.all(asked.map((id) => pictures.get(id)))
      const removed = known.flatMap((record) =>
        record && (shelf === undefined || record.shelf === shelf) ? [record] : [],
      )
      const given = removed.map(({ id }) => id)
      const lone = await answersLeftAlone(removed, {
        read: (id) => pictures.get(id),
        childrenOf: (id) => pictures.index('parents').getAll(id),
      })
      const ids = [...given, ...lone.hidden.map(({ id }) => id)]
      await Promise.all(ids.map((id) => deletePicture(transaction, id)))
      await Promise.all(lone.binned.map((answer) => putPicture(transaction, answer)))
      await Promise.all(stores.flatMap((store) => ids.map((id) => transaction.objectStore(store).delete(id))))
      await deleteFiles(transaction, [...removed, ...lone.hidden])
      return { ids, given }
    })
    if (ids.length > 0) onChange({ kind: 'pictures', ids })
    return given
  }

  return {
    setPalettes: (palettes) =>
      replace([...palettes.keys()], (record) => ({ ...record, palette: palettes.get(record.id) ?? [] })),
    recordLaying: (answer, laying) => replace([answer], (record) => withLaying(record, laying)),
    moveToBin: (ids) => replace(ids, binned),
    restore: (ids) => replace(ids, restored),
    deleteForEver: remove,
    removeSamples: async () => void (await remove()),
  }
}

type Pictures = Pick<IDBPObjectStore<Schema, ['pictures'], 'pictures', 'readwrite'>, 'getKey'>

async function laidSamples(pictures: Pictures): Promise<PictureId[]> {
  const there = await Promise.all(laidSampleIds.map((id) => pictures.getKey(id)))
  return there.flatMap((id) => id ?? [])
}

export function binned(record: StoredPicture): StoredPicture {
  return record.shelf === 'bin' ? record : { ...toStoredPicture({ ...record, shelf: 'bin' }), home: record.shelf }
}

export function restored({ home = 'gallery', ...record }: StoredPicture): StoredPicture {
  return record.shelf === 'bin' ? toStoredPicture({ ...record, shelf: home }) : record
}

/**
 * An answer that was laid in is not in the grid beside its laid-in image. One that the user has marked stays: it would be
 * missing among the starred ones, or in its collection.
 */
export function withLaying(record: StoredPicture, laying: Laying): StoredPicture {
  if (laying.kind !== 'laid' || record.marks) return { ...record, laying }
  if (record.shelf === 'bin') return { ...record, laying, home: 'answers' }
  return toStoredPicture({ ...record, laying, shelf: 'answers' })
}

interface AnswerReads {
  read(id: PictureId): Promise<StoredPicture | undefined>
  childrenOf(id: PictureId): Promise<readonly Picture[]>
}

/**
 * The answers whose last laid-in image is removed. `hidden`: no screen would list them any more, so they are removed
 * too. `binned`: they were moved to the bin on their own, and return to the gallery from there.
 */
export async function answersLeftAlone(
  removed: readonly (Picture | undefined)[],
  { read, childrenOf }: AnswerReads,
): Promise<{ hidden: StoredPicture[]; binned: StoredPicture[] }> {
  const gone = new Set(removed.map((picture) => picture?.id))
  const ids = new Set(removed.flatMap((picture) => (picture && answerOf(picture)) ?? []))
  const hidden: StoredPicture[] = []
  const binned: StoredPicture[] = []
  for (const id of ids) {
    const answer = gone.has(id) ? undefined : await read(id)
    const children = answer ? await childrenOf(id) : []
    if (!answer || children.some((child) => answerOf(child) === id && !gone.has(child.id))) continue
    if (answer.shelf === 'answers') hidden.push(answer)
    else if (answer.shelf === 'bin' && answer.home === 'answers') binned.push({ ...answer, home: 'gallery' })
  }
  return { hidden, binned }
}

/** The answer that was laid into this image. */
function answerOf({ origin, parents }: Picture): PictureId | undefined {
  return origin.kind === 'derived' && origin.from === 'answer' ? parents[1] : undefined
}

export function toStoredPicture(picture: Picture): StoredPicture {
  return { ...picture, order: [picture.shelf, -picture.createdAt, picture.id] }
}

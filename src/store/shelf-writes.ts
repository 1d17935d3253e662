import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Database } from './database.ts'
import { deletePicture, putPicture } from './picture-writes.ts'
import type { StoredPicture } from './schema.ts'
import type { GalleryStore, StoreChange } from './store.ts'

export type ShelfWrites = Pick<
  GalleryStore,
  'noteLaying' | 'setPalettes' | 'moveToBin' | 'restore' | 'deleteForEver' | 'removeSamples'
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
  async function remove(named?: readonly PictureId[]) {
    const stores = ['thumbnails', 'originals', 'files', 'renditions'] as const
    const ids = await database.write(['pictures', ...stores], async (transaction) => {
      const ids = named ?? (await transaction.objectStore('pictures').index('origin').getAllKeys('sample'))
      await Promise.all(ids.map((id) => deletePicture(transaction, id)))
      await Promise.all(stores.flatMap((store) => ids.map((id) => transaction.objectStore(store).delete(id))))
      return ids
    })
    if (ids.length > 0) onChange({ kind: 'pictures', ids })
  }

  return {
    setPalettes: (palettes) =>
      replace([...palettes.keys()], (record) => ({ ...record, palette: palettes.get(record.id) ?? [] })),
    noteLaying: (answer, laying) => replace([answer], (record) => ({ ...record, laying })),
    moveToBin: (ids) => replace(ids, binned),
    restore: (ids) => replace(ids, restored),
    deleteForEver: remove,
    removeSamples: () => remove(),
  }
}

export function binned(record: StoredPicture): StoredPicture {
  return record.shelf === 'bin' ? record : { ...toStoredPicture({ ...record, shelf: 'bin' }), home: record.shelf }
}

export function restored({ home = 'gallery', ...record }: StoredPicture): StoredPicture {
  return record.shelf === 'bin' ? toStoredPicture({ ...record, shelf: home }) : record
}

export function toStoredPicture(picture: Picture): StoredPicture {
  return { ...picture, order: [picture.shelf, -picture.createdAt, picture.id] }
}

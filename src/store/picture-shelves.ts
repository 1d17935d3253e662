import type { IDBPObjectStore } from 'idb'
import type { PictureId } from '#domain/ids.ts'
import { type ImageMime, type Picture, type Shelf, sniffImage } from '#domain/picture.ts'
import type { Database } from './database.ts'
import type { Schema, StoredBytes, StoredPicture } from './schema.ts'
import type { GalleryStore, PageMark } from './store.ts'

export type PictureShelves = Pick<
  GalleryStore,
  | 'pictures'
  | 'picture'
  | 'picturesById'
  | 'countPictures'
  | 'newerThan'
  | 'pictureOfHash'
  | 'hasSamples'
  | 'childrenOf'
  | 'thumbnails'
>

type Reading = IDBPObjectStore<Schema, ['pictures'], 'pictures', 'readonly'>

/** Reads small records only, never originals. */
export function createPictureShelves(database: Database): PictureShelves {
  const read = <T>(work: (pictures: Reading) => Promise<T>) =>
    database.read(['pictures'], (transaction) => work(transaction.objectStore('pictures')))

  return {
    async pictures(shelf, limit, after) {
      const records = await read((pictures) => pictures.index('order').getAll(rangeOf(shelf, after), limit))
      shareWords(records)
      return records.map(toPicture)
    },
    async picture(id) {
      const record = await read((pictures) => pictures.get(id))
      return record && toPicture(record)
    },
    async picturesById(ids) {
      const records = await read((pictures) => Promise.all(ids.map((id) => pictures.get(id))))
      return new Map(records.flatMap((record) => (record ? [[record.id, toPicture(record)]] : [])))
    },
    countPictures: (shelf) => read((pictures) => pictures.index('order').count(rangeOf(shelf))),
    async pictureOfHash(sha256) {
      const records = await read((pictures) => pictures.index('sha256').getAll(sha256, 8))
      const record = records.find(({ shelf }) => shelf !== 'bin')
      return record && toPicture(record)
    },
    async newerThan({ shelf, createdAt, id }) {
      const range = IDBKeyRange.bound([shelf], [shelf, -createdAt, id], false, true)
      const cursor = await read((pictures) => pictures.index('order').openCursor(range, 'prev'))
      return cursor ? toPicture(cursor.value) : undefined
    },
    hasSamples: async () => (await read((pictures) => pictures.index('origin').getKey('sample'))) !== undefined,
    childrenOf: async (id) =>
      childrenInOrder((await read((pictures) => pictures.index('parents').getAll(id))).map(toPicture)),
    async thumbnails(ids) {
      const records = await database.read(['thumbnails'], (transaction) =>
        Promise.all(ids.map((id) => transaction.objectStore('thumbnails').get(id))),
      )
      return toThumbnails(records.flatMap((record) => (record ? [[record.id, record]] : [])))
    },
  }
}

/**
 * Every string of a record from the database is a new copy, the prompt even twice. Sharing equal strings cuts the
 * memory of a long list to a quarter.
 */
function shareWords(value: object, words = new Map<string, string>()): void {
  const members = value as Record<string, unknown>
  for (const [name, member] of Object.entries(members)) {
    if (typeof member === 'string') {
      const known = words.get(member)
      if (known === undefined) words.set(member, member)
      else members[name] = known
    } else if (typeof member === 'object' && member !== null) shareWords(member, words)
  }
}

function rangeOf(shelf: Shelf, after?: PageMark): IDBKeyRange {
  // An array sorts after every number, so this is above all keys that begin with the shelf.
  const end = [shelf, []]
  return after ? IDBKeyRange.bound([shelf, -after.createdAt, after.id], end, true) : IDBKeyRange.bound([shelf], end)
}

export function childrenInOrder(children: readonly Picture[]): Picture[] {
  return children
    .filter((child) => child.shelf !== 'bin')
    .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}

export function toPicture({ order: _order, home: _home, ...picture }: StoredPicture): Picture {
  return picture
}

/** As `data:` addresses, of images only: the type comes from the bytes, not from the record. */
export function toThumbnails(
  found: readonly (readonly [PictureId, Omit<StoredBytes, 'id'>])[],
): Map<PictureId, string> {
  return new Map(
    found.flatMap(([id, { base64 }]) => {
      const mime = kindOf(base64)
      return mime === undefined ? [] : [[id, `data:${mime};base64,${base64}`]]
    }),
  )
}

function kindOf(base64: string): ImageMime | undefined {
  try {
    return sniffImage(Uint8Array.from(atob(base64.slice(0, 16)), (letter) => letter.charCodeAt(0)))
  } catch {
    return undefined
  }
}

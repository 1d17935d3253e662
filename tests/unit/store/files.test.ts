import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { openDatabase } from '#store/database.ts'
import { shareSomeCopies } from '#store/file-bytes.ts'
import { openGallery } from '#store/gallery-store.ts'
import { openRescue } from '#store/rescue.ts'
import type { GalleryStore, NewFile } from '#store/store.ts'
import { failedRun, idsOf, newPicture, pictureIds, queuedRun, savedRun } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { putRaw, recordsOf } from '../../support/raw-database.ts'

const fileStores = ['pictures', 'thumbnails', 'files', 'renditions'] as const
let name: string
let store: GalleryStore

beforeEach(async () => {
  name = `files-${crypto.randomUUID()}`
  store = await openGallery({ name, processor: nodeProcessor })
})

afterEach(() => {
  vi.restoreAllMocks()
  store.close()
})

/** The first bytes of a HEIC file; the store does not decode. */
const heic = new Blob([Uint8Array.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', (letter) => letter.charCodeAt(0)), 'rest'])

async function newFile(id: string, about: Partial<NewFile> = {}): Promise<NewFile> {
  return {
    id: id as PictureId,
    shelf: 'sources',
    createdAt: 1_000,
    name: `${id}.heic`,
    bytes: heic,
    facts: { mime: 'image/heic', width: 40, height: 30, orientation: 1, profile: 'p3', hasAlpha: false },
    sha256: await hashOf(heic),
    thumbnail: await paintedImage('jpeg'),
    rendition: await paintedImage('png'),
    notes: ['Converted from HEIC'],
    ...about,
  }
}

const hashOf = async (bytes: Blob) => sha256Of(new Uint8Array(await bytes.arrayBuffer()))
const id = 'a' as PictureId

test('a file is kept byte for byte with its type, and shown by its rendition', async () => {
  const picture = await store.addFile(await newFile('a'))
  expect(picture).toEqual({
    id,
    shelf: 'sources',
    createdAt: 1_000,
    prompt: 'a.heic',
    mime: 'image/heic',
    width: 40,
    height: 30,
    sizeBytes: heic.size,
    parents: [],
    origin: { kind: 'dropped', fileName: 'a.heic', notes: ['Converted from HEIC'] },
    file: { name: 'a.heic', orientation: 1, profile: 'p3', hasAlpha: false },
    sha256: await hashOf(heic),
  })
  const original = (await store.original(id)) as Blob
  expect([original.type, await hashOf(original)]).toEqual(['image/heic', await hashOf(heic)])
  expect((await store.drawable(id))?.type).toBe('image/png')
  expect((await store.thumbnails([id])).size).toBe(1)
})

test('a file that needs no rendition is shown directly', async () => {
  const { rendition: _rendition, ...file } = await newFile('a', {
    bytes: await paintedImage('webp'),
    sha256: await hashOf(await paintedImage('webp')),
    facts: { mime: 'image/webp', width: 40, height: 30, orientation: 1, profile: 'srgb', hasAlpha: false },
  })
  await store.addFile(file)
  expect((await store.drawable(id))?.type).toBe('image/webp')
})

test('a file that is deleted for ever leaves nothing', async () => {
  await store.addFile(await newFile('a'))
  await store.deleteForEver([id])
  for (const each of fileStores) expect(await recordsOf(name, each), each).toEqual([])
})

describe('a file that several images have', () => {
  const [a, b, c] = pictureIds('a', 'b', 'c') as [PictureId, PictureId, PictureId]
  const filesNow = async () => (await recordsOf(name, 'files')) as { id: string; bytes?: Blob; bytesAt?: string }[]
  /** Which records have bytes, and to which the others refer. */
  const places = async () => Object.fromEntries((await filesNow()).map(({ id, bytesAt }) => [id, bytesAt ?? 'bytes']))
  /** `again`: as if nothing had been shared before. */
  const shareAll = async ({ again = false } = {}) => {
    const database = await openDatabase(name, { onHealth: () => undefined })
    if (again) await database.write(['ledger'], (transaction) => transaction.objectStore('ledger').clear())
    while (await shareSomeCopies(database));
    database.close()
  }
  const hashNow = async (each: PictureId) => {
    const bytes = await store.original(each)
    return bytes && (await hashOf(bytes))
  }

  test('is stored once, and each image gives it back whole', async () => {
    for (const each of [a, b, c]) await store.addFile(await newFile(each))
    expect(await places()).toEqual({ a: 'bytes', b: 'a', c: 'a' })
    for (const each of [a, b, c]) expect(await hashNow(each)).toBe(await hashOf(heic))
    expect(await store.picture(c)).toMatchObject({ sha256: await hashOf(heic), file: { name: 'c.heic' } })
    await store.addFile(
      await newFile('d', { bytes: new Blob([heic, '!']), sha256: await hashOf(new Blob([heic, '!'])) }),
    )
    expect(await places()).toEqual({ a: 'bytes', b: 'a', c: 'a', d: 'bytes' })
  })

  test('stays until the last of them is deleted, in whichever order', async () => {
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
    ]) {
      for (const each of [a, b, c]) await store.addFile(await newFile(each))
      for (const [index, each] of order.entries()) {
        await store.moveToBin([each])
        await store.restore([each])
        await store.deleteForEver([each])
        for (const left of order.slice(index + 1)) expect(await hashNow(left)).toBe(await hashOf(heic))
      }
      for (const each of fileStores) expect(await recordsOf(name, each), each).toEqual([])
    }
    for (const each of [a, b, c]) await store.addFile(await newFile(each))
    await store.deleteForEver([a, b, c])
    expect(await filesNow()).toEqual([])
  })

  test('can come back for an image that was deleted while another had its bytes', async () => {
    for (const each of [a, b]) await store.addFile(await newFile(each))
    await store.deleteForEver([a])
    expect(await hashNow(b)).toBe(await hashOf(heic))
    await store.addFile(await newFile('a'))
    expect(await places()).toEqual({ a: 'bytes', b: 'a' })
    const other = new Blob([heic, 'another'])
    await store.deleteForEver([a])
    const clash = store.addFile(await newFile('a', { bytes: other, sha256: await hashOf(other) }))
    await expect(clash).rejects.toMatchObject({ failure: { detail: 'another file is stored under its id' } })
    expect(await hashNow(b)).toBe(await hashOf(heic))
  })

  test('is stored again if the bytes that are there are damaged', async () => {
    await store.addFile(await newFile('a'))
    const [damaged] = await filesNow()
    await putRaw(name, 'files', { ...damaged, bytes: new Blob(['other']) })
    await store.addFile(await newFile('b'))
    expect(await places()).toEqual({ a: 'bytes', b: 'bytes' })
    expect(await hashNow(b)).toBe(await hashOf(heic))
  })

  test('is read and shared where an earlier version stored it several times, but only if one copy is whole', async () => {
    for (const each of [a, b, c]) {
      const other = new Blob([heic, each])
      await store.addFile(await newFile(each, { bytes: other, sha256: await hashOf(other) }))
    }
    const sha256 = await hashOf(heic)
    for (const record of await filesNow()) await putRaw(name, 'files', { ...record, sha256, bytes: heic })
    await putRaw(name, 'files', { ...(await filesNow())[0], bytes: new Blob(['damaged']) })
    await shareAll()
    // The damaged one now has the whole bytes, too.
    expect(await places()).toEqual({ a: 'b', b: 'bytes', c: 'b' })
    for (const each of [a, b, c]) expect(await hashNow(each)).toBe(sha256)
    const before = await filesNow()
    await shareAll({ again: true })
    expect(await filesNow()).toEqual(before)

    for (const record of before)
      await putRaw(name, 'files', { ...record, bytes: new Blob(['damaged']), bytesAt: undefined })
    const damaged = (await filesNow()).map(({ id: each }) => each)
    await shareAll({ again: true })
    expect((await filesNow()).map(({ id: each, bytes }) => bytes && each)).toEqual(damaged)
  })

  test('is shared in small steps, each of which goes on where the last one ended, and only once', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `f${String(index).padStart(2, '0')}`)
    for (const each of ids) {
      const other = new Blob([heic, each])
      await store.addFile(await newFile(each, { bytes: other, sha256: await hashOf(other) }))
    }
    // Each two of them have the same bytes: six hashes.
    for (const [index, record] of (await filesNow()).entries()) {
      const bytes = new Blob([heic, `pair ${index >> 1}`])
      await putRaw(name, 'files', { ...record, sha256: await hashOf(bytes), bytes })
    }
    const shared = async () => (await filesNow()).filter(({ bytesAt }) => bytesAt !== undefined).length
    const database = await openDatabase(name, { onHealth: () => undefined })
    expect(await shareSomeCopies(database)).toBe(true)
    expect(await shared()).toBe(4)
    expect(await shareSomeCopies(database)).toBe(false)
    expect(await shared()).toBe(6)
    // When everything is done, files are not read any more.
    const read = vi.spyOn(database, 'read')
    expect(await shareSomeCopies(database)).toBe(false)
    expect(read.mock.calls.map(([stores]) => stores)).toEqual([['ledger']])
    database.close()
  })

  test('is stored again if the record with the bytes changes while they are checked', async () => {
    const [first, second] = [await newFile('b'), await newFile('c')]
    await store.addFile(await newFile('a'))
    const digest = crypto.subtle.digest.bind(crypto.subtle)
    vi.spyOn(crypto.subtle, 'digest').mockImplementationOnce(async (...given) => {
      // Another window makes it refer to a record of its own.
      const [record] = await filesNow()
      await putRaw(name, 'files', { ...record, id: 'z' })
      await putRaw(name, 'files', { ...record, bytes: undefined, bytesAt: 'z' })
      return digest(...given)
    })
    await store.addFile(first)
    await store.addFile(second)
    for (const each of [a, b, c]) expect(await hashNow(each), each).toBe(await hashOf(heic))
  })

  test('is in the backup of each image, also in one of a database that does not open', async () => {
    for (const each of [a, b]) await store.addFile(await newFile(each))
    await store.deleteForEver([a])
    const backup = await store.backup()
    expect(await hashOf((await backup.bytes(b)) as Blob)).toBe(await hashOf(heic))
    const rescue = await openRescue(name)
    expect(await hashOf((await rescue.bytes(b)) as Blob)).toBe(await hashOf(heic))
  })
})

describe('a disk without room', () => {
  test.each(fileStores)('for "%s" keeps nothing of a file, and that is said', async (full) => {
    const put = IDBObjectStore.prototype.put
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      const transaction = this.transaction as unknown as { _abort(reason: string): void }
      if (this.name === full) transaction._abort('QuotaExceededError')
      return put.call(this, value, key)
    })
    const failure = { kind: 'storage', detail: 'the browser has no room left' }
    await expect(store.addFile(await newFile('a'))).rejects.toMatchObject({ failure })
    vi.restoreAllMocks()
    for (const each of fileStores) expect(await recordsOf(name, each), each).toEqual([])
    expect(await store.pictures('sources', 9)).toEqual([])
  })
})

test('a browser that takes no Blob into a database keeps the bytes in another form', async () => {
  const put = IDBObjectStore.prototype.put
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    if (value.bytes instanceof Blob) throw new DOMException('no Blob here', 'DataCloneError')
    return put.call(this, value, key)
  })
  await store.addFile(await newFile('a'))
  expect(await hashOf((await store.original(id)) as Blob)).toBe(await hashOf(heic))
  expect((await store.drawable(id))?.type).toBe('image/png')
})

test('bytes that the disk does not return unchanged are not kept', async () => {
  const put = IDBObjectStore.prototype.put
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    return put.call(this, this.name === 'files' ? { ...value, bytes: new Blob(['other bytes']) } : value, key)
  })
  const detail = 'the browser did not give back what was written'
  await expect(store.addFile(await newFile('a'))).rejects.toMatchObject({ failure: { kind: 'storage', detail } })
  vi.restoreAllMocks()
  for (const each of fileStores) expect(await recordsOf(name, each), each).toEqual([])
})

test('B6 sources are listed that no form, no image and no run that may go on uses', async () => {
  for (const each of ['free', 'form', 'parent', 'queued', 'failed', 'finished'])
    await store.addFile(await newFile(each))
  await store.addFile(await newFile('image', { shelf: 'gallery' }))
  await store.addPicture(newPicture('child', await paintedImage('png'), { parents: pictureIds('parent') }))
  await store.moveToBin(pictureIds('child'))
  const using = (id: string) => ({ family: 'flux-kontext', draft: {}, sources: pictureIds(id) })
  await store.saveRun({ ...queuedRun('run-1'), recipe: using('queued') })
  const failed = failedRun('run-2')
  await store.saveRun({ ...failed, marks: { ...failed.marks, dismissed: true }, recipe: using('failed') })
  await store.saveRun({ ...savedRun('run-3', ['gone']), recipe: using('finished') })
  expect(await store.sourceReport(pictureIds('form'))).toEqual({
    count: 6,
    sizeBytes: 6 * heic.size,
    unused: [
      { id: 'finished', name: 'finished.heic', sizeBytes: heic.size },
      { id: 'free', name: 'free.heic', sizeBytes: heic.size },
    ],
  })
  expect(idsOf(await store.pictures('sources', 9))).toHaveLength(6)
})

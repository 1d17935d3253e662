import 'fake-indexeddb/auto'
import { forceCloseDatabase } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { openDatabase } from '#store/database.ts'
import { openGallery } from '#store/gallery-store.ts'
import { type UpgradeStep, upgradeSteps } from '#store/schema.ts'
import type { StoreHealth } from '#store/store.ts'
import versionOne from '../../fixtures/database-version-1.json' with { type: 'json' }
import { idsOf, newPicture, pictureIds, queuedRun } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { describeDatabase, openRaw, putRaw, recordsOf, restoreDatabase } from '../../support/raw-database.ts'
import { imagesOfVersionOne, inOrder } from '../../support/version-one.ts'

let name: string
const open = () => openGallery({ name, processor: nodeProcessor })

beforeEach(() => {
  name = `database-${crypto.randomUUID()}`
})

afterEach(() => {
  vi.restoreAllMocks()
})

const { stores } = versionOne
const storesOfVersionTwo = {
  ...stores,
  pictures: {
    keyPath: 'id',
    indexes: { ...stores.pictures.indexes, sha256: { keyPath: 'sha256', multiEntry: false } },
  },
  files: { keyPath: 'id', indexes: {} },
  renditions: { keyPath: 'id', indexes: {} },
  acts: { keyPath: 'id', indexes: { at: { keyPath: 'at', multiEntry: false } } },
  collections: { keyPath: 'id', indexes: {} },
  ledger: { keyPath: 'null', indexes: {} },
}

const storesOfVersionThree = { ...storesOfVersionTwo, folders: { keyPath: 'id', indexes: {} } }
const storesOfVersionFour = {
  ...storesOfVersionThree,
  files: {
    keyPath: 'id',
    indexes: {
      bytesAt: { keyPath: 'bytesAt', multiEntry: false },
      sha256: { keyPath: 'sha256', multiEntry: false },
    },
  },
}

/** Records of version two: an image with marks, its bytes, a file, an act and a collection. */
const recordsOfVersionTwo = {
  ...versionOne.records,
  pictures: versionOne.records.pictures
    .map((record) => ({
      ...record,
      shelf: 'gallery',
      id: 'kept',
      order: ['gallery', -1, 'kept'],
      marks: { star: true, tags: ['client'], collections: ['posters'], changedAt: 5 },
    }))
    .slice(0, 1),
  files: [{ id: 'kept', name: 'a.png', mime: 'image/png', sha256: 'f'.repeat(64), bytes: new ArrayBuffer(3) }],
  acts: [{ id: 'act', label: 'star image', at: 5, window: 'w', apply: [], invert: [] }],
  collections: [{ id: 'posters', name: 'Posters', kind: 'plain', order: 1 }],
}

describe('the version of a database', () => {
  /** An invented next version in which images can be starred. */
  const star: UpgradeStep = async (_connection, transaction) => {
    const pictures = transaction.objectStore('pictures')
    pictures.createIndex('starred' as 'order', 'starred')
    for (const record of await pictures.getAll()) await pictures.put({ ...record, starred: 1 } as typeof record)
  }

  test('one is made just as it was when it was released', async () => {
    const database = await openDatabase(name, { onHealth: () => undefined, steps: upgradeSteps.slice(0, 1) })
    database.close()
    const { version, stores } = versionOne
    expect(await describeDatabase(name)).toEqual({ version, stores })
  })

  test('two adds the stores of files, acts, collections and search, and finds images by their hash', async () => {
    const database = await openDatabase(name, { onHealth: () => undefined, steps: upgradeSteps.slice(0, 2) })
    database.close()
    expect(await describeDatabase(name)).toEqual({ version: 2, stores: storesOfVersionTwo })
  })

  test('three adds the store of folders', async () => {
    const database = await openDatabase(name, { onHealth: () => undefined, steps: upgradeSteps.slice(0, 3) })
    database.close()
    expect(await describeDatabase(name)).toEqual({ version: 3, stores: storesOfVersionThree })
  })

  test('four finds files by their hash, and keeps every record of version two as it was', async () => {
    const two = await openDatabase(name, { onHealth: () => undefined, steps: upgradeSteps.slice(0, 2) })
    two.close()
    for (const [kept, records] of Object.entries(recordsOfVersionTwo)) {
      for (const record of records) await putRaw(name, kept, record)
    }
    const store = await open()
    expect((await store.collections.all()).map(({ name: title }) => title)).toEqual(['Posters'])
    expect((await store.acts.commands()).map(({ label }) => label)).toEqual(['star image'])
    expect(idsOf(await store.pictures('gallery', 9))).toEqual(['kept'])
    store.close()
    expect(await describeDatabase(name)).toEqual({ version: 4, stores: storesOfVersionFour })
    for (const [kept, records] of Object.entries(recordsOfVersionTwo)) {
      expect(await recordsOf(name, kept)).toEqual(records)
    }
  })

  test('one with a hundred images and half-finished runs opens as version four with every record and byte', async () => {
    const earlier = { ...versionOne, records: imagesOfVersionOne(100) }
    await restoreDatabase(name, earlier)
    const store = await open()
    expect(store.health).toBe('ok')
    const shown = await store.pictures('gallery', 200)
    expect(shown).toHaveLength(100)
    for (const { id, base64 } of earlier.records.originals) {
      const bytes = (await store.original(id as PictureId)) as Blob
      expect(Buffer.from(await bytes.arrayBuffer()).toString('base64')).toBe(base64)
    }
    expect((await store.openRuns()).map(({ state: { phase } }) => phase)).toEqual([
      'queued',
      'sending',
      'working',
      'ready',
      'failed',
    ])
    store.close()
    expect((await describeDatabase(name)).version).toBe(4)
    for (const [kept, records] of Object.entries(earlier.records)) {
      expect(await recordsOf(name, kept)).toEqual(inOrder(records))
    }
  })

  test('D10 one opens with everything in its place', async () => {
    await restoreDatabase(name, versionOne)
    const store = await open()
    expect(idsOf(await store.pictures('sources', 9))).toEqual(['photo'])
    expect(idsOf(await store.pictures('bin', 9))).toEqual(['run-1-0'])
    expect((await store.openRuns()).map(({ id }) => id)).toEqual(['run-2'])
    expect((await store.recentRuns(9)).map(({ id }) => id)).toEqual(['run-2', 'run-1'])
    expect((await store.original('photo' as PictureId))?.size).toBe(70)
    expect((await store.thumbnails(pictureIds('photo', 'run-1-0'))).size).toBe(2)
    await store.restore(pictureIds('run-1-0'))
    expect(idsOf(await store.pictures('gallery', 9))).toEqual(['run-1-0'])
    store.close()
  })

  test('D10 goes up by the steps that are missing, with all records', async () => {
    await restoreDatabase(name, versionOne)
    const steps = [...upgradeSteps, star]
    const database = await openDatabase(name, { onHealth: () => undefined, steps })
    database.close()
    const { version, stores } = await describeDatabase(name)
    expect(version).toBe(upgradeSteps.length + 1)
    expect(Object.keys(stores.pictures?.indexes ?? {})).toContain('starred')
    expect(await recordsOf(name, 'pictures')).toEqual(
      versionOne.records.pictures.map((record) => ({ ...record, starred: 1 })),
    )
    expect(await recordsOf(name, 'originals')).toEqual(versionOne.records.originals)
  })

  test('D09 stays as it was when a step fails halfway', async () => {
    await restoreDatabase(name, versionOne)
    const failing: UpgradeStep = async (connection, transaction) => {
      await star(connection, transaction)
      throw new Error('interrupted')
    }
    const opening = openDatabase(name, { onHealth: () => undefined, steps: [...upgradeSteps, failing] })
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
    const { version, stores } = versionOne
    expect(await describeDatabase(name)).toEqual({ version, stores })
    expect(await recordsOf(name, 'pictures')).toEqual(versionOne.records.pictures)
  })

  test('D08 that is newer than this code is refused, and nothing is written to it', async () => {
    await restoreDatabase(name, { ...versionOne, version: 7 })
    const store = await open()
    expect(store.health).toBe('outdated')
    await expect(store.saveRun(queuedRun('a'))).rejects.toMatchObject({ failure: { kind: 'storage' } })
    await expect(store.addPicture(newPicture('p', await paintedImage('png')))).rejects.toMatchObject({
      failure: { kind: 'storage' },
    })
    await expect(store.pictures('gallery', 9)).rejects.toMatchObject({ failure: { kind: 'storage' } })
    store.close()
    expect(await recordsOf(name, 'runs')).toEqual(versionOne.records.runs)
    expect((await describeDatabase(name)).version).toBe(7)
  })
})

describe('another window', () => {
  test('D06 with a newer version makes this one close the database, say so and write no more', async () => {
    const store = await open()
    const heard: StoreHealth[] = []
    store.onHealth((health) => heard.push(health))
    const newer = await openRaw(name, 9)
    expect(store.health).toBe('outdated')
    expect(heard).toEqual(['outdated'])
    await expect(store.saveRun(queuedRun('a'))).rejects.toMatchObject({ failure: { kind: 'storage' } })
    newer.close()
    expect(await recordsOf(name, 'runs')).toEqual([])
    store.close()
  })

  test('D07 with an older version makes this one wait, which says so and continues when the other is closed', async () => {
    const older = await openRaw(name, 1, (opened) => {
      for (const store of ['runs', 'pictures', 'thumbnails', 'originals'])
        opened.createObjectStore(store, { keyPath: 'id' })
    })
    const heard: StoreHealth[] = []
    const noChange: UpgradeStep = () => undefined
    const database = await openDatabase(name, { onHealth: (health) => heard.push(health), steps: [noChange, noChange] })
    expect(heard).toEqual(['blocked'])
    const counted = database.read(['runs'], (transaction) => transaction.objectStore('runs').count())
    older.close()
    expect(await counted).toBe(0)
    expect(heard).toEqual(['blocked', 'ok'])
    database.close()
  })

  test('hears what is changed here', async () => {
    const here = await open()
    const there = await open()
    const heard = new Promise((resolve) => there.subscribe(resolve))
    await here.saveRun(queuedRun('a'))
    expect(await heard).toEqual({ kind: 'runs', ids: ['a'] })
    expect(await there.run(queuedRun('a').id)).toEqual(queuedRun('a'))
    here.close()
    there.close()
  })

  test('D12 may delete the database; what comes later is kept in a new one', async () => {
    const store = await open()
    await store.saveRun(queuedRun('a'))
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name)
      request.onsuccess = resolve
      request.onerror = reject
    })
    await store.saveRun(queuedRun('b'))
    expect((await store.openRuns()).map(({ id }) => id)).toEqual(['b'])
    expect(store.health).toBe('ok')
    store.close()
  })
})

describe('a connection that the browser takes away', () => {
  test('D05 is opened again, and operations under way are repeated', async () => {
    const opening = vi.spyOn(indexedDB, 'open')
    const store = await open()
    const [connection] = opening.mock.results.map(({ value }) => (value as IDBOpenDBRequest).result)
    const saving = store.saveRun(queuedRun('a'))
    forceCloseDatabase(connection as unknown as Parameters<typeof forceCloseDatabase>[0])
    await saving
    expect((await store.openRuns()).map(({ id }) => id)).toEqual(['a'])
    expect(opening.mock.calls.length).toBe(2)
    store.close()
  })

  test.each([
    ['the disk is gone', 'UnknownError', 'the disk is gone'],
    ['it is full', 'QuotaExceededError', 'the browser has no room left'],
  ])(
    'D05 and cannot be opened again, because %s, makes calls reject; later ones try anew',
    async (_why, kind, detail) => {
      const opening = vi.spyOn(indexedDB, 'open')
      const store = await open()
      const [connection] = opening.mock.results.map(({ value }) => (value as IDBOpenDBRequest).result)
      forceCloseDatabase(connection as unknown as Parameters<typeof forceCloseDatabase>[0])
      opening.mockImplementation(() => {
        throw new DOMException('the disk is gone', kind)
      })
      await expect(store.openRuns()).rejects.toMatchObject({ failure: { kind: 'storage', detail } })
      opening.mockRestore()
      expect(await store.openRuns()).toEqual([])
      store.close()
    },
  )
})

test('a closed gallery refuses what comes after', async () => {
  const store = await open()
  store.close()
  await expect(store.openRuns()).rejects.toMatchObject({ failure: { kind: 'storage' } })
})

import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { openBackup } from '#library/backup/read-backup.ts'
import { backupEntries } from '#library/backup/write-backup.ts'
import { zipOf } from '#library/zip.ts'
import { openGallery } from '#store/gallery-store.ts'
import { openRescue } from '#store/rescue.ts'
import type { GalleryStore } from '#store/store.ts'
import versionOne from '../../fixtures/database-version-1.json' with { type: 'json' }
import { newPicture, savedRun } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { describeDatabase, openRaw, restoreDatabase } from '../../support/raw-database.ts'

const bytesOf = async (store: GalleryStore) => [
  ...new Uint8Array((await (await store.original('fox' as PictureId))?.arrayBuffer()) ?? new ArrayBuffer(0)),
]
const never = new AbortController().signal

test('D08 a database of a newer version is read as it is, into a backup that can be restored', async () => {
  const name = `rescue-${crypto.randomUUID()}`
  const store = await openGallery({ name, processor: nodeProcessor })
  await store.addPicture(newPicture('fox', await paintedImage('png')))
  await store.saveRun(savedRun('run', ['fox']))
  const bytes = await bytesOf(store)
  store.close()
  ;(await openRaw(name, 99)).close()

  const rescue = await openRescue(name)
  expect(await rescue.size()).toMatchObject({ images: 1 })
  const archive = await new Response(
    await zipOf(
      backupEntries(
        rescue,
        () => 5_000,
        () => undefined,
        never,
      ),
    ),
  ).blob()
  const after = await openGallery({ name: `${name}-after`, processor: nodeProcessor })
  const done = await (await openBackup(archive)).restore(await after.backup(), () => undefined, never)
  expect(done).toMatchObject({ fresh: 1, damaged: [] })
  expect(bytes.length).toBeGreaterThan(20)
  expect(await bytesOf(after)).toEqual(bytes)
  after.close()
})

test('D04 a database whose upgrade fails can still be read as it is', async () => {
  const name = `rescue-${crypto.randomUUID()}`
  await restoreDatabase(name, versionOne)
  const rescue = await openRescue(name)
  expect(await rescue.size()).toMatchObject({ images: versionOne.records.pictures.length })
  const [id] = await rescue.pictureIds()
  expect((await rescue.bytes(id as PictureId))?.size).toBeGreaterThan(20)
  expect((await describeDatabase(name)).version).toBe(1)
})

test('without a database none is created', async () => {
  const name = `none-${crypto.randomUUID()}`
  await expect(openRescue(name)).rejects.toMatchObject({ failure: { kind: 'storage' } })
  expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name)
})

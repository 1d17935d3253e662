import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { toFailure } from '#domain/failure.ts'
import type { Run } from '#domain/run.ts'
import { step } from '#domain/run-machine.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { failedRun, newPicture, queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { recordsOf } from '../../support/raw-database.ts'

const full = { failure: { kind: 'storage', detail: 'the browser has no room left' } }
let name: string
let store: GalleryStore

beforeEach(async () => {
  name = `full-${crypto.randomUUID()}`
  store = await openGallery({ name, processor: nodeProcessor })
})

afterEach(() => {
  store.close()
  vi.restoreAllMocks()
})

/** Makes all writes fail until the mocks are restored. */
function fillDisk() {
  const put = IDBObjectStore.prototype.put
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    ;(this.transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError')
    return put.call(this, value, key)
  })
}

const onDisk = async () => (await recordsOf(name, 'runs')) as Run[]

test('before a submission only what is on disk counts', async () => {
  await store.saveRun(queuedRun('a'))
  fillDisk()
  await expect(store.saveRun(queuedRun('b'))).rejects.toMatchObject(full)
  await expect(store.saveRun(sendingRun('a'))).rejects.toMatchObject(full)
  expect(await store.openRuns()).toEqual([queuedRun('a')])
})

test('D01 after a submission the task is known and shown, although it cannot be written', async () => {
  await store.saveRun(sendingRun('a'))
  fillDisk()
  const told = vi.fn()
  store.subscribe(told)
  expect(await store.saveRun(workingRun('a'))).toEqual(workingRun('a'))
  expect(told).toHaveBeenCalledWith({ kind: 'runs', ids: ['a'] })
  expect(await store.run(workingRun('a').id)).toEqual(workingRun('a'))
  expect(await store.openRuns()).toEqual([workingRun('a')])
  expect(await store.recentRuns(5)).toEqual([workingRun('a')])
  expect(await onDisk()).toMatchObject([{ state: { phase: 'sending' } }])
})

test('a step kept in memory is the basis of the next one, which is written as soon as there is room', async () => {
  await store.saveRun(sendingRun('a'))
  fillDisk()
  await store.saveRun(workingRun('a'))
  const trouble = { kind: 'unavailable', detail: 'down' } as const
  expect(
    await store.amendRun(workingRun('a').id, (run) => step(run, { type: 'trouble', trouble }) ?? run),
  ).toMatchObject({ state: { trouble } })
  vi.restoreAllMocks()
  const amended = await store.amendRun(workingRun('a').id, (run) => ({
    ...run,
    marks: { ...run.marks, stopped: true },
  }))
  expect(await onDisk()).toMatchObject([
    { marks: { stopped: true }, state: { phase: 'working', task: { taskId: 'task-1' }, trouble } },
  ])
  expect(await store.openRuns()).toEqual([amended])
})

test('a step kept in memory stays there while nothing of its run is written', async () => {
  await store.saveRun(sendingRun('a'))
  fillDisk()
  await store.saveRun(workingRun('a'))
  vi.restoreAllMocks()
  await store.amendRun(workingRun('a').id, (run) => run)
  expect(await store.run(workingRun('a').id)).toEqual(workingRun('a'))
})

test('a run that failed in memory is replaced with what is known of it', async () => {
  await store.saveRun(sendingRun('a'))
  fillDisk()
  await store.saveRun(failedRun('a'))
  vi.restoreAllMocks()
  const dismissed = { ...failedRun('a'), marks: { ...failedRun('a').marks, dismissed: true as const } }
  await store.startRuns([queuedRun('b')], { id: dismissed.id, change: () => dismissed })
  expect(await store.run(dismissed.id)).toEqual(dismissed)
  expect(await onDisk()).toMatchObject([{ id: 'a', state: { phase: 'failed' } }, { id: 'b' }])
})

test('a step that cannot be read is told with the reason of the database', async () => {
  store.close()
  const reason = await store.amendRun(workingRun('a').id, (run) => run).catch(toFailure)
  expect(reason).toMatchObject({ kind: 'storage' })
  expect(JSON.stringify(reason)).not.toContain('undefined')
})

test('an image that can be stored settles a run whose last steps could not', async () => {
  await store.saveRun(sendingRun('a'))
  fillDisk()
  await store.saveRun(workingRun('a'))
  vi.restoreAllMocks()
  await store.settle(savedRun('a', ['a-0']), [newPicture('a-0', await paintedImage('png'))])
  expect(await store.run(workingRun('a').id)).toEqual(savedRun('a', ['a-0']))
  expect(await store.openRuns()).toEqual([])
})

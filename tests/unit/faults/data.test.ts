import 'fake-indexeddb/auto'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGenerator } from '#generation/generator.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { countsOf } from '../../support/broken-network.ts'
import { newPicture, queuedRun } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { recordsOf } from '../../support/raw-database.ts'

const deleteDatabase = (name: string) =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = resolve
    request.onerror = reject
  })

describe('a database that does not open', () => {
  const name = `unopened-${crypto.randomUUID()}`
  const open = () => openGallery({ name, processor: nodeProcessor })
  const damaged = () => {
    throw new DOMException('Internal error opening backing store', 'UnknownError')
  }
  let store: GalleryStore

  beforeEach(async () => {
    const before = await open()
    await before.saveRun(queuedRun('a'))
    before.close()
  })
  afterEach(() => {
    vi.restoreAllMocks()
    store.close()
  })

  test('D04 is opened a second time, which often works', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementationOnce(damaged)
    store = await open()
    expect(store.health).toBe('ok')
    expect((await store.openRuns()).map(({ id }) => id)).toEqual(['a'])
  })

  test('D04 is not changed if it does not open at all: the user is told, everything works in memory, and the data stays', async () => {
    const opening = vi.spyOn(indexedDB, 'open').mockImplementation(damaged)
    const deleting = vi.spyOn(indexedDB, 'deleteDatabase')
    store = await open()
    expect(store.health).toBe('memory')
    await store.addPicture(newPicture('p', await paintedImage('png')))
    expect(await store.countPictures('gallery')).toBe(1)
    store.close()
    expect(deleting).not.toHaveBeenCalled()
    opening.mockRestore()
    store = await open()
    expect(store.health).toBe('ok')
    expect((await store.openRuns()).map(({ id }) => id)).toEqual(['a'])
    expect(await store.countPictures('gallery')).toBe(0)
  })
})

describe('with a run at the service', () => {
  let machine: Machine

  beforeEach(async () => {
    machine = await openMachine()
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await machine.close()
  })

  test.each(['sending', 'working', 'ready'] as const)(
    'D12 cleared while it is "%s": its image is saved anyway',
    async (phase) => {
      const run = await machine.create(machine.recipe({ prompt: 'a red fox [[slow:0.3]]' }))
      let cleared = false
      machine.store.subscribe(async () => {
        if (cleared || (await machine.store.run(run.id))?.state.phase !== phase) return
        cleared = true
        await deleteDatabase(machine.databaseName)
      })
      expect(await machine.runner.drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
      expect(cleared).toBe(true)
      expect(await machine.store.countPictures('gallery')).toBe(1)
      expect((await machine.store.recentRuns(9)).map(({ id }) => id)).toEqual([run.id])
      expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
    },
  )

  test.each(['sending', 'working'] as const)(
    'D02 the disk is full while it is "%s", and has room again later: the run continues, and everything is stored',
    async (phase) => {
      const run = await machine.create(machine.recipe({ prompt: 'a red fox [[slow:0.3]]' }))
      let refusals = 0
      let isFull = false
      const put = IDBObjectStore.prototype.put
      vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
        const request = put.call(this, value, key)
        if (isFull) {
          refusals += 1
          ;(this.transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError')
        }
        isFull = refusals < 1 && (isFull || (this.name === 'runs' && value.state.phase === phase))
        return request
      })
      expect(await machine.runner.drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
      vi.restoreAllMocks()
      expect(refusals).toBe(1)
      expect(await recordsOf(machine.databaseName, 'runs')).toMatchObject([{ id: run.id, state: { phase: 'saved' } }])
      expect(await machine.store.countPictures('gallery')).toBe(1)
      expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
    },
  )

  test('D20 closed before it has been read: nothing is written and nothing sent', async () => {
    await machine.create(machine.recipe())
    const before = await recordsOf(machine.databaseName, 'runs')
    const runner = vi.fn(async () => machine.runner)
    const generator = createGenerator({
      runner,
      ports: { store: machine.store, now: () => 1, newId: () => crypto.randomUUID() },
      queryClient: new QueryClient(),
      tell: () => undefined,
    })
    const reading = generator.resume()
    generator.close()
    await reading
    expect(runner).not.toHaveBeenCalled()
    expect(await recordsOf(machine.databaseName, 'runs')).toEqual(before)
    expect(await countsOf(machine)).toMatchObject({ submissions: 0 })
  })
})

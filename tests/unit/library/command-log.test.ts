import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Collection } from '#domain/collection.ts'
import type { Change, Command, ComposedChange } from '#domain/command.ts'
import type { CollectionId, PictureId } from '#domain/ids.ts'
import { type CommandLog, createCommandLog } from '#library/command-log.ts'
import { logLimits } from '#store/act-records.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { eventually } from '../../support/eventually.ts'
import { idsOf, newPicture, pictureIds } from '../../support/gallery-records.ts'
import { createPixelProcessor } from '../../support/light-images.ts'
import { openRaw, recordsOf } from '../../support/raw-database.ts'

const processor = createPixelProcessor()

let name: string
let store: GalleryStore
let clock: number

beforeEach(async () => {
  name = `log-${crypto.randomUUID()}`
  clock = 1_000_000
  store = await openGallery({ name, processor })
})
afterEach(() => {
  store.close()
  vi.restoreAllMocks()
})

/** A window with the store; its composition is a record of fields. */
function openWindow(window: string, fields: Record<string, string> = {}) {
  const log = createCommandLog({
    store: store.acts,
    window: () => window,
    plan: (changes) => {
      const drafts = changes.filter((change) => change.kind === 'draft')
      const made = drafts.map((change) => ({ ...change, from: fields[change.field] }))
      const commit = () => {
        for (const { field, to } of drafts) fields[field] = String(to)
      }
      return { made, outcome: { changed: made.length, left: 0 }, commit }
    },
    now: () => {
      clock += 10
      return clock
    },
    newId: () => crypto.randomUUID(),
  })
  return { log, fields }
}

async function keep(...ids: string[]): Promise<PictureId[]> {
  for (const id of ids) await store.addPicture(newPicture(id, new Blob(['x'])))
  return pictureIds(...ids)
}

const toBin = (...ids: string[]): Change[] => [
  { kind: 'image', field: 'isBinned', ids: pictureIds(...ids), from: false, to: true },
]
const edit = (field: string, from: string, to: string): ComposedChange[] => [
  { kind: 'draft', family: 'f', field, from, to },
]
const binned = async () => idsOf(await store.pictures('bin', 5000)).toSorted()
const labels = (log: CommandLog) => [log.state().undo?.label, log.state().redo?.label]

describe('the log of acts', () => {
  it('does, undoes and redoes, newest first', async () => {
    await keep('a', 'b')
    const { log } = openWindow('w')
    await log.perform({ label: 'bin a', changes: toBin('a') })
    await log.perform({ label: 'bin b', changes: toBin('b') })
    expect(labels(log)).toEqual(['bin b', undefined])
    await log.undo()
    expect(await binned()).toEqual(['a'])
    expect(labels(log)).toEqual(['bin a', 'bin b'])
    await log.undo()
    expect(labels(log)).toEqual([undefined, 'bin a'])
    await log.redo()
    expect(await binned()).toEqual(['a'])
    await log.redo()
    expect(await binned()).toEqual(['a', 'b'])
    expect(await log.redo()).toBeUndefined()
  })

  it('puts an image back on the shelf it came from', async () => {
    await store.addPicture(newPicture('mine', new Blob(['x']), { shelf: 'sources' }))
    const { log } = openWindow('w')
    await log.perform({ label: 'bin', changes: toBin('mine') })
    await log.undo()
    expect(idsOf(await store.pictures('sources', 10))).toEqual(['mine'])
  })

  it('forgets what could be redone when something new is done', async () => {
    await keep('a', 'b')
    const { log } = openWindow('w')
    await log.perform({ label: 'bin a', changes: toBin('a') })
    await log.undo()
    await log.perform({ label: 'bin b', changes: toBin('b') })
    expect(labels(log)).toEqual(['bin b', undefined])
    expect(await recordsOf(name, 'acts')).toHaveLength(1)
  })

  it('undoes the named act, also when it is not the newest', async () => {
    await keep('a', 'b')
    const { log } = openWindow('w')
    const { command } = await log.perform({ label: 'bin a', changes: toBin('a') })
    await log.perform({ label: 'bin b', changes: toBin('b') })
    await log.undo(command.id)
    expect(await binned()).toEqual(['b'])
    expect(await log.undo(command.id), 'once').toBeUndefined()
  })

  it('leaves alone what has changed since, and tells how much', async () => {
    const ids = await keep('a', 'b', 'c')
    const { log } = openWindow('w')
    await log.perform({ label: 'bin', changes: toBin('a', 'b', 'c') })
    await store.restore(ids.slice(0, 1))
    await store.deleteForEver(ids.slice(1, 2))
    const undone = await log.undo()
    expect(undone?.outcome).toEqual({ changed: 1, left: 2 })
    expect(await binned()).toEqual([])
  })

  it('does not undo what it had not done', async () => {
    await keep('a', 'b')
    await store.moveToBin(pictureIds('a'))
    const { log } = openWindow('w')
    const { outcome } = await log.perform({ label: 'bin', changes: toBin('a', 'b') })
    expect(outcome).toEqual({ changed: 1, left: 1 })
    await log.undo()
    expect(await binned()).toEqual(['a'])
  })

  it('does not undo the part that was done already, of an act with several parts on one image', async () => {
    const [a] = await keep('a')
    const tag = (tag: string, to: boolean): Change => ({
      kind: 'image',
      field: 'tag',
      name: tag,
      ids: pictureIds('a'),
      from: !to,
      to,
    })
    const { log } = openWindow('w')
    await log.perform({ label: 'tag', changes: [tag('old', true), tag('new', true)] })
    const { outcome } = await log.perform({ label: 'rename', changes: [tag('old', false), tag('new', true)] })
    expect(outcome).toEqual({ changed: 1, left: 1 })
    await log.undo()
    expect((await store.picture(a as PictureId))?.marks?.tags?.toSorted()).toEqual(['new', 'old'])
  })

  it('survives a reload; each window undoes its own acts', async () => {
    await keep('a', 'b')
    await openWindow('one').log.perform({ label: 'bin a', changes: toBin('a') })
    await openWindow('two').log.perform({ label: 'bin b', changes: toBin('b') })
    const reloaded = openWindow('one').log
    await eventually(() => expect(labels(reloaded)).toEqual(['bin a', undefined]))
    await reloaded.undo()
    expect(await binned()).toEqual(['b'])
    expect(await reloaded.undo()).toBeUndefined()
    const again = openWindow('one').log
    await eventually(() => expect(labels(again)).toEqual([undefined, 'bin a']))
  })

  it('merges consecutive changes of one run into one act', async () => {
    const { log, fields } = openWindow('w', { tolerance: '5' })
    for (const [from, to] of [
      ['1', '2'],
      ['2', '3'],
      ['3', '5'],
    ] as const)
      await log.record({ label: 'tolerance', changes: edit('tolerance', from, to), run: 'tolerance' })
    await log.undo()
    expect(fields.tolerance).toBe('1')
    expect(labels(log)).toEqual([undefined, 'tolerance'])
    await log.redo()
    expect(fields.tolerance).toBe('5')
    clock += 5_000
    await log.record({ label: 'later', changes: edit('tolerance', '5', '6'), run: 'tolerance' })
    expect(log.state().undo?.label).toBe('later')
    expect(await recordsOf(name, 'acts')).toHaveLength(2)
  })

  it('loses nothing that was typed after the act: redo gives it back', async () => {
    const { log, fields } = openWindow('w', { prompt: 'of the recipe' })
    await log.record({ label: 'reuse', changes: edit('prompt', 'mine', 'of the recipe') })
    fields.prompt = 'of the recipe, changed'
    await log.undo()
    expect(fields.prompt).toBe('mine')
    await log.redo()
    expect(fields.prompt).toBe('of the recipe, changed')
  })
})

describe('a log that is damaged or too large', () => {
  it('keeps the readable acts also while nothing can be written', async () => {
    await keep('a')
    await openWindow('w').log.perform({ label: 'bin a', changes: toBin('a') })
    const raw = await openRaw(name)
    raw.transaction('acts', 'readwrite').objectStore('acts').put({ id: 'x1' })
    raw.close()
    const remove = vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError')
    })
    const { log } = openWindow('w')
    await vi.waitFor(() => expect(remove).toHaveBeenCalled())
    remove.mockRestore()
    expect((await log.undo())?.command.label).toBe('bin a')
  })

  it('drops what cannot be read, and nothing else', async () => {
    await keep('a')
    await openWindow('w').log.perform({ label: 'bin a', changes: toBin('a') })
    const raw = await openRaw(name)
    const damaged = [
      { id: 'x1' },
      { id: 'x2', at: 5, label: 'x', window: 'w', apply: [null], invert: [] },
      { id: 'x3', at: 6, label: 'x', window: 'w', apply: 'all', invert: [] },
      { id: 'x4', at: 7, label: 'x', window: 'w', apply: [{ kind: 'image', field: 'bytes', ids: ['a'] }], invert: [] },
    ]
    const writing = raw.transaction('acts', 'readwrite')
    for (const record of damaged) writing.objectStore('acts').put(record)
    await new Promise((resolve) => writing.addEventListener('complete', resolve))
    raw.close()
    const { log } = openWindow('w')
    expect((await log.undo())?.command.label).toBe('bin a')
    expect(await recordsOf(name, 'acts')).toHaveLength(1)
    expect(await store.countPictures('gallery')).toBe(1)
  })

  it('keeps the newest acts only', async () => {
    const { log } = openWindow('w')
    for (let index = 0; index < logLimits.count + 5; index += 1) {
      await log.record({ label: `act ${index}`, changes: edit('prompt', '', String(index)) })
    }
    const kept = (await recordsOf(name, 'acts')) as Command[]
    expect(kept).toHaveLength(logLimits.count)
    expect(kept.some(({ label }) => label === 'act 4')).toBe(false)
    expect(kept.some(({ label }) => label === 'act 5')).toBe(true)
  })

  it('stays under its size', async () => {
    const { log } = openWindow('w')
    const long = 'x'.repeat(400_000)
    for (let index = 0; index < 12; index += 1) {
      await log.record({ label: `act ${index}`, changes: edit('prompt', '', long) })
    }
    const kept = (await recordsOf(name, 'acts')) as Command[]
    expect(JSON.stringify(kept).length).toBeLessThanOrEqual(logLimits.bytes + 10_000)
    expect(kept.some(({ label }) => label === 'act 11')).toBe(true)
  })

  it('keeps the newest act also if it is larger than that', async () => {
    const { log } = openWindow('w')
    await log.record({ label: 'small', changes: edit('prompt', '', 'x') })
    await log.record({ label: 'large', changes: edit('prompt', '', 'x'.repeat(logLimits.bytes)) })
    expect((await recordsOf(name, 'acts')) as Command[]).toMatchObject([{ label: 'large' }])
  })
})

describe('a disk that is full', () => {
  const full = { failure: { kind: 'storage', detail: 'the browser has no room left' } }
  function fillDisk() {
    const put = IDBObjectStore.prototype.put
    return vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      ;(this.transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError')
      return put.call(this, value, key)
    })
  }

  it('in the middle of an undo changes nothing; it can be undone when there is room', async () => {
    await keep('a', 'b')
    const { log, fields } = openWindow('w', { prompt: 'now' })
    await log.perform({ label: 'bin', changes: [...toBin('a', 'b'), ...edit('prompt', 'before', 'now')] })
    const disk = fillDisk()
    await expect(log.undo()).rejects.toMatchObject(full)
    disk.mockRestore()
    expect(await binned()).toEqual(['a', 'b'])
    expect(fields.prompt).toBe('now')
    expect(labels(log)).toEqual(['bin', undefined])
    await log.undo()
    expect(await binned()).toEqual([])
  })

  it('does not prevent the undo of changes in the form', async () => {
    const { log, fields } = openWindow('w', { prompt: 'after' })
    const disk = fillDisk()
    await log.record({ label: 'reuse', changes: edit('prompt', 'before', 'after') })
    await log.undo()
    disk.mockRestore()
    expect(fields.prompt).toBe('before')
  })
})

it('undoes an act on 1,000 images in one writing transaction', async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `p${index}`)
  await keep(...ids)
  const { log } = openWindow('w')
  await log.perform({ label: 'bin', changes: toBin(...ids) })
  expect(await store.countPictures('bin')).toBe(1000)
  const opened = vi.spyOn(IDBDatabase.prototype, 'transaction')
  expect((await log.undo())?.outcome).toEqual({ changed: 1000, left: 0 })
  expect(opened.mock.calls.filter(([, mode]) => mode === 'readwrite')).toHaveLength(1)
  opened.mockRestore()
  expect(await store.countPictures('gallery')).toBe(1000)
})

describe('collections', () => {
  const posters: Collection = { id: 'posters' as CollectionId, name: 'Posters', kind: 'plain', order: 1 }
  const changed = (from: Collection | undefined, to: Collection | undefined): Change[] => [
    { kind: 'collection', id: posters.id, from, to },
  ]
  const names = async () => (await store.collections.all()).map(({ name }) => name)

  it('are added, renamed and deleted as acts, undone by their window also after a reload', async () => {
    const { log } = openWindow('w')
    const prints = { ...posters, name: 'Prints' }
    await log.perform({ label: 'add collection', changes: changed(undefined, posters) })
    await log.perform({ label: 'rename collection', changes: changed(posters, prints) })
    await log.perform({ label: 'delete collection', changes: changed(prints, undefined) })
    expect(await names()).toEqual([])
    const { log: reloaded } = openWindow('w')
    await reloaded.undo()
    expect(await names()).toEqual(['Prints'])
    await reloaded.undo()
    expect(await store.collections.all()).toEqual([posters])
    await reloaded.redo()
    expect(await names()).toEqual(['Prints'])
    await reloaded.undo()
    await reloaded.undo()
    expect(await names()).toEqual([])
  })

  it('that were changed elsewhere since are left alone, by an act and by its undo', async () => {
    const { log } = openWindow('w')
    const { log: elsewhere } = openWindow('elsewhere')
    await elsewhere.perform({ label: 'add', changes: changed(undefined, posters) })
    const late = await log.perform({ label: 'rename', changes: changed({ ...posters, name: 'Old' }, undefined) })
    expect([late.outcome, late.command.apply, await names()]).toEqual([{ changed: 0, left: 1 }, [], ['Posters']])
    const prints = { ...posters, name: 'Prints' }
    await log.perform({ label: 'rename', changes: changed(posters, prints) })
    await elsewhere.perform({ label: 'rename', changes: changed(prints, { ...posters, name: 'Elsewhere' }) })
    expect((await log.undo())?.outcome).toEqual({ changed: 0, left: 1 })
    expect(await names()).toEqual(['Elsewhere'])
  })
})

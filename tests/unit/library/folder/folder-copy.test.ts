import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { createFolderCopy, type FolderCopy } from '#library/folder/folder-copy.ts'
import { openFolderBackup } from '#library/folder/read-folder.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { areaOrigins, madeOrigin, newPicture, savedRun, workingRun } from '../../../support/gallery-records.ts'
import { paintedImage } from '../../../support/images.ts'
import { type MemoryFolder, memoryFolder } from '../../../support/memory-folder.ts'
import { nodeProcessor } from '../../../support/node-processor.ts'

let galleries = 0
let store: GalleryStore
let folder: MemoryFolder
let clock = 1_764_000_000_000
const id = (text: string) => text as PictureId

beforeEach(async () => {
  store = await openOther()
  folder = memoryFolder('Exports')
})

afterEach(() => store.close())

function openOther() {
  galleries += 1
  return openGallery({ name: `folder-${galleries}`, processor: nodeProcessor })
}

/** One window. Its lock is taken by the next window that takes over. */
let lose: (() => void) | undefined
function openCopy(from = store): FolderCopy {
  return createFolderCopy({
    store: from,
    open: (handle) => ((handle as { name?: string })?.name === folder.name ? folder : undefined),
    now: () => clock++,
    async alone(over, onLost) {
      if (over) lose?.()
      lose = onLost
    },
  })
}

async function add(name: string, createdAt = clock++) {
  const about = { prompt: `prompt ${name}`, createdAt, origin: madeOrigin(`run-${name}`) }
  return store.addPicture(newPicture(name, await paintedImage('png', { width: 8 + name.length, height: 6 }), about))
}

const images = () => [...folder.files.keys()].filter((path) => path.startsWith('images/'))
const upToDate = (copy: FolderCopy, count: number) =>
  expect
    .poll(() => [copy.state().kind, images().length, 'waiting' in copy.state() && copy.state()])
    .toEqual(['on', count, expect.objectContaining({ waiting: 0 })])

describe('a folder that was chosen', () => {
  it('gets everything there is, then each new image and the records, and all of it can be restored byte for byte', async () => {
    await add('one')
    const copy = openCopy()
    await copy.use(folder)
    await upToDate(copy, 1)
    const two = await add('two')
    await upToDate(copy, 2)
    await store.startRuns([savedRun('r1', ['one'])])
    await expect.poll(() => [...folder.files.values()].length).toBeGreaterThanOrEqual(6)

    const other = await openOther()
    const backup = await openFolderBackup(folder)
    const records = await other.backup()
    expect(await backup.plan(records)).toEqual({ fresh: 2, known: 0, damaged: [] })
    await backup.restore(records, () => undefined, new AbortController().signal)
    for (const name of ['one', 'two']) {
      const [here, there] = [await store.original(id(name)), await other.original(id(name))]
      expect(await there?.bytes()).toEqual(await here?.bytes())
      expect(await other.picture(id(name))).toEqual(await store.picture(id(name)))
    }
    expect(two.prompt).toBe('prompt two')
    expect(await backup.plan(records)).toMatchObject({ fresh: 0, known: 2 })
    other.close()
  })

  it('gets an answer that was laid into its source, and gives it back to its shelf', async () => {
    const { answer } = areaOrigins('photo', 'run-1')
    await store.addPicture(newPicture('answer', await paintedImage('png'), { origin: answer }))
    await add('laid')
    await store.recordLaying(id('answer'), { kind: 'laid', picture: id('laid') })
    const copy = openCopy()
    await copy.use(folder)
    await upToDate(copy, 2)

    const other = await openOther()
    const backup = await openFolderBackup(folder)
    await backup.restore(await other.backup(), () => undefined, new AbortController().signal)
    expect((await other.pictures('gallery', 9)).map((picture) => picture.id)).toEqual(['laid'])
    expect(await other.picture(id('answer'))).toEqual(await store.picture(id('answer')))
    expect((await other.picture(id('answer')))?.shelf).toBe('answers')
    other.close()
  })

  it('is not called up to date before everything was looked through', async () => {
    await add('one')
    const copy = openCopy()
    const seen: unknown[] = []
    copy.subscribe(() => seen.push(copy.state()))
    await copy.use(folder)
    expect(seen[0]).toEqual({ kind: 'on', name: 'Exports', written: 0 })
    expect(seen.find((state) => (state as { waiting?: number }).waiting === 0)).toEqual(seen.at(-1))
    expect(images()).toHaveLength(1)
  })

  it('keeps changed marks without writing the image again', async () => {
    await add('one')
    const copy = openCopy()
    await copy.use(folder)
    await upToDate(copy, 1)
    const star = { kind: 'image', field: 'isStarred', ids: [id('one')], from: false, to: true } as const
    await store.acts.carryOut({ id: 'c', label: 'star', at: 1, window: 'w', apply: [star], invert: [] }, 'do')
    await expect.poll(() => folder.writes.filter((path) => path.startsWith('records/')).length).toBe(2)
    expect(folder.writes.filter((path) => path.startsWith('images/'))).toHaveLength(1)
    const last =
      [...folder.files.keys()]
        .filter((path) => path.startsWith('records/'))
        .sort()
        .at(-1) ?? ''
    expect(await folder.files.get(last)?.text()).toContain('"star":true')
  })

  it('continues in the next visit with the newer images, and reads no others', async () => {
    await add('old')
    const first = openCopy()
    await first.use(folder)
    await upToDate(first, 1)
    lose = undefined
    folder.files.clear()
    const next = createFolderCopy({
      store,
      open: () => folder,
      now: () => clock++,
      alone: async () => undefined,
    })
    await add('new', clock + 1_000)
    await next.start()
    await expect.poll(() => images()).toEqual([expect.stringMatching(/prompt-new/)])
  })

  it('gets in the next visit what was made by a run of this one, although it has the time of that run', async () => {
    const startedAt = clock
    clock += 1_000
    await store.startRuns([workingRun('run-late', startedAt)])
    await add('first', startedAt)
    // Closed after its first write, so that it hears of nothing later.
    const closed = openCopy({ ...store, subscribe: () => () => undefined })
    await closed.use(folder)
    await upToDate(closed, 1)
    lose = undefined
    await add('late', startedAt)
    await openCopy().start()
    await expect.poll(() => images()).toContainEqual(expect.stringMatching(/prompt-late/))
  })

  it('waits if the browser has to ask again, and then writes the missing images', async () => {
    await add('one')
    const copy = openCopy()
    await copy.use(folder)
    await upToDate(copy, 1)
    folder.permission = 'prompt'
    await add('two')
    await expect.poll(() => copy.state()).toEqual({ kind: 'paused', name: 'Exports' })
    expect(images()).toHaveLength(1)
    await copy.resume()
    await upToDate(copy, 2)
  })

  it.each([
    ['NotFoundError', /“Exports” was moved or deleted\. Nothing is lost/],
    ['NoModificationAllowedError', /“Exports” cannot be written/],
    ['QuotaExceededError', /The disk with “Exports” is full/],
  ])(
    'that answers %s is told in a sentence, and what waited is written as soon as it can be',
    async (trouble, words) => {
      await add('one')
      const copy = openCopy()
      await copy.use(folder)
      await upToDate(copy, 1)
      folder.trouble = trouble
      await add('two')
      await expect.poll(() => copy.state()).toMatchObject({ kind: 'failed', reason: expect.stringMatching(words) })
      expect(await store.original(id('two'))).toBeDefined()
      folder.trouble = undefined
      await add('three')
      await upToDate(copy, 3)
    },
  )

  it('is written by one window: the one in which the user chose last', async () => {
    const [first, second] = [openCopy(), openCopy()]
    await first.use(folder)
    await upToDate(first, 0)
    const before = folder
    folder = memoryFolder('Elsewhere')
    await second.use(folder)
    await add('one')
    await upToDate(second, 1)
    expect([...before.files.keys()].filter((path) => path.startsWith('images/'))).toEqual([])
  })

  it('is left alone once copying was stopped', async () => {
    const copy = openCopy()
    await copy.use(folder)
    await upToDate(copy, 0)
    const count = folder.writes.length
    await copy.stop()
    await add('one')
    expect(copy.state()).toEqual({ kind: 'off' })
    expect(folder.writes).toHaveLength(count)
    expect(await openCopy().start()).toEqual({ kind: 'off' })
  })
})

describe('a folder that somebody changed', () => {
  async function written() {
    await add('one')
    await add('second')
    const copy = openCopy()
    await copy.use(folder)
    await upToDate(copy, 2)
  }

  it('restores undamaged images, and names those whose bytes were changed or deleted', async () => {
    await written()
    const [first = '', second = ''] = images()
    folder.files.set(first, new Blob(['something else']))
    folder.files.delete(second)
    const backup = await openFolderBackup(folder)
    const other = await openOther()
    const done = await backup.restore(await other.backup(), () => undefined, new AbortController().signal)
    expect(done).toMatchObject({ fresh: 0, damaged: [{ reason: expect.any(String) }, { reason: expect.any(String) }] })
    other.close()
  })

  it('names lines that are no records, and paths that lead elsewhere', async () => {
    await written()
    const [records = ''] = [...folder.files.keys()].filter((path) => path.startsWith('records/'))
    const text = (await folder.files.get(records)?.text()) ?? ''
    const line = JSON.parse(text.split('\n')[0] ?? '')
    const upward = ['../secret.png', 'images/../../secret.png', '/etc/passwd', 'images/a/b/c.png'].map((file) =>
      JSON.stringify({ ...line, file }),
    )
    folder.files.set(records, new Blob([[text, 'hello', '{"a":'.repeat(9_000), ...upward].join('\n')]))
    const backup = await openFolderBackup(folder)
    const other = await openOther()
    const { damaged } = await backup.plan(await other.backup())
    expect(damaged).toHaveLength(6)
    other.close()
  })

  it('without records is refused in a sentence', async () => {
    await expect(openFolderBackup(folder)).rejects.toThrow('This folder holds no records that Atelier has written.')
  })
})

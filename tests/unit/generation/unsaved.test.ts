import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { sniffImage } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import type { Send } from '#providers/provider.ts'
import { paintedImage } from '../../support/images.ts'
import { type Machine, openMachine } from '../../support/machine.ts'

let machine: Machine

beforeEach(async () => {
  machine = await openMachine()
})

afterEach(() => machine.close())

const charges = async () => (await machine.simulator.state()).charges.filter((charge) => !charge.refunded).length

/** Blocks images until released; returns the requests in order. */
function holdPictures() {
  const direct: Send = machine.network.send
  const asked: string[] = []
  let held = true
  machine.network.send = async (path, init) => {
    const what = path.startsWith('/api/image') ? 'picture' : path.includes('download-url') ? 'fresh link' : undefined
    if (what) asked.push(what)
    return what === 'picture' && held ? new Response('hello') : direct(path, init)
  }
  return {
    asked,
    release() {
      held = false
      asked.length = 0
    },
  }
}

async function makeUnsaved(): Promise<{ run: Run; pictures: ReturnType<typeof holdPictures> }> {
  const pictures = holdPictures()
  const run = await machine.create(machine.recipe())
  await expect(machine.runner.drive(run.id, machine.never)).rejects.toMatchObject({ failure: { kind: 'unexpected' } })
  return { run, pictures }
}

describe('a finished run whose image is not saved', () => {
  test('is fetched by a fresh link when the user asks for one: its own is not tried first', async () => {
    const { run, pictures } = await makeUnsaved()
    pictures.release()
    const end = await machine.reload().drive(run.id, machine.never, { freshLink: true })
    expect(end).toMatchObject({ state: { phase: 'saved' } })
    expect(pictures.asked).toEqual(['fresh link', 'picture'])
    expect(await charges()).toBe(1)
  })

  test('is fetched by its own link where the service gives no fresh one', async () => {
    const { run, pictures } = await makeUnsaved()
    pictures.release()
    const direct = machine.network.send
    machine.network.send = (path, init) =>
      path.includes('download-url')
        ? Promise.resolve(Response.json({ code: 422, msg: 'url is wrong', data: null }))
        : direct(path, init)
    const end = await machine.reload().drive(run.id, machine.never, { freshLink: true })
    expect(end).toMatchObject({ state: { phase: 'saved' } })
  })

  test('can be fetched without storing it, which does not change the run', async () => {
    const { run, pictures } = await makeUnsaved()
    pictures.release()
    const [bytes] = await machine.runner.fetch(run.id, machine.never)
    expect(sniffImage(new Uint8Array(await (bytes as Blob).arrayBuffer()))).toBeDefined()
    expect(await machine.store.run(run.id)).toMatchObject({ state: { phase: 'ready' } })
    expect(await machine.store.countPictures('gallery')).toBe(0)
    expect(await charges()).toBe(1)
  })

  test('says in our words why it cannot be fetched', async () => {
    const { run } = await makeUnsaved()
    machine.network.send = () => Promise.reject(new TypeError('Failed to fetch'))
    await expect(machine.runner.fetch(run.id, machine.never)).rejects.toMatchObject({
      failure: { kind: 'unavailable', detail: 'The proxy cannot be reached.' },
    })
  })
})

describe('D01 a disk that is full since the submission', () => {
  afterEach(() => vi.restoreAllMocks())

  test('loses neither the task nor the image: one charge, can be fetched at once, saved when there is space', async () => {
    const run = await machine.create(machine.recipe())
    const direct = machine.network.send
    const put = IDBObjectStore.prototype.put
    machine.network.send = (path, init) => {
      if (path.endsWith('/generate')) {
        vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
          ;(this.transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError')
          return put.call(this, value, key)
        })
      }
      return direct(path, init)
    }
    await expect(machine.runner.drive(run.id, machine.never)).rejects.toMatchObject({ failure: { kind: 'storage' } })
    const unsaved = await machine.store.run(run.id)
    expect(unsaved).toMatchObject({ state: { phase: 'ready', trouble: { kind: 'storage' } } })
    expect(await machine.runner.fetch(run.id, machine.never)).toHaveLength(1)
    vi.restoreAllMocks()
    expect(await machine.runner.drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect(await charges()).toBe(1)
    expect(await machine.store.countPictures('gallery')).toBe(1)
  })
})

describe('a source that the service could not read', () => {
  test('is uploaded again for the next try, also if only the task reported it', async () => {
    const source = await machine.store.addPicture({
      id: 'source-1' as PictureId,
      shelf: 'sources',
      createdAt: 1,
      prompt: 'fox.png',
      parents: [],
      origin: { kind: 'dropped', fileName: 'fox.png', notes: [] },
      bytes: await paintedImage('png'),
    })
    const direct = machine.network.send
    const failed = { successFlag: 3, errorCode: 422, errorMessage: 'File type not supported' }
    let isRead = false
    machine.network.send = (path, init) =>
      path.includes('record-info') && !isRead
        ? Promise.resolve(Response.json({ code: 200, msg: 'success', data: failed }))
        : direct(path, init)
    const again = async () => {
      const run = await machine.create({ ...machine.recipe(), sources: [source.id] })
      return machine.runner.drive(run.id, machine.never)
    }
    expect(await again()).toMatchObject({ state: { phase: 'failed', failure: { kind: 'invalid' } } })
    isRead = true
    expect(await again()).toMatchObject({ state: { phase: 'saved' } })
    expect((await machine.simulator.state()).uploads).toHaveLength(2)
  })
})

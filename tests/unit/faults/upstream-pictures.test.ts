import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { type BreakableService, isPicture, isPoll, openBreakableService } from '../../support/breakable-service.ts'
import { countsOf, interfere, lost } from '../../support/broken-network.ts'
import { eventually } from '../../support/eventually.ts'
import { type Reply, replyJson } from '../../support/fake-service.ts'
import { paintedImage } from '../../support/images.ts'
import { type Machine, machineKey, openMachine } from '../../support/machine.ts'

let service: BreakableService
let machine: Machine
let jpeg: Buffer

beforeEach(async () => {
  service = await openBreakableService({ key: machineKey, switches: { durationMs: 30 } })
  machine = await openMachine({ service })
  const painted = await paintedImage('jpeg', { width: 640, height: 480 })
  jpeg = Buffer.from(await painted.arrayBuffer())
})

afterEach(async () => {
  await machine.close()
  await service.close()
})

const send =
  (body: () => Buffer | string, headers: Record<string, string> = { 'content-type': 'image/jpeg' }): Reply =>
  (_incoming, outgoing) =>
    void outgoing.writeHead(200, headers).end(body())

/** Drives a run until its image fails, repairs the service, and returns the run before and after. */
async function throughTrouble(reply: Reply): Promise<{ troubled: Run | undefined; end: Run | undefined }> {
  const mend = service.break(isPicture, reply)
  const run = await machine.create(machine.recipe())
  const page = new AbortController()
  const driving = machine.runner.drive(run.id, page.signal).catch(() => undefined)
  await eventually(async () => expect(await machine.store.run(run.id)).toHaveProperty('state.trouble'))
  page.abort()
  await driving
  const troubled = await machine.store.run(run.id)
  expect(await machine.store.countPictures('gallery')).toBe(0)
  mend()
  return { troubled, end: await machine.reload().drive(run.id, machine.never) }
}

describe('an image that is damaged on its way', () => {
  const damaged: readonly (readonly [string, () => Reply])[] = [
    [
      'U08 cut off',
      () => (_in, outgoing) => {
        outgoing.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': jpeg.length })
        outgoing.write(jpeg.subarray(0, jpeg.length / 2), () => outgoing.destroy())
      },
    ],
    ['U08 cut off, with a length that says so', () => send(() => jpeg.subarray(0, jpeg.length / 2))],
    ['U08 of the right length, but zeros', () => send(() => Buffer.alloc(jpeg.length))],
    [
      'U08 of the right length, but zeros after its head',
      () => send(() => Buffer.concat([jpeg.subarray(0, 200)], jpeg.length)),
    ],
    ['U08 a web page', () => send(() => '<!doctype html><html></html>')],
    [
      'U09 of 200 MB, and says so',
      () => send(() => jpeg, { 'content-type': 'image/jpeg', 'content-length': '200000000' }),
    ],
    ['U09 packed', () => send(() => jpeg, { 'content-type': 'image/jpeg', 'content-encoding': 'gzip' })],
  ]

  test.each(damaged)('%s, is not kept; its address is, until it comes', async (_title, reply) => {
    const { troubled, end } = await throughTrouble(reply())
    expect(troubled).toMatchObject({ state: { phase: 'ready', imageUrls: [expect.stringContaining('/r/')] } })
    expect(end).toMatchObject({ state: { phase: 'saved' } })
    expect(await machine.store.countPictures('gallery')).toBe(1)
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  })

  test('U09 of 200 MB without a length is aborted at 50 MB', async () => {
    let sentBytes = 0
    const chunk = Buffer.alloc(1_000_000)
    const { end } = await throughTrouble((_in, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'image/jpeg' }).write(jpeg)
      const pour = () => {
        while (!outgoing.destroyed && sentBytes < 200_000_000) {
          sentBytes += chunk.length
          if (!outgoing.write(chunk)) return void outgoing.once('drain', pour)
        }
        outgoing.end()
      }
      pour()
    })
    expect(sentBytes).toBeLessThan(80_000_000)
    expect(end).toMatchObject({ state: { phase: 'saved' } })
  })

  test('U08 with a wrong type is saved with its real type', async () => {
    service.break(
      isPicture,
      send(() => jpeg, { 'content-type': 'text/html' }),
    )
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
    expect((await machine.store.pictures('gallery', 1))[0]).toMatchObject({ mime: 'image/jpeg', width: 640 })
  })
})

describe('the address of a picture', () => {
  test('U13 is not requested again if the service later reports a failure', async () => {
    const mend = service.break(isPicture, (_in, outgoing) => outgoing.destroy())
    const run = await machine.create(machine.recipe())
    const page = new AbortController()
    void machine.runner.drive(run.id, page.signal).catch(() => undefined)
    await eventually(async () => expect(await machine.store.run(run.id)).toMatchObject({ state: { phase: 'ready' } }))
    page.abort()
    const running = { taskId: 'x', successFlag: 0, response: null, errorCode: null }
    service.break(isPoll, (_in, outgoing) => replyJson(outgoing, { code: 200, msg: 'success', data: running }))
    mend()
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
  })

  test('U14 that is refused is renewed', async () => {
    expect(await machine.generate({ prompt: 'a red fox [[expired]]' })).toMatchObject({ state: { phase: 'saved' } })
    expect((await machine.simulator.state()).requests).toHaveProperty(['POST /api/v1/common/download-url'])
  })

  test('U14 that is gone for good is reported with its task, and can be requested again', async () => {
    const run = await machine.create(machine.recipe({ prompt: 'a red fox [[gone]]' }))
    await expect(machine.runner.drive(run.id, machine.never)).rejects.toMatchObject({ failure: { kind: 'expired' } })
    expect(await machine.store.run(run.id)).toMatchObject({
      state: { phase: 'ready', trouble: { kind: 'expired' }, task: { taskId: expect.any(String) } },
    })
    expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  })

  test('U15 is the lasting one: the short-lived copy is not used', async () => {
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
    const { requests } = await machine.simulator.state()
    expect(requests).toMatchObject({ 'GET /r': 1 })
    expect(requests).not.toHaveProperty(['GET /o'])
  })

  test('U16 comes twice for a task with two results: both are saved, in order', async () => {
    const resultUrls = ['a', 'b'].map((name) => `${service.origin}/r/${name}.jpeg`)
    const data = { taskId: 'x', state: 'success', resultJson: JSON.stringify({ resultUrls }), failCode: null }
    service.break(isPoll, (_in, outgoing) => replyJson(outgoing, { code: 200, msg: 'success', data }))
    service.break(
      isPicture,
      send(() => jpeg),
    )
    const run = await machine.generate({}, 'flux-2')
    expect(run).toMatchObject({ state: { phase: 'saved', pictures: [`${run?.id}-0`, `${run?.id}-1`] } })
    expect(await machine.store.countPictures('gallery')).toBe(2)
    expect(service.seen.filter(isPicture).map(({ url }) => url)).toEqual(['/r/a.jpeg', '/r/b.jpeg'])
  })
})

describe('source pictures', () => {
  /** An image of a given size with bytes after its end, like photos to which phones append a video. */
  async function keepSources(count: number, sizeBytes: number): Promise<PictureId[]> {
    const ids: PictureId[] = []
    for (let n = 0; n < count; n += 1) {
      // Each has different content, because equal ones are uploaded once.
      const bytes = new Uint8Array(Buffer.concat([jpeg, Buffer.from([n])], sizeBytes))
      const kept = await machine.store.addPicture({
        id: `source-${n}` as PictureId,
        shelf: 'sources',
        createdAt: n,
        prompt: `${n}.jpg`,
        parents: [],
        origin: { kind: 'dropped', fileName: `${n}.jpg`, notes: [] },
        bytes: new Blob([bytes], { type: 'image/jpeg' }),
      })
      ids.push(kept.id)
    }
    return ids
  }

  const edit = async (sources: PictureId[]) => {
    const run = await machine.create({ ...machine.recipe({}, 'flux-2'), sources })
    return machine.runner.drive(run.id, machine.never)
  }

  test('U17 that the service has deleted since are refused free of charge, and uploaded again for the next try', async () => {
    const sources = await keepSources(1, 50_000)
    expect(await edit(sources)).toMatchObject({ state: { phase: 'saved' } })
    machine.simulator.set({ uploadTtlMs: 1 })
    expect(await edit(sources)).toMatchObject({
      state: { phase: 'failed', failure: { kind: 'invalid', issues: [{ field: 'sources' }] }, chargePossible: false },
    })
    machine.simulator.set({ uploadTtlMs: 60_000 })
    expect(await edit(sources)).toMatchObject({ state: { phase: 'saved' } })
    expect(await countsOf(machine)).toMatchObject({ uploads: 2, charges: 2 })
  })

  test('U17 uploaded more than 20 hours ago are uploaded again before they are named', async () => {
    const sources = await keepSources(1, 50_000)
    await edit(sources)
    machine.clock.wallMs += 21 * 3_600_000
    expect(await edit(sources)).toMatchObject({ state: { phase: 'saved' } })
    expect(await countsOf(machine)).toMatchObject({ uploads: 2, charges: 2 })
  })

  test('U18 eight large ones, one fails: only that one goes again, and one is in memory at a time', async () => {
    const sizeBytes = 1_000_000
    const sources = await keepSources(8, sizeBytes)
    let uploads = 0
    let underWay = 0
    let mostUnderWay = 0
    const restore = interfere(
      machine,
      (path) => path.includes('upload'),
      async (direct, path, init) => {
        uploads += 1
        if (uploads === 5) return lost()
        underWay += 1
        mostUnderWay = Math.max(mostUnderWay, underWay)
        return direct(path, init).finally(() => {
          underWay -= 1
        })
      },
    )
    expect(await edit(sources)).toMatchObject({
      state: { phase: 'failed', failure: { kind: 'unavailable' }, chargePossible: false },
    })
    expect(await edit(sources)).toMatchObject({ state: { phase: 'saved' } })
    restore()
    expect(uploads).toBe(9)
    expect(mostUnderWay).toBe(1)
    const state = await machine.simulator.state()
    expect(state.uploads).toHaveLength(8)
    const body = state.submissions[0]?.body as { input: { input_urls: string[] } }
    expect(body.input.input_urls).toEqual(sourcesInOrder(state.uploads))
  })
})

const sourcesInOrder = (uploads: readonly { path: string }[]) =>
  uploads.map(({ path }) => expect.stringContaining(path.split('/').at(-1) ?? ''))

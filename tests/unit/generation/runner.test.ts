import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { isIn, type Run } from '#domain/run.ts'
import { interfere, isSubmitPath, lost } from '../../support/broken-network.ts'
import { paintedImage } from '../../support/images.ts'
import { idOf, type Machine, openMachine } from '../../support/machine.ts'
import { cameraPhoto } from '../../support/photo.ts'

let machine: Machine

beforeEach(async () => {
  machine = await openMachine()
})

afterEach(() => machine.close())

const submissions = async () => (await machine.simulator.state()).submissions.length
const charges = async () => (await machine.simulator.state()).charges.filter((charge) => !charge.refunded).length

describe('a run', () => {
  test.each(['flux-kontext', 'flux-2'])('of %s is saved with its picture, for one charge', async (family) => {
    const run = await machine.generate({}, family)
    expect(run).toMatchObject({ state: { phase: 'saved', task: { taskId: expect.any(String) } } })
    expect(await submissions()).toBe(1)
    const [picture] = await machine.store.pictures('gallery', 10)
    expect(picture).toMatchObject({
      id: `${run?.id}-0`,
      prompt: 'a red fox',
      origin: { kind: 'made', run: run?.id, simulated: false },
    })
    expect((await machine.store.original(`${run?.id}-0` as PictureId))?.size).toBe(picture?.sizeBytes)
  })

  test('edits a kept picture: uploads it, sends its address, and names it as the parent', async () => {
    const photo = new Blob([new Uint8Array(await cameraPhoto(400, 300))], { type: 'image/jpeg' })
    const source = await machine.store.addPicture({
      id: 'source-1' as PictureId,
      shelf: 'sources',
      createdAt: 1,
      prompt: 'photo.jpg',
      parents: [],
      origin: { kind: 'dropped', fileName: 'photo.jpg', notes: [] },
      bytes: photo,
    })
    const run = await machine.create({ ...machine.recipe(), sources: [source.id] })
    expect(await machine.runner.drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    const state = await machine.simulator.state()
    expect(state.uploads).toHaveLength(1)
    expect(state.submissions[0]?.body).toMatchObject({ inputImage: expect.stringMatching(/^http.*\.jpg$/) })
    expect((await machine.store.pictures('gallery', 1))[0]?.parents).toEqual([source.id])
  })

  test('is not made from a form that cannot be sent', async () => {
    await expect(machine.create(machine.recipe({ prompt: '' }))).rejects.toMatchObject({
      failure: { kind: 'invalid', issues: [{ field: 'prompt' }] },
    })
    expect(await machine.store.openRuns()).toEqual([])
  })

  test('fails without a charge when a source is gone', async () => {
    const run = await machine.create({ ...machine.recipe(), sources: ['gone' as PictureId] })
    expect(await machine.runner.drive(run.id, machine.never)).toMatchObject({
      state: { phase: 'failed', chargePossible: false, failure: { kind: 'invalid', issues: [{ field: 'sources' }] } },
    })
    expect(await submissions()).toBe(0)
  })

  test('P10 driven twice at once is submitted once', async () => {
    const run = await machine.create(machine.recipe())
    const ends = await Promise.all([1, 2, 3].map(() => machine.runner.drive(run.id, machine.never)))
    expect(ends.map((end) => end?.state.phase)).toEqual(['saved', 'saved', 'saved'])
    expect(await submissions()).toBe(1)
  })

  test('sends at most the allowed number at once, in order', async () => {
    const runs: Run[] = []
    for (let n = 0; n < 10; n += 1) runs.push(await machine.create(machine.recipe({ prompt: `fox ${n} [[slow:0.4]]` })))
    let most = 0
    machine.store.subscribe(async () => {
      const out = (await machine.store.openRuns()).filter(
        ({ state: { phase } }) => phase === 'sending' || phase === 'working',
      )
      most = Math.max(most, out.length)
    })
    await Promise.all(runs.map(({ id }) => machine.runner.drive(id, machine.never)))
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(8)
    expect(await charges()).toBe(10)
  })
})

describe('what the service refuses', () => {
  test.each([
    ['[[submit:401]]', 'unauthorized'],
    ['[[submit:402]]', 'out-of-credits'],
    ['[[submit:422]]', 'invalid'],
    ['[[submit:455]]', 'unavailable'],
    ['[[submit:505]]', 'unavailable'],
    ['[[policy]]', 'rejected'],
    ['[[fail500]]', 'unexpected'],
    ['[[fail501]]', 'unexpected'],
    ['[[createfail]]', 'unexpected'],
  ])('U03 %s fails as %s and costs nothing', async (token, kind) => {
    expect(await machine.generate({ prompt: `a red fox ${token}` })).toMatchObject({
      state: { phase: 'failed', chargePossible: false, failure: { kind } },
    })
    expect(await charges()).toBe(0)
    expect(await submissions()).toBe(1)
  })

  test('U01 its limit is waited for with the same key, three times at most', async () => {
    const run = await machine.generate({ prompt: 'a red fox [[submit:429]]' })
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'rate-limited' }, chargePossible: false } })
    expect(await submissions()).toBe(3)
  })
})

describe('a submission without a certain answer', () => {
  test.each(['[[submit:500]]', '[[null]]', '[[html]]'])('U03 %s is unconfirmed and never sent again', async (token) => {
    const run = await machine.generate({ prompt: `a red fox ${token}` })
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true } })
    await machine.reload().drive(idOf(run), machine.never)
    expect(await submissions()).toBe(1)
  })

  test('P04 whose answer is lost on the way here is found at the proxy', async () => {
    const restore = interfere(machine, isSubmitPath, async (direct, path, init) => {
      await direct(path, init)
      return lost()
    })
    const run = await machine.generate()
    restore()
    expect(run).toMatchObject({ state: { phase: 'saved' } })
    expect(await submissions()).toBe(1)
  })

  test('that never left is unconfirmed, because from here the two cannot be told apart', async () => {
    interfere(machine, isSubmitPath, lost)
    expect(await machine.generate()).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unconfirmed' } } })
    expect(await submissions()).toBe(0)
  })

  test('is looked for again when the user asks, and costs nothing', async () => {
    const restore = interfere(
      machine,
      (path) => isSubmitPath(path) || path.startsWith('/api/submissions'),
      async (direct, path, init) => {
        if (isSubmitPath(path)) await direct(path, init)
        return lost()
      },
    )
    const run = await machine.generate()
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unconfirmed' } } })
    restore()
    expect(await machine.reload().drive(idOf(run), machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect(await submissions()).toBe(1)
  }, 40_000)
})

describe('a proxy that is not there', () => {
  test('P13 is known before anything is sent: nothing is charged', async () => {
    interfere(machine, () => true, lost)
    expect(await machine.generate()).toMatchObject({
      state: {
        phase: 'failed',
        chargePossible: false,
        failure: { kind: 'unavailable', detail: 'The proxy cannot be reached.' },
      },
    })
    expect(await submissions()).toBe(0)
  })

  test('is distinguished from a web page in its place', async () => {
    interfere(
      machine,
      () => true,
      async () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } }),
    )
    expect(await machine.generate()).toMatchObject({
      state: {
        phase: 'failed',
        chargePossible: false,
        failure: { kind: 'unavailable', detail: expect.stringContaining('web page') },
      },
    })
  })

  test('asks for its token first: nothing is sent, and nothing charged', async () => {
    const locked = await openMachine({ env: { PROXY_ACCESS_TOKEN: 'a-token-of-enough-length' } })
    expect(await locked.generate()).toMatchObject({
      state: { phase: 'failed', chargePossible: false, failure: { kind: 'locked' } },
    })
    expect((await locked.simulator.state()).requests).toEqual({})
    await locked.close()
  })

  test('B14 allows no more credits today: the run says so and until when, and is not sent', async () => {
    const capped = await openMachine({ env: { USER_DAILY_CREDITS: '9' } })
    expect(await capped.generate()).toMatchObject({ state: { phase: 'saved' } })
    expect(await capped.generate()).toMatchObject({
      state: {
        phase: 'failed',
        chargePossible: false,
        failedAt: expect.any(Number),
        failure: { kind: 'over-budget', retryAfterMs: expect.any(Number) },
      },
    })
    expect((await capped.simulator.state()).submissions).toHaveLength(1)
    await capped.close()
  })

  test('may be a different one: it works without health and stored answers', async () => {
    interfere(
      machine,
      (path) => path.startsWith('/api/health') || path.startsWith('/api/submissions'),
      async () => new Response('not found', { status: 404 }),
    )
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
  })
})

describe('trouble while the task works', () => {
  test('P14 is shown on the run and passes', async () => {
    let broken = 3
    const seen: unknown[] = []
    interfere(
      machine,
      (path) => path.includes('record-info'),
      (direct, path, init) => (broken-- > 0 ? lost() : direct(path, init)),
    )
    machine.store.subscribe(async () => seen.push((await machine.store.openRuns())[0]?.state.trouble?.kind))
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
    expect(seen).toContain('unavailable')
    expect(await submissions()).toBe(1)
  })

  test.each([
    ['a web page', () => new Response('<html></html>', { status: 502 })],
    ['an outer 500', () => Response.json({ code: 500, msg: 'Server exception' })],
    ['an outer 401', () => Response.json({ code: 401, msg: 'Unauthorized' })],
    ['a record of another shape', () => Response.json({ code: 200, msg: 'success', data: { state: 'polishing' } })],
  ])('%s says nothing about the task', async (_title, answer) => {
    let broken = 2
    interfere(
      machine,
      (path) => path.includes('record-info'),
      async (direct, path, init) => (broken-- > 0 ? answer() : direct(path, init)),
    )
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
  })

  test('stop waiting leaves the run as it is; looking again takes it up', async () => {
    const run = await machine.create(machine.recipe({ prompt: 'a red fox [[slow:1]]' }))
    const stop = new AbortController()
    machine.store.subscribe(async () => {
      if ((await machine.store.run(run.id))?.state.phase === 'working') stop.abort()
    })
    expect(await machine.runner.drive(run.id, stop.signal)).toMatchObject({ state: { phase: 'working' } })
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect(await submissions()).toBe(1)
  })

  test('P22 stop waiting during the submission still keeps its task', async () => {
    const run = await machine.create(machine.recipe())
    const stop = new AbortController()
    interfere(machine, isSubmitPath, (direct, path, init) => {
      stop.abort()
      return direct(path, init)
    })
    expect(await machine.runner.drive(run.id, stop.signal)).toMatchObject({ state: { phase: 'working' } })
    expect(await submissions()).toBe(1)
  })
})

/** An image of more than 50 MB. A response gives it without copying it piece by piece, which takes seconds. */
async function tooLarge(): Promise<Response> {
  const bytes = new Blob([await paintedImage('png'), new Uint8Array(50 * 1024 * 1024)])
  return Object.assign(new Response(), { blob: async () => bytes })
}

describe('a finished task whose picture does not come', () => {
  test('is retried while the network is down, and saved once', async () => {
    let broken = 3
    interfere(
      machine,
      (path) => path.startsWith('/api/image'),
      (direct, path, init) => (broken-- > 0 ? lost() : direct(path, init)),
    )
    expect(await machine.generate()).toMatchObject({ state: { phase: 'saved' } })
    expect(await machine.store.countPictures('gallery')).toBe(1)
  })

  test('U14 whose address has expired is fetched by a fresh link', async () => {
    expect(await machine.generate({ prompt: 'a red fox [[expired]]' })).toMatchObject({ state: { phase: 'saved' } })
  })

  test.each([
    ['a web page in its place', () => new Response('<html></html>')],
    ['nothing in it', () => new Response('')],
    ['text called a picture', () => new Response('hello', { headers: { 'content-type': 'image/png' } })],
    ['U09 more than 50 MB', tooLarge],
  ])('%s stays "ready" and can be saved again: it is never called failed', async (_title, answer) => {
    const restore = interfere(
      machine,
      (path) => path.startsWith('/api/image'),
      async () => answer(),
    )
    const run = await machine.create(machine.recipe())
    await expect(machine.runner.drive(run.id, machine.never)).rejects.toMatchObject({ failure: { kind: 'unexpected' } })
    expect(await machine.store.run(run.id)).toMatchObject({
      state: { phase: 'ready', trouble: { kind: 'unexpected' } },
    })
    restore()
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect(await charges()).toBe(1)
  })
})

describe('a crash at each step', () => {
  test('P02 queued: sent once after the reload', async () => {
    const run = await machine.create(machine.recipe())
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({ state: { phase: 'saved' } })
    expect(await submissions()).toBe(1)
  })

  test('sending, never arrived: unconfirmed, zero requests', async () => {
    const run = await machine.create(machine.recipe())
    await machine.store.saveRun({ ...run, state: { phase: 'sending', sentAt: 1 } } as Run)
    expect(await machine.reload().drive(run.id, machine.never)).toMatchObject({
      state: { phase: 'failed', failure: { kind: 'unconfirmed' } },
    })
    expect(await submissions()).toBe(0)
  })

  test('P17 P18 settling twice keeps one picture', async () => {
    const run = await machine.generate()
    if (!run || !isIn(run, 'saved')) throw new Error('not saved')
    const bytes = await machine.store.original(run.state.pictures[0])
    const [picture] = await machine.store.pictures('gallery', 1)
    if (!bytes || !picture) throw new Error('no picture')
    await machine.store.settle(run, [{ ...picture, bytes }])
    expect(await machine.store.countPictures('gallery')).toBe(1)
  })
})

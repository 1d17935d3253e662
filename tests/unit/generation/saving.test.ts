import { describe, expect, test } from 'vitest'
import { toFailure } from '#domain/failure.ts'
import type { BatchId, PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Marks, Recipe, RunIn, StateIn } from '#domain/run.ts'
import { fetchPictures, type SavingPorts, saveWithRetries } from '#generation/saving.ts'
import { createSlots } from '#generation/slots.ts'
import { findFamily } from '#models/catalogue.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Provider } from '#providers/provider.ts'
import { findProvider } from '#providers/registry.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import { lightProcessor } from '../../support/light-images.ts'
import { json, type Scripted, scriptSend, silent } from '../../support/scripted-send.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const own = 'https://files.example/own.png'
const fresh = 'https://files.example/fresh.png'
const spare = 'https://files.example/spare.png'
const image = (url: string) => `GET /api/image?url=${encodeURIComponent(url)}`
const link = 'POST /api/v1/common/download-url'
const never = new AbortController().signal

const picture = (type = 'image/png') => new Response(png, { headers: { 'content-type': type } })
const gone = () => new Response('<Error/>', { status: 404 })

interface Given {
  recipe?: Recipe
  marks?: Partial<Marks>
  state?: Partial<StateIn<'ready'>>
}

function readyRun({ marks, state, ...given }: Given = {}): RunIn<'ready'> {
  return {
    id: 'run-1' as RunId,
    recipe: { family: 'flux-kontext', draft: { prompt: 'a red fox' }, sources: [] },
    ...given,
    marks: { createdAt: 1, priceCredits: 5, pace: 'flux-kontext-pro', ...marks },
    state: {
      phase: 'ready',
      sentAt: 1_000,
      finishedAt: 9_000,
      task: { provider: 'kie-kontext', taskId: 'task-1' as TaskId },
      imageUrls: [own],
      spareUrls: [],
      ...state,
    },
  }
}

/** Fetches a run's images from a script; returns the result, the requests and the pauses. */
async function fetchBy(
  script: Record<string, Scripted[]>,
  { run = readyRun(), signal = never, freshLink = false, family = 'flux-kontext' } = {},
) {
  const { send, asked } = scriptSend(script)
  const pauses: number[] = []
  const wait: SavingPorts['wait'] = async (ms) => void pauses.push(ms)
  const ports = { send, wait, now: () => 77, downloads: createSlots(() => 1) } as SavingPorts
  const [model, provider] = [findFamily(family) as ModelFamily, findProvider('kie-kontext') as Provider]
  const given = freshLink ? { freshLink } : {}
  const fetched = fetchPictures(ports, run, model, provider, signal, given)
  const outcome = await fetched.then(
    (made) => ({ made, failure: undefined }),
    (error) => ({ made: [], failure: toFailure(error) }),
  )
  return { ...outcome, asked, pauses }
}

describe('the bytes of a picture', () => {
  test('come by its own address, through the proxy', async () => {
    const { made, asked, pauses } = await fetchBy({ '/api/image': [picture()] })
    expect(asked).toEqual([image(own)])
    expect(pauses).toEqual([])
    expect(made).toHaveLength(1)
    expect(Buffer.from((await made[0]?.bytes.arrayBuffer()) as ArrayBuffer)).toEqual(png)
  })

  test('are asked for at an address of the proxy itself as it is', async () => {
    const run = readyRun({ state: { imageUrls: ['/api/pictures/run-1'] } })
    expect((await fetchBy({ '/api/pictures': [picture()] }, { run })).asked).toEqual(['GET /api/pictures/run-1'])
  })

  test.each(['text/html', 'image/jpeg', 'image/png'])(
    'are called what they are, whatever they came as: %s',
    async (type) => {
      const { made } = await fetchBy({ '/api/image': [picture(type)] })
      expect(made[0]?.bytes.type).toBe('image/png')
    },
  )

  test('U14 come by the own address, then by a fresh one, then by the spare copy', async () => {
    const run = readyRun({ state: { spareUrls: [spare] } })
    const script = {
      '/api/image': [gone(), gone(), gone(), picture()],
      '/api/v1/common/download-url': [json({ code: 200, msg: 'success', data: fresh })],
    }
    const { made, asked, pauses } = await fetchBy(script, { run })
    expect(asked).toEqual([image(own), image(own), link, image(fresh), image(spare)])
    expect(pauses).toEqual([1_000, 3_000])
    expect(made).toHaveLength(1)
  })

  test('begin with a fresh address where the user asks for one', async () => {
    const script = {
      '/api/image': [gone(), gone(), picture()],
      '/api/v1/common/download-url': [json({ code: 200, msg: 'success', data: fresh })],
    }
    const { made, asked, pauses } = await fetchBy(script, { freshLink: true })
    expect(asked).toEqual([link, image(fresh), image(own), image(own)])
    expect(pauses).toEqual([1_000, 3_000])
    expect(made).toHaveLength(1)
  })

  test('U14 that are nowhere: the first error is reported, without a pause after the last address', async () => {
    const refusal = { code: 501, msg: 'no such file', data: null }
    const script = {
      '/api/image': [gone(), new Response('', { status: 500 })],
      '/api/v1/common/download-url': [json(refusal)],
    }
    const { failure, asked, pauses } = await fetchBy(script)
    expect(failure).toEqual({ kind: 'expired', code: 404 })
    expect(asked).toEqual([image(own), image(own), link])
    expect(pauses).toEqual([1_000, 3_000])
  })

  test('P14 fail at once where the network is down: no other address would be reached', async () => {
    const { failure, asked, pauses } = await fetchBy({ '/api/image': [new TypeError('Failed to fetch')] })
    expect(failure).toEqual({ kind: 'unexpected', detail: 'Failed to fetch' })
    expect([asked, pauses]).toEqual([[image(own)], []])
  })

  test('P22 are no longer requested once nobody waits for them', async () => {
    const stopping = new AbortController()
    const refuse = () => {
      stopping.abort(new DOMException('enough', 'AbortError'))
      return gone()
    }
    const { failure, asked } = await fetchBy({ '/api/image': [refuse] }, { signal: stopping.signal })
    expect(failure).toEqual({ kind: 'unexpected', detail: 'enough' })
    expect(asked).toEqual([image(own)])
  })

  test('P22 that are under way are given up with their signal, also while a fresh address is asked for', async () => {
    for (const freshLink of [false, true]) {
      const stop = new AbortController()
      const script = { '/api/image': [silent], '/api/v1/common/download-url': [silent] }
      const fetched = fetchBy(script, { signal: stop.signal, freshLink })
      stop.abort(new Error('closed'))
      expect((await fetched).failure).toEqual({ kind: 'unexpected', detail: 'closed' })
    }
  })

  test.each([
    [403, '', { kind: 'expired', code: 403 }],
    [410, '', { kind: 'expired', code: 410 }],
    [500, 'oops', { kind: 'unexpected', detail: 'its image could not be fetched (500).', code: 500 }],
    [
      502,
      JSON.stringify({ code: 502, msg: 'The picture broke off.', proxy: { sent: 'no' } }),
      { kind: 'unavailable', detail: 'The picture broke off.', code: 502, said: 'The picture broke off.' },
    ],
    [
      504,
      JSON.stringify({ code: 504, msg: 'No answer.', proxy: { sent: 'unknown' } }),
      { kind: 'unexpected', detail: 'its image could not be fetched (504).', code: 504 },
    ],
  ])('U14 refused with %i %s are told as they are', async (status, body, failure) => {
    const refuse = () => new Response(body, { status })
    const script = { '/api/image': [refuse, refuse], '/api/v1/common/download-url': [gone()] }
    expect((await fetchBy(script)).failure).toEqual(failure)
  })

  test('U08 that are not an image are refused', async () => {
    const text = () => new Response('<!doctype html><p>not a picture</p>')
    const script = { '/api/image': [text, text], '/api/v1/common/download-url': [gone()] }
    const detail = 'what it sent is not an image that can be kept.'
    expect((await fetchBy(script)).failure).toEqual({ kind: 'unexpected', detail })
  })

  test.each([
    [50 * 1024 * 1024, 1],
    [50 * 1024 * 1024 + 1, 0],
  ])('that have %i bytes are kept: %i', async (size, count) => {
    const large = { size, type: 'image/png', slice: () => new Blob([png]) } as unknown as Blob
    const answer = () => Object.assign(picture(), { blob: async () => large })
    const script = { '/api/image': [answer, answer], '/api/v1/common/download-url': [gone()] }
    expect((await fetchBy(script)).made).toHaveLength(count)
  })

  test('of several come each by its own address; the spare copies are of the first', async () => {
    const second = 'https://files.example/second.png'
    const run = readyRun({ state: { imageUrls: [own, second], spareUrls: [spare] } })
    const fine = await fetchBy({ '/api/image': [picture(), picture()] }, { run })
    expect(fine.asked).toEqual([image(own), image(second)])
    expect(fine.made.map(({ id }) => id)).toEqual(['run-1-0', 'run-1-1'])
    expect(fine.made.map(({ origin }) => origin.kind === 'made' && origin.index)).toEqual([0, 1])
    const script = { '/api/image': [picture(), gone(), gone()], '/api/v1/common/download-url': [gone()] }
    const half = await fetchBy(script, { run })
    expect(half.asked).toEqual([image(own), image(second), image(second), link])
    expect(half.failure).toMatchObject({ kind: 'expired' })
  })
})

describe('the record of an image', () => {
  const made = async (run: RunIn<'ready'>, family?: string) => {
    const script = { '/api/image': [picture()] }
    return (await fetchBy(script, { run, ...(family === undefined ? {} : { family }) })).made[0]
  }

  test('has its recipe, its parents, its model and its duration', async () => {
    const sources = ['source-1', 'source-2'] as PictureId[]
    const recipe = { family: 'flux-kontext', draft: { prompt: 'a red fox', aspectRatio: '4:3' }, sources }
    const run = readyRun({ recipe, marks: { gateway: 'apikley', simulated: true } })
    expect(await made(run)).toEqual({
      id: 'run-1-0',
      shelf: 'gallery',
      // The time of submission, not of the download, so that the gallery keeps the order of submissions.
      createdAt: run.marks.createdAt,
      prompt: 'a red fox',
      parents: sources,
      bytes: expect.any(Blob),
      origin: {
        kind: 'made',
        run: 'run-1',
        recipe,
        model: 'Flux Kontext Pro',
        provider: 'kie-kontext',
        gateway: 'apikley',
        task: run.state.task,
        index: 0,
        durationMs: 8_000,
        simulated: true,
        asked: expect.any(String),
      },
    })
  })

  test('omits what is not known: no gateway, no prompt, no time before its own', async () => {
    const recipe = { family: 'flux-kontext', draft: {}, sources: [] }
    const { origin, ...about } = (await made(readyRun({ recipe, state: { finishedAt: 0 } }))) ?? {}
    expect(about).toMatchObject({ prompt: '' })
    expect(origin).toMatchObject({ durationMs: 0, simulated: false })
    expect(origin).not.toHaveProperty('gateway')
    expect(origin).not.toHaveProperty('insteadOf')
  })

  test('has the format that it is converted to, if the model makes another one', async () => {
    const flux2 = findFamily('flux-2')
    const recipe = (draft: object) => ({ family: 'flux-2', draft: { ...flux2?.defaults, ...draft }, sources: [] })
    for (const format of ['png', 'jpeg', 'webp']) {
      const run = readyRun({ recipe: recipe({ format }) })
      const wanted = flux2?.convertTo(run.recipe.draft)
      const picture = await made(run, 'flux-2')
      expect(picture?.convertTo).toBe(wanted)
      expect('convertTo' in (picture ?? {})).toBe(wanted !== undefined)
    }
  })

  test('names the fallback that made it, with the requested format', async () => {
    const standsIn = { for: 'run-0' as RunId, provider: 'gemini', model: 'Gemini Nano Banana 2.1', priceDollars: 0.03 }
    const draft = { ...findFamily('flux-kontext')?.defaults, prompt: 'a red fox', format: 'png' }
    const recipe = { family: 'flux-kontext', draft, sources: [] }
    const picture = await made(readyRun({ recipe, marks: { standsIn, gateway: 'kie' } }))
    expect(picture).toMatchObject({ convertTo: 'image/png' })
    expect(picture?.origin).toMatchObject({ model: 'Gemini Nano Banana 2.1', insteadOf: 'Flux Kontext Pro' })
    expect(picture?.origin).not.toHaveProperty('gateway')
  })

  test('has its place in its batch, if it has one', async () => {
    const batch = { id: 'batch-1' as BatchId, index: 2, of: 3 }
    expect(await made(readyRun({ marks: { batch } }))).toMatchObject({ batch })
    expect(await made(readyRun())).not.toHaveProperty('batch')
  })

  test('has little for a task that was sent elsewhere', async () => {
    const { origin } = (await made(readyRun({ marks: { pace: 'adopted' } }))) ?? {}
    expect(origin).toMatchObject({ model: 'Flux Kontext', durationMs: 0 })
    expect(origin).not.toHaveProperty('asked')
  })
})

describe('saving a finished run', () => {
  const away = new TypeError('Failed to fetch')
  const offline = { kind: 'unavailable', detail: 'The proxy cannot be reached.' }

  async function saveBy(answers: Scripted[], signal = never, how = {}, link: Scripted[] = [0, 1].map(() => gone)) {
    const store = openMemoryStore(lightProcessor)
    const run = readyRun()
    await store.saveRun(run)
    const { send, asked } = scriptSend({ '/api/image': answers, '/api/v1/common/download-url': link })
    const pauses: number[] = []
    /** The run as stored when each pause began. */
    const shown: unknown[] = []
    const wait: SavingPorts['wait'] = async (ms) => {
      pauses.push(ms)
      shown.push((await store.run(run.id))?.state.trouble)
    }
    const ports = { store, send, wait, now: () => 77, downloads: createSlots(() => 1) } as SavingPorts
    const outcome = await saveWithRetries(ports, run, signal, how).catch((error) => toFailure(error))
    return { outcome, pauses, shown, asked, stored: await store.run(run.id) }
  }

  test('stores the run with its images', async () => {
    const { outcome, stored, pauses } = await saveBy([picture()])
    expect(outcome).toEqual(stored)
    expect(stored?.state).toMatchObject({ phase: 'saved', pictures: ['run-1-0'] })
    expect(pauses).toEqual([])
  })

  test('goes on with longer pauses while the network is away, and shows that on the run', async () => {
    const { outcome, pauses, shown } = await saveBy([...Array.from({ length: 6 }, () => away), picture()])
    expect(outcome).toMatchObject({ state: { phase: 'saved' } })
    expect(pauses).toEqual([2_000, 5_000, 15_000, 60_000, 60_000, 60_000])
    expect(shown).toEqual(pauses.map(() => offline))
  })

  test('goes on where the proxy has a limit', async () => {
    const limited = () => json({ code: 429, msg: 'Wait.', proxy: { sent: 'no' } }, 429)
    const links = Array.from({ length: 3 }, () => limited)
    const answers = [...Array.from({ length: 6 }, () => limited), picture()]
    const { outcome, pauses, shown } = await saveBy(answers, never, {}, links)
    expect(outcome).toMatchObject({ state: { phase: 'saved' } })
    expect(pauses.filter((ms) => ms !== 1_000 && ms !== 3_000)).toEqual([2_000, 5_000, 15_000])
    expect(shown.at(-1)).toMatchObject({ kind: 'rate-limited' })
  })

  test('begins with a fresh address where the user asks for one', async () => {
    const links = [json({ code: 200, msg: 'success', data: fresh })]
    const { asked, outcome } = await saveBy([picture()], never, { freshLink: true }, links)
    expect(asked).toEqual([link, image(fresh)])
    expect(outcome).toMatchObject({ state: { phase: 'saved' } })
  })

  test('is left to the user after two tries with what does not pass', async () => {
    const { outcome, pauses, stored } = await saveBy(Array.from({ length: 4 }, () => gone))
    expect(outcome).toEqual({ kind: 'expired', code: 404 })
    expect(stored?.state).toMatchObject({ phase: 'ready', trouble: { kind: 'expired' } })
    expect(pauses).toEqual([1_000, 3_000, 2_000, 1_000, 3_000])
  })

  test('ends with its signal, and shows no trouble', async () => {
    const stop = new AbortController()
    const leave: Scripted = () => {
      stop.abort(new Error('closed'))
      throw away
    }
    const { outcome, stored } = await saveBy([leave], stop.signal)
    expect(outcome).toMatchObject({ detail: 'closed' })
    expect(stored).toEqual(readyRun())
  })
})

import { QueryClient } from '@tanstack/react-query'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Failure } from '#domain/failure.ts'
import type { PictureId, RunId } from '#domain/ids.ts'
import { type FallbackRule, type Run, type RunIn, standInId } from '#domain/run.ts'
import { mayFallBack, otherRatioFor } from '#generation/fallback.ts'
import { createGenerator } from '#generation/generator.ts'
import { type BreakableService, isSubmission, openBreakableService } from '../../support/breakable-service.ts'
import { interfere, lost } from '../../support/broken-network.ts'
import { eventually } from '../../support/eventually.ts'
import { failedRun } from '../../support/gallery-records.ts'
import { idOf, type Machine, machineKey, openMachine } from '../../support/machine.ts'
import { settled } from '../../support/windows.ts'

let service: BreakableService
let machine: Machine
let rule: FallbackRule

const isCall = ({ url }: { url: string }) => url.endsWith(':generateContent')

async function open(env: Record<string, string> = {}) {
  service = await openBreakableService({ key: machineKey, switches: { durationMs: 30, retryDelayMs: 10 } })
  const own = { GEMINI_API_KEY: machineKey, GEMINI_API_BASE_URL: service.origin, ...env }
  machine = await openMachine({ service, env: own, fallback: () => rule })
}

beforeEach(async () => {
  rule = 'always'
  await open()
})

afterEach(async () => {
  // Errors of runs that still work when the store is closed are expected.
  expect(told.splice(0)).toEqual([])
  await machine.close()
  await service.close()
})

const generate = (prompt: string, draft: object = {}, family?: string) => machine.generate({ prompt, ...draft }, family)
const standInOf = (run: Run | undefined) => machine.store.run(standInId(idOf(run)))
const driveStandIn = (run: Run | undefined) => machine.runner.drive(standInId(idOf(run)), machine.never)
const gemini = async () => (await machine.simulator.state()).gemini
const charges = async () => (await machine.simulator.state()).charges.filter(({ refunded }) => !refunded).length
const told: Failure[] = []
const openGenerator = (store = machine.store) =>
  createGenerator({
    runner: async () => machine.runner,
    ports: { store, now: () => Date.now(), newId: () => crypto.randomUUID() },
    queryClient: new QueryClient(),
    tell: (failure) => void told.push(failure),
  })
const hand = async (run: Run | undefined) => {
  await machine.store.amendRun(
    idOf(run),
    (stored) => ({ ...stored, state: { ...stored.state, yieldsTo: standInId(stored.id) } }) as Run,
  )
  return machine.runner.drive(idOf(run), machine.never)
}

describe('8.5 a run that was certainly not accepted continues automatically, if the user has chosen that', () => {
  test.each([
    ['[[submit:455]]', 'unavailable'],
    ['[[submit:505]]', 'unavailable'],
    ['[[submit:429]]', 'rate-limited'],
    ['[[submit:521]]', 'unavailable'],
    ['[[submit:523]]', 'unavailable'],
    ['[[submit:401]]', 'unauthorized'],
    ['[[submit:402]]', 'out-of-credits'],
    ['[[submit:433]]', 'out-of-credits'],
  ])('8.5 P20 SEC B20 %s: one picture, of the other service, and one charge there', async (token, kind) => {
    const refused = await generate(`a red fox ${token}`)
    expect(refused).toMatchObject({
      marks: { dismissed: true },
      state: { phase: 'failed', failure: { kind }, chargePossible: false },
    })
    expect(await driveStandIn(refused)).toMatchObject({
      marks: {
        priceCredits: 0,
        standsIn: { for: idOf(refused), provider: 'gemini', model: 'Gemini Nano Banana 2.1', priceDollars: 0.034 },
      },
      state: { phase: 'saved' },
    })
    const [picture, ...others] = await machine.store.pictures('gallery', 10)
    expect(others).toEqual([])
    expect(picture?.origin).toMatchObject({
      kind: 'made',
      model: 'Gemini Nano Banana 2.1',
      insteadOf: 'Flux Kontext Pro',
      provider: 'gemini',
    })
    expect([(await gemini()).charges.length, await charges()]).toEqual([1, 0])
  })

  test('8.5 a service that cannot be reached', async () => {
    await machine.close()
    await service.close()
    service = await openBreakableService({ key: machineKey, switches: { durationMs: 0 } })
    const env = { KIE_API_BASE_URL: 'http://127.0.0.1:1', GEMINI_API_KEY: machineKey }
    const own = { ...env, GEMINI_API_BASE_URL: service.origin }
    machine = await openMachine({ service, env: own, fallback: () => rule })
    const refused = await generate('a red fox')
    expect(refused).toMatchObject({
      marks: { dismissed: true },
      state: { failure: { kind: 'unavailable', code: 503 } },
    })
    expect(await driveStandIn(refused)).toMatchObject({ state: { phase: 'saved' } })
  })

  test('8.5 busy: only after the user has sent it again', async () => {
    const first = await generate('a red fox [[submit:busy]]')
    expect(first).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unavailable', busy: true } } })
    expect(first).not.toHaveProperty('state.yieldsTo')
    expect(mayFallBack(first as Run)).toBe('no')
    const again = await machine.create(machine.recipe({ prompt: 'a red fox [[submit:busy]]' }))
    await machine.store.amendRun(again.id, (stored) => ({ ...stored, marks: { ...stored.marks, again: true } }))
    const second = await machine.runner.drive(again.id, machine.never)
    expect(second).toMatchObject({
      marks: { dismissed: true },
      state: { phase: 'failed', yieldsTo: standInId(again.id) },
    })
  })
})

describe('8.5 a run that may have been accepted continues only when the user asks', () => {
  test.each([
    ['[[submit:500]]', true],
    ['[[submit:501]]', true],
    ['[[submit:408]]', true],
    ['[[submit:503]]', true],
    ['[[html]]', true],
    ['[[null]]', true],
    ['[[fail500]]', false],
    ['[[fail501]]', false],
  ])('8.5 P20 %s', async (token, chargePossible) => {
    const run = await generate(`a red fox ${token}`)
    expect(run).toMatchObject({ state: { phase: 'failed', chargePossible } })
    expect(mayFallBack(run as Run)).toBe('when-asked')
    expect(await standInOf(run)).toBeUndefined()
    expect((await gemini()).calls).toEqual([])
  })

  test('8.5 P20 a lost answer', async () => {
    service.loseAnswers(isSubmission)
    const run = await generate('a red fox')
    expect(run).toMatchObject({ state: { failure: { kind: 'unconfirmed' }, chargePossible: true } })
    expect(mayFallBack(run as Run)).toBe('when-asked')
    expect((await gemini()).calls).toEqual([])
  })
})

describe('8.5 a run that was refused for its content never continues', () => {
  test.each(['[[policy]]', '[[submit:400]]', '[[submit:422]]', '[[submit:404]]', '[[createfail]]'])(
    '8.5 P20 %s',
    async (token) => {
      const run = await generate(`a red fox ${token}`)
      expect(run).toMatchObject({ state: { phase: 'failed', chargePossible: false } })
      expect(await standInOf(run)).toBeUndefined()
      expect((await gemini()).calls).toEqual([])
      if (token !== '[[createfail]]') expect(mayFallBack(run as Run)).toBe('no')
    },
  )

  const failed = (failure: Failure, more: object = {}, marks: object = {}): RunIn<'failed'> => ({
    ...failedRun('a'),
    marks: { ...failedRun('a').marks, ...marks },
    state: { phase: 'failed', failure, chargePossible: false, ...more },
  })
  test.each<[string, RunIn<'failed'>]>([
    [
      'a content policy, though the words name a code of the service',
      failed({ kind: 'rejected', reason: '', code: 500 }),
    ],
    [
      'a task that failed in words which may be about its content',
      failed(
        { kind: 'unexpected', detail: '', code: 500, said: 'Task refused.' },
        { task: { provider: 'kie-kontext', taskId: 'a' } },
      ),
    ],
    ['settings', failed({ kind: 'invalid', issues: [], code: 500 })],
    ['a source that could not be read', failed({ kind: 'invalid', issues: [{ field: 'sources', message: '' }] })],
    ['a proxy that is away: the other service is behind it too', failed({ kind: 'unavailable', detail: '' })],
    ['a proxy that asks for its token', failed({ kind: 'locked', code: 401 })],
    ['a budget', failed({ kind: 'over-budget', detail: '', code: 429 })],
    ["the proxy's own limit", failed({ kind: 'rate-limited', retryAfterMs: 900, code: 429 })],
    ['a picture that is gone', failed({ kind: 'expired' })],
    ['a task that was sent elsewhere', failed({ kind: 'unavailable', detail: '', code: 455 }, {}, { pace: 'adopted' })],
    [
      'a family that is gone',
      {
        ...failed({ kind: 'unavailable', detail: '', code: 455 }),
        recipe: { family: 'x', draft: {}, sources: [] },
      },
    ],
    ['what has gone on already', failed({ kind: 'unavailable', detail: '', code: 455 }, { yieldsTo: 'b' })],
  ])('8.5 %s', (_title, run) => {
    expect(mayFallBack(run)).toBe('no')
  })
})

describe('8.5 the setting', () => {
  test.each<FallbackRule>(['ask', 'never'])('8.5 "%s" leaves a refused run where it is', async (given) => {
    rule = given
    const run = await generate('a red fox [[submit:455]]')
    expect(run).toMatchObject({ state: { phase: 'failed' } })
    expect(run).not.toHaveProperty('state.yieldsTo')
    expect((await gemini()).calls).toEqual([])
  })

  test('8.5 without a key for it the error of the first service stays, also where the user has said "always"', async () => {
    await machine.close()
    await service.close()
    await open({ GEMINI_API_KEY: '' })
    const run = await generate('a red fox [[submit:455]]')
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { detail: 'The service is under maintenance.' } } })
    expect(run).not.toHaveProperty('state.yieldsTo')
    expect(run).not.toHaveProperty('marks.dismissed')
  })
})

describe('a run that stands in', () => {
  test('is asked for in the words of its recipe: ratio, size, and the kind of file it is kept as', async () => {
    const refused = await generate(
      'a red fox [[submit:455]]',
      { aspectRatio: '3:2', size: '2K', format: 'jpeg' },
      'flux-2',
    )
    expect(await driveStandIn(refused)).toMatchObject({
      marks: { standsIn: { priceDollars: 0.051 } },
      state: { phase: 'saved' },
    })
    const { calls } = await gemini()
    expect(calls[0]?.imageConfig).toEqual({ aspectRatio: '3:2', imageSize: '2K' })
    const [picture] = await machine.store.pictures('gallery', 1)
    expect(picture).toMatchObject({ mime: 'image/jpeg', width: 2496, height: 1664 })
  })

  test('edits the same sources, each time with their bytes', async () => {
    const bytes = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#c33' } })
      .png()
      .toBuffer()
    const source = await machine.store.addPicture({
      id: 'source-1' as PictureId,
      shelf: 'sources',
      createdAt: 1,
      prompt: 'red.png',
      parents: [],
      origin: { kind: 'dropped', fileName: 'red.png', notes: [] },
      bytes: new Blob([new Uint8Array(bytes)], { type: 'image/png' }),
    })
    const recipe = { ...machine.recipe({ prompt: 'make it blue [[submit:455]]' }), sources: [source.id] }
    const run = await machine.create(recipe)
    const refused = await machine.runner.drive(run.id, machine.never)
    expect(await driveStandIn(refused)).toMatchObject({ state: { phase: 'saved' } })
    expect((await gemini()).calls[0]).toMatchObject({ sources: 1, imageConfig: { imageSize: '1K' } })
    const [picture] = await machine.store.pictures('gallery', 1)
    expect(picture?.parents).toEqual([source.id])
    expect((picture?.width ?? 0) / (picture?.height ?? 1)).toBeCloseTo(1.5, 1)
  })

  test('P15 goes on after a reload in the middle: one call, one picture', async () => {
    const refused = await generate('a red fox [[submit:455]] [[slow:0.3]]')
    const page = new AbortController()
    const driving = machine.runner.drive(standInId(idOf(refused)), page.signal)
    await eventually(async () => expect((await standInOf(refused))?.state.phase).toBe('working'))
    page.abort()
    await driving
    expect(await machine.reload().drive(standInId(idOf(refused)), machine.never)).toMatchObject({
      state: { phase: 'saved' },
    })
    expect((await gemini()).charges).toHaveLength(1)
  })

  test('P15 that was stored by a page which was then closed stays the successor, although the proxy is down', async () => {
    const refused = await generate('a red fox [[submit:455]]')
    const { dismissed: _gone, ...marks } = (refused as Run).marks
    await machine.store.amendRun(idOf(refused), (stored) => ({ ...stored, marks }))
    expect((await machine.store.run(idOf(refused)))?.marks).not.toHaveProperty('dismissed')
    interfere(machine, () => true, lost)
    const left = await machine.reload().drive(idOf(refused), machine.never)
    expect(left).toMatchObject({
      marks: { dismissed: true },
      state: { phase: 'failed', yieldsTo: standInId(idOf(refused)) },
    })
  })

  test('P04 whose answer reached no page is found at the proxy while it is made', async () => {
    const refused = await generate('a red fox [[submit:455]] [[slow:0.3]]')
    const mend = interfere(
      machine,
      (path) => path === '/api/gemini/generate',
      async (direct, path, init) => {
        await direct(path, init)
        return lost()
      },
    )
    expect(await driveStandIn(refused)).toMatchObject({ state: { phase: 'saved' } })
    mend()
    expect((await gemini()).charges).toHaveLength(1)
  })

  test('P05 whose answer is lost at the service is unconfirmed, and never sent again automatically', async () => {
    service.loseAnswers(isCall)
    const refused = await generate('a red fox [[submit:455]]')
    const run = await driveStandIn(refused)
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true } })
    expect(mayFallBack(run as Run)).toBe('when-asked')
    await machine.reload().drive(idOf(run), machine.never)
    expect((await gemini()).charges).toHaveLength(1)
  })

  test('P06 under way in a proxy that is restarted is unconfirmed', async () => {
    const refused = await generate('a red fox [[submit:455]] [[gemini:hang]]')
    const driving = driveStandIn(refused)
    await eventually(async () => expect((await gemini()).charges).toHaveLength(1))
    service.simulator.close()
    await machine.restartProxy()
    expect(await driving).toMatchObject({
      state: { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true },
    })
  })

  test.each([
    ['[[gemini:block]]', 'rejected', 'no'],
    ['[[gemini:nothing]]', 'no-picture', 'when-asked'],
    ['[[gemini:403]]', 'unauthorized', 'no'],
    ['[[gemini:503]]', 'unavailable', 'when-asked'],
  ])('%s fails as %s', async (token, kind, again) => {
    const refused = await generate(`a red fox [[submit:455]] ${token}`)
    const run = await driveStandIn(refused)
    expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind }, chargePossible: false } })
    expect(mayFallBack(run as Run)).toBe(again)
    expect((await gemini()).charges).toEqual([])
  })

  test('may be asked for once more, as a run of its own', async () => {
    const refused = await generate('a red fox [[submit:455]] [[gemini:500once]]')
    const failed = await driveStandIn(refused)
    expect(failed).toMatchObject({ state: { phase: 'failed', chargePossible: true } })
    await hand(failed)
    expect(await driveStandIn(failed)).toMatchObject({
      marks: { standsIn: { for: idOf(failed) } },
      state: { phase: 'saved' },
    })
  })

  test('P17 whose image the proxy no longer has is reported, and stays recorded as made', async () => {
    const refused = await generate('a red fox [[submit:455]]')
    interfere(
      machine,
      (path) => path.startsWith('/api/gemini/pictures'),
      async () => new Response('{}', { status: 404 }),
    )
    await expect(driveStandIn(refused)).rejects.toMatchObject({ failure: { kind: 'expired' } })
    expect(await standInOf(refused)).toMatchObject({ state: { phase: 'ready', trouble: { kind: 'expired' } } })
  })
})

describe('handing over', () => {
  test('P10 asked for twice at once, in two windows, makes one run', async () => {
    rule = 'ask'
    const refused = await generate('a red fox [[submit:455]]')
    await Promise.all([hand(refused), hand(refused)])
    await Promise.all([driveStandIn(refused), machine.window().drive(standInId(idOf(refused)), machine.never)])
    expect((await machine.store.recentRuns(9)).map(({ id }) => id).toSorted()).toEqual(
      [idOf(refused), standInId(idOf(refused))].toSorted(),
    )
    expect((await gemini()).charges).toHaveLength(1)
    await hand(refused)
    expect(await standInOf(refused)).toMatchObject({ state: { phase: 'saved' } })
  })

  test('P02 that a page could not finish is finished by the next one', async () => {
    rule = 'ask'
    const refused = (await generate('a red fox [[submit:455]]')) as Run
    await machine.store.amendRun(
      refused.id,
      (stored) => ({ ...stored, state: { ...stored.state, yieldsTo: standInId(stored.id) } }) as Run,
    )
    const generator = openGenerator()
    await generator.resume()
    await eventually(async () => expect(await standInOf(refused)).toMatchObject({ state: { phase: 'saved' } }))
    generator.close()
    expect((await gemini()).charges).toHaveLength(1)
  })

  test('by the button stores the intent, makes the run and drives it', async () => {
    rule = 'ask'
    const refused = (await generate('a red fox [[submit:455]]')) as Run
    const generator = openGenerator()
    generator.standIn(refused)
    generator.standIn(refused)
    await eventually(async () => expect(await standInOf(refused)).toMatchObject({ state: { phase: 'saved' } }))
    // The second press resumes the run; the run is not in the grid after that.
    await eventually(async () => expect(await machine.store.openRuns()).toEqual([]))
    generator.close()
    expect((await gemini()).charges).toHaveLength(1)
  })

  test('by the button again, while the first press asks a proxy that does not answer: the second press counts', async () => {
    rule = 'ask'
    const refused = (await generate('a red fox [[submit:455]]')) as Run
    let failFirst: (reason: unknown) => void = () => undefined
    const first = new Promise<never>((_, reject) => {
      failFirst = reject
    })
    let asks = 0
    interfere(
      machine,
      (path) => path === '/api/health',
      (direct, path, init) => {
        asks += 1
        if (asks > 1) return direct(path, init)
        init?.signal?.addEventListener('abort', () => failFirst(init.signal?.reason), { once: true })
        return first
      },
    )
    // The answer fails just after the second press was stored, and the first press reports it before the second continues.
    let presses = 0
    const amendRun: typeof machine.store.amendRun = async (id, change) => {
      const run = await machine.store.amendRun(id, change)
      presses += 1
      if (presses === 2) {
        failFirst(new TypeError('Failed to fetch'))
        await settled()
      }
      return run
    }
    const generator = openGenerator({ ...machine.store, amendRun })
    generator.standIn(refused)
    await eventually(() => expect(asks).toBe(1))
    generator.standIn(refused)
    await eventually(async () => expect(await standInOf(refused)).toMatchObject({ state: { phase: 'saved' } }))
    await eventually(async () => expect(await machine.store.openRuns()).toEqual([]))
    generator.close()
    expect((await gemini()).charges).toHaveLength(1)
  })
})

test('a run that was refused without a further service to ask keeps its failure', async () => {
  const refused = await generate('a red fox [[submit:455]]')
  interfere(
    machine,
    (path) => path === '/api/health',
    async () => new Response(JSON.stringify({ mode: 'live', gateway: 'kie' })),
  )
  const run = await driveStandIn(refused)
  expect(run).toMatchObject({ state: { phase: 'failed', failure: { kind: 'unavailable' }, chargePossible: false } })
  expect((await gemini()).calls).toEqual([])
  expect(idOf(run) as RunId).toBe(standInId(idOf(refused)))
})

test.each([
  ['flux-kontext', '16:21', { asked: '16:21', made: '3:4' }],
  ['flux-kontext', '16:9', undefined],
  ['flux-kontext', undefined, undefined],
  ['a family of another version', '16:21', undefined],
])('a ratio that the fallback does not have is told with the nearest one: %s %s', (family, aspectRatio, other) => {
  const run = failedRun('a')
  const draft = { ...run.recipe.draft, ...(aspectRatio === undefined ? {} : { aspectRatio }) }
  expect(otherRatioFor({ ...run, recipe: { ...run.recipe, family, draft } })).toEqual(other)
})

import { QueryClient } from '@tanstack/react-query'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type Failure, GenerationError } from '#domain/failure.ts'
import type { NonEmpty, RunId } from '#domain/ids.ts'
import { isIn, type Recipe, type Run } from '#domain/run.ts'
import { createGenerator } from '#generation/generator.ts'
import type { Network } from '#generation/ports.ts'
import type { Runner } from '#generation/runner.ts'
import type { Way } from '#generation/saving.ts'
import type { SpendLimits } from '#generation/spend-question.ts'
import { findFamily } from '#models/catalogue.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { eventually } from '../../support/eventually.ts'
import { failedRun, newPicture, queuedRun, savedRun, sendingRun, workingRun } from '../../support/gallery-records.ts'
import { lightProcessor } from '../../support/light-images.ts'
import { settled } from '../../support/windows.ts'

// Only generator and drivers: with a store in memory, and a runner that drives until a test ends it.
const recipe: Recipe = {
  family: 'flux-kontext',
  draft: { ...findFamily('flux-kontext')?.defaults, prompt: 'a red fox' },
  sources: [],
}
const away: Network = { isOffline: () => true, back: () => new Promise(() => undefined) }

let store: GalleryStore
let told: Failure[]
/** What the runner was asked for, in order. */
let asked: string[]
/** Ends the drive of a run. */
let drives: Map<string, () => void>

beforeEach(() => {
  store = openMemoryStore(lightProcessor)
  told = []
  asked = []
  drives = new Map()
})

const runner: Runner = {
  drive(id, signal, how) {
    asked.push(`drive ${id}${how?.freshLink ? ' by a fresh link' : ''}`)
    return new Promise((resolve) => {
      const end = () => void store.run(id).then(resolve)
      drives.set(id, end)
      signal.addEventListener('abort', () => {
        asked.push(`stop ${id}`)
        end()
      })
    })
  },
  fetch: async (id) => [new Blob([id])],
}

interface Given {
  load?: () => Promise<Runner>
  network?: Network
  limits?: SpendLimits
  pausesMs?: readonly number[]
}

function open({ load = async () => runner, network, limits, pausesMs }: Given = {}) {
  let ids = 0
  return createGenerator({
    runner: load,
    ports: { store, now: () => 5_000, newId: () => `run-${++ids}` },
    queryClient: new QueryClient(),
    tell: (failure) => void told.push(failure),
    ...(network ? { network } : {}),
    ...(limits ? { limits: () => limits } : {}),
    ...(pausesMs ? { pausesMs } : {}),
  })
}

const ready = (id: string, trouble?: Failure): Run => {
  const state = { phase: 'ready', sentAt: 1, finishedAt: 2, task: workingRun(id).state.task, spareUrls: [] }
  const waiting = trouble ? { trouble } : {}
  return { ...queuedRun(id), state: { ...state, imageUrls: ['https://a.b/c'], ...waiting } } as Run
}
const marked = (run: Run, marks: Partial<Run['marks']>): Run => ({ ...run, marks: { ...run.marks, ...marks } })
const keep = async (...runs: Run[]) => {
  for (const run of runs) await store.saveRun(run)
}

describe('what an earlier visit left unfinished', () => {
  test('is driven: every run that is not over, but none that was stopped', async () => {
    const yields = { ...failedRun('yields'), state: { ...failedRun('yields').state, yieldsTo: 'yields-g1' as RunId } }
    await keep(queuedRun('queued'), sendingRun('sending'), workingRun('working'), ready('ready'), yields)
    await keep(failedRun('failed'), savedRun('saved', ['a']), marked(workingRun('stopped'), { stopped: true }))
    await open().resume()
    await settled()
    expect(asked.toSorted()).toEqual(['queued', 'ready', 'sending', 'working', 'yields'].map((id) => `drive ${id}`))
    expect(told).toEqual([])
  })

  test('is driven once, however often it is resumed', async () => {
    await keep(workingRun('a'))
    const generator = open()
    await generator.resume()
    await generator.resume()
    await settled()
    expect(asked).toEqual(['drive a'])
    drives.get('a')?.()
    await settled()
    await generator.resume()
    await settled()
    expect(asked).toEqual(['drive a', 'drive a'])
  })
})

describe('a change of another window', () => {
  test.each<[string, Run, boolean]>([
    ['queued', queuedRun('a'), true],
    ['queued and waiting', { ...queuedRun('a'), state: { phase: 'queued', trouble: { kind: 'locked' } } }, true],
    ['working', workingRun('a'), true],
    ['ready', ready('a'), true],
    ['ready with trouble', ready('a', { kind: 'expired' }), false],
    ['stopped', marked(workingRun('a'), { stopped: true }), false],
    ['failed', failedRun('a'), false],
    ['saved', savedRun('a', ['b']), false],
  ])('that shows a run as %s: it is driven here too: %#', async (_, run, isDriven) => {
    open()
    await keep(run)
    await settled()
    expect(asked).toEqual(isDriven ? ['drive a'] : [])
  })

  test('that stopped or removed a run ends its drive here', async () => {
    open()
    await keep(workingRun('a'), queuedRun('b'))
    await settled()
    await store.amendRun('a' as RunId, (run) => marked(run, { stopped: true }))
    await store.removeRun('b' as RunId)
    await settled()
    expect(asked).toEqual(['drive a', 'drive b', 'stop a', 'stop b'])
  })

  test('that concerns images drives nothing', async () => {
    await keep(workingRun('a'))
    open()
    const read = vi.spyOn(store, 'run')
    const changes: string[] = []
    store.subscribe(({ kind }) => changes.push(kind))
    await store.addPicture(newPicture('x', new Blob(['x'], { type: 'image/png' })))
    await settled()
    expect([asked, read.mock.calls, changes.includes('runs')]).toEqual([[], [], false])
    expect(changes).not.toEqual([])
  })
})

describe('what a user does', () => {
  test('generating stores a run and drives it', async () => {
    expect(await open().generate(recipe)).toBe(true)
    await eventually(() => expect(asked).toEqual(['drive run-1']))
    expect(await store.run('run-1' as RunId)).toMatchObject({ recipe, state: { phase: 'queued' } })
  })

  test('generating from a form that cannot be sent is told, and nothing is stored', async () => {
    await open().generate({ ...recipe, draft: {} })
    await eventually(() => expect(told).toMatchObject([{ kind: 'invalid' }]))
    expect([await store.openRuns(), asked]).toEqual([[], []])
  })

  test('a batch is stored and driven, run by run', async () => {
    const runs = await open().generateBatch([recipe, recipe])
    expect(runs.map((run) => run.recipe)).toEqual([recipe, recipe])
    await eventually(() => expect(asked).toEqual(runs.map(({ id }) => `drive ${id}`)))
  })

  test('trying again drives the new run', async () => {
    const failed = { ...failedRun('a'), recipe }
    await keep(failed)
    open().again(failed)
    await eventually(() => expect(asked).toEqual(['drive a-r1']))
  })

  test('asking for the fallback stores that first, then drives', async () => {
    await keep(failedRun('a'))
    open().standIn(failedRun('a'))
    await eventually(() => expect(asked).toEqual(['drive a']))
    expect(await store.run('a' as RunId)).toMatchObject({ state: { phase: 'failed', yieldsTo: 'a-g1' } })
  })

  test('stopping marks the run and ends its drive; a run that is over is not marked', async () => {
    await keep(workingRun('a'), failedRun('b'))
    const generator = open()
    await generator.resume()
    await settled()
    generator.stop(workingRun('a'))
    generator.stop(workingRun('b'))
    await settled()
    expect(asked).toEqual(['drive a', 'stop a'])
    expect(await store.run('a' as RunId)).toMatchObject({ marks: { stopped: true } })
    expect(await store.run('b' as RunId)).not.toHaveProperty('marks.stopped')
  })

  test('stopping a run that is no longer stored ends its drive', async () => {
    await keep(queuedRun('a'))
    const generator = open()
    await generator.resume()
    await settled()
    store.subscribe = () => () => undefined
    await store.removeRun('a' as RunId)
    generator.stop(queuedRun('a'))
    await settled()
    expect(asked).toEqual(['drive a', 'stop a'])
  })

  test('looking again ends the present drive and takes the marks off before the next one', async () => {
    await keep(ready('a'))
    const generator = open()
    await generator.resume()
    await settled()
    await store.amendRun('a' as RunId, (run) => marked(run, { dismissed: true }))
    generator.look(ready('a'), { freshLink: true } satisfies Way)
    await eventually(() => expect(asked).toEqual(['drive a', 'stop a', 'drive a by a fresh link']))
    expect(await store.run('a' as RunId)).not.toHaveProperty('marks.dismissed')
  })

  test('looking again at a run without such marks stores nothing', async () => {
    await keep(workingRun('a'))
    const changes: unknown[] = []
    store.subscribe((change) => changes.push(change))
    open().look(workingRun('a'))
    await eventually(() => expect(asked).toEqual(['drive a']))
    expect(changes).toEqual([])
  })

  test('looking again at a stopped run takes the mark off', async () => {
    await keep(marked(workingRun('a'), { stopped: true }))
    open().look(workingRun('a'))
    await eventually(() => expect(asked).toEqual(['drive a']))
    expect(await store.run('a' as RunId)).not.toHaveProperty('marks.stopped')
  })

  test('removing ends the drive of a run that was not sent, and is refused for one that was', async () => {
    await keep(queuedRun('a'), workingRun('b'))
    const generator = open()
    await generator.resume()
    await settled()
    generator.remove(queuedRun('a'))
    generator.remove(queuedRun('b'))
    await eventually(() => expect(told).toHaveLength(1))
    await settled()
    expect(asked.slice(2)).toEqual(['stop a'])
    expect(await store.run('a' as RunId)).toBeUndefined()
    const message = 'This was just sent and can no longer be removed. It goes on.'
    expect(told).toEqual([{ kind: 'invalid', issues: [{ field: 'run', message }] }])
  })

  test('removing that the store cannot do is told with its reason', async () => {
    await keep(queuedRun('a'))
    store.removeRun = () => Promise.reject(new GenerationError({ kind: 'storage', detail: 'the disk is full' }))
    open().remove(queuedRun('a'))
    await eventually(() => expect(told).toEqual([{ kind: 'storage', detail: 'the disk is full' }]))
  })

  test('dismissing marks a failed run, and tells what could not be stored', async () => {
    await keep(failedRun('a'))
    const generator = open()
    generator.dismiss(failedRun('a'))
    await eventually(async () => expect(await store.run('a' as RunId)).toMatchObject({ marks: { dismissed: true } }))
    store.amendRun = () => Promise.reject(new GenerationError({ kind: 'storage', detail: 'the disk is full' }))
    generator.dismiss(failedRun('a'))
    await eventually(() => expect(told).toEqual([{ kind: 'storage', detail: 'the disk is full' }]))
  })

  test('a task of elsewhere is driven once it is known', async () => {
    const generator = open()
    const found = await generator.adopt('task-9', 'flux-kontext')
    expect(found).toMatchObject({ known: false, run: { id: expect.any(String) } })
    await eventually(() => expect(asked).toEqual([`drive ${found.run?.id}`]))
    expect(await generator.adopt('task-9', 'flux-kontext')).toMatchObject({ known: true })
    await settled()
    expect(asked).toHaveLength(1)
  })
})

describe('limits of the user', () => {
  const both: NonEmpty<Recipe> = [recipe, recipe]
  const noLimits: SpendLimits = { price: 0, day: 0, isSimulated: false }

  test('are not looked at where none is set', () => {
    expect(open().question(both)).toBeUndefined()
    expect(open({ limits: noLimits }).question(both)).toBeUndefined()
  })

  test.each<[Partial<SpendLimits>, boolean]>([
    [{ price: 1 }, true],
    [{ day: 1 }, true],
    [{ price: 10_000 }, false],
    [{ day: 10_000 }, false],
  ])('%j are asked about: %s', async (limits, isAsked) => {
    const question = await open({ limits: { ...noLimits, ...limits } }).question(both)
    expect(question !== undefined).toBe(isAsked)
  })

  test('that cannot be looked at are told as such', async () => {
    store.recentRuns = () => Promise.reject(new Error('the database is closed'))
    const question = await open({ limits: { ...noLimits, day: 10_000 } }).question(both)
    expect(question).toBe('What was spent today could not be read.')
  })
})

describe('a runner that cannot be loaded', () => {
  const load = () => Promise.reject(new TypeError('Failed to fetch'))
  const unreachable = { kind: 'unavailable', detail: 'The proxy cannot be reached.' }

  test('fails only runs that were never sent', async () => {
    await keep(queuedRun('a'), sendingRun('b'), workingRun('c'))
    await open({ load }).resume()
    await settled()
    expect(await store.run('a' as RunId)).toMatchObject({
      state: { phase: 'failed', failedAt: 5_000, failure: unreachable, chargePossible: false },
    })
    expect(await store.run('b' as RunId)).toEqual(sendingRun('b'))
    expect(await store.run('c' as RunId)).toEqual(workingRun('c'))
  })

  test('drives a run that was sent as soon as it can be loaded', async () => {
    await keep(workingRun('a'))
    let isServed = false
    await open({ pausesMs: [1], load: () => (isServed ? Promise.resolve(runner) : load()) }).resume()
    await settled()
    expect(asked).toEqual([])
    isServed = true
    await eventually(() => expect(asked).toEqual(['drive a']))
  })

  test('is not loaded again for a run that is no longer waited for', async () => {
    await keep(workingRun('a'))
    let loads = 0
    const count = () => {
      loads += 1
      return load()
    }
    const generator = open({ pausesMs: [60_000], load: count })
    await generator.resume()
    await settled()
    const stopped = marked(workingRun('a'), { stopped: true })
    await store.amendRun('a' as RunId, () => stopped)
    await settled()
    // The pause of a minute has ended with it.
    generator.look(stopped)
    await eventually(() => expect(loads).toBe(2))
    generator.close()
    await settled()
    expect(told).toEqual([])
  })

  test('keeps the run queued while the network is away, and drives it when that is back', async () => {
    await keep(queuedRun('a'))
    let isOffline = true
    let comeBack: () => void = () => undefined
    const network: Network = {
      isOffline: () => isOffline,
      back: () => new Promise((resolve) => (comeBack = resolve)),
    }
    await open({ network, load: () => (isOffline ? load() : Promise.resolve(runner)) }).resume()
    await settled()
    expect(await store.run('a' as RunId)).toMatchObject({ state: { phase: 'queued', waitsFor: 'network' } })
    isOffline = false
    comeBack()
    await eventually(() => expect(asked).toEqual(['drive a']))
  })

  test('is not waited for once the run is stopped', async () => {
    await keep(queuedRun('a'))
    const back = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    let loads = 0
    const count = () => {
      loads += 1
      return load()
    }
    await open({ network: { isOffline: () => true, back }, load: count }).resume()
    await settled()
    await store.removeRun('a' as RunId)
    await settled()
    expect([loads, told]).toEqual([1, []])
  })

  test('cannot fetch images either', async () => {
    await expect(open({ load }).fetch(ready('a'))).rejects.toMatchObject({ failure: unreachable })
    const images = await open().fetch(ready('a'))
    expect(await images[0]?.text()).toBe('a')
  })
})

describe('a closed generator', () => {
  test('stops all runs, follows nothing, starts nothing and tells nothing', async () => {
    await keep(workingRun('a'))
    const generator = open()
    await generator.resume()
    await settled()
    generator.close()
    await settled()
    expect(asked).toEqual(['drive a', 'stop a'])
    await keep(workingRun('b'))
    await generator.resume()
    store.amendRun = () => Promise.reject(new Error('the database is closed'))
    generator.look(workingRun('a'))
    await settled()
    expect(asked).toHaveLength(2)
    expect(told).toEqual([])
  })

  test('does not start a run whose record was being read', async () => {
    const generator = open({ network: away })
    const resuming = generator.resume()
    generator.close()
    await resuming
    await keep(queuedRun('a'))
    await generator.resume()
    await settled()
    expect(asked).toEqual([])
    expect(isIn((await store.run('a' as RunId)) as Run, 'queued')).toBe(true)
  })
})

import { beforeEach, describe, expect, test } from 'vitest'
import type { RunId } from '#domain/ids.ts'
import type { Recipe, Run, RunIn } from '#domain/run.ts'
import { handOver } from '#generation/hand-over.ts'
import { findFamily } from '#models/catalogue.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { failedRun } from '../../support/gallery-records.ts'
import { lightProcessor } from '../../support/light-images.ts'
import { json, type Scripted, scriptSend } from '../../support/scripted-send.ts'

const never = new AbortController().signal
const draft = { ...findFamily('flux-kontext')?.defaults, prompt: 'a red fox' }
const recipe: Recipe = { family: 'flux-kontext', draft, sources: [] }
const refused: RunIn<'failed'> = {
  ...failedRun('a'),
  recipe,
  state: { ...failedRun('a').state, yieldsTo: 'a-g1' as RunId },
}
const fallback = { provider: 'gemini', model: 'gemini-3.1-flash-image', mode: 'live' }
const health = (more: object = { fallback }) => json({ mode: 'live', gateway: 'kie', ...more })

let store: GalleryStore
beforeEach(async () => {
  store = openMemoryStore(lightProcessor)
  await store.saveRun(refused)
})

async function handOverBy(answers: Scripted[], run = refused, signal = never) {
  const { send, asked } = scriptSend({ '/api/health': answers })
  const given = await handOver({ store, send, now: () => 7_000 }, run, signal)
  return { given, asked, standIn: await store.run('a-g1' as RunId) }
}

describe('the run that replaces a refused one', () => {
  test('is stored with its recipe, what it replaces, its model and price; the refused one leaves the grid', async () => {
    const { given, standIn } = await handOverBy([health()])
    expect(standIn).toEqual({
      id: 'a-g1',
      recipe,
      marks: {
        createdAt: 7_000,
        priceCredits: 0,
        pace: 'gemini 1K',
        standsIn: { for: 'a', provider: 'gemini', model: expect.any(String), priceDollars: expect.any(Number) },
      },
      state: { phase: 'queued' },
    })
    expect(given).toEqual({ ...refused, marks: { ...refused.marks, dismissed: true } })
    expect(await store.run('a' as RunId)).toEqual(given)
  })

  test('says that it is simulated where the fallback is', async () => {
    const { standIn } = await handOverBy([health({ fallback: { ...fallback, mode: 'simulated' } })])
    expect(standIn?.marks).toMatchObject({ simulated: true })
  })

  test('has the pace of the provider alone, and no price, for a recipe that is no longer known', async () => {
    const strange = { ...refused, recipe: { ...recipe, family: 'gone' } }
    const { standIn } = await handOverBy([health({ fallback: { ...fallback, model: 'unheard-of' } })], strange)
    expect(standIn?.marks.pace).toBe('gemini')
    expect(standIn?.marks.standsIn).not.toHaveProperty('priceDollars')
  })

  test('is stored once: a second time nothing is asked, and it stays as it is', async () => {
    const { standIn } = await handOverBy([health()])
    const sent: Run = { ...(standIn as Run), state: { phase: 'sending', sentAt: 9 } }
    await store.saveRun(sent)
    const again = await handOverBy([])
    expect([again.standIn, again.asked]).toEqual([sent, []])
    expect(again.given?.marks.dismissed).toBe(true)
  })

  test.each<[string, Scripted]>([
    ['has no fallback', () => health({})],
    ['cannot be reached', new TypeError('Failed to fetch')],
  ])('is not made where the proxy %s: the refused one stays, and yields to nothing', async (_, answer) => {
    const { given, standIn } = await handOverBy([answer])
    expect(standIn).toBeUndefined()
    const { yieldsTo: _none, ...state } = refused.state
    expect(given).toEqual({ ...refused, state })
  })

  test('is left to a later visit if nobody waits any more', async () => {
    const stop = new AbortController()
    const leave: Scripted = () => {
      stop.abort(new Error('closed'))
      throw stop.signal.reason
    }
    await expect(handOverBy([leave], refused, stop.signal)).rejects.toThrow('closed')
    expect(await store.run('a' as RunId)).toEqual(refused)
    expect(await store.run('a-g1' as RunId)).toBeUndefined()
  })
})

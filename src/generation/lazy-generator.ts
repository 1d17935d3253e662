import { type Failure, toFailure } from '#domain/failure.ts'
import type { GalleryStore } from '#store/store.ts'
import type { Generator } from './generator.ts'
import { loadPausesMs, untilDone } from './load-again.ts'
import type { SpendLimits } from './spend-question.ts'

interface LazyPorts {
  /** Loads the generator. Called again after a rejection; the generator itself is created once. */
  load(): Promise<Generator>
  store: Pick<GalleryStore, 'openRuns' | 'subscribe'>
  /** The user's limits; absent: nothing is asked. */
  limits?: () => Pick<SpendLimits, 'price' | 'day'>
  /** Shows a failure that belongs to no run on screen. */
  tell(failure: Failure): void
  /** Pauses before it is loaded again for unfinished runs. */
  pausesMs?: readonly number[]
}

/**
 * A generator that is loaded when it is first needed: its first use, an unfinished run, a run that another window
 * changed. If it cannot be loaded for a press, the user is told, and nothing is sent. For unfinished runs it is loaded
 * again until that succeeds.
 */
export function createLazyGenerator({ load, store, limits, tell, pausesMs = loadPausesMs }: LazyPorts): Generator {
  let isClosed = false
  const closing = new AbortController()
  let isResuming = false
  let loading: Promise<Generator> | undefined

  function open(): Promise<Generator> {
    loading ??= load().then(
      (generator) => {
        unsubscribe()
        if (isClosed) generator.close()
        return generator
      },
      (error: unknown) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }
  const notLoaded = (error: unknown) => {
    if (!isClosed) tell(toFailure(error))
  }
  const use = (act: (generator: Generator) => void) => void open().then(act, notLoaded)

  /** The host of the page's files may be away for a moment: it is often the proxy. A store may fail for a moment, too. */
  async function resume(): Promise<void> {
    if (isResuming) return
    isResuming = true
    await untilDone(() => open().then((generator) => generator.resume()), pausesMs, closing.signal)
    isResuming = false
  }
  const unsubscribe = store.subscribe(({ kind }) => {
    if (kind === 'runs') void resume()
  })

  return {
    generate: (recipe) =>
      open().then(
        (generator) => generator.generate(recipe),
        (error: unknown) => {
          notLoaded(error)
          return false
        },
      ),
    generateBatch: async (recipes) => (await open()).generateBatch(recipes),
    question(recipes) {
      const set = limits?.()
      if (!set?.price && !set?.day) return undefined
      return open().then(
        (generator) => generator.question(recipes),
        () => 'Your spending limits could not be read.',
      )
    },
    again: (run) => use((generator) => generator.again(run)),
    standIn: (run) => use((generator) => generator.standIn(run)),
    stop: (run) => use((generator) => generator.stop(run)),
    look: (run, how) => use((generator) => generator.look(run, how)),
    fetch: async (run) => (await open()).fetch(run),
    adopt: async (taskId, family) => (await open()).adopt(taskId, family),
    remove: (run) => use((generator) => generator.remove(run)),
    dismiss: (run) => use((generator) => generator.dismiss(run)),
    async resume() {
      const runs = await store.openRuns().catch(() => undefined)
      if (runs?.length !== 0) await resume()
    },
    close() {
      isClosed = true
      closing.abort()
      unsubscribe()
      void loading?.then((generator) => generator.close()).catch(() => undefined)
    },
  }
}

import { type Failure, GenerationError } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import { isAdopted, isOver, mayFollow, type Run, type RunIn, type RunState, standInId } from '#domain/run.ts'
import type { Provider } from '#providers/provider.ts'
import { mayFallBack } from './fallback.ts'
import { handOver } from './hand-over.ts'
import { partsOf } from './parts-of.ts'
import { createPolling } from './polling.ts'
import type { RunnerPorts } from './ports.ts'
import { createSilentPush } from './push.ts'
import { fetchPictures } from './saving.ts'
import { createUploads, lostContact, reach, recover, submitOnce } from './sending.ts'
import { createSlots } from './slots.ts'

/**
 * The machine of one generation: queued, sending, working, ready, saved. Starting, resuming and looking again are the
 * same call. Every step is stored before the next one begins; nothing is ever submitted twice for one run.
 */
export interface Runner {
  /**
   * Takes a run as far as it will go and gives its last stored step. The signal ends our waiting, never the task. One
   * window drives a run; in others the call waits and takes over when that window goes away. Rejects when a step cannot
   * be stored.
   */
  drive(id: RunId, signal: AbortSignal, how?: Way): Promise<Run | undefined>
  /** The pictures of a finished run, fetched but not stored. Rejects with the failure when they do not come. */
  fetch(id: RunId, signal: AbortSignal): Promise<readonly Blob[]>
}

/** `freshLink`: a picture is fetched by a fresh address first, before its own is tried. */
export interface Way {
  freshLink?: boolean
}

/** The service dropped the submission and says so; after this many tries in a row the user decides. Contract section 1.5. */
const limitTries = 3
const limitPauseMs = 11_000
const retrySavingMs = [2_000, 5_000, 15_000, 60_000]

export function createRunner(ports: RunnerPorts): Runner {
  const { store, now, monotonic, wait } = ports
  const push = ports.push ?? createSilentPush(wait)
  const slots = createSlots(ports.runsAtOnce)
  const uploads = createUploads(ports)
  const poll = createPolling(ports, push, () => slots.held)

  /** Stores the next step, keeping what the user changed meanwhile. `undefined`: the run was removed. */
  async function advance(
    run: Run,
    state: RunState,
    extra: Pick<Run, 'simulated' | 'gateway' | 'trouble' | 'standsIn'> = {},
  ) {
    const stored = await store.amendRun(run.id, (before) => {
      const next = { ...marksOf(before), ...extra, ...state }
      return mayFollow(before, next) ? next : before
    })
    // Nobody can remove a run that was sent: the browser has cleared everything, and this one is paid for.
    return stored ?? (run.phase === 'queued' ? undefined : store.saveRun({ ...marksOf(run), ...extra, ...state }))
  }

  function fail(run: Run, failure: Failure, chargePossible: boolean) {
    const state = {
      phase: 'failed',
      failure,
      chargePossible,
      failedAt: now(),
      ...('task' in run && run.task ? { task: run.task } : {}),
      ...('sentAt' in run && run.sentAt ? { sentAt: run.sentAt } : {}),
    } as const
    const yields = ports.fallback?.() === 'always' && mayFallBack({ ...marksOf(run), ...state }) === 'by-itself'
    // Stored with the failure: whatever happens next, it is known that the run goes on elsewhere, and as which one.
    return advance(run, yields ? { ...state, yieldsTo: standInId(run.id) } : state)
  }

  /** Up to the moment before money is spent. Whatever goes wrong here has cost nothing. */
  async function send(run: RunIn<'queued'>, signal: AbortSignal): Promise<Run | undefined> {
    const { family, provider } = partsOf(run)
    let urls: string[]
    let place: Pick<Run, 'simulated' | 'gateway'>
    try {
      const { mode, gateway, fallback, locked } = await reach(ports.send, signal)
      if (locked) throw new GenerationError({ kind: 'locked' })
      if (run.standsIn && !fallback) throw new GenerationError(noFallback)
      const isSimulated = (run.standsIn ? fallback?.mode : mode) === 'simulated'
      // What stands in for a gateway has come through none.
      place = {
        ...(isSimulated ? { simulated: true } : {}),
        ...(gateway === undefined || run.standsIn ? {} : { gateway }),
      }
      urls = await uploads.urls(run.recipe, provider, place.gateway ?? '', signal)
      signal.throwIfAborted()
    } catch (error) {
      signal.throwIfAborted()
      return fail(run, lostContact(error), false)
    }
    const sending = await advance(run, { phase: 'sending', sentAt: now() }, place)
    if (sending?.phase !== 'sending') return sending
    const sent = await submitOnce(ports, push, sending, family, provider, urls)
    if ('failure' in sent && sent.failure.kind === 'invalid') uploads.forget(sending, provider)
    return settleSubmission(sending, provider, sent)
  }

  function settleSubmission(run: RunIn<'sending'>, provider: Provider, sent: Awaited<ReturnType<typeof recover>>) {
    if ('task' in sent) {
      const task = { provider: provider.id, taskId: sent.task }
      return advance(run, { phase: 'working', sentAt: run.sentAt, task }, pick(run))
    }
    const { failure } = sent
    if (failure.kind === 'rate-limited') {
      const pauseMs = longestPauseMs(failure) * (0.85 + Math.random() * 0.15)
      return advance(run, { phase: 'queued', sendsAt: now() + pauseMs }, { ...pick(run), trouble: failure })
    }
    return fail(run, failure, failure.kind === 'unconfirmed')
  }

  /** All of the pause that the service asked for: waking up ends a wait early, but not the service's limit. */
  async function pause(run: RunIn<'queued'>, signal: AbortSignal) {
    const { sendsAt = 0, trouble } = run
    const pauseMs = Math.min(sendsAt - now(), longestPauseMs(trouble))
    const startedAt = monotonic()
    for (let leftMs = pauseMs; leftMs > 0; leftMs = pauseMs - (monotonic() - startedAt)) await wait(leftMs, signal)
  }

  async function save(run: RunIn<'ready'>, signal: AbortSignal, how: Way): Promise<Run | undefined> {
    const { family, provider } = partsOf(run)
    const made = await fetchPictures(ports, run, family, provider, signal, how)
    const [first, ...rest] = made.map((picture) => picture.id)
    if (first === undefined) return run
    const { spareUrls: _spare, imageUrls: _links, trouble: _trouble, ...kept } = run
    const saved: RunIn<'saved'> = { ...kept, phase: 'saved', pictures: [first, ...rest] }
    await store.settle(saved, made)
    return store.run(run.id)
  }

  /** Keeps trying while the trouble may pass; a picture that was made is never given up, only left to "save again". */
  async function saveAtLast(run: RunIn<'ready'>, signal: AbortSignal, how: Way): Promise<Run | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await save(run, signal, how)
      } catch (error) {
        signal.throwIfAborted()
        const trouble = lostContact(error)
        await store.amendRun(run.id, (stored) => ({ ...stored, trouble }))
        const passing = trouble.kind === 'unavailable' || trouble.kind === 'rate-limited'
        if (!passing && attempt >= 1) throw new GenerationError(trouble)
        await wait(retrySavingMs[Math.min(attempt, retrySavingMs.length - 1)] ?? 60_000, signal)
      }
    }
  }

  async function work(run: RunIn<'working'>, signal: AbortSignal, fresh: boolean): Promise<Run | undefined> {
    const { provider } = partsOf(run)
    const end = await poll(run, provider, signal, fresh)
    if (end.state === 'failed') {
      if (end.failure.kind === 'invalid') uploads.forget(run, provider)
      return fail(run, end.failure, end.chargePossible === true)
    }
    const { imageUrls, spareUrls, madeBy } = end
    const { standsIn } = run
    const maker = madeBy && standsIn ? { standsIn: { for: standsIn.for, provider: standsIn.provider, ...madeBy } } : {}
    return advance(
      run,
      { phase: 'ready', sentAt: run.sentAt, finishedAt: now(), task: run.task, imageUrls, spareUrls },
      { ...pick(run), ...maker },
    )
  }

  /** Word comes of nothing that did not ask for it. */
  function follow(run: Run): (() => void) | undefined {
    const isCalledBack = !isAdopted(run) && partsOf(run).provider.callbacks !== undefined
    return isCalledBack ? push.follow(run.id) : undefined
  }

  /** One waiting line for all runs of this window: a place is held from before the submission until the task is over. */
  async function through(start: Run, signal: AbortSignal, how: Way): Promise<Run | undefined> {
    let run: Run | undefined =
      start.phase === 'failed' && !start.yieldsTo ? await store.amendRun(start.id, takenUp) : start
    let release: (() => void) | undefined
    let unfollow: (() => void) | undefined
    let refusals = 0
    let fresh = false
    try {
      while (run && !isOver(run)) {
        if (run.phase === 'queued') {
          release ??= await slots.acquire(signal)
          await pause(run, signal)
          // Before anything is sent: word may be faster than the answer.
          unfollow ??= follow(run)
          run = await send(run, signal)
          if (run?.phase === 'queued' && run.trouble?.kind === 'rate-limited') {
            refusals += run.trouble.retryAfterMs === undefined ? 1 : 0
            if (refusals >= limitTries) run = await fail(run, run.trouble, false)
          }
        } else if (run.phase === 'sending') {
          unfollow ??= follow(run)
          const { provider } = partsOf(run)
          run = await settleSubmission(run, provider, await recover(ports, push, run.id, provider))
        } else if (run.phase === 'working') {
          release ??= slots.take()
          unfollow ??= follow(run)
          run = await work(run, signal, fresh)
        } else {
          release?.()
          unfollow?.()
          run = await saveAtLast(run, signal, how)
        }
        fresh = true
      }
    } finally {
      release?.()
      unfollow?.()
    }
    if (run?.phase === 'failed' && run.yieldsTo && !run.dismissed) run = await handOver(ports, run, signal)
    if (run && isOver(run) && run.phase !== start.phase) ports.ended?.(run)
    return run
  }

  /** A frozen window's runs are safe to take from the task id on: whatever two windows do then is only asked, or kept once. */
  async function mayTake(id: RunId): Promise<boolean> {
    const phase = (await store.run(id))?.phase
    return phase === 'working' || phase === 'ready'
  }

  /** A window that stood still was deaf as well: what another one made of its run meanwhile is told anew. */
  async function tellAgain(run: Run) {
    if (run.phase === 'saved') await store.settle(run, [])
    else await store.amendRun(run.id, (stored) => ({ ...stored }))
  }

  return {
    async drive(id, signal, how = {}) {
      // Only a run that has failed before is looked at again: one that fails while this window stands in line has ended.
      const looksAgain = (await store.run(id))?.phase === 'failed'
      let turns = 0
      const work = async (mine: AbortSignal) => {
        const stored = await store.run(id)
        turns += 1
        if (stored && (looksAgain || !isOver(stored))) return through(stored, mine, how)
        if (stored && turns > 1) await tellAgain(stored)
        return stored
      }
      try {
        return await ports.lock(`atelier-run-${id}`, signal, work, () => mayTake(id))
      } catch (error) {
        // "Stop waiting" leaves the run as stored, to be taken up again.
        if (signal.aborted) return store.run(id)
        throw error
      }
    },
    async fetch(id, signal) {
      const run = await store.run(id)
      if (run?.phase !== 'ready') return []
      const { family, provider } = partsOf(run)
      try {
        const made = await fetchPictures(ports, run, family, provider, signal)
        return made.map(({ bytes }) => bytes)
      } catch (error) {
        throw new GenerationError(lostContact(error))
      }
    },
  }
}

const noFallback: Failure = { kind: 'unavailable', detail: 'This proxy no longer has a fallback.' }

/** How long the service's limit may hold a run back. A clock that was set since does not make it longer. */
function longestPauseMs(limit: Failure | undefined): number {
  const askedMs = limit?.kind === 'rate-limited' ? limit.retryAfterMs : undefined
  return (askedMs ?? limitPauseMs) * 1.2
}

/** "Look again": back on the grid, where alone a run is driven on after a reload, if task or lost answer may be found. */
function takenUp(run: Run): Run {
  if (run.phase !== 'failed') return run
  const { failure, task, sentAt = run.createdAt, chargePossible: _paid, failedAt: _at, dismissed: _off, ...kept } = run
  if (task) return { ...kept, phase: 'working', sentAt, task }
  return failure.kind === 'unconfirmed' ? { ...kept, phase: 'sending', sentAt } : run
}

/** What belongs to the run whatever its phase. */
function marksOf(run: Run): Omit<Run, keyof RunState | 'phase' | 'trouble'> {
  const { id, recipe, createdAt, priceCredits, pace, standsIn, again, simulated, gateway, stopped, dismissed } = run
  return {
    id,
    recipe,
    createdAt,
    priceCredits,
    pace,
    ...(standsIn ? { standsIn } : {}),
    ...(again ? { again } : {}),
    ...(simulated ? { simulated } : {}),
    ...(gateway === undefined ? {} : { gateway }),
    ...(stopped ? { stopped } : {}),
    ...(dismissed ? { dismissed } : {}),
  }
}

function pick(run: Run): Pick<Run, 'simulated'> {
  return run.simulated ? { simulated: true } : {}
}

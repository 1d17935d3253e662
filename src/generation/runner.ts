import { GenerationError } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import { isAdopted, isIn, isOver, type Run, type RunIn } from '#domain/run.ts'
import { handOver } from './hand-over.ts'
import { partsOf } from './parts-of.ts'
import { createPolling } from './polling.ts'
import { type Push, type RunnerPorts, sendFor } from './ports.ts'
import { createSilentPush } from './push.ts'
import { checkedAgain, createRunSteps, type RunSteps } from './run-steps.ts'
import { fetchPictures, mostDownloads, saveWithRetries, type Way } from './saving.ts'
import { lostContact } from './sending.ts'
import { createSlots, type Slots } from './slots.ts'
import { createSubmitting, type Tries } from './submitting.ts'
import { createUploads } from './uploads.ts'

/**
 * Takes a run through its phases: queued, sending, working, ready, saved. Starting, resuming and checking again are the
 * same call. Every step is stored before the next one begins; nothing is ever submitted twice for one run.
 */
export interface Runner {
  /**
   * Takes a run as far as possible and gives its last stored state. The signal ends the waiting, never the task. One
   * window drives a run; in other windows the call waits and takes over when that window closes. Rejects when a step
   * cannot be stored.
   */
  drive(id: RunId, signal: AbortSignal, how?: Way): Promise<Run | undefined>
  /** The images of a finished run, downloaded but not stored. Rejects with the failure if that is not possible. */
  fetch(id: RunId, signal: AbortSignal): Promise<readonly Blob[]>
}

export function createRunner(ports: RunnerPorts): Runner {
  const { store } = ports
  const downloads = createSlots(() => mostDownloads)
  const take = createTake(ports, downloads)

  /**
   * Once there is a task id, two windows can only poll, or save the same images: then the runs of a frozen window may
   * be taken over.
   */
  async function mayTake(id: RunId): Promise<boolean> {
    const phase = (await store.run(id))?.state.phase
    return phase === 'working' || phase === 'ready'
  }

  /** A window that was frozen has missed the changes of others: the state of its run is announced again. */
  async function tellAgain(run: Run) {
    if (isIn(run, 'saved')) await store.settle(run, [])
    else await store.amendRun(run.id, (stored) => ({ ...stored }))
  }

  return {
    async drive(id, signal, how = {}) {
      // Only a run that had failed before is checked again. One that failed while this window was waiting has ended.
      const looksAgain = (await store.run(id))?.state.phase === 'failed'
      let turns = 0
      const work = async (mine: AbortSignal) => {
        const stored = await store.run(id)
        turns += 1
        if (stored && (looksAgain || !isOver(stored))) return take(stored, mine, how)
        if (stored && turns > 1) await tellAgain(stored)
        return stored
      }
      try {
        return await ports.lock(`atelier-run-${id}`, signal, work, () => mayTake(id))
      } catch (error) {
        // "Stop waiting" leaves the run as it is stored, to be resumed later.
        if (signal.aborted) return store.run(id)
        throw error
      }
    },
    async fetch(id, signal) {
      const run = await store.run(id)
      if (!run || !isIn(run, 'ready')) return []
      const { family, provider } = partsOf(run)
      try {
        const from = { ...ports, send: sendFor(ports, run), downloads }
        const made = await fetchPictures(from, run, family, provider, signal)
        return made.map(({ bytes }) => bytes)
      } catch (error) {
        throw new GenerationError(lostContact(error))
      }
    },
  }
}

/** One drive of a run: what it holds until it ends, and what it remembers between steps. */
interface Drive extends Tries {
  signal: AbortSignal
  how: Way
  /** Submitted in this drive, not resumed later. */
  isFresh: boolean
  /** Waits for a place among the runs that may be at the service at the same time. */
  queueUp(): Promise<void>
  /** The run is at the service already: takes a place without waiting. */
  takePlace(): void
  /**
   * Listens for callback events of the run. Starts before anything is sent, because an event may be faster than the
   * answer.
   */
  listen(run: Run): void
  /** Releases the place and stops listening. */
  letGo(): void
}

/** Gives the function that takes a run from its present state to its end. */
function createTake(ports: RunnerPorts, downloads: Slots) {
  const push = ports.push ?? createSilentPush(ports.wait)
  const slots = createSlots(ports.runsAtOnce)
  const steps = createRunSteps(ports)
  const act = createActs(ports, steps, push, { slots, downloads })

  return async (start: Run, signal: AbortSignal, how: Way): Promise<Run | undefined> => {
    const drive = openDrive(ports, push, slots, signal, how)
    let run: Run | undefined =
      isIn(start, 'failed') && !start.state.yieldsTo ? await ports.store.amendRun(start.id, checkedAgain) : start
    try {
      while (run && !isOver(run)) {
        run = await act(run, drive)
        drive.isFresh = true
      }
    } finally {
      drive.letGo()
    }
    if (run && isIn(run, 'failed') && run.state.yieldsTo && !run.marks.dismissed) {
      run = await handOver(ports, run, signal)
    }
    if (run && isOver(run) && run.state.phase !== start.state.phase) ports.ended?.(run)
    return run
  }
}

function openDrive(ports: RunnerPorts, push: Push, slots: Slots, signal: AbortSignal, how: Way): Drive {
  let release: (() => void) | undefined
  let unfollow: (() => void) | undefined
  return {
    signal,
    how,
    isFresh: false,
    refusals: 0,
    async queueUp() {
      release ??= await slots.acquire(signal)
    },
    takePlace() {
      release ??= slots.take()
    },
    listen(run) {
      // Adopted tasks were submitted without our callback address. Events of another proxy do not arrive here.
      const isElsewhere = run.marks.proxy !== undefined && ports.route && run.marks.proxy !== ports.route.current()
      const isCalledBack = !isAdopted(run) && !isElsewhere && partsOf(run).provider.callbacks !== undefined
      if (isCalledBack) unfollow ??= push.follow(run.id)
    },
    letGo() {
      release?.()
      unfollow?.()
    },
  }
}

/** What is done with a run in each phase. Gives the run as stored afterwards; `undefined`: it was removed. */
function createActs(
  ports: RunnerPorts,
  steps: RunSteps,
  push: Push,
  { slots, downloads }: { slots: Slots; downloads: Slots },
) {
  const uploads = createUploads(ports)
  const submitting = createSubmitting(ports, steps, push, uploads)
  const poll = createPolling(ports, push, () => slots.held)

  async function work(run: RunIn<'working'>, { signal, isFresh }: Drive): Promise<Run | undefined> {
    const { provider } = partsOf(run)
    const end = await poll(run, provider, signal, isFresh)
    if (end.state === 'failed') {
      if (end.failure.kind === 'invalid') uploads.forget(run, provider)
      return steps.fail(run, end.failure, end.chargePossible === true)
    }
    const { imageUrls, spareUrls, madeBy } = end
    const { standsIn } = run.marks
    const maker = madeBy && standsIn ? { standsIn: { for: standsIn.for, provider: standsIn.provider, ...madeBy } } : {}
    return steps.advance(run, { type: 'finish', at: ports.now(), imageUrls, spareUrls }, maker)
  }

  return async (run: Run, drive: Drive): Promise<Run | undefined> => {
    if (isIn(run, 'queued')) {
      await drive.queueUp()
      await submitting.untilDue(run, drive.signal)
      drive.listen(run)
      return submitting.submit(run, drive, drive.signal)
    }
    if (isIn(run, 'sending')) {
      drive.listen(run)
      return submitting.findAnswer(run, drive)
    }
    if (isIn(run, 'working')) {
      drive.takePlace()
      drive.listen(run)
      return work(run, drive)
    }
    if (isIn(run, 'ready')) {
      drive.letGo()
      return saveWithRetries({ ...ports, send: sendFor(ports, run), downloads }, run, drive.signal, drive.how)
    }
    return run
  }
}

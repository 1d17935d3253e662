import { MutationObserver, type MutationOptions, type QueryClient } from '@tanstack/react-query'
import { type Failure, GenerationError, toFailure } from '#domain/failure.ts'
import type { NonEmpty, RunId } from '#domain/ids.ts'
import { isIn, isOver, type Marks, type Recipe, type Run, standInId } from '#domain/run.ts'
import { step } from '#domain/run-machine.ts'
import type { Adopted } from './adopt.ts'
import { createRun } from './create-run.ts'
import { dismissed } from './dismissed.ts'
import type { Network, RunnerPorts } from './ports.ts'
import type { Runner } from './runner.ts'
import type { Way } from './saving.ts'
import type { SpendLimits } from './spend-question.ts'

/** What screens can do with runs. Nothing here waits for a run to end: its steps are read from the store. */
export interface Generator {
  /** Creates a run and drives it. Costs what the recipe's quote says. */
  generate(recipe: Recipe): void
  /**
   * Creates one run for each recipe and drives them. Resolves with the runs when all are stored; rejects with `invalid`
   * or `storage` when none is, and then nothing is sent. Each run is paid for separately and tried again separately
   * with `again`; shared sources are uploaded once. Runs wait here for the service's rate limit.
   */
  generateBatch(recipes: NonEmpty<Recipe>): Promise<readonly Run[]>
  /**
   * The question to ask the user before these are sent: alone or together they exceed a limit the user set. `undefined`
   * without a promise if no limit is set.
   */
  question(recipes: NonEmpty<Recipe>): Promise<string | undefined> | undefined
  /**
   * A new run of the same recipe, at its price. Once it is stored, the old one leaves the grid and stays in Tasks.
   * Pressing twice, in one window or two, gives one run.
   */
  again(run: Run): void
  /** Makes this run at the fallback service: a new run, at its own price, takes its place. */
  standIn(run: Run): void
  /** Stops waiting. The task goes on and may be billed. */
  stop(run: Run): void
  /**
   * Resumes a run that was stopped, could not be saved, or whose task may still be found. A run that is being polled is
   * polled at once. `freshLink`: its image is downloaded from a fresh address of the service. Costs nothing.
   */
  look(run: Run, how?: Way): void
  /** The images of a finished run, downloaded but not stored. Rejects with a `GenerationError`. */
  fetch(run: Run): Promise<readonly Blob[]>
  /** Follows a task of the same account that was submitted elsewhere. Costs nothing. Rejects with `invalid`. */
  adopt(taskId: string, family: string): Promise<Adopted>
  /** Removes a run of which nothing was sent. If it has just been sent, it goes on, and the user is told. */
  remove(run: Run): void
  dismiss(run: Run): void
  /** Continues what an earlier visit, or another window, left unfinished. */
  resume(): Promise<void>
  close(): void
}

interface GeneratorPorts {
  /**
   * Loaded with the first run, because the first paint does not need it. Rejects if the page's server cannot be
   * reached.
   */
  runner: () => Promise<Runner>
  ports: Pick<RunnerPorts, 'store' | 'now' | 'newId'>
  queryClient: QueryClient
  /** Absent: assumed to be always online. */
  network?: Network
  /** The user's limits; absent: nothing is asked. */
  limits?: () => SpendLimits
  /** Shows a failure that belongs to no run on screen. */
  tell(failure: Failure): void
}

export function createGenerator({ runner, ports, queryClient, tell, limits, network }: GeneratorPorts): Generator {
  const { store } = ports
  let isClosed = false
  const driven = new Map<RunId, { stop(): void; ended: Promise<unknown> }>()

  /** One mutation per run. Never retried, and never paused because the browser believes to be offline. */
  function mutate(key: string, mutationFn: () => Promise<unknown>) {
    const options: MutationOptions<unknown> = {
      mutationKey: ['runs', key],
      mutationFn,
      retry: false,
      networkMode: 'always',
    }
    new MutationObserver(queryClient, options).mutate().catch((error: unknown) => {
      // The store may be closed as well by then, and no screen is left to show it.
      if (!isClosed) tell(toFailure(error))
    })
  }

  async function drive(id: RunId, how?: Way) {
    // Closed while the list of runs was being read: nothing new is started.
    if (isClosed || driven.has(id)) return
    const controller = new AbortController()
    const ended = driveNow(id, controller.signal, how).finally(() => driven.delete(id))
    driven.set(id, { stop: () => controller.abort(), ended: ended.catch(() => undefined) })
    await ended
  }

  async function driveNow(id: RunId, signal: AbortSignal, how?: Way): Promise<void> {
    const driver = await runner().catch(() => undefined)
    if (driver) {
      await driver.drive(id, signal, how)
      return
    }
    if (!network?.isOffline()) {
      await store.amendRun(id, (run) => withoutDriver(run, ports.now()))
      return
    }
    // Offline before the runner was loaded: nothing was sent, so the run waits for the network too.
    await store.amendRun(id, (run) => step(run, { type: 'hold', waitsFor: 'network' }) ?? run)
    const isBack = await network.back(signal).then(
      () => true,
      () => false,
    )
    if (isBack) await driveNow(id, signal, how)
  }

  /**
   * Ends the pause that the run is in. The change is made after the last step of the old drive, which then cannot undo
   * it.
   */
  async function driveAnew(id: RunId, change: (stored: Run) => Run, how?: Way) {
    driven.get(id)?.stop()
    await driven.get(id)?.ended
    await store.amendRun(id, change)
    await drive(id, how)
  }

  const amend = (run: Run, change: (stored: Run) => Run) =>
    store.amendRun(run.id, change).catch((error: unknown) => tell(toFailure(error)))

  function start(recipe: Recipe) {
    mutate('new', async () => {
      const run = await createRun(ports, recipe)
      mutate(run.id, () => drive(run.id))
    })
  }

  async function refuseRemoval(id: RunId, error: unknown): Promise<void> {
    const isSent = (await store.run(id))?.state.phase !== 'queued'
    const message = 'This was just sent and can no longer be removed. It goes on.'
    throw isSent ? new GenerationError({ kind: 'invalid', issues: [{ field: 'run', message }] }) : error
  }

  async function resume() {
    for (const run of await store.openRuns()) {
      // The page may have been closed between a refusal and the run that replaces it.
      const yields = isIn(run, 'failed') && run.state.yieldsTo !== undefined
      if ((!isOver(run) || yields) && !run.marks.stopped) mutate(run.id, () => drive(run.id))
    }
  }

  const unsubscribe = store.subscribe((change) => {
    if (change.kind !== 'runs') return
    for (const id of change.ids) void follow(id)
  })

  /**
   * Another window may have started a run, which is taken over here if that window closes, or stopped one that runs
   * here.
   */
  async function follow(id: RunId) {
    const run = await store.run(id).catch(() => undefined)
    const going = driven.get(id)
    if (!run || run.marks.stopped) going?.stop()
    // A run with a problem whose driver gave up here waits for the user; its own last change does not start it again.
    else if (!going && !isOver(run) && (isIn(run, 'queued') || !run.state.trouble)) mutate(id, () => drive(id))
  }

  return {
    generate: (recipe) => start(recipe),
    async generateBatch(recipes) {
      const { createBatch } = await import('./batch.ts')
      const runs = await createBatch(ports, recipes)
      for (const { id } of runs) mutate(id, () => drive(id))
      return runs
    },
    question(recipes) {
      const set = limits?.()
      if (!set?.price && !set?.day) return undefined
      return import('./spend-question.ts').then(
        ({ findSpendQuestion }) => findSpendQuestion(ports, recipes, set),
        () => 'Your spending limits could not be read.',
      )
    },
    resume,
    again(run) {
      mutate('new', async () => {
        const { tryAgain } = await import('./again.ts')
        const { id } = await tryAgain(ports, run)
        mutate(id, () => drive(id))
      })
    },
    standIn(run) {
      mutate(run.id, () => driveAnew(run.id, yielding))
    },
    async stop(run) {
      const stored = await amend(run, stopping)
      if (!stored || stored.marks.stopped) driven.get(run.id)?.stop()
    },
    look(run, how) {
      mutate(run.id, () => driveAnew(run.id, unmarked, how))
    },
    async fetch(run) {
      const driver = await runner().catch(() => Promise.reject(new GenerationError(unreachable)))
      return driver.fetch(run.id, new AbortController().signal)
    },
    async adopt(taskId, family) {
      const { adoptTask } = await import('./adopt.ts')
      const found = await adoptTask(ports, taskId, family)
      if (!found.known) mutate(found.run.id, () => drive(found.run.id))
      return found
    },
    remove(run) {
      mutate(run.id, async () => {
        // The store comes first, because it refuses to remove a run that was sent. Only then is the driver told to
        // stop.
        await store.removeRun(run.id).catch((error: unknown) => refuseRemoval(run.id, error))
        if (!(await store.run(run.id))) driven.get(run.id)?.stop()
      })
    },
    dismiss: (run) => void amend(run, dismissed),
    close() {
      isClosed = true
      unsubscribe()
      for (const { stop } of driven.values()) stop()
    },
  }
}

/** A run that has ended in the meantime can no longer be stopped. */
function stopping(run: Run): Run {
  return isOver(run) ? run : marked(run, { stopped: true })
}

function yielding(run: Run): Run {
  return step(run, { type: 'yield', to: standInId(run.id) }) ?? run
}

function unmarked(run: Run): Run {
  const { stopped, dismissed, ...marks } = run.marks
  return stopped || dismissed ? { ...run, marks } : run
}

function marked(run: Run, marks: Partial<Pick<Marks, 'stopped' | 'dismissed'>>): Run {
  return { ...run, marks: { ...run.marks, ...marks } }
}

const unreachable: Failure = { kind: 'unavailable', detail: 'The proxy cannot be reached.' }

/**
 * If the page's own server is gone, so is the proxy that comes with it. Only a run that was never sent has failed by
 * that.
 */
function withoutDriver(run: Run, at: number): Run {
  if (!isIn(run, 'queued')) return run
  return step(run, { type: 'fail', at, failure: unreachable, chargePossible: false }) ?? run
}

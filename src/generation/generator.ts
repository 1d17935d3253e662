import { GenerationError, toFailure } from '#domain/failure.ts'
import type { NonEmpty, RunId } from '#domain/ids.ts'
import { isIn, isOver, type Marks, type Recipe, type Run, standInId } from '#domain/run.ts'
import { step } from '#domain/run-machine.ts'
import type { Adopted } from './adopt.ts'
import { createRun } from './create-run.ts'
import { dismissed } from './dismissed.ts'
import { createDrivers, type DriverPorts, unreachable } from './drivers.ts'
import type { RunnerPorts } from './ports.ts'
import type { Way } from './saving.ts'
import type { SpendLimits } from './spend-question.ts'

/** What screens can do with runs. Nothing here waits for a run to end: its steps are read from the store. */
export interface Generator {
  /**
   * Creates a run and drives it, which costs the price in the recipe's quote. Resolves to `false` if it could not be started;
   * then nothing is sent, and the user has been told.
   */
  generate(recipe: Recipe): Promise<boolean>
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

interface GeneratorPorts extends DriverPorts {
  ports: Pick<RunnerPorts, 'store' | 'now' | 'newId'>
  /** The user's limits; absent: nothing is asked. */
  limits?: () => SpendLimits
}

export function createGenerator(parts: GeneratorPorts): Generator {
  const { runner, ports, tell, limits } = parts
  const { store } = ports
  const { mutate, drive, driveAnew, stop, close } = createDrivers(parts)

  const amend = (run: Run, change: (stored: Run) => Run) =>
    store.amendRun(run.id, change).catch((error: unknown) => tell(toFailure(error)))

  async function resume() {
    for (const run of await store.openRuns()) {
      // The page may have been closed between a refusal and the run that replaces it.
      const yields = 'yieldsTo' in run.state
      if ((!isOver(run) || yields) && !run.marks.stopped) mutate(() => drive(run.id))
    }
  }

  const unsubscribe = store.subscribe((change) => {
    if (change.kind !== 'runs') return
    // A run that cannot be read at the moment is left as it is.
    for (const id of change.ids) follow(id).catch(() => undefined)
  })

  /**
   * Another window may have started a run, which is taken over here if that window closes, or stopped one that runs
   * here.
   */
  async function follow(id: RunId) {
    const run = await store.run(id)
    if (!run || run.marks.stopped) stop(id)
    // A run with a problem whose driver gave up here waits for the user; its own last change does not start it again.
    else if (!isOver(run) && (isIn(run, 'queued') || !run.state.trouble)) mutate(() => drive(id))
  }

  return {
    async generate(recipe) {
      mutate(async () => {
        const run = await createRun(ports, recipe)
        mutate(() => drive(run.id))
      })
      return true
    },
    async generateBatch(recipes) {
      const { createBatch } = await import('./batch.ts')
      const runs = await createBatch(ports, recipes)
      for (const { id } of runs) mutate(() => drive(id))
      return runs
    },
    question: (recipes) => questionAbout(ports, recipes, limits?.()),
    resume,
    again(run) {
      mutate(async () => {
        const { tryAgain } = await import('./again.ts')
        const { id } = await tryAgain(ports, run)
        mutate(() => drive(id))
      })
    },
    standIn(run) {
      mutate(() => driveAnew(run.id, handingOver))
    },
    async stop(run) {
      const stored = await amend(run, stopping)
      if (!stored || stored.marks.stopped) stop(run.id)
    },
    look(run, how) {
      mutate(() => driveAnew(run.id, withoutMarks, how))
    },
    async fetch(run) {
      const driver = await runner().catch(() => Promise.reject(new GenerationError(unreachable)))
      return driver.fetch(run.id, new AbortController().signal)
    },
    async adopt(taskId, family) {
      const { adoptTask } = await import('./adopt.ts')
      const found = await adoptTask(ports, taskId, family)
      if (!found.known) mutate(() => drive(found.run.id))
      return found
    },
    remove(run) {
      mutate(async () => {
        // The store comes first, because it refuses to remove a run that was sent. Only then is the driver told to
        // stop.
        await store.removeRun(run.id).catch((error: unknown) => refuseRemoval(store, run.id, error))
        stop(run.id)
      })
    },
    dismiss: (run) => void amend(run, dismissed),
    close() {
      unsubscribe()
      close()
    },
  }
}

/** Returns `undefined` synchronously if no limit is set. */
function questionAbout(ports: GeneratorPorts['ports'], recipes: NonEmpty<Recipe>, limits: SpendLimits | undefined) {
  if (!limits?.price && !limits?.day) return undefined
  return import('./spend-question.ts').then(
    ({ findSpendQuestion }) => findSpendQuestion(ports, recipes, limits),
    () => 'Your spending limits could not be read.',
  )
}

/** Rejects with the reason why a run was not removed. */
async function refuseRemoval(store: RunnerPorts['store'], id: RunId, error: unknown): Promise<never> {
  const isSent = (await store.run(id))?.state.phase !== 'queued'
  const message = 'This was just sent and can no longer be removed. It goes on.'
  throw isSent ? new GenerationError({ kind: 'invalid', issues: [{ field: 'run', message }] }) : error
}

/** A run that has ended in the meantime can no longer be stopped. */
function stopping(run: Run): Run {
  return isOver(run) ? run : marked(run, { stopped: true })
}

function handingOver(run: Run): Run {
  return step(run, { type: 'yield', to: standInId(run.id) }) ?? run
}

function withoutMarks(run: Run): Run {
  const { stopped, dismissed, ...marks } = run.marks
  return stopped || dismissed ? { ...run, marks } : run
}

function marked(run: Run, marks: Partial<Pick<Marks, 'stopped' | 'dismissed'>>): Run {
  return { ...run, marks: { ...run.marks, ...marks } }
}

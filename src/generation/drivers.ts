import { MutationObserver, type MutationOptions, type QueryClient } from '@tanstack/react-query'
import { type Failure, toFailure } from '#domain/failure.ts'
import type { RunId } from '#domain/ids.ts'
import { isIn, isOver, type Run } from '#domain/run.ts'
import { step } from '#domain/run-machine.ts'
import { loadPausesMs, pauseAfter } from './load-again.ts'
import type { Network, RunnerPorts } from './ports.ts'
import type { Runner } from './runner.ts'
import type { Way } from './saving.ts'

export interface DriverPorts {
  /**
   * Loaded with the first run, because the first paint does not need it. Rejects if the page's server cannot be
   * reached.
   */
  runner: () => Promise<Runner>
  ports: Pick<RunnerPorts, 'store' | 'now'>
  queryClient: QueryClient
  /** Absent: assumed to be always online. */
  network?: Network
  /** Shows a failure that belongs to no run on screen. */
  tell(failure: Failure): void
  /** Pauses before the runner is loaded again for a run that was sent. */
  pausesMs?: readonly number[]
}

/** The runs that this window drives, each at most once at a time. */
export interface Drivers {
  /** One mutation per run. Never retried, and never paused because the browser believes to be offline. */
  mutate(work: () => Promise<unknown>): void
  /** Resolves when driving the run has ended. Does nothing if it is being driven already. */
  drive(id: RunId, how?: Way): Promise<void>
  /**
   * Ends the run's present pause. The change is made after the last step of the old drive, which then cannot undo
   * it.
   */
  driveAnew(id: RunId, change: (stored: Run) => Run, how?: Way): Promise<void>
  stop(id: RunId): void
  /** Stops all; afterwards nothing is driven, and no failure is shown. */
  close(): void
}

export const unreachable: Failure = { kind: 'unavailable', detail: 'The proxy cannot be reached.' }

export function createDrivers(parts: DriverPorts): Drivers {
  const { runner, ports, queryClient, network, tell, pausesMs = loadPausesMs } = parts
  const { store, now } = ports
  let isClosed = false
  const driven = new Map<RunId, { stop(): void; ended: Promise<unknown> }>()

  async function driveNow(id: RunId, signal: AbortSignal, how?: Way, tries = 0): Promise<void> {
    const driver = await runner().catch(() => undefined)
    if (driver) {
      await driver.drive(id, signal, how)
      return
    }
    if (!network?.isOffline()) {
      const run = await store.amendRun(id, (stored) => withoutDriver(stored, now()))
      const mayGoOn = run !== undefined && !isOver(run) && (await pauseAfter(tries, pausesMs, signal))
      if (mayGoOn) await driveNow(id, signal, how, tries + 1)
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

  async function drive(id: RunId, how?: Way): Promise<void> {
    // Closed while the list of runs was being read: nothing new is started.
    if (isClosed || driven.has(id)) return
    const controller = new AbortController()
    const ended = driveNow(id, controller.signal, how).finally(() => driven.delete(id))
    driven.set(id, { stop: () => controller.abort(), ended: ended.catch(() => undefined) })
    await ended
  }

  return {
    mutate(work) {
      const options: MutationOptions<unknown> = {
        mutationFn: work,
        retry: false,
        networkMode: 'always',
      }
      new MutationObserver(queryClient, options).mutate().catch((error: unknown) => {
        // The store may be closed as well by then, and no screen is left to show it.
        if (!isClosed) tell(toFailure(error))
      })
    },
    drive,
    async driveAnew(id, change, how) {
      driven.get(id)?.stop()
      await driven.get(id)?.ended
      await store.amendRun(id, change)
      await drive(id, how)
    },
    stop: (id) => driven.get(id)?.stop(),
    close() {
      isClosed = true
      for (const { stop } of driven.values()) stop()
    },
  }
}

/**
 * If the page's own server cannot be reached, neither can its proxy. Only a run that was never sent fails for this
 * reason; one that was sent is driven when the server is back.
 */
function withoutDriver(run: Run, at: number): Run {
  if (!isIn(run, 'queued')) return run
  return step(run, { type: 'fail', at, failure: unreachable, chargePossible: false }) ?? run
}

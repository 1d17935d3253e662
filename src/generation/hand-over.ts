import { type Run, type RunIn, type StandIn, standInId } from '#domain/run.ts'
import { step } from '#domain/run-machine.ts'
import { modelTitle } from '#providers/gemini-models.ts'
import type { Fallback, Health } from '#providers/send.ts'
import { briefOf, priceDollarsFor } from './fallback.ts'
import type { RunnerPorts } from './ports.ts'
import { reach } from './sending.ts'

/** A run that replaces a refused one. Its id follows from that run's id, so there is never a second one. */
function standInFor(refused: RunIn<'failed'>, fallback: Fallback, now: number): Run {
  const { recipe } = refused
  const priceDollars = priceDollarsFor(refused, fallback)
  const standsIn: StandIn = {
    for: refused.id,
    provider: fallback.provider,
    model: modelTitle(fallback.model),
    ...(priceDollars === undefined ? {} : { priceDollars }),
  }
  return {
    id: standInId(refused.id),
    recipe,
    marks: {
      createdAt: now,
      priceCredits: 0,
      pace: `${fallback.provider} ${briefOf(refused)?.size ?? ''}`.trim(),
      standsIn,
      ...(fallback.mode === 'simulated' ? { simulated: true } : {}),
    },
    state: { phase: 'queued' },
  }
}

/**
 * Does what a failed run has stored in `yieldsTo`: stores the run that replaces it and takes the failed one off the
 * grid. May be repeated; any window may then drive the new run. Without a fallback the run stays where it is; if its
 * replacement is stored already, nothing is done.
 */
export async function handOver(
  { store, send, now }: Pick<RunnerPorts, 'store' | 'send' | 'now'>,
  run: RunIn<'failed'>,
  signal: AbortSignal,
): Promise<Run | undefined> {
  const isStored = (await store.run(standInId(run.id))) !== undefined
  if (!isStored) {
    const { fallback }: Partial<Health> = await reach(send, signal).catch(() => ({}))
    signal.throwIfAborted()
    if (!fallback) return store.amendRun(run.id, withoutSuccessor)
    await store.saveRun(standInFor(run, fallback, now()))
  }
  return store.amendRun(run.id, (stored) => ({ ...stored, marks: { ...stored.marks, dismissed: true } }))
}

function withoutSuccessor(run: Run): Run {
  return step(run, { type: 'yield', to: undefined }) ?? run
}

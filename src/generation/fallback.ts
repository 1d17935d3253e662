import type { Brief } from '#domain/brief.ts'
import type { Failure } from '#domain/failure.ts'
import { isAdopted, type Run } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import { nearestRatio, priceDollarsOf } from '#providers/gemini-models.ts'
import { mayBeAboutContent } from '#providers/kie-failures.ts'
import type { Fallback } from '#providers/send.ts'

/**
 * Whether the fallback service may make what this run did not: automatically only if the first service certainly
 * accepted nothing, and never for a run refused for its content or settings. docs/services.md 8.5.
 */
export function mayFallBack(run: Run): 'no' | 'when-asked' | 'by-itself' {
  if (run.state.phase !== 'failed' || run.state.yieldsTo || isAdopted(run) || !findFamily(run.recipe.family))
    return 'no'
  const {
    state: { failure },
  } = run
  if (run.marks.standsIn) return mayBeAskedAgain.has(failure.kind) ? 'when-asked' : 'no'
  if (failure.kind === 'unconfirmed') return 'when-asked'
  // Blocked content is never forwarded, and a refusal for content is not always recognised by its words.
  if (run.state.task) return hasFailedAtService(failure) && !mayBeAboutContent(failure) ? 'when-asked' : 'no'
  return wasCertainlyRefused(run, failure) && !run.state.chargePossible ? 'by-itself' : 'no'
}

/** Failures of the fallback service after which it may be asked again. All others are final. */
const mayBeAskedAgain: ReadonlySet<Failure['kind']> = new Set([
  'unavailable',
  'rate-limited',
  'no-picture',
  'unexpected',
  'timed-out',
  'unconfirmed',
])

/** The service accepted the task and then failed to make it. */
function hasFailedAtService({ kind, code }: Failure): boolean {
  return (code === 500 || code === 501) && (kind === 'unexpected' || kind === 'unavailable' || kind === 'timed-out')
}

function wasCertainlyRefused(run: Run, failure: Failure): boolean {
  switch (failure.kind) {
    case 'unauthorized':
    case 'out-of-credits':
      return true
    case 'rate-limited':
      // With a time it is the proxy's own limit, and the run waits for it.
      return failure.retryAfterMs === undefined
    case 'unavailable':
      // Without a code it is the proxy that is unreachable, and the fallback with it. A 404 is a mistake, not an
      // outage.
      if (failure.code === undefined || failure.code === 404) return false
      return failure.busy !== true || run.marks.again === true
    default:
      return false
  }
}

export function briefOf({ recipe }: Run): Brief | undefined {
  return findFamily(recipe.family)?.brief(recipe.draft, recipe.sources.length)
}

/** What a run at the fallback service would cost, about, in US dollars; `undefined` if not known. */
export function priceDollarsFor(run: Run, { model }: Fallback): number | undefined {
  return priceDollarsOf(model, briefOf(run)?.size ?? '1K')
}

/** The ratio it would be made in, if the requested one does not exist there. */
export function otherRatioFor(run: Run): { asked: string; made: string } | undefined {
  const asked = briefOf(run)?.ratio
  const made = asked && nearestRatio(asked)
  return made && made !== asked ? { asked, made } : undefined
}

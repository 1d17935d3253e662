import type { ProxyRefusal } from '#providers/proxy.ts'
import { toRefusal } from '#server/edge/refusals.ts'
import type { Log } from '#server/log.ts'
import type { Budget, BudgetLimits, Grant } from '#server/shared/memory/budget.ts'
import type { Limiter } from '#server/shared/memory/limiter.ts'

export type Admission =
  /** `giveBack`: the service accepted nothing, so nothing was spent. `tieTo`: it accepted this task. Neither rejects. */
  | { admitted: true; giveBack(): Promise<void>; tieTo(task: string): Promise<void> }
  | { admitted: false; refusal: ProxyRefusal }

/** Whether a submission may be sent now. If that cannot be determined, it may not. */
export type Admit = (user: string, credits: number, run: string) => Promise<Admission>

interface AdmissionParts {
  budget: Budget
  limits: BudgetLimits
  /** The service's own limit, for all users together. */
  limiter: Limiter
  /** Whether the service answers at all. */
  isAnswering(): Promise<boolean>
  log: Log
}

const away = ['The service does not answer at the moment.', { retryAfterMs: 10_000 }] as const

export function createAdmission({ budget, limits, limiter, isAnswering, log }: AdmissionParts): Admit {
  async function admit(user: string, credits: number, run: string): Promise<Admission> {
    if (!(await isAnswering())) return { admitted: false, refusal: toRefusal(503, ...away) }
    // Before the limiter: a user who may not spend must not use up slots.
    const grant = await budget.take(user, credits)
    if (!grant.granted) return { admitted: false, refusal: overBudget(grant, limits) }
    const giveBack = () =>
      grant.giveBack().catch((error: unknown) => log.error({ err: error }, 'credits were not given back to a budget'))
    const tieTo = (task: string) =>
      grant.tieTo(task).catch((error: unknown) => log.error({ err: error }, 'credits were not tied to their task'))
    try {
      const waitMs = await limiter(user, run)
      if (waitMs === 0) return { admitted: true, giveBack, tieTo }
      await giveBack()
      return { admitted: false, refusal: notYet(waitMs) }
    } catch (error) {
      await giveBack()
      throw error
    }
  }

  return (user, credits, run) =>
    admit(user, credits, run).catch((error: unknown) => {
      log.error({ err: error }, 'the limits could not be read, so a submission was refused')
      return { admitted: false, refusal: toRefusal(503, 'The proxy cannot count its submissions at the moment.') }
    })
}

/** The page waits; the refusal says about how long. */
function notYet(waitMs: number): ProxyRefusal {
  return toRefusal(429, 'Waiting for your turn at the service.', { retryAfterMs: Math.ceil(waitMs), turn: true })
}

function overBudget({ limit, retryAfterMs }: Extract<Grant, { granted: false }>, limits: BudgetLimits): ProxyRefusal {
  if (limit === 'userRunsPerMinute') {
    const message = `More than ${limits[limit]} images in a minute from one user.`
    return toRefusal(429, message, { retryAfterMs: Math.ceil(retryAfterMs ?? 0) })
  }
  const most = `${limits[limit]} credits`
  const when = retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }
  const words =
    retryAfterMs === undefined
      ? `This costs more than the ${most} that may be spent in a day.`
      : limit === 'dailyCredits'
        ? `This would go over the ${most} that all users together may spend in a day.`
        : `This would go over the ${most} that each user may spend in a day.`
  return toRefusal(429, words, { limit: 'daily-credits', ...when })
}

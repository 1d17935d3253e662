/** How much may be spent, and how fast. `undefined`: as much as the account gives. */
export interface BudgetLimits {
  userRunsPerMinute: number | undefined
  /** From midnight to midnight UTC, so that all proxies of a studio begin anew together. */
  userDailyCredits: number | undefined
  /** Of all users together. */
  dailyCredits: number | undefined
}

export type Grant =
  /** `giveBack`: the service took nothing. Once at most. */
  | { granted: true; giveBack(): Promise<void> }
  /** `retryAfterMs`: when there is room again; absent where there never will be, because it costs more than a day's limit. */
  | { granted: false; limit: keyof BudgetLimits; retryAfterMs?: number }

/** What users have spent today and how often they came. Credits are counted when they are set aside, not when a picture comes. */
export interface Budget {
  /**
   * Sets `credits` aside for one submission of `user`; atomic: what is refused counts nowhere. Rejects where it cannot
   * know; then nothing may be sent.
   */
  take(user: string, credits: number): Promise<Grant>
}

export const dayMs = 24 * 60 * 60 * 1000
export const minuteMs = 60_000
const everybody = ''

/** In this process: forgotten with it. */
export function createMemoryBudget(limits: BudgetLimits, now: () => number = Date.now): Budget {
  const { userRunsPerMinute = Number.POSITIVE_INFINITY } = limits
  const spent = new Map<string, number>()
  /** When each user's runs of the last minute were let out, oldest first. */
  const started = new Map<string, number[]>()
  let today = 0

  function forget(at: number) {
    if (dayOf(at) !== today) spent.clear()
    today = dayOf(at)
    for (const [user, times] of started) {
      const recent = times.filter((time) => time > at - minuteMs)
      if (recent.length > 0) started.set(user, recent)
      else started.delete(user)
    }
  }

  function refusalOf(user: string, credits: number, at: number): Grant | undefined {
    const tomorrowMs = (today + 1) * dayMs - at
    for (const [limit, who] of [
      ['userDailyCredits', user],
      ['dailyCredits', everybody],
    ] as const) {
      const most = limits[limit] ?? Number.POSITIVE_INFINITY
      if (credits > most) return { granted: false, limit }
      if ((spent.get(who) ?? 0) + credits > most) return { granted: false, limit, retryAfterMs: tomorrowMs }
    }
    const times = started.get(user) ?? []
    const [oldest] = times
    if (oldest === undefined || times.length < userRunsPerMinute) return undefined
    return { granted: false, limit: 'userRunsPerMinute', retryAfterMs: oldest + minuteMs - at }
  }

  const add = (user: string, credits: number) => {
    for (const who of [user, everybody]) spent.set(who, (spent.get(who) ?? 0) + credits)
  }

  return {
    async take(user, credits) {
      const at = now()
      forget(at)
      const refusal = refusalOf(user, credits, at)
      if (refusal) return refusal
      const day = today
      add(user, credits)
      started.set(user, [...(started.get(user) ?? []), at])
      return {
        granted: true,
        async giveBack() {
          const times = started.get(user) ?? []
          const mine = times.indexOf(at)
          if (mine >= 0) times.splice(mine, 1)
          if (day === today) add(user, -credits)
        },
      }
    },
  }
}

function dayOf(at: number): number {
  return Math.floor(at / dayMs)
}

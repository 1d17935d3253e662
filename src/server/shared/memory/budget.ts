import { dropOldest } from '#domain/drop-oldest.ts'

/** How much may be spent, and how fast. `undefined`: no limit. */
export interface BudgetLimits {
  userRunsPerMinute: number | undefined
  /** From midnight to midnight UTC, so that all proxies start a new day together. */
  userDailyCredits: number | undefined
  /** For all users together. */
  dailyCredits: number | undefined
}

export type Grant =
  /**
   * `giveBack`: returns the credits if the service accepted nothing. Works once. `tieTo`: remembers for a day that they
   * were spent on this task.
   */
  | { granted: true; giveBack(): Promise<void>; tieTo(task: string): Promise<void> }
  /** `retryAfterMs`: when there is room again; absent if it costs more than a whole day's limit. */
  | { granted: false; limit: keyof BudgetLimits; retryAfterMs?: number }

/** What one name spent in one day. */
export interface Spend {
  /** "2026-11-27", in UTC. */
  day: string
  /** Empty for all users without a name. */
  name: string
  credits: number
  runs: number
}

/**
 * What users have spent today, and how many runs they started. Credits count when they are reserved, not when an image
 * arrives.
 */
export interface Budget {
  /**
   * Reserves `credits` for one submission of `user`. Atomic: a refused one counts nowhere. Rejects if the budget cannot
   * be read; then nothing may be sent.
   */
  take(user: string, credits: number): Promise<Grant>
  /** `false`: certainly nothing is tied to the task, so there is nothing to refund. */
  mayRefund(task: string): boolean
  /**
   * Returns the credits of a task that was not charged. Works once for each task; a run started in the last minute
   * still counts as started.
   */
  refund(task: string): Promise<void>
  /** Of the last 31 days, oldest first, then by name. */
  spent(): Promise<Spend[]>
}

export interface Clocks {
  /** Milliseconds since 1970. May jump. */
  now(): number
  /** Milliseconds of a monotonic clock. */
  steady(): number
}

export const dayMs = 24 * 60 * 60 * 1000
export const minuteMs = 60_000
/** How many days are kept. */
export const keptDays = 31
/** Tasks of this process whose credits may be refunded. The oldest are forgotten: their credits stay spent. */
const mostTied = 20_000
const everybody = ''
const realClocks: Clocks = { now: Date.now, steady: () => performance.now() }

interface Day {
  credits: Map<string, number>
  byName: Map<string, { credits: number; runs: number }>
}

/** The name within the result of `Access.userOf`; empty if there is none. */
export function nameIn(user: string): string {
  return user.startsWith('name ') ? user.slice('name '.length) : ''
}

export function toDayName(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

/**
 * Kept in this process and lost with it. Each day has its own account, so that a clock that jumps cannot spend one
 * twice.
 */
export function createMemoryBudget(limits: BudgetLimits, { now, steady }: Clocks = realClocks): Budget {
  const { userRunsPerMinute = Number.POSITIVE_INFINITY } = limits
  const days = new Map<number, Day>()
  /** The runs of the last minute. */
  const started = new Set<{ user: string; at: number }>()
  const tied = new Map<string, { day: Day; user: string; credits: number }>()

  function openDay(number: number): Day {
    const known = days.get(number)
    if (known) return known
    const day: Day = { credits: new Map(), byName: new Map() }
    days.set(number, day)
    dropOldest(days, keptDays)
    return day
  }

  function forget(at: number) {
    for (const run of started) if (run.at <= at - minuteMs) started.delete(run)
  }

  function refusalOf(user: string, asked: number, { credits }: Day, tomorrowMs: number): Grant | undefined {
    for (const [limit, who] of [
      ['userDailyCredits', user],
      ['dailyCredits', everybody],
    ] as const) {
      const most = limits[limit] ?? Number.POSITIVE_INFINITY
      if (asked > most) return { granted: false, limit }
      if ((credits.get(who) ?? 0) + asked > most) return { granted: false, limit, retryAfterMs: tomorrowMs }
    }
    const times = [...started].filter((run) => run.user === user).map((run) => run.at)
    if (times.length < userRunsPerMinute) return undefined
    return { granted: false, limit: 'userRunsPerMinute', retryAfterMs: Math.min(...times) + minuteMs - steady() }
  }

  return {
    async take(user, credits) {
      const at = steady()
      forget(at)
      const number = Math.floor(now() / dayMs)
      const day = openDay(number)
      const refusal = refusalOf(user, credits, day, (number + 1) * dayMs - now())
      if (refusal) return refusal
      add(day, user, 1, credits)
      const run = { user, at }
      started.add(run)
      return {
        granted: true,
        async giveBack() {
          started.delete(run)
          add(day, user, -1, credits)
        },
        async tieTo(task) {
          tied.set(task, { day, user, credits })
          dropOldest(tied, mostTied)
        },
      }
    },
    mayRefund: (task) => tied.has(task),
    async refund(task) {
      const spentOn = tied.get(task)
      if (spentOn && tied.delete(task)) add(spentOn.day, spentOn.user, -1, spentOn.credits)
    },
    async spent() {
      const rows = [...days].flatMap(([day, { byName }]) =>
        [...byName].map(([name, sums]) => ({ day: toDayName(day), name, ...sums })),
      )
      return sortSpend(rows)
    },
  }
}

function add({ credits, byName }: Day, user: string, sign: 1 | -1, amount: number): void {
  for (const who of [user, everybody]) credits.set(who, (credits.get(who) ?? 0) + sign * amount)
  const name = nameIn(user)
  const before = byName.get(name) ?? { credits: 0, runs: 0 }
  byName.set(name, { credits: before.credits + sign * amount, runs: before.runs + sign })
}

/** By day, then by name; entries whose runs were all given back are left out. */
export function sortSpend(rows: readonly Spend[]): Spend[] {
  return rows
    .filter(({ runs }) => runs !== 0)
    .sort((one, other) => one.day.localeCompare(other.day) || one.name.localeCompare(other.name))
}

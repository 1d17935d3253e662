/**
 * Assigns a slot at the service to one submission: gives 0, or the milliseconds until this run's turn. A run that has
 * to wait keeps its turn by asking again at that time. Rejects if the limit cannot be read.
 */
export type Limiter = (user: string, run: string) => Promise<number>

export interface LimiterOptions {
  most?: number
  windowMs?: number
  now?: () => number
}

/**
 * The service accepts 20 in any 10 s; two are left for other clients of the key. A submission counts when it leaves
 * this proxy; the extra second allows for varying delays on the way. docs/services.md 1.5.
 */
export const serviceLimit = { most: 18, windowMs: 11_000 }
/** How late a run may ask again without losing its turn. */
export const graceMs = 3_000
/** How long a slot is left to others before a user gets more than a fair share. */
export const holdMs = 1_000
/** Waiting runs per user and in all. Further runs are told a time, but have no turn. */
export const mostWaiting = { perUser: 100, inAll: 1000 }

interface Waiting {
  user: string
  until: number
}

/**
 * Never more than `most` in any window, not only on average, because the service counts like this too. Slots go round
 * by user: the user who was served longest ago comes first, and the runs of one user keep their order. A user who had a
 * fair share of this window leaves a free slot to others for a moment, because their next run may be on its way.
 */
export function createLimiter(options: LimiterOptions = {}): Limiter {
  const { most = serviceLimit.most, windowMs = serviceLimit.windowMs, now = () => performance.now() } = options
  /** The slots used in this window, oldest first. */
  let taken: { at: number; user: string }[] = []
  /** When each user last asked. */
  const asked = new Map<string, number>()
  /** By run, in order of arrival. */
  const waiting = new Map<string, Waiting>()
  /** The number of the turn at which each user was last served. */
  const served = new Map<string, number>()
  let turn = 0

  /** A run that misses its turn goes to the end. */
  function forget(at: number): void {
    taken = taken.filter((place) => place.at > at - windowMs - holdMs)
    for (const [user, time] of asked) if (time <= at - windowMs) asked.delete(user)
    for (const [run, { user, until }] of waiting) {
      if (until > at) continue
      waiting.delete(run)
      served.set(user, ++turn)
    }
    if (taken.length === 0 && waiting.size === 0) served.clear()
  }

  function isOverShare(user: string, at: number): boolean {
    const own = taken.filter((place) => place.user === user && place.at > at - windowMs).length
    return asked.size > 1 && own >= Math.ceil(most / asked.size)
  }

  function join(user: string, run: string): void {
    const own = [...waiting.values()].filter((one) => one.user === user).length
    if (waiting.size >= mostWaiting.inAll || own >= mostWaiting.perUser) return
    waiting.set(run, { user, until: Number.POSITIVE_INFINITY })
  }

  /** How many waiting runs come before this one: in each round one of every user, longest unserved first. */
  function countBefore(user: string, run: string): number {
    const entries = [...waiting]
    const own = entries.filter(([, one]) => one.user === user).map(([name]) => name)
    const round = own.includes(run) ? own.indexOf(run) : own.length
    const users = [...new Set(entries.map(([, one]) => one.user))]
    const order = users.sort((one, other) => (served.get(one) ?? 0) - (served.get(other) ?? 0))
    const mine = order.includes(user) ? order.indexOf(user) : order.length
    const counts = new Map<string, number>()
    return entries.filter(([, one]) => {
      const nth = counts.get(one.user) ?? 0
      counts.set(one.user, nth + 1)
      return nth < round || (nth === round && order.indexOf(one.user) < mine)
    }).length
  }

  return async (user, run) => {
    const at = now()
    forget(at)
    asked.set(user, at)
    join(user, run)
    const before = countBefore(user, run)
    const span = windowMs + (isOverShare(user, at) ? holdMs : 0)
    const held = taken.filter((place) => place.at > at - span)
    const free = most - held.length
    if (before < free) {
      taken.push({ at, user })
      waiting.delete(run)
      served.set(user, ++turn)
      return 0
    }
    const behind = before - free
    const next = held[behind % Math.max(1, held.length)]?.at ?? at
    const waitMs = next + span + windowMs * Math.floor(behind / Math.max(1, held.length)) - at
    const own = waiting.get(run)
    if (own) own.until = at + waitMs + graceMs
    return waitMs
  }
}

import { refused } from './refusals.ts'

/** A limited resource that is held for a while: connections, or bytes of memory. */
export interface Quota {
  /**
   * Takes an amount for this user. Throws a refusal if there is not enough left. Gives the release function, which may
   * be called twice.
   */
  take(user: string, amount?: number): () => void
  /** The amount held now. */
  held(): number
}

export interface QuotaOptions {
  perUser: number
  inAll: number
  /** The message of the refusal. */
  msg: string
  retryAfterMs: number
}

export function createQuota({ perUser, inAll, msg, retryAfterMs }: QuotaOptions): Quota {
  const users = new Map<string, number>()
  let all = 0

  return {
    take(user, amount = 1) {
      const own = users.get(user) ?? 0
      if (own + amount > perUser || all + amount > inAll) throw refused(429, msg, { retryAfterMs })
      users.set(user, own + amount)
      all += amount
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        all -= amount
        const left = (users.get(user) ?? 0) - amount
        if (left > 0) users.set(user, left)
        else users.delete(user)
      }
    },
    held: () => all,
  }
}

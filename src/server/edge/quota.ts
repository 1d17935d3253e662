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
  const places = new Set<{ user: string; amount: number }>()
  const held = () => sum([...places])
  const heldBy = (user: string) => sum([...places].filter((place) => place.user === user))

  return {
    take(user, amount = 1) {
      if (heldBy(user) + amount > perUser || held() + amount > inAll) throw refused(429, msg, { retryAfterMs })
      const place = { user, amount }
      places.add(place)
      return () => void places.delete(place)
    },
    held,
  }
}

function sum(places: readonly { amount: number }[]): number {
  return places.reduce((all, { amount }) => all + amount, 0)
}

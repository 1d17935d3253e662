export interface Charge {
  taskId: string
  credits: number
  refunded: boolean
}

export interface Ledger {
  balance(): number
  setBalance(credits: number): void
  /** Takes the price; `false` if the balance is too low, and then takes nothing. */
  charge(taskId: string, credits: number): boolean
  /** Gives a task's price back, once. */
  refund(taskId: string): void
  charges(): readonly Charge[]
}

/**
 * Credits are taken at submission and given back when the task fails. The account refills itself, so that it never runs
 * out while trying things; once a balance was set, it does not. docs/services.md 1.6.
 */
export function createLedger(startCredits: number): Ledger {
  let balance = startCredits
  let isEndless = true
  const charges = new Map<string, Charge>()
  return {
    balance: () => balance,
    setBalance(credits) {
      balance = credits
      isEndless = false
    },
    charge(taskId, credits) {
      if (isEndless && balance < credits) balance += startCredits
      if (balance < credits) return false
      balance -= credits
      charges.set(taskId, { taskId, credits, refunded: false })
      return true
    },
    refund(taskId) {
      const charge = charges.get(taskId)
      if (!charge || charge.refunded) return
      charge.refunded = true
      balance += charge.credits
    },
    charges: () => [...charges.values()].map((charge) => ({ ...charge })),
  }
}

const windowMs = 10_000
const mostPerWindow = 20

/** 20 submissions in any 10 s; refused ones are dropped and do not count. docs/services.md 1.5. */
export function createLimiter(now: () => number): () => boolean {
  let admitted: number[] = []
  return () => {
    admitted = admitted.filter((at) => now() - at < windowMs)
    if (admitted.length >= mostPerWindow) return false
    admitted.push(now())
    return true
  }
}

import { type Budget, type BudgetLimits, createMemoryBudget } from './budget.ts'
import { createMemoryEvents, type RunEvents } from './events.ts'
import { createMemoryPictures, type KeptPictures } from './kept-pictures.ts'
import { createLimiter, type Limiter } from './limiter.ts'
import { createMemorySubmissions, type SubmissionStore } from './submissions.ts'

/** What proxies of the same key must know of each other. */
export interface Shared {
  submissions: SubmissionStore
  limiter: Limiter
  budget: Budget
  events: RunEvents
  pictures: KeptPictures
  close(): Promise<void>
}

/** In this process, which must be the only one then. */
export function createMemoryShared(limits: BudgetLimits): Shared {
  const events = createMemoryEvents()
  return {
    submissions: createMemorySubmissions(),
    limiter: createLimiter(),
    budget: createMemoryBudget(limits),
    events,
    pictures: createMemoryPictures(),
    close: () => events.close(),
  }
}

import { type Budget, type BudgetLimits, createMemoryBudget } from '#server/shared/memory/budget.ts'
import { createMemoryEvents, type RunEvents } from '#server/shared/memory/events.ts'
import { createMemoryPictures, type KeptPictures } from '#server/shared/memory/kept-pictures.ts'
import { createLimiter, type Limiter } from '#server/shared/memory/limiter.ts'
import { createMemorySubmissions, type SubmissionStore } from '#server/shared/memory/submissions.ts'

/** The state that proxies of the same key must share. */
export interface Shared {
  submissions: SubmissionStore
  limiter: Limiter
  budget: Budget
  events: RunEvents
  pictures: KeptPictures
  close(): Promise<void>
}

/** In this process, which then must be the only proxy. */
export function createMemoryShared(limits: BudgetLimits): Shared {
  return {
    submissions: createMemorySubmissions(),
    limiter: createLimiter(),
    budget: createMemoryBudget(limits),
    events: createMemoryEvents(),
    pictures: createMemoryPictures(),
    close: async () => undefined,
  }
}

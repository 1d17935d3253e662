import { randomUUID } from 'node:crypto'

/**
 * `run`: the run with this digest may have progressed. `gap`: events may have been missed. `id` is opaque, of letters,
 * digits and "-": the position to continue from.
 */
export type RunEvent = { kind: 'run'; id: string; digest: string } | { kind: 'gap'; id: string }

/**
 * Carries events of runs from the callbacks to the streams of pages. An event may be lost or repeated: events only save
 * time.
 */
export interface RunEvents {
  publish(digest: string): Promise<void>
  /**
   * Sends the events after `lastId`, then new ones. If some of those are not known any more, or `lastId` is absent, a
   * gap is sent first. Gives a function that ends the subscription.
   */
  subscribe(listener: (event: RunEvent) => void, lastId?: string): () => void
}

export interface MemoryEventsOptions {
  /** How many of the last events are kept for repetition. */
  capacity?: number
}

/** Within this process. After a restart every page is sent a gap. */
export function createMemoryEvents({ capacity = 1000 }: MemoryEventsOptions = {}): RunEvents {
  // Ids of another process must not be mistaken for positions in this one.
  const idPrefix = `${randomUUID()}-`
  const listeners = new Set<(event: RunEvent) => void>()
  const last: { number: number; digest: string }[] = []
  let count = 0

  const idOf = (number: number) => idPrefix + number
  const toEvent = ({ number, digest }: (typeof last)[number]): RunEvent => ({ kind: 'run', id: idOf(number), digest })

  /** The events after `lastId`; `undefined` if some are no longer kept, or the id is not ours. */
  function since(lastId: string | undefined): readonly RunEvent[] | undefined {
    if (!lastId?.startsWith(idPrefix)) return undefined
    const number = Number(lastId.slice(idPrefix.length))
    // A text that is no number fails both comparisons.
    const isKept = number <= count && number >= count - last.length
    if (!isKept) return undefined
    return last.filter((event) => event.number > number).map(toEvent)
  }

  return {
    async publish(digest) {
      count += 1
      const event = { number: count, digest }
      last.push(event)
      if (last.length > capacity) last.shift()
      for (const listener of [...listeners]) listener(toEvent(event))
    },
    subscribe(listener, lastId) {
      const missed = since(lastId) ?? [{ kind: 'gap', id: idOf(count) } as const]
      for (const event of missed) listener(event)
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

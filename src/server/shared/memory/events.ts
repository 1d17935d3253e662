import { randomUUID } from 'node:crypto'

/**
 * Word that the run with this mark may have come further, or that such word may have been missed. `id` is opaque, of
 * letters, digits and "-": where to go on from.
 */
export type RunEvent = { kind: 'run'; id: string; mark: string } | { kind: 'gap'; id: string }

/** Carries word of runs from the callbacks to the streams of pages. It may be lost, or come twice: it only saves time. */
export interface RunEvents {
  publish(mark: string): Promise<void>
  /**
   * Tells what came after `lastId`, then what comes. Where that is not known to be all of it, and where `lastId` is left
   * out, a gap is told first. Gives the way to stop.
   */
  subscribe(listener: (event: RunEvent) => void, lastId?: string): () => void
  close(): Promise<void>
}

export interface MemoryEventsOptions {
  /** How many of the last events can be told again. */
  capacity?: number
}

/** Within this process. After a restart every page is told of a gap. */
export function createMemoryEvents({ capacity = 1000 }: MemoryEventsOptions = {}): RunEvents {
  // Ids of another process must not be taken for places in this one.
  const epoch = randomUUID().slice(0, 8)
  const listeners = new Set<(event: RunEvent) => void>()
  const last: { number: number; mark: string }[] = []
  let count = 0

  const idOf = (number: number) => `${epoch}-${number}`
  const toEvent = ({ number, mark }: (typeof last)[number]): RunEvent => ({ kind: 'run', id: idOf(number), mark })

  /** The events after `lastId`; nothing where some of them are forgotten, or the id is none of ours. */
  function since(lastId: string | undefined): readonly RunEvent[] | undefined {
    const [, own, digits] = /^([\da-f]{8})-(\d{1,15})$/.exec(lastId ?? '') ?? []
    const number = Number(digits)
    if (own !== epoch || number > count || number < count - last.length) return undefined
    return last.filter((event) => event.number > number).map(toEvent)
  }

  return {
    async publish(mark) {
      count += 1
      const event = { number: count, mark }
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
    async close() {
      listeners.clear()
    },
  }
}

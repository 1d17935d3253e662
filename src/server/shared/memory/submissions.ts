import type { KeptSubmission, ProxyRefusal } from '#providers/proxy.ts'

/** What became of a submission. Whatever is `unknown` stays so: it may have been charged. */
export interface Outcome {
  /**
   * `free`: certainly not accepted, so the same run may be sent again. `unclear`: answered, but with neither a task nor a
   * certain refusal.
   */
  state: 'answered' | 'unclear' | 'unknown' | 'free'
  status: number
  type: string
  body: string
  /** When it is worth sending again. */
  retryAfterMs?: number
}

/** A refusal of our own as an outcome. */
export function toOutcome(state: Outcome['state'], refusal: ProxyRefusal): Outcome {
  const { retryAfterMs } = refusal.proxy
  return {
    state,
    status: refusal.code,
    type: 'application/json; charset=utf-8',
    body: JSON.stringify(refusal),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

/** Whether there are words of the service to be passed on. */
export function isAnswer({ state }: Outcome): boolean {
  return state === 'answered' || state === 'unclear'
}

export type Reservation =
  /**
   * Nobody sent it before: send it now, and settle it whatever happens. `learned`, where the store has it, resolves with
   * what it learns before that, and never rejects.
   */
  | { state: 'fresh'; learned?: Promise<Outcome> }
  /** It was sent, or is on its way: this will be its outcome. */
  | { state: 'same'; outcome: Promise<Outcome> }
  | { state: 'other-body' }
  /** No room that is not needed: nothing may be sent. */
  | { state: 'full' }

/** Remembers for 24 hours what was sent under which key, so that nothing is sent twice. */
export interface SubmissionStore {
  /** Atomic: of any number of callers with one key, one gets `fresh`. */
  reserve(key: string, bodyHash: string): Promise<Reservation>
  /** Changes nothing where the outcome is known by then. */
  settle(key: string, outcome: Outcome): Promise<void>
  /**
   * The answer to a submission became known in another way: it counts as answered from now on, also where nothing is
   * known of it, and is never fresh again. Changes nothing where there is a clear answer.
   */
  learn(key: string, answer: Outcome): Promise<void>
  find(key: string): Promise<KeptSubmission>
}

interface Entry {
  /** None where only the answer is known: it stands for whatever was sent under the key. */
  bodyHash?: string
  keptUntil: number
  /** Set once it is settled. */
  settled?: Outcome
  outcome: Promise<Outcome>
  settle: (outcome: Outcome) => void
}

const keptMs = 24 * 60 * 60 * 1000
const wordsGone: Outcome = toOutcome('unknown', {
  code: 502,
  msg: 'The answer to this run is not kept any more.',
  proxy: { sent: 'unknown' },
})

export interface MemoryOptions {
  /** More than the limiter lets through in 24 hours, so that nothing is dropped before its time. */
  capacity?: number
  /** Of all answers that are kept. An answer of the service has a few hundred; beyond this the oldest lose their words. */
  mostBytes?: number
  /** Milliseconds of a clock that never jumps. */
  now?: () => number
}

/** In this process, lost with it. Full of what is in doubt, it takes nothing more; the oldest answer goes first. */
export function createMemorySubmissions(options: MemoryOptions = {}): SubmissionStore {
  const { capacity = 160_000, mostBytes = 64 * 1024 * 1024, now = () => performance.now() } = options
  // Both in the order of their age: a key is moved to `answered` when its outcome is certain.
  const open = new Map<string, Entry>()
  const answered = createShelf()

  function dropExpired(entries: Map<string, Entry> | Shelf) {
    for (const [key, entry] of entries.entries()) {
      if (entry.keptUntil > now()) break
      if (entry.settled) entries.delete(key)
    }
  }

  function hasRoom(): boolean {
    dropExpired(open)
    dropExpired(answered)
    if (open.size + answered.size() < capacity) return true
    const [oldest] = answered.keys()
    return oldest !== undefined && answered.delete(oldest)
  }

  /** Whoever asks for an answer whose words are gone learns that it was sent, so that it is never sent again. */
  function keepAnswer(key: string, entry: Entry): void {
    answered.set(key, entry)
    for (const [old, { bodyHash }] of answered.entries()) {
      if (answered.bytes() <= mostBytes) return
      answered.delete(old)
      const gone = { keptUntil: now() + keptMs, settled: wordsGone, outcome: Promise.resolve(wordsGone) }
      open.set(old, { ...gone, ...(bodyHash === undefined ? {} : { bodyHash }), settle: () => undefined })
    }
  }

  function findEntry(key: string): Entry | undefined {
    const entry = open.get(key) ?? answered.get(key)
    return entry?.settled && entry.keptUntil <= now() ? undefined : entry
  }

  return {
    async reserve(key, bodyHash) {
      const known = findEntry(key)
      if (known) {
        const isSame = (known.bodyHash ?? bodyHash) === bodyHash
        return isSame ? { state: 'same', outcome: known.outcome } : { state: 'other-body' }
      }
      if (!hasRoom()) return { state: 'full' }
      const { promise, resolve } = defer<Outcome>()
      open.set(key, { bodyHash, keptUntil: now() + keptMs, outcome: promise, settle: resolve })
      return { state: 'fresh', learned: promise }
    },

    async settle(key, outcome) {
      const entry = open.get(key)
      if (!entry || entry.settled) return
      entry.settled = outcome
      if (outcome.state !== 'unknown') open.delete(key)
      if (isAnswer(outcome)) keepAnswer(key, entry)
      entry.settle(outcome)
    },

    async learn(key, answer) {
      const known = findEntry(key)
      if (known?.settled?.state === 'answered' || (!known && !hasRoom())) return
      open.delete(key)
      answered.delete(key)
      keepAnswer(key, {
        ...(known?.bodyHash === undefined ? {} : { bodyHash: known.bodyHash }),
        keptUntil: now() + keptMs,
        settled: answer,
        outcome: Promise.resolve(answer),
        settle: () => undefined,
      })
      known?.settle(answer)
    },

    async find(key) {
      const entry = findEntry(key)
      if (!entry) return { state: 'none' }
      const { settled } = entry
      if (!settled) return { state: 'pending' }
      return isAnswer(settled)
        ? { state: 'answered', status: settled.status, body: settled.body }
        : { state: 'unknown' }
    },
  }
}

type Shelf = ReturnType<typeof createShelf>

/** Answers in the order of their age, with the bytes of their words. */
function createShelf() {
  const entries = new Map<string, Entry>()
  let bytes = 0
  const sizeOf = (entry: Entry | undefined) => entry?.settled?.body.length ?? 0
  return {
    bytes: () => bytes,
    size: () => entries.size,
    get: (key: string) => entries.get(key),
    keys: () => entries.keys(),
    entries: () => entries.entries(),
    delete(key: string): boolean {
      bytes -= sizeOf(entries.get(key))
      return entries.delete(key)
    },
    set(key: string, entry: Entry): void {
      bytes += sizeOf(entry) - sizeOf(entries.get(key))
      entries.set(key, entry)
    },
  }
}

function defer<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

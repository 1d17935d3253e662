import type { KeptSubmission, ProxyRefusal } from '#providers/proxy.ts'

/** The outcome of a submission. `unknown` is final: it may have been charged. */
export interface Outcome {
  /**
   * `free`: certainly not accepted, so the same run may be sent again. `unclear`: answered, but neither with a task nor
   * with a certain refusal.
   */
  state: 'answered' | 'unclear' | 'unknown' | 'free'
  status: number
  type: string
  body: string
  /** When it is worth sending again. */
  retryAfterMs?: number
}

/** A refusal of the proxy as an outcome. */
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

/** Whether the outcome has an answer of the service to pass on. */
export function isAnswer({ state }: Outcome): boolean {
  return state === 'answered' || state === 'unclear'
}

export type Reservation =
  /**
   * Nobody sent it before: send it now, and settle it in every case. `learned`, if present, resolves with an answer
   * that becomes known in another way before that, and never rejects.
   */
  | { state: 'fresh'; learned?: Promise<Outcome> }
  /** It was sent, or is being sent: resolves with its outcome. */
  | { state: 'same'; outcome: Promise<Outcome> }
  | { state: 'other-body' }
  /** No room is left: nothing may be sent. */
  | { state: 'full' }

/** Remembers for 24 hours what was sent under which key, so that nothing is sent twice. */
export interface SubmissionStore {
  /** Atomic: of any number of callers with one key, one gets `fresh`. */
  reserve(key: string, bodyHash: string): Promise<Reservation>
  /** Changes nothing if the outcome is already known. */
  settle(key: string, outcome: Outcome): Promise<void>
  /**
   * The answer to a submission became known in another way: from now on it counts as answered, even if the key was
   * unknown, and is never fresh again. Changes nothing if there is a clear answer.
   */
  learn(key: string, answer: Outcome): Promise<void>
  find(key: string): Promise<KeptSubmission>
}

interface Entry {
  /** Absent if only the answer is known, which is then used for any body. */
  bodyHash: string | undefined
  keptUntil: number
  /** Set when it is settled. */
  settled?: Outcome
  outcome: Promise<Outcome>
  settle: (outcome: Outcome) => void
}

interface Settled extends Entry {
  settled: Outcome
}

const keptMs = 24 * 60 * 60 * 1000
const wordsGone: Outcome = toOutcome('unknown', {
  code: 502,
  msg: 'The answer to this run is not kept any more.',
  proxy: { sent: 'unknown' },
})

export interface MemoryOptions {
  /** More than the limiter lets through in 24 hours, so that nothing is dropped early. */
  capacity?: number
  /** For all kept answers together. An answer has a few hundred bytes; above this limit the oldest lose their text. */
  mostBytes?: number
  /** Milliseconds of a monotonic clock. */
  now?: () => number
}

/**
 * Kept in this process and lost with it. If it is full of uncertain outcomes, it accepts nothing more; otherwise the
 * oldest answer is dropped.
 */
export function createMemorySubmissions(options: MemoryOptions = {}): SubmissionStore {
  const { capacity = 160_000, mostBytes = 64 * 1024 * 1024, now = () => performance.now() } = options
  // Both in order of age: a key moves to `answered` when its outcome is certain.
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

  /** A request for an answer whose text was dropped learns that it was sent, so that it is never sent again. */
  function keepAnswer(key: string, entry: Settled): void {
    answered.set(key, entry)
    for (const [old, { bodyHash }] of answered.entries()) {
      if (answered.bytes() <= mostBytes) return
      answered.delete(old)
      open.set(old, { bodyHash, keptUntil: now() + keptMs, ...known(wordsGone) })
    }
  }

  function findEntry(key: string): Entry | undefined {
    const entry = open.get(key) ?? answered.get(key)
    return entry?.settled && entry.keptUntil <= now() ? undefined : entry
  }

  return {
    async reserve(key, bodyHash) {
      const entry = findEntry(key)
      if (entry) {
        const isSame = (entry.bodyHash ?? bodyHash) === bodyHash
        return isSame ? { state: 'same', outcome: entry.outcome } : { state: 'other-body' }
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
      if (isAnswer(outcome)) keepAnswer(key, { ...entry, settled: outcome })
      entry.settle(outcome)
    },

    async learn(key, answer) {
      const entry = findEntry(key)
      if (entry?.settled?.state === 'answered' || (!entry && !hasRoom())) return
      open.delete(key)
      keepAnswer(key, { bodyHash: entry?.bodyHash, keptUntil: now() + keptMs, ...known(answer) })
      entry?.settle(answer)
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

/** The part of an entry whose outcome is known from the beginning. */
function known(outcome: Outcome): Pick<Settled, 'settled' | 'outcome' | 'settle'> {
  return { settled: outcome, outcome: Promise.resolve(outcome), settle: () => undefined }
}

type Shelf = ReturnType<typeof createShelf>

/** Answers in order of age, with the size of their texts. */
function createShelf() {
  const entries = new Map<string, Settled>()
  let bytes = 0
  const sizeOf = ({ settled }: Settled) => settled.body.length
  function remove(key: string): boolean {
    const entry = entries.get(key)
    if (!entry) return false
    bytes -= sizeOf(entry)
    return entries.delete(key)
  }
  return {
    bytes: () => bytes,
    size: () => entries.size,
    get: (key: string) => entries.get(key),
    keys: () => entries.keys(),
    entries: () => entries.entries(),
    delete: remove,
    /** As the youngest, also where the key has an older answer. */
    set(key: string, entry: Settled): void {
      remove(key)
      bytes += sizeOf(entry)
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

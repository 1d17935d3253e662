export interface Submission {
  route: string
  body: unknown
  /** Names of the headers that came with it, sorted. */
  headers: readonly string[]
  /** The code it was answered with; none for an answer that never came. */
  code?: number
  taskId?: string
}

export interface StoredUpload {
  path: string
  sizeBytes: number
  mime: string
}

/** A callback: the HTTP status of each try, 0 where there was no answer. */
export interface Delivery {
  taskId: string
  statuses: number[]
}

/** What was received and given out, for tests to look at. */
export interface Journal {
  /** How often each route was asked: "POST /api/v1/jobs/createTask". */
  requests: Record<string, number>
  /** Every submission, refused ones too, in the order they came. */
  submissions: Submission[]
  polls: Record<string, number>
  uploads: StoredUpload[]
  /** Of pictures, by the file hosts. */
  bytesServed: number
  /** Requests to file hosts that carried a key, which none should. */
  fileRequestsWithKey: number
  callbacks: Delivery[]
}

export function createJournal(): Journal {
  return {
    requests: {},
    submissions: [],
    polls: {},
    uploads: [],
    bytesServed: 0,
    fileRequestsWithKey: 0,
    callbacks: [],
  }
}

export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

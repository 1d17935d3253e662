export interface Submission {
  route: string
  body: unknown
  /** Names of its headers, sorted. */
  headers: readonly string[]
  /** The code of its answer; absent if there was no answer. */
  code?: number
  taskId?: string
}

export interface StoredUpload {
  path: string
  sizeBytes: number
  mime: string
}

/** A callback: the HTTP status of each try, 0 if there was no answer. */
export interface Delivery {
  taskId: string
  statuses: number[]
}

/** What was received and sent, for tests to check. */
export interface Journal {
  /** How often each route was called: "POST /api/v1/jobs/createTask". */
  requests: Record<string, number>
  /** Every submission, including refused ones, in order of arrival. */
  submissions: Submission[]
  polls: Record<string, number>
  uploads: StoredUpload[]
  /** Image bytes sent by the file hosts. */
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

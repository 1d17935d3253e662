import type { Brief } from '#domain/brief.ts'
import type { Failure } from '#domain/failure.ts'
import type { NonEmpty, RunId, TaskId } from '#domain/ids.ts'

/** An HTTP service as a function: the simulator is one, and so are the fakes in tests. */
export type Fetch = (request: Request) => Promise<Response>

/**
 * Sends to the proxy; `path` is one of a provider's endpoints or one of the proxy's own routes. Rejects only if no
 * answer came.
 */
export type Send = (path: string, init?: RequestInit) => Promise<Response>

export interface Call {
  send: Send
  signal: AbortSignal
}

/** What the proxy may forward, and where to. Anything not listed gets a 404. */
export interface Endpoint {
  /** `submit` costs money and is forwarded at most once per run; the others are free and may be repeated. */
  kind: 'submit' | 'status' | 'upload' | 'credits' | 'link'
  method: 'GET' | 'POST'
  /** The service's own path; begins with `/api/`. */
  path: string
  /** Uploads go to a separate host. */
  host: 'api' | 'upload'
  /** Query parameters that are passed on, each with a pattern for its value. For `status`: only the task. */
  query?: Readonly<Record<string, RegExp>>
}

/** Who really made an image and about what it cost, if the service chose. */
export interface Maker {
  model: string
  priceDollars?: number
}

export type TaskStatus =
  | { state: 'running' }
  /** `spareUrls`: other addresses of the same image, valid only for minutes. */
  | { state: 'done'; imageUrls: NonEmpty<string>; spareUrls: readonly string[]; madeBy?: Maker }
  /** Reported as finished, but without an image so far. */
  | { state: 'empty'; spareUrls: readonly string[] }
  /** A failed task is not charged, unless its outcome is unknown. */
  | { state: 'failed'; failure: Failure; chargePossible?: true }

/**
 * How a service calls an address of the proxy when a task has ended. A call means only that polling is worthwhile; its
 * other contents may be forged.
 */
export interface Callbacks {
  /** The same submission with the address to call. */
  withAddress(body: unknown, address: string): unknown
  /** The task that a call is about; `undefined` if it names none, or two. */
  readTask(call: unknown): TaskId | undefined
  /** HMAC-SHA256 as base64 over `text`, if the account has a key for it; the rest of the call is not signed. */
  signature: { header: string; timeHeader: string; text(task: TaskId, seconds: string): string }
  /** The answer to a submission, for `readSubmission`, made from its task id alone. */
  toAnswer(task: TaskId): string
}

/**
 * One service dialect. Every method rejects with a `GenerationError`, or with the rejection of `send` if no answer
 * came. None of them retries.
 */
export interface Provider {
  readonly id: string
  readonly endpoints: readonly Endpoint[]
  /** Absent if the service does not call back. */
  readonly callbacks?: Callbacks
  /** How long an upload may be reused, in ms; 0 if it is part of its submission. */
  readonly uploadsKeptMs: number
  /**
   * Present in a fallback service, which can make a recipe of any family. The task id is the run id; the proxy keeps
   * the task, so a task that it knows was accepted.
   */
  readonly standIn?: { toBody(brief: Brief, sources: readonly string[]): unknown }
  /** Uploads a source image to the service for some hours, free of charge. Gives its public address. */
  upload(image: Blob, fileName: string, call: Call): Promise<string>
  /** Spends money. Rejects with `unconfirmed` if the service may have accepted it. */
  submit(body: unknown, run: RunId, call: Call): Promise<TaskId>
  /** Reads the answer to a `submit` that the proxy kept. Throws what `submit` rejects with. */
  readSubmission(httpStatus: number, body: string): TaskId
  /** Reads the answer to a status request that the proxy passed on; `undefined` if it does not contain the task. */
  readStatus?(httpStatus: number, body: string): TaskStatus | undefined
  /** `ageMs`: time since the submission, at least. A record that does not exist yet counts as running for 90 s. */
  check(taskId: TaskId, ageMs: number, call: Call): Promise<TaskStatus>
  /** The remaining credits of the account; `undefined` if the answer does not say. */
  balance?(call: Call): Promise<number | undefined>
  /** A fresh address for a finished image whose own address is refused. */
  freshLink(imageUrl: string, call: Call): Promise<string>
}

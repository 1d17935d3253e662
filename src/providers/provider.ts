import type { Brief } from '#domain/brief.ts'
import type { Failure } from '#domain/failure.ts'
import type { NonEmpty, RunId, TaskId } from '#domain/ids.ts'

/** An HTTP service as a function: the simulator is one, and so is every test double of the network. */
export type Fetch = (request: Request) => Promise<Response>

/** Sends to the proxy; `path` is one of a provider's endpoints or of the proxy's own routes. Rejects only where no answer came. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>

export interface Call {
  send: Send
  signal: AbortSignal
}

/** What the proxy may forward, and where to. Whatever is not listed is answered with 404. */
export interface Endpoint {
  /** `submit` costs money and is forwarded at most once per run; the rest is free and may be repeated. */
  kind: 'submit' | 'status' | 'upload' | 'credits' | 'link'
  method: 'GET' | 'POST'
  /** The service's own path; begins with `/api/`. */
  path: string
  /** Uploads live on a host of their own. */
  host: 'api' | 'upload'
  /** Query parameters that are passed on, each with the form its value must have. */
  query?: Readonly<Record<string, RegExp>>
}

/** Who really made a picture, and about what it cost, where the service chose. */
export interface Maker {
  model: string
  priceDollars?: number
}

export type TaskStatus =
  | { state: 'running' }
  /** `spareUrls` are second sources of the same picture, alive for minutes only. */
  | { state: 'done'; imageUrls: NonEmpty<string>; spareUrls: readonly string[]; madeBy?: Maker }
  /** Reported as finished, but without a picture so far. */
  | { state: 'empty'; spareUrls: readonly string[] }
  /** A failed task costs nothing, unless nobody can tell what became of it. */
  | { state: 'failed'; failure: Failure; chargePossible?: true }

/**
 * How a service calls an address of ours when a task has ended. A call says that asking is worth while and nothing more:
 * whatever else it holds may be made up.
 */
export interface Callbacks {
  /** The same submission with the address to call. */
  withAddress(body: unknown, address: string): unknown
  /** The task that a call is about; nothing where it names none, or two. */
  readTask(call: unknown): TaskId | undefined
  /** HMAC-SHA256 as base64 over `text`, where the account has a key for it; the rest of the call is not covered. */
  signature: { header: string; timeHeader: string; text(task: TaskId, seconds: string): string }
  /** The answer to a submission, for `readSubmission`, as far as its task says it. */
  toAnswer(task: TaskId): string
}

/**
 * One service dialect. Every method rejects with a `GenerationError`, or with what `send` rejected with where no answer came.
 * None of them retries.
 */
export interface Provider {
  readonly id: string
  readonly endpoints: readonly Endpoint[]
  /** Where the service calls back at all. */
  readonly callbacks?: Callbacks
  /** How long an upload may be used again; 0 where it goes with its submission. */
  readonly uploadsKeptMs: number
  /**
   * Makes what was refused elsewhere, of whatever family. Its task is the run itself, kept by the proxy: known there means
   * taken.
   */
  readonly standIn?: { toBody(brief: Brief, sources: readonly string[]): unknown }
  /** Stores a source picture at the service for some hours, free of charge. Gives its public address. */
  upload(image: Blob, fileName: string, call: Call): Promise<string>
  /** Spends money. Rejects with `unconfirmed` wherever the service may have accepted. */
  submit(body: unknown, run: RunId, call: Call): Promise<TaskId>
  /** Reads an answer to `submit` that was kept for us. Throws as `submit` rejects. */
  readSubmission(httpStatus: number, body: string): TaskId
  /** `ageMs`: since the submission, at least. A record that is not there yet counts as running for 90 s. */
  check(taskId: TaskId, ageMs: number, call: Call): Promise<TaskStatus>
  /** The credits that are left of the account; `undefined` where the answer does not tell. */
  balance?(call: Call): Promise<number | undefined>
  /** A fresh address for a finished picture whose own is refused. */
  freshLink(imageUrl: string, call: Call): Promise<string>
}

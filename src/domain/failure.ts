/** One thing wrong with a request: the field, and the limit in words. */
export interface Issue {
  field: string
  message: string
}

type Cause =
  /** The request itself was refused, by the app or by the service. Nothing was made. */
  | { kind: 'invalid'; issues: readonly Issue[] }
  | { kind: 'unauthorized' }
  /** The proxy asks for its access token. */
  | { kind: 'locked' }
  | { kind: 'out-of-credits' }
  /** `turn`: the proxy queues submissions, and this run has its place in the queue. */
  | { kind: 'rate-limited'; retryAfterMs?: number; turn?: true }
  /** More than the proxy's owner allows to be spent in a day. Without `retryAfterMs` it will never fit. */
  | { kind: 'over-budget'; detail: string; retryAfterMs?: number }
  /** Content policy. `reason` is the service's own text. */
  | { kind: 'rejected'; reason: string }
  /**
   * Down, switched off or unreachable, and certainly not accepted. `busy`: the same request may be accepted a moment
   * later.
   */
  | { kind: 'unavailable'; detail: string; busy?: true }
  /** The answer was only text, or empty. */
  | { kind: 'no-picture'; text: string }
  /** Sent, but no answer came: it may have been accepted and charged. Never resent automatically. */
  | { kind: 'unconfirmed' }
  | { kind: 'timed-out' }
  /** The image was made but can no longer be downloaded. */
  | { kind: 'expired' }
  | { kind: 'storage'; detail: string }
  | { kind: 'unexpected'; detail: string }

/** Why something failed, in the app's own terms, with the service's code and message if it gave any. */
export type Failure = Cause & { code?: number; said?: string }
export type FailureKind = Failure['kind']

/** The only error class that crosses a module boundary. */
export class GenerationError extends Error {
  override readonly name = 'GenerationError'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(describeFailure(failure))
    this.failure = failure
  }
}

const noRoom = 'the browser has no room left'

/** Recognises errors by name, not by class: errors may come from another realm (a worker, a test environment). */
export function toFailure(error: unknown): Failure {
  if (error !== null && typeof error === 'object') {
    const { name, failure, message } = error as { name?: unknown; failure?: Failure; message?: unknown }
    if (name === 'GenerationError' && failure) return failure
    if (name === 'PartError') return { kind: 'unavailable', detail: String(message) }
    if (name === 'QuotaExceededError') return { kind: 'storage', detail: noRoom }
    if (typeof message === 'string' && message !== '') return { kind: 'unexpected', detail: message }
  }
  return { kind: 'unexpected', detail: String(error) }
}

export function isDiskFull(failure: Failure): boolean {
  return failure.kind === 'storage' && failure.detail === noRoom
}

export function isAbort(error: unknown): boolean {
  return isNamed(error, 'AbortError')
}

/** By name, not by class: see `toFailure`. */
export function isNamed(error: unknown, name: 'AbortError' | 'GenerationError' | 'TimeoutError'): boolean {
  return (error as { name?: unknown } | null | undefined)?.name === name
}

/** What happened, in plain words for the screen. The texts about failures are made here and in split-failure.ts. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'invalid':
      return failure.issues.map((issue) => issue.message).join(' ') || 'The service refused these settings.'
    case 'unauthorized':
      return 'The API key was rejected.'
    case 'locked':
      return 'This proxy needs an access token.'
    case 'over-budget':
      return failure.detail
    case 'out-of-credits':
      return 'Not enough credits for this image.'
    case 'rate-limited':
      return 'Rate limit reached.'
    case 'rejected':
      return `Blocked by the service's safety rules${failure.reason ? `: ${failure.reason}` : '.'}`
    case 'unavailable':
      return failure.detail
    case 'no-picture':
      return `The service answered without an image${failure.text ? `: “${failure.text}”` : '.'}`
    case 'unconfirmed':
      return 'This may have been sent: no answer came back, so it may have been charged. It is never resent automatically.'
    case 'timed-out':
      return 'The service gave up on this image after a long wait.'
    case 'expired':
      return 'The image was made, but the service no longer has it.'
    case 'storage':
      return `The image could not be saved in this browser: ${failure.detail}.`
    case 'unexpected':
      return `The service did not make the image: ${failure.detail}`
  }
}

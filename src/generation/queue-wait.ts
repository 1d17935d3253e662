import { isIn, type Run, type RunIn } from '#domain/run.ts'

interface Queue {
  /** All runs that are not over, oldest first. */
  open: readonly Run[]
  runsAtOnce: number
  /** How long a run like this one usually takes. */
  usualMs(run: Run): number
  /** Epoch ms. */
  now: number
}

/**
 * About how long a queued run still waits here before it is sent, in ms. Each free place goes to the next run in the
 * queue; a run at the service is expected to free its place after its usual time. 0: it is next.
 */
export function estimateWaitMs(run: RunIn<'queued'>, { open, runsAtOnce, usualMs, now }: Queue): number {
  const limitMs = Math.max(0, (run.state.sendsAt ?? 0) - now)
  const out = open.filter((other) => isIn(other, 'sending') || isIn(other, 'working'))
  const before = open.slice(
    0,
    open.findIndex(({ id }) => id === run.id),
  )
  const line = before.filter((other) => isIn(other, 'queued'))
  const freeInMs = out.map((other) => Math.max(0, sentAt(other) + usualMs(other) - now))
  while (freeInMs.length < Math.max(1, runsAtOnce)) freeInMs.push(0)
  for (const other of line) {
    const startsInMs = takeFirst(freeInMs)
    freeInMs.push(Math.max(startsInMs, waitsUntil(other) - now) + usualMs(other))
  }
  return Math.max(limitMs, takeFirst(freeInMs))
}

function takeFirst(times: number[]): number {
  const first = Math.min(...times)
  times.splice(times.indexOf(first), 1)
  return first
}

function sentAt({ state }: Run): number {
  return 'sentAt' in state ? (state.sentAt ?? 0) : 0
}

function waitsUntil({ state }: Run): number {
  return state.phase === 'queued' ? (state.sendsAt ?? 0) : 0
}

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
  const out = open.filter((other) => isIn(other, 'sending') || isIn(other, 'working'))
  const before = open.slice(
    0,
    open.findIndex(({ id }) => id === run.id),
  )
  const line = before.filter((other) => isIn(other, 'queued'))
  const pausedMs = ({ state: { sendsAt = now } }: RunIn<'queued'>) => sendsAt - now
  const freeInMs = out.map((other) => Math.max(0, other.state.sentAt + usualMs(other) - now))
  while (freeInMs.length < Math.max(1, runsAtOnce)) freeInMs.push(0)
  for (const other of line) freeInMs.push(Math.max(takeFirst(freeInMs), pausedMs(other)) + usualMs(other))
  return Math.max(takeFirst(freeInMs), pausedMs(run))
}

function takeFirst(times: number[]): number {
  const first = Math.min(...times)
  times.splice(times.indexOf(first), 1)
  return first
}

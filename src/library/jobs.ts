/** Long work on many images, one job at a time. It continues when the dialog that started it is closed. */
export interface Job {
  kind: 'backup' | 'restore' | 'export' | 'hand-over'
  done: number
  /** 0: not known yet. */
  total: number
  stop(): void
}

export type OnProgress = (progress: { done: number; total: number }) => void

const running: Readonly<Record<Job['kind'], string>> = {
  backup: 'A backup is running.',
  restore: 'A restore is running.',
  export: 'An export is running.',
  'hand-over': 'A hand-over is running.',
}

/** Message of another job that is refused because this one is running. */
export function describeRunning({ kind }: Pick<Job, 'kind'>): string {
  return running[kind]
}

let current: Job | undefined
const listeners = new Set<() => void>()

export function currentJob(): Job | undefined {
  return current
}

export function watchJob(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * Runs a job, during which the browser asks before the page is closed. Rejects as `work` does, with the signal's reason
 * when it was stopped. Throws when another job is running.
 */
export async function runJob<T>(
  kind: Job['kind'],
  work: (onProgress: OnProgress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (current) throw new Error(`${describeRunning(current)} Wait for it, or stop it first.`)
  const stopping = new AbortController()
  const job: Job = { kind, done: 0, total: 0, stop: () => stopping.abort() }
  const ask = (event: Event) => event.preventDefault()
  globalThis.addEventListener?.('beforeunload', ask)
  show(job)
  try {
    return await work((progress) => show({ ...job, ...progress }), stopping.signal)
  } finally {
    globalThis.removeEventListener?.('beforeunload', ask)
    show(undefined)
  }
}

function show(job: Job | undefined): void {
  current = job
  for (const listener of [...listeners]) listener()
}

import { describeFailure, type Failure } from '#domain/failure.ts'
import { describeCharge, type Run, type RunIn } from '#domain/run.ts'
import { modelOfRun } from './run-words.ts'

/** The one thing that fits a failure, beside trying again. */
export interface Fix {
  label: string
  act: 'again' | 'look' | 'edit-prompt' | 'edit-settings' | 'lower-tolerance' | 'open-settings'
  /** What has to happen first, where we cannot do it. */
  hint?: string
}

/** Whether the task, or the lost answer to a submission, may still be found. Looking costs nothing. */
export function mayLookAgain(run: Run): boolean {
  if (run.phase === 'failed') return run.task !== undefined || run.failure.kind === 'unconfirmed'
  return run.phase !== 'queued'
}

export function fixFor(run: RunIn<'failed'>): Fix {
  const { failure } = run
  switch (failure.kind) {
    case 'invalid':
      return fixInvalid(failure)
    case 'unauthorized':
      return { label: 'Open Settings', act: 'open-settings' }
    case 'out-of-credits':
      return { label: againLabel(run), act: 'again', hint: 'Add credits at the service first.' }
    case 'rate-limited':
      return { label: againLabel(run), act: 'again', hint: waitHint(failure.retryAfterMs) }
    case 'rejected':
      return { label: 'Edit the prompt', act: 'edit-prompt' }
    case 'unconfirmed':
      return { label: 'Look again', act: 'look', hint: 'Looking again is free; trying again may be charged twice.' }
    case 'timed-out':
      return mayLookAgain(run) ? { label: 'Look again', act: 'look' } : { label: againLabel(run), act: 'again' }
    case 'storage':
      return mayLookAgain(run)
        ? { label: 'Save again', act: 'look', hint: 'Make room first: empty the bin.' }
        : { label: againLabel(run), act: 'again', hint: 'Make room first: empty the bin.' }
    case 'unavailable':
    case 'expired':
    case 'unexpected':
      return { label: againLabel(run), act: 'again' }
  }
}

export function againLabel({ priceCredits }: Run): string {
  return `Try again (${priceCredits} ${priceCredits === 1 ? 'credit' : 'credits'})`
}

function fixInvalid(failure: Extract<Failure, { kind: 'invalid' }>): Fix {
  const said = failure.issues.map((issue) => issue.message).join(' ')
  if (/tolerance/i.test(said)) return { label: 'Lower the tolerance', act: 'lower-tolerance' }
  if (!failure.issues.some((issue) => issue.field === 'prompt')) {
    return { label: 'Edit the settings', act: 'edit-settings' }
  }
  return { label: /too long/i.test(said) ? 'Shorten the prompt' : 'Edit the prompt', act: 'edit-prompt' }
}

function waitHint(retryAfterMs = 0): string {
  const seconds = Math.ceil(retryAfterMs / 1000)
  return seconds > 0 ? `Wait ${seconds} s, then try again.` : 'Wait a moment, then try again.'
}

/** What helps somebody else to find out: who, when, which task, and the service's own words. No keys, no pictures. */
export function detailsOf(run: Run): string {
  const failure = run.phase === 'failed' ? run.failure : run.trouble
  const task = 'task' in run ? run.task : undefined
  const lines = [
    ['Run', run.id],
    ['Started', new Date(run.createdAt).toISOString()],
    ['Model', modelOfRun(run)],
    ['Task', task && `${task.provider} ${task.taskId}`],
    ['Phase', run.phase],
    ['Failure', failure && [failure.kind, failure.code].filter(Boolean).join(' ')],
    ['In words', failure && describeFailure(failure)],
    ['The service said', failure?.said],
    ['Charge', describeCharge(run)],
  ] as const
  return lines.flatMap(([name, value]) => (value ? [`${name}: ${withoutSecrets(value)}`] : [])).join('\n')
}

/** A service may quote what it was sent. */
function withoutSecrets(text: string): string {
  return text
    .replace(/data:[\w/+.-]*;base64,[\w+/=]*/g, '[picture]')
    .replace(/\b(bearer)\s+\S+/gi, '$1 [key]')
    .replace(
      /\b(api[-_ ]?key|key|token|authorization|secret)(["']?\s*[:=]\s*["']?)(?!bearer)[^\s"',;&]+/gi,
      '$1$2[key]',
    )
    .replace(/[\w+/]{64,}={0,2}/g, '[…]')
}

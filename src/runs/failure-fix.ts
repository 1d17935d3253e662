import { againLabel, withPrice } from '#acts/try-again.ts'
import { describeCharge, describeDollars } from '#domain/charge.ts'
import { describeFailure, type Failure } from '#domain/failure.ts'
import { isAdopted, type Run, type RunIn } from '#domain/run.ts'
import { otherRatioFor, priceDollarsFor } from '#generation/fallback.ts'
import { modelOfRun } from './run-words.ts'

/** The one remedy for a failure, besides trying again. */
export interface Fix {
  label: string
  act: 'again' | 'look' | 'edit-prompt' | 'edit-settings' | 'lower-tolerance' | 'set-key'
  /** What has to be done first, outside this app. */
  hint?: string
  /** When the service's limit is free again, epoch ms. */
  freeAt?: number
}

/** The limit counts over ten seconds, and the service does not say when it is free again. docs/services.md 1.5. */
const limitMs = 10_000

/** Whether the task, or the lost answer to a submission, may still be found. Checking costs nothing. */
export function mayLookAgain(run: Run): boolean {
  if (run.state.phase === 'failed') {
    const { kind } = run.state.failure
    // A refusal of the service is final.
    if (kind === 'rejected' || kind === 'invalid') return false
    return run.state.task !== undefined || kind === 'unconfirmed'
  }
  return run.state.phase !== 'queued'
}

/** A run for a task that was submitted elsewhere has no recipe to try again. */
export function mayTryAgain(run: Run): boolean {
  return !isAdopted(run)
}

export function fixFor(run: RunIn<'failed'>): Fix {
  const { failure } = run.state
  if (!mayTryAgain(run)) return { label: 'Check again', act: 'look' }
  switch (failure.kind) {
    case 'invalid':
      return fixInvalid(run, failure)
    case 'unauthorized':
      return { label: 'Add an API key', act: 'set-key' }
    case 'out-of-credits':
      return { label: againLabel(run), act: 'again', hint: 'Add credits at the service first.' }
    case 'locked':
      return { label: againLabel(run), act: 'again', hint: 'Enter the token at the top of the page first.' }
    case 'rate-limited':
      return { label: againLabel(run), act: 'again', ...limitOf(run, failure.retryAfterMs) }
    case 'over-budget':
      return failure.retryAfterMs === undefined
        ? { label: 'Edit the settings', act: 'edit-settings', hint: 'Another model or size costs less.' }
        : { label: againLabel(run), act: 'again', ...limitOf(run, failure.retryAfterMs) }
    case 'rejected':
    case 'no-picture':
      return { label: 'Edit the prompt', act: 'edit-prompt' }
    case 'unconfirmed':
      return { label: 'Check again', act: 'look', hint: 'Checking is free. Trying again may be charged twice.' }
    case 'timed-out':
      return mayLookAgain(run) ? { label: 'Check again', act: 'look' } : { label: againLabel(run), act: 'again' }
    case 'storage':
      return mayLookAgain(run)
        ? { label: 'Save again', act: 'look', hint: 'Empty the bin to make room first.' }
        : { label: againLabel(run), act: 'again', hint: 'Empty the bin to make room first.' }
    case 'unavailable':
      return /switched this model off/.test(failure.detail)
        ? { label: 'Choose another model', act: 'edit-settings' }
        : { label: againLabel(run), act: 'again' }
    case 'expired':
    case 'unexpected':
      return { label: againLabel(run), act: 'again' }
  }
}

/** The button for the fallback service, and what to know before. */
export function fallbackWords(run: RunIn<'failed'>, fallback: Parameters<typeof priceDollarsFor>[1]) {
  const dollars = priceDollarsFor(run, fallback)
  const price = dollars === undefined ? 'price not known' : describeDollars(dollars)
  const ratio = otherRatioFor(run)
  return {
    label: `Use Gemini (${run.state.chargePossible ? `${price}, may be paid twice` : price})`,
    hint: ratio && `Gemini has no ${ratio.asked}: it would make ${ratio.made}.`,
  }
}

function fixInvalid(run: Run, { issues, code }: Extract<Failure, { kind: 'invalid' }>): Fix {
  const said = issues.map((issue) => issue.message).join(' ')
  const isAbout = (field: string) => issues.some((issue) => issue.field === field)
  if (/tolerance/i.test(said)) return { label: 'Lower the tolerance', act: 'lower-tolerance' }
  if (isAbout('sources')) {
    // With a code it is the service that could not read a source: the next try uploads it again.
    return code === undefined
      ? { label: 'Change the images', act: 'edit-settings' }
      : { label: withPrice('Upload again', run), act: 'again' }
  }
  if (!isAbout('prompt')) return { label: 'Edit the settings', act: 'edit-settings' }
  return { label: /too long/i.test(said) ? 'Shorten the prompt' : 'Edit the prompt', act: 'edit-prompt' }
}

function limitOf({ state: { failedAt } }: RunIn<'failed'>, retryAfterMs = limitMs): Pick<Fix, 'hint' | 'freeAt'> {
  return failedAt === undefined ? { hint: 'Wait a moment, then try again.' } : { freeAt: failedAt + retryAfterMs }
}

/** What helps others investigate: the model, times, the task, and the service's own words. No keys, no images. */
export function detailsOf(run: Run): string {
  const failure = run.state.phase === 'failed' ? run.state.failure : run.state.trouble
  const task = 'task' in run.state ? run.state.task : undefined
  const lines = [
    ['Run', run.id],
    ['Started', new Date(run.marks.createdAt).toISOString()],
    ['Model', modelOfRun(run)],
    ['Gateway', run.marks.gateway],
    ['Task', task && `${task.provider} ${task.taskId}`],
    ['Phase', run.state.phase],
    ['Failure', failure && [failure.kind, failure.code].filter(Boolean).join(' ')],
    ['In words', failure && describeFailure(failure)],
    ['The service said', failure?.said],
    ['In place of', run.marks.standsIn?.for],
    ['Charge', describeCharge(run)],
  ] as const
  return lines.flatMap(([name, value]) => (value ? [`${name}: ${withoutSecrets(value)}`] : [])).join('\n')
}

/** A service may quote what it was sent. */
function withoutSecrets(text: string): string {
  return text
    .replace(/data:[\w/+.-]*;base64,[\w+/=]*/g, '[image]')
    .replace(/\b(bearer)\s+\S+/gi, '$1 [key]')
    .replace(
      /\b(api[-_ ]?key|key|token|authorization|secret)(["']?\s*[:=]\s*["']?)(?!bearer)[^\s"',;&]+/gi,
      '$1$2[key]',
    )
    .replace(/[\w+/]{64,}={0,2}/g, '[…]')
}

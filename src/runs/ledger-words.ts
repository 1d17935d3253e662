import { describeDollars } from '#domain/charge.ts'
import { isAdopted, needsCard, type Run, type RunIn } from '#domain/run.ts'
import { describeCredits, type Spending } from '#domain/spending.ts'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })

/** The state of a run, in the words of its row. */
export function describeStep(run: Run): string {
  switch (run.state.phase) {
    case 'queued':
      return run.state.waitsFor === 'network' ? 'waiting for the network' : 'queued'
    case 'sending':
      return 'sent, waiting for an answer'
    case 'working':
      return run.marks.stopped ? 'stopped waiting' : 'working'
    case 'ready':
      if (run.state.trouble?.kind === 'expired') return 'expired'
      return needsCard(run) ? 'ready to download' : 'downloading'
    case 'saved':
      return 'saved'
    case 'failed':
      return run.state.failure.kind === 'unconfirmed' ? 'may have been sent' : 'failed'
  }
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** The service's claims about the lifetime of results: "typically 24 h" and "14 days". docs/services.md 6. */
const usuallyKeptMs = 24 * hourMs
const mostKeptMs = 14 * 24 * hourMs

/** How long the service may still have a finished image; the last hour of the usual time is counted down. */
export function describeKeeping(run: RunIn<'ready'>, now: number): string {
  // It is not known when an adopted task was finished.
  if (isAdopted(run)) return 'The service keeps results for about a day, 14 days at most.'
  const usually = run.state.finishedAt + usuallyKeptMs
  const most = run.state.finishedAt + mostKeptMs
  if (now >= most) return 'Probably gone: the service keeps results for 14 days at most.'
  if (now >= usually) return `The service may delete it at any time, by ${day.format(most)} at the latest.`
  if (usually - now < hourMs) return `The service usually keeps it for another ${describeRest(usually - now)}.`
  const when = new Date(usually).toDateString() === new Date(now).toDateString() ? 'today' : 'tomorrow'
  return `The service usually keeps it until about ${clock.format(usually)} ${when}.`
}

function describeRest(ms: number): string {
  return ms > minuteMs ? `${Math.ceil(ms / minuteMs)} min` : `${Math.ceil(ms / 1000)} s`
}

/** "35 credits spent today", "5 credits may have been charged", "240 credits this month": the parts of one line. */
export function describeSpending(today: Spending, month: Spending): string[] {
  const { spent, perhaps, simulated, dollars } = today
  const parts = [spent > 0 ? `${describeCredits(spent)} spent today` : 'Nothing spent today']
  if (perhaps > 0) parts.push(`${describeCredits(perhaps)} may have been charged`)
  if (dollars > 0) parts.push(`${describeDollars(dollars)} at Gemini`)
  if (simulated > 0) parts.push(`${describeCredits(simulated)} simulated`)
  const ofMonth = month.spent + month.perhaps
  if (ofMonth > 0) parts.push(`${describeCredits(ofMonth)} this month`)
  return parts
}

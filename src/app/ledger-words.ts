import { describeDollars, isAdopted, type Run, type RunIn } from '#domain/run.ts'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })

/** Where a run is, in the words of its row. */
export function describeStep(run: Run): string {
  switch (run.phase) {
    case 'queued':
      return 'waiting here'
    case 'sending':
      return 'sent, waiting for an answer'
    case 'working':
      return run.stopped ? 'no longer waited for' : 'working'
    case 'ready':
      return 'ready at the service, not saved here'
    case 'saved':
      return 'saved'
    case 'failed':
      return run.failure.kind === 'unconfirmed' ? 'may have been sent' : 'failed'
  }
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** What the service says of its results' lifetime: "typically 24 h" and "14 days". Contract section 6. */
const usuallyKeptMs = 24 * hourMs
const mostKeptMs = 14 * 24 * hourMs

/** How long the service may still have a finished picture; the last hour of the usual time is counted down. */
export function describeKeeping(run: RunIn<'ready'>, now: number): string {
  // When an adopted task was finished is not known.
  if (isAdopted(run)) return 'The service keeps results for a day as a rule, for 14 days at most.'
  const usually = run.finishedAt + usuallyKeptMs
  const most = run.finishedAt + mostKeptMs
  if (now >= most) return 'The service keeps results for 14 days at most: it is probably gone.'
  if (now >= usually) return `The service may delete it any time now, by ${day.format(most)} at the latest.`
  if (usually - now < hourMs) return `The service usually keeps it for another ${describeRest(usually - now)}.`
  const when = new Date(usually).toDateString() === new Date(now).toDateString() ? 'today' : 'tomorrow'
  return `The service usually keeps it until about ${clock.format(usually)} ${when}.`
}

function describeRest(ms: number): string {
  return ms > minuteMs ? `${Math.ceil(ms / minuteMs)} min` : `${Math.ceil(ms / 1000)} s`
}

/** Credits of runs sent since a moment. */
export interface Spending {
  spent: number
  /** Of runs that may have arrived at the service, or may have been charged though nothing came of them. */
  perhaps: number
  /** What it would have cost with a real service behind. */
  simulated: number
  /** About, in US dollars, at another service; what may have been charged counts too. */
  dollars: number
}

export function spendingSince(runs: readonly Run[], since: number): Spending {
  const spending: Spending = { spent: 0, perhaps: 0, simulated: 0, dollars: 0 }
  for (const run of runs) {
    const sentAt = 'sentAt' in run && run.sentAt !== undefined ? run.sentAt : run.createdAt
    if (run.phase === 'queued' || sentAt < since) continue
    if (run.phase === 'failed' && !run.chargePossible) continue
    if (run.standsIn) spending.dollars += run.simulated ? 0 : (run.standsIn.priceDollars ?? 0)
    else if (run.simulated) spending.simulated += run.priceCredits
    else if (run.phase === 'failed' || run.phase === 'sending') spending.perhaps += run.priceCredits
    else spending.spent += run.priceCredits
  }
  return spending
}

/** "35 credits", "5 more may have been charged": the parts of one line. */
export function describeSpending({ spent, perhaps, simulated, dollars }: Spending): string[] {
  const parts = [spent > 0 ? `${credits(spent)} spent today` : 'Nothing spent today']
  if (perhaps > 0) parts.push(`${credits(perhaps)} may have been charged`)
  if (dollars > 0) parts.push(`${describeDollars(dollars)} at Gemini`)
  if (simulated > 0) parts.push(`${credits(simulated)} simulated`)
  return parts
}

function credits(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'credit' : 'credits'}`
}

import type { RunIn } from '#domain/run.ts'
import { Countdown } from '#ui/elapsed.tsx'

/** When a queued run is sent again: at its turn if the proxy has a queue, else after a pause. */
export function NextTry({ run: { state } }: { run: RunIn<'queued'> }) {
  if (state.sendsAt === undefined) return null
  const isTurn = state.trouble?.kind === 'rate-limited' && state.trouble.turn === true
  const words = isTurn ? 'waiting for your turn, about ' : state.trouble ? 'retries in ' : 'starts in '
  return (
    <>
      <span>{words}</span>
      <Countdown untilMs={state.sendsAt} />
    </>
  )
}

import { Countdown, useNow } from '#ui/elapsed.tsx'

/** When the service's limit is free again (epoch ms), as a countdown in words. */
export function LimitClock({ freeAt }: { freeAt: number }) {
  const isFree = useNow() >= freeAt
  if (isFree) return <span key="free">You can try again.</span>
  return (
    <span key="waiting">
      You can try again in <Countdown untilMs={freeAt} />.
    </span>
  )
}

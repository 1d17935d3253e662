import { useEffect, useState } from 'react'
import { onWake } from '#platform/wake.ts'

function startOfToday(): number {
  return new Date().setHours(0, 0, 0, 0)
}

/** The start of today (epoch ms); updated at midnight, even if the machine was asleep then. */
export function useToday(): number {
  const [today, setToday] = useState(startOfToday)
  useEffect(() => {
    const update = () => setToday(startOfToday())
    const timer = setTimeout(update, new Date(today).setHours(24, 0, 0, 0) - Date.now() + 1)
    const unwatch = onWake(update)
    return () => {
      clearTimeout(timer)
      unwatch()
    }
  }, [today])
  return today
}

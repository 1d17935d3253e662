import { useEffect, useState } from 'react'

/** Whether `afterMs` have passed since `sinceMs` (epoch ms); `false` while `afterMs` is not known. */
export function useOverdue(sinceMs: number, afterMs: number | undefined): boolean {
  const [passed, setPassed] = useState<number>()
  const due = afterMs === undefined ? undefined : sinceMs + afterMs
  useEffect(() => {
    if (due === undefined) return
    const timer = setTimeout(() => setPassed(due), Math.max(0, due - Date.now()))
    return () => clearTimeout(timer)
  }, [due])
  return due !== undefined && passed === due
}

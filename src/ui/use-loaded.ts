import { useEffect, useState } from 'react'
import { findPart, loadPart } from '#platform/load-part.ts'

const againMs = 2_000

/**
 * A part of the page that is loaded when `wanted`, and tried again until it comes: the server may be gone for a while,
 * and stored images must be visible anyway. `load` must always be the same function.
 */
export function useLoaded<T>(load: () => Promise<T>, wanted: boolean): { part: T | undefined; failed: boolean } {
  const [loaded, setLoaded] = useState<{ part: T } | undefined>(() => {
    const part = findPart(load)
    return part && { part }
  })
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    if (!wanted || loaded) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGone = false
    const attempt = () =>
      loadPart(load).then(
        (part) => {
          if (!isGone) setLoaded({ part })
        },
        () => {
          if (isGone) return
          setFailed(true)
          timer = setTimeout(attempt, againMs)
        },
      )
    void attempt()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [load, wanted, loaded])
  return { part: loaded?.part, failed: failed && !loaded }
}

import { useEffect, useState } from 'react'

const againMs = 2_000

/**
 * A part of the page that is loaded when it is wanted, and asked for again for as long as it does not come: the server may
 * be gone for a while, and what was kept must be seen all the same. `load` must stay the same function.
 */
export function useLoaded<T>(load: () => Promise<T>, wanted: boolean): T | undefined {
  const [loaded, setLoaded] = useState<{ part: T }>()
  useEffect(() => {
    if (!wanted || loaded) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGone = false
    const attempt = () =>
      load().then(
        (part) => {
          if (!isGone) setLoaded({ part })
        },
        () => {
          if (!isGone) timer = setTimeout(attempt, againMs)
        },
      )
    void attempt()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [load, wanted, loaded])
  return loaded?.part
}

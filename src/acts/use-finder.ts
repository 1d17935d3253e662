import { useEffect, useState } from 'react'
import { finderOf } from '#library/find/finder-of.ts'
import type { FinderClient } from '#library/find/open-finder.ts'
import { useStore } from '#store/queries.ts'

/**
 * What search answers, read again whenever its records change. `undefined` until search is ready. `read` must stay the
 * same function from render to render.
 */
export function useFinder<T>(read: (finder: FinderClient) => Promise<T>): T | undefined {
  const store = useStore()
  const [found, setFound] = useState<{ answer: T }>()
  useEffect(() => {
    const finder = finderOf(store)
    let isGone = false
    const look = async () => {
      const answer = await read(finder)
      if (!isGone) setFound({ answer })
    }
    // If search fails, the last answer stays.
    const lookQuietly = () => void look().catch(() => undefined)
    lookQuietly()
    const stop = finder.subscribe(lookQuietly)
    return () => {
      isGone = true
      stop()
    }
  }, [store, read])
  return found?.answer
}

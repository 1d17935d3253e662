import { useEffect, useState } from 'react'
import type { FacetCount } from '#library/find/finder.ts'
import { finderOf } from '#library/find/finder-of.ts'
import { useStore } from '#store/queries.ts'

/** All tags of all images with how many images have each, most frequent first. `undefined` until search is ready. */
export function useKnownTags(): readonly FacetCount[] | undefined {
  const store = useStore()
  const [tags, setTags] = useState<readonly FacetCount[]>()
  useEffect(() => {
    const finder = finderOf(store)
    let isGone = false
    const read = () =>
      finder.tags().then(
        (found) => {
          if (!isGone) setTags(found)
        },
        () => undefined,
      )
    void read()
    const stop = finder.subscribe(() => void read())
    return () => {
      isGone = true
      stop()
    }
  }, [store])
  return tags
}

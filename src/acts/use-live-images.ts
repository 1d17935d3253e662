import { useEffect, useState } from 'react'
import { useStore } from '#store/queries.ts'
import type { Subject } from './act.ts'

/** The images as they are stored now. Deleted ones are returned as they were. */
export function useLiveImages(images: Subject): Subject {
  const store = useStore()
  const [live, setLive] = useState(images)
  useEffect(() => {
    let isGone = false
    const ids = images.map(({ id }) => id)
    const read = async () => {
      const found = await store.picturesById(ids)
      const [first, ...rest] = images.map((image) => found.get(image.id) ?? image)
      if (first && !isGone) setLive([first, ...rest])
    }
    // Reads once at the start, because images may have changed since the act.
    void read().catch(() => undefined)
    const stop = store.subscribe((change) => {
      if (change.kind === 'pictures' && change.ids.some((id) => ids.includes(id))) void read().catch(() => undefined)
    })
    return () => {
      isGone = true
      stop()
    }
  }, [store, images])
  return live
}

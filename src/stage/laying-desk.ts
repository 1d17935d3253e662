import { useEffect } from 'react'
import { awaitsLaying } from '#domain/picture.ts'
import { layersOf } from '#generation/browser-layers.ts'
import { usePictures, useStore } from '#store/queries.ts'

/**
 * Lays answers to edits of an area into their sources, one after the other: each needs a hundred megabytes. Draws nothing:
 * it is loaded when the first such answer is there.
 */
export function LayingDesk(): null {
  const store = useStore()
  const { pictures } = usePictures('gallery')
  const next = pictures.find(awaitsLaying)?.id
  useEffect(() => {
    if (next) void layersOf(store).lay(next)
  }, [store, next])
  return null
}

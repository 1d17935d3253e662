import { useEffect } from 'react'
import { awaitsLaying } from '#domain/picture.ts'
import { layersOf } from '#generation/browser-layers.ts'
import { usePictures, useStore } from '#store/queries.ts'

/**
 * Lays answers to edits of an area into their sources, one at a time, because each needs a hundred megabytes. Renders
 * nothing; loaded with the first such answer.
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

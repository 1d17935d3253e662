import { useEffect } from 'react'
import type { PictureId } from '#domain/ids.ts'
import { awaitsLaying } from '#domain/picture.ts'
import { answerLayingOf } from '#generation/browser-laying.ts'
import { usePictures, useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'

/**
 * Lays answers to edits of an area into their sources, one at a time, because each needs a hundred megabytes. Renders
 * nothing; loaded with the first such answer.
 */
export function LayingQueue(): null {
  const store = useStore()
  const { pictures } = usePictures('gallery')
  const next = pictures.find(awaitsLaying)?.id
  useEffect(() => {
    if (next)
      void answerLayingOf(store)
        .lay(next)
        .then(() => showLaid(store, next))
  }, [store, next])
  return null
}

/** If the stage still shows the answer, it shows the image that the answer was laid into, unless a tool is open. */
async function showLaid(store: GalleryStore, answer: PictureId): Promise<void> {
  const { laying } = (await store.picture(answer)) ?? {}
  const { selected, tool, comparing, select } = useWorkspace.getState()
  if (laying?.kind === 'laid' && selected === answer && !tool && !comparing) select(laying.picture)
}

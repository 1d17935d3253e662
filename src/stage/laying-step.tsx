import { useSyncExternalStore } from 'react'
import { awaitsLaying, type Picture } from '#domain/picture.ts'
import { answerLayingOf } from '#generation/browser-laying.ts'
import { usePictures, useStore } from '#store/queries.ts'
import { describeStep } from './laid-words.ts'

/** The step of laying an answer into this image, or of this answer itself, in words. */
export function useLayingStep({ id }: Picture): string | undefined {
  const laying = answerLayingOf(useStore())
  const progress = useSyncExternalStore(laying.subscribe, laying.progress)
  const { pictures } = usePictures('gallery')
  const waiting = pictures.find((each) => awaitsLaying(each) && (each.id === id || each.parents[0] === id))
  if (!waiting) return undefined
  return describeStep(progress.get(waiting.id) ?? 'decode')
}

/** The same over the image, while the options of a tool or a comparison take the place of the bar that says it. */
export function LayingChip({ picture }: { picture: Picture }) {
  const step = useLayingStep(picture)
  if (!step) return null
  return (
    <p
      role="status"
      className="absolute top-2 left-1/2 -translate-x-1/2 animate-pulse whitespace-nowrap rounded-sm border border-line bg-panel px-2 py-0.5 text-soft text-xs"
    >
      {step}
    </p>
  )
}

import { Scissors } from 'lucide-react'
import { useState } from 'react'
import type { Box } from '#domain/edit.ts'
import type { Picture } from '#domain/picture.ts'
import { loadPart } from '#platform/load-part.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { notify } from '#ui/notices.tsx'

const loadCrop = () => import('#acts/crop-command.ts')

/**
 * Models answer in sizes of their own: 1,392 × 752 where 16:9 was requested. For a result whose ratio is not the requested
 * one, a button that makes an image of exactly that ratio, from its middle.
 */
export function ExactRatio({ picture }: { picture: Picture }) {
  const store = useStore()
  const [isBusy, setBusy] = useState(false)
  const ratio = requestedRatio(picture)
  const crop = ratio && middleOf(picture, ratio)
  if (!crop) return null
  const trim = async () => {
    setBusy(true)
    try {
      const { applyCrop } = await loadPart(loadCrop)
      await applyCrop(store, picture, { turn: 0, flip: false, tilt: 0, crop }, new AbortController().signal)
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : 'The image was not cropped.', tone: 'error' })
    }
    setBusy(false)
  }
  const [, , width, height] = crop
  return (
    <Button
      variant="quiet"
      icon={Scissors}
      disabled={isBusy}
      data-tip={`Make an image of ${width.toLocaleString('en')} × ${height.toLocaleString('en')} from the middle of this one`}
      onClick={() => void trim()}
    >
      {`Trim to ${ratio.join(':')}`}
    </Button>
  )
}

function requestedRatio({ origin }: Picture): readonly [number, number] | undefined {
  const asked = origin.kind === 'made' ? (origin.asked ?? '') : ''
  const [, across, down] = /^(\d+):(\d+)(?: |$)/.exec(asked) ?? []
  return across === undefined || down === undefined ? undefined : [Number(across), Number(down)]
}

/** The largest box of a ratio in the middle of an image; `undefined` if the image has that ratio, to a pixel. */
export function middleOf(
  { width, height }: Pick<Picture, 'width' | 'height'>,
  [across, down]: readonly [number, number],
): Box | undefined {
  const most = { width: Math.round((height * across) / down), height: Math.round((width * down) / across) }
  if (Math.abs(most.width - width) <= 1 || Math.abs(most.height - height) <= 1) return undefined
  const [boxWidth, boxHeight] = most.width < width ? [most.width, height] : [width, most.height]
  return [Math.floor((width - boxWidth) / 2), Math.floor((height - boxHeight) / 2), boxWidth, boxHeight]
}

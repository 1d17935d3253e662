import { useState } from 'react'
import type { Picture } from '#domain/picture.ts'
import { useOriginal } from '#store/stage-queries.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { classes } from '#ui/classes.ts'
import type { Box, Placement } from './zoom-matrix.ts'

interface PictureLayerProps {
  picture: Picture
  /** The box in image pixels for `placement`; an image of another shape is fitted into it. */
  frame: Box
  placement: Placement
  /** Empty: the image is named elsewhere. */
  name: string
}

/** From this scale on single pixels should be visible. */
const pixelsFrom = 4

/**
 * An image at the position of the zoom: the thumbnail at once, the original as soon as it is decoded. The size comes
 * from the record, so nothing moves.
 */
export function PictureLayer({ picture, frame, placement, name }: PictureLayerProps) {
  const thumbnail = useThumbnail(picture.id)
  const { url, missing } = useOriginal(picture.id)
  const [decoded, setDecoded] = useState<string>()
  const isReady = url !== undefined && decoded === url
  const { x, y, scale } = placement
  const pixelated = scale * window.devicePixelRatio >= pixelsFrom && '[image-rendering:pixelated]'
  const imageClass = 'absolute inset-0 size-full select-none object-contain'

  const onLoad = (image: HTMLImageElement) => {
    const show = () => setDecoded(url)
    image.decode().then(show, show)
  }
  return (
    <div
      className="absolute top-0 left-0"
      style={{ transform: `translate(${x}px, ${y}px)`, width: frame.width * scale, height: frame.height * scale }}
    >
      <Ground picture={picture} frame={frame} />
      {thumbnail && !isReady && <img src={thumbnail} alt={name} draggable={false} className={imageClass} />}
      {url && (
        <img
          src={url}
          alt={isReady || !thumbnail ? name : ''}
          draggable={false}
          onLoad={(event) => onLoad(event.currentTarget)}
          className={classes(imageClass, pixelated, !isReady && 'invisible')}
        />
      )}
      {missing && (
        <p className="-translate-y-1/2 absolute inset-x-4 top-1/2 mx-auto w-fit rounded border border-line bg-panel px-3 py-2 text-center text-ink text-sm">
          The original cannot be read. Its data is missing in this browser.
        </p>
      )}
    </div>
  )
}

/** The checkerboard, only behind the image in its frame. */
function Ground({ picture, frame }: { picture: Picture; frame: Box }) {
  const wide = picture.width / picture.height / (frame.width / frame.height)
  const inset = (share: number) => `${Math.max(0, (1 - share) / 2) * 100}%`
  return <div className="chequer absolute" style={{ inset: `${inset(1 / wide)} ${inset(wide)}` }} />
}

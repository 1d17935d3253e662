import { type MouseEvent, useState } from 'react'
import { nameColour, toHex } from '#domain/colour-name.ts'
import type { PictureId } from '#domain/ids.ts'
import { type Colour, mainColours } from '#imaging/main-colours.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { Button } from '#ui/button.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

interface ColourPickerProps {
  sources: readonly PictureId[]
  /** "muted pink #D8A0A8". */
  onChoose: (words: string) => void
}

/** Colours of the sources and of the image on the stage: the main ones as buttons, any other by a press on the image. */
export function ColourPicker({ sources, onChoose }: ColourPickerProps) {
  const staged = useWorkspace((state) => state.selected)
  const images = [...new Set([...sources, ...(staged ? [staged] : [])])]
  if (images.length === 0) return <p className="text-faint">Add an image, or show one on the stage.</p>
  return (
    <>
      <p className="text-faint text-xs">
        Press on an image, or take one of its main colours. It goes to the cursor in the prompt.
      </p>
      {images.map((id, index) => (
        <ImageColours
          key={id}
          id={id}
          title={id === sources[index] ? `Image ${index + 1}` : 'Image on the stage'}
          onChoose={onChoose}
        />
      ))}
    </>
  )
}

interface ImageColoursProps {
  id: PictureId
  title: string
  onChoose: (words: string) => void
}

function ImageColours({ id, title, onChoose }: ImageColoursProps) {
  const thumbnail = useThumbnail(id)
  const [colours, setColours] = useState<readonly Colour[]>([])
  const pick = (event: MouseEvent<HTMLImageElement>) => {
    const { currentTarget: image, clientX, clientY } = event
    const { left, top, width, height } = image.getBoundingClientRect()
    const [x, y] = [(clientX - left) / width, (clientY - top) / height]
    const colour = colourAt(image, x, y)
    if (colour) onChoose(describe(colour))
  }
  return (
    <section aria-label={title} className="space-y-2">
      <h3 className="text-soft text-xs">{title}</h3>
      {thumbnail && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys have the main colours below
        <img
          src={thumbnail}
          alt={`Colours of ${title.toLowerCase()}`}
          onLoad={({ currentTarget }) => setColours(mainColours(pixelsOf(currentTarget) ?? [], 6))}
          onClick={pick}
          className="max-h-64 max-w-full cursor-crosshair"
        />
      )}
      <div className="flex flex-wrap gap-1.5">
        {colours.map((colour) => (
          <Button key={toHex(colour)} onClick={() => onChoose(describe(colour))}>
            <Swatch colour={colour} />
            <span>{describe(colour)}</span>
          </Button>
        ))}
      </div>
    </section>
  )
}

function Swatch({ colour }: { colour: Colour }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden className="size-4">
      <rect width="16" height="16" rx="3" fill={toHex(colour)} />
    </svg>
  )
}

function describe(colour: Colour): string {
  return `${nameColour(colour)} ${toHex(colour)}`
}

function pixelsOf(image: HTMLImageElement): Uint8ClampedArray | undefined {
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth
  canvas.height = image.naturalHeight
  const context = canvas.getContext('2d')
  if (!context || canvas.width === 0 || canvas.height === 0) return undefined
  context.drawImage(image, 0, 0)
  return context.getImageData(0, 0, canvas.width, canvas.height).data
}

/** Mean of three by three pixels at a place, as shares of the sides. */
function colourAt(image: HTMLImageElement, x: number, y: number): Colour | undefined {
  const data = pixelsOf(image)
  if (!data) return undefined
  const { naturalWidth: width, naturalHeight: height } = image
  const sums = [0, 0, 0]
  for (let row = -1; row <= 1; row += 1) {
    for (let column = -1; column <= 1; column += 1) {
      const px = Math.max(0, Math.min(width - 1, Math.floor(x * width) + column))
      const py = Math.max(0, Math.min(height - 1, Math.floor(y * height) + row))
      for (const channel of [0, 1, 2])
        sums[channel] = (sums[channel] ?? 0) + (data[(py * width + px) * 4 + channel] ?? 0)
    }
  }
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => Math.round(sum / 9))
  return [red, green, blue]
}

import { useEffect, useRef, useState } from 'react'
import type { Fit } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Place } from '#domain/laying.ts'
import { answerLayingOf } from '#generation/browser-laying.ts'
import type { LayInResult } from '#imaging/edit/chain.ts'
import { useStore } from '#store/queries.ts'
import type { Placement } from './zoom-matrix.ts'

interface ChangeLayerProps {
  answer: PictureId
  fit: Fit
  places: readonly Place[]
  /** The place that the user looks at. */
  shown: Place | undefined
  /** Size of the laid-in image, in pixels. */
  size: { width: number; height: number }
  placement: Placement | undefined
}

/**
 * A heat map of where the model changed the image, with a frame around each place outside the area; or why there is no
 * map. Takes no pointer events.
 */
export function ChangeLayer({ answer, fit, places, shown, size, placement }: ChangeLayerProps) {
  const { map, trouble } = useChangeMap(answer, fit)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current && map) paintHeat(canvas.current, map)
  }, [map])
  if (!placement) return null
  const { x, y, scale } = placement
  const at = (left: number, top: number, width: number, height: number) => ({
    left: x + left * scale,
    top: y + top * scale,
    width: width * scale,
    height: height * scale,
  })
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 overflow-hidden">
      <div className="absolute bg-[rgb(0_0_0/0.55)]" style={at(0, 0, size.width, size.height)} />
      {map && <canvas ref={canvas} width={map.width} height={map.height} className="absolute" style={at(...map.box)} />}
      {places.map((place) => (
        <div
          key={place.box.join(' ')}
          className={`absolute border-accent ${place === shown ? 'border-3' : 'border'}`}
          style={at(...place.box)}
        />
      ))}
      {!map && (
        <p
          className={`absolute top-2 left-2 rounded-sm border border-line bg-panel px-2 py-0.5 text-xs ${trouble ? 'text-danger' : 'text-soft'}`}
        >
          {trouble ?? 'Comparing with the source…'}
        </p>
      )}
    </div>
  )
}

type ChangeMap = LayInResult['changeMap']

/** Computed when it is asked for: it is as large as the answer, and rarely used. `trouble`: why it could not be. */
function useChangeMap(answer: PictureId, fit: Fit): { map?: ChangeMap; trouble?: string } {
  const laying = answerLayingOf(useStore())
  const [found, setFound] = useState<{ map?: ChangeMap; trouble?: string }>({})
  useEffect(() => {
    let isGone = false
    laying.findChanges(answer, fit).then(
      (map) => isGone || setFound({ map }),
      (error: Error) => isGone || setFound({ trouble: `The changes cannot be shown. ${error.message}` }),
    )
    return () => {
      isGone = true
    }
  }, [laying, answer, fit])
  return found
}

/** Of 255. Noise is below this. */
const leastHeat = 56

/** Red, green, blue and alpha for each level: transparent where nothing changed; yellow, then white, where much did. */
const heatOf = Uint32Array.from({ length: 256 }, (_, value) => {
  const blue = value > 128 ? (value - 128) * 2 : 0
  const alpha = value < leastHeat ? 0 : Math.min(255, Math.round(value * 1.6))
  const levels = Uint8Array.of(255, Math.round(120 + value / 2), blue, alpha)
  return new Uint32Array(levels.buffer)[0] ?? 0
})

function paintHeat(canvas: HTMLCanvasElement, { data, width, height }: ChangeMap): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const image = context.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  for (let at = 0; at < data.length; at += 1) pixels[at] = heatOf[data[at] ?? 0] ?? 0
  context.putImageData(image, 0, 0)
}

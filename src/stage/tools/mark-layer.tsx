import type { KeyboardEvent } from 'react'
import type { Mark } from '#domain/edit.ts'
import { markBox, markColourLevels, markDrawing } from '#domain/mark-drawing.ts'
import type { Placement } from '../zoom-matrix.ts'

interface MarkLayerProps {
  marks: readonly Mark[]
  /** Line width in pixels of the image. */
  width: number
  placement: Placement
  selected?: string | undefined
  /** The mark being drawn. */
  preview?: Mark | undefined
  /** Left out: the marks cannot be focused or pressed. */
  onKey?: (mark: Mark, event: KeyboardEvent) => void
  onFocus?: (mark: Mark) => void
}

const kinds: Readonly<Record<Mark['kind'], string>> = {
  arrow: 'Arrow',
  box: 'Box',
  ellipse: 'Ellipse',
  brush: 'Line',
  lasso: 'Line',
  pin: 'Pin',
  note: 'Note',
}

/** "Box 2, red: a blue door". */
export function describeMark({ kind, n, colour, note }: Mark): string {
  return `${kinds[kind]} ${n}, ${colour}${note.trim() === '' ? '' : `: ${note.trim()}`}`
}

/** The marks over the image, drawn as they are sent. With `onKey` each can be focused and pressed. */
export function MarkLayer({ marks, width, placement, selected, preview, onKey, onFocus }: MarkLayerProps) {
  const { x, y, scale } = placement
  const isNumbered = marks.length + (preview ? 1 : 0) > 1
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing that holds the marks, no set of fields
    <svg className="pointer-events-none absolute inset-0 size-full" role="group" aria-label="Marks">
      <g transform={`translate(${x} ${y}) scale(${scale})`}>
        {marks.map((mark) => {
          const drawing = <Drawing mark={mark} width={width} isNumbered={isNumbered} />
          if (!onKey) return <g key={mark.id}>{drawing}</g>
          return (
            // biome-ignore lint/a11y/useSemanticElements: a drawing cannot be a button element
            <g
              key={mark.id}
              role="button"
              tabIndex={0}
              data-mark={mark.id}
              aria-label={describeMark(mark)}
              aria-pressed={mark.id === selected}
              onKeyDown={(event) => onKey(mark, event)}
              onFocus={() => onFocus?.(mark)}
              className="group pointer-events-auto cursor-move outline-none"
            >
              <Grip mark={mark} width={width} scale={scale} />
              {drawing}
              <Around mark={mark} width={width} scale={scale} isSelected={mark.id === selected} />
            </g>
          )
        })}
        {preview && (
          <g opacity={0.7}>
            <Drawing mark={preview} width={width} isNumbered={isNumbered} />
          </g>
        )}
      </g>
    </svg>
  )
}

function Drawing({ mark, width, isNumbered }: { mark: Mark; width: number; isNumbered: boolean }) {
  const { lines, words, width: thick } = markDrawing(mark, width, isNumbered)
  const colour = `rgb(${markColourLevels[mark.colour].join(' ')})`
  const line = { fill: 'none', strokeLinecap: 'round', strokeLinejoin: 'round' } as const
  const text = words && { x: words.at[0], y: words.at[1], fontSize: words.height, fontWeight: 'bold' }
  return (
    <g pointerEvents="none" className="forced-color-adjust-none">
      {lines.map((points) => (
        <polyline
          key={`below ${points.join()}`}
          points={points.join()}
          {...line}
          stroke="#fff"
          strokeWidth={thick * 2}
        />
      ))}
      {words && (
        <text {...text} fontFamily="sans-serif" stroke="#fff" strokeWidth={thick * 2} strokeLinejoin="round">
          {words.text}
        </text>
      )}
      {lines.map((points) => (
        <polyline key={points.join()} points={points.join()} {...line} stroke={colour} strokeWidth={thick} />
      ))}
      {words && (
        <text {...text} fontFamily="sans-serif" fill={colour}>
          {words.text}
        </text>
      )}
    </g>
  )
}

/** Least width of a mark's hit area in screen pixels. */
const gripPx = 16

function Grip({ mark, width, scale }: { mark: Mark; width: number; scale: number }) {
  const { lines } = markDrawing(mark, width, true)
  const isSolid = mark.kind === 'pin' || mark.kind === 'note'
  const [x, y, across, down] = markBox(mark, width)
  if (isSolid) return <rect x={x} y={y} width={across} height={down} fill="transparent" pointerEvents="all" />
  const thick = Math.max(width * 2, gripPx / scale)
  return lines.map((points) => (
    <polyline
      key={points.join()}
      points={points.join()}
      fill="none"
      stroke="transparent"
      strokeWidth={thick}
      pointerEvents="stroke"
    />
  ))
}

interface AroundProps {
  mark: Mark
  width: number
  scale: number
  isSelected: boolean
}

/** A thin frame around the mark that is selected or has the focus. */
function Around({ mark, width, scale, isSelected }: AroundProps) {
  const [x, y, across, down] = markBox(mark, width)
  const air = 4 / scale
  return (
    <rect
      x={x - air}
      y={y - air}
      width={across + 2 * air}
      height={down + 2 * air}
      fill="none"
      strokeWidth={1.5 / scale}
      pointerEvents="none"
      className={`stroke-accent group-focus-visible:visible ${isSelected ? '' : 'invisible'}`}
      strokeDasharray={isSelected ? undefined : `${4 / scale} ${3 / scale}`}
    />
  )
}

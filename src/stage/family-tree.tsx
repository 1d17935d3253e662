import { Network } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { usePicture } from '#store/queries.ts'
import { type Relative, useFamily } from '#store/stage-queries.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { classes } from '#ui/classes.ts'
import { Popover } from '#ui/popover.tsx'
import { type FamilyLayout, type FamilyPlace, layoutFamily, lineTo, neighbourOf } from './family-layout.ts'

interface FamilyTreeProps {
  picture: Picture
  /** The first image of a comparison. */
  compared: PictureId | undefined
  onChoose: (id: PictureId) => void
  /** Shift-click: compare with it. */
  onCompare: (id: PictureId) => void
}

/** In CSS pixels. Two branches fit into the strip; further ones are scrolled to, or shown in a panel above it. */
const sizes = { one: { tile: 48, row: 60 }, several: { tile: 28, row: 34 } }
const rowsInStrip = 2
const labelPx = 52
const letterPx = 7
const gapPx = 20

/** The ancestors and edits of an image, as a tree from left to right. */
export function FamilyTree({ picture, ...choice }: FamilyTreeProps) {
  const family = useSteadyFamily(picture.id)
  const layout = useMemo(() => family && layoutFamily(family.map(toMember)), [family])
  if (!family || !layout) return <div className="h-full" />
  const records = new Map(family.map((relative) => [relative.id, relative.picture]))
  // The second parent of a laid-in image is the answer, which the tree has.
  const isLaid = picture.origin.kind === 'derived' && picture.origin.from === 'answer'
  const references = isLaid ? [] : picture.parents.slice(1)
  return (
    <div className="flex h-full min-w-0 items-center px-3">
      <div className="flex h-full min-w-0 items-center scroll-p-2 overflow-auto overscroll-contain px-px [scrollbar-width:thin]">
        <Tree
          label="Family"
          sizes={layout.rows > 1 ? sizes.several : sizes.one}
          layout={layout}
          records={records}
          shown={picture.id}
          choice={choice}
        />
      </div>
      {layout.rows > rowsInStrip && (
        <span className="ml-2">
          <Popover label="Whole family" icon={Network} isFitted>
            {() => (
              <Tree
                label="Whole family"
                sizes={sizes.one}
                layout={layout}
                records={records}
                shown={picture.id}
                choice={choice}
              />
            )}
          </Popover>
        </span>
      )}
      {references.length > 0 && <References ids={references} choice={choice} />}
      {layout.places.length === 1 && picture.parents.length < 2 && (
        <p className="ml-2 shrink-0 text-faint text-xs">Edits appear here.</p>
      )}
    </div>
  )
}

/** While the family is read again for another of its images, the one that was read before is shown. */
function useSteadyFamily(id: PictureId): readonly Relative[] | undefined {
  const read = useFamily(id)
  const [last, setLast] = useState(read)
  if (read && read !== last) setLast(read)
  return read ?? (last?.some((relative) => relative.id === id) ? last : undefined)
}

function toMember({ id, picture, parentId }: Relative) {
  const isSource = !picture || picture.origin.kind === 'dropped'
  const isCrop = picture?.origin.kind === 'derived' && picture.origin.from === 'frame'
  return { id, parentId, createdAt: picture?.createdAt ?? 0, isSource, isCrop }
}

type Choice = Omit<FamilyTreeProps, 'picture'>

interface TreeProps {
  label: string
  sizes: { tile: number; row: number }
  layout: FamilyLayout
  records: ReadonlyMap<PictureId, Picture | undefined>
  shown: PictureId
  choice: Choice
}

function Tree({ label, sizes: { tile, row }, layout, records, shown, choice }: TreeProps) {
  const list = useRef<HTMLUListElement>(null)
  const line = lineTo(layout, shown)
  const columnPx = tile + labelPx + gapPx
  const button = (id: PictureId) => list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)

  // An edit may be shown slightly before the family is read again; it is scrolled to when it has a place.
  const hasPlace = layout.places.some(({ id }) => id === shown)
  useEffect(() => {
    if (!hasPlace) return
    const node = list.current?.querySelector(`[data-id="${CSS.escape(shown)}"]`)
    node?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' })
  }, [shown, hasPlace])

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = ({ ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' } as const)[event.key]
    const from = event.target instanceof HTMLElement ? event.target.dataset.id : undefined
    if (!direction || !from) return
    event.preventDefault()
    const next = neighbourOf(layout, from as PictureId, direction)
    if (next !== undefined) button(next)?.focus()
  }
  return (
    <ul
      ref={list}
      aria-label={label}
      onKeyDown={onKeyDown}
      className="relative my-auto shrink-0"
      style={{ width: layout.columns * columnPx - gapPx, height: layout.rows * row }}
    >
      <Lines layout={layout} line={line} tile={tile} row={row} columnPx={columnPx} />
      {layout.places.map((place) => (
        <li
          key={place.id}
          className="absolute"
          style={{ left: place.column * columnPx, top: place.row * row + (row - tile) / 2 }}
        >
          <Node
            place={place}
            picture={records.get(place.id)}
            tile={tile}
            isShown={place.id === shown}
            isOnLine={line.has(place.id)}
            choice={choice}
          />
        </li>
      ))}
    </ul>
  )
}

/** Where a line may start after a label. */
const widthOf = (label: string) => Math.min(labelPx, 8 + label.length * letterPx)

interface LinesProps {
  layout: FamilyLayout
  line: ReadonlySet<PictureId>
  tile: number
  row: number
  columnPx: number
}

/** Lines from the label of each image to the tiles of its edits; the path to the shown image is drawn on top. */
function Lines({ layout, line, tile, row, columnPx }: LinesProps) {
  const at = new Map(layout.places.map((place) => [place.id, place]))
  const paths = layout.places.flatMap((place) => {
    const parent = place.parentId === undefined ? undefined : at.get(place.parentId)
    if (!parent) return []
    const [fromX, toX] = [parent.column * columnPx + tile + widthOf(parent.label), place.column * columnPx - 4]
    const [fromY, toY] = [parent.row * row + row / 2, place.row * row + row / 2]
    const turnX = place.column * columnPx - gapPx / 2
    return [{ id: place.id, isOnLine: line.has(place.id), path: `M${fromX} ${fromY}H${turnX}V${toY}H${toX}` }]
  })
  return (
    <svg aria-hidden="true" className="pointer-events-none absolute inset-0 size-full" fill="none">
      {paths
        .toSorted((a, b) => Number(a.isOnLine) - Number(b.isOnLine))
        .map(({ id, isOnLine, path }) => (
          <path
            key={id}
            d={path}
            stroke="currentColor"
            className={isOnLine ? 'text-soft' : 'text-line-strong'}
            strokeWidth={1}
            shapeRendering="crispEdges"
          />
        ))}
    </svg>
  )
}

interface NodeProps {
  place: FamilyPlace
  picture: Picture | undefined
  tile: number
  isShown: boolean
  isOnLine: boolean
  choice: Choice
}

function Node({ place, picture, tile, isShown, isOnLine, choice }: NodeProps) {
  const isCompared = place.id === choice.compared
  const label = (
    <span
      className={classes(
        'max-w-11 truncate whitespace-nowrap text-left text-xs',
        isShown ? 'font-medium text-ink' : 'text-faint',
      )}
    >
      {place.label}
    </span>
  )
  if (!picture) {
    return (
      <span className="flex items-center gap-1">
        <span
          role="img"
          aria-label="Deleted image"
          className="block rounded-sm border border-line border-dashed"
          style={{ width: tile, height: tile }}
        />
        {label}
      </span>
    )
  }
  return (
    <button
      type="button"
      data-id={place.id}
      aria-label={nameOf(picture, place.label, isCompared)}
      aria-current={isShown ? 'true' : undefined}
      tabIndex={isShown ? 0 : -1}
      onClick={({ shiftKey }) => (shiftKey && !isShown ? choice.onCompare(place.id) : choice.onChoose(place.id))}
      className="relative flex items-center gap-1 rounded-sm"
    >
      <Thumbnail
        id={place.id}
        tile={tile}
        className={classes(
          isShown ? 'selected-ring' : isOnLine || isCompared ? 'outline-line-strong' : 'outline-line',
          picture.shelf === 'bin' && 'opacity-50',
        )}
      />
      {isCompared && (
        <span
          aria-hidden
          className="absolute top-0 left-0 rounded-sm bg-ink px-1 font-medium text-panel text-xs leading-4"
        >
          A
        </span>
      )}
      {label}
    </button>
  )
}

function Thumbnail({ id, tile, className }: { id: PictureId; tile: number; className: string }) {
  const thumbnail = useThumbnail(id)
  return (
    <span
      className={classes('block shrink-0 overflow-hidden rounded-sm bg-hover outline -outline-offset-1', className)}
      style={{ width: tile, height: tile }}
    >
      {thumbnail && <img src={thumbnail} alt="" draggable={false} className="chequer size-full object-cover" />}
    </span>
  )
}

/** Further images from which the shown one was made. */
function References({ ids, choice }: { ids: readonly PictureId[]; choice: Choice }) {
  return (
    <ul aria-label="References" className="ml-3 flex shrink-0 items-center gap-1 border-line border-l pl-3">
      {ids.map((id, index) => (
        <li key={id}>
          <Reference id={id} number={index + 2} choice={choice} />
        </li>
      ))}
    </ul>
  )
}

function Reference({ id, number, choice }: { id: PictureId; number: number; choice: Choice }) {
  const picture = usePicture(id)
  return (
    <button
      type="button"
      disabled={!picture}
      aria-label={picture ? `${picture.prompt}, reference ${number}` : 'Deleted image'}
      onClick={({ shiftKey }) => (shiftKey ? choice.onCompare(id) : choice.onChoose(id))}
      className="relative block rounded-sm"
    >
      <Thumbnail id={id} tile={40} className="outline-line" />
      <span aria-hidden data-reference={number} className="reference-mark absolute top-0.5 left-0.5">
        {number}
      </span>
    </button>
  )
}

function nameOf({ prompt, shelf, origin }: Picture, label: string, isCompared: boolean): string {
  const parts = [
    prompt,
    origin.kind === 'dropped' ? 'source' : label,
    shelf === 'bin' && 'in the bin',
    isCompared && 'compared',
  ]
  return parts.filter(Boolean).join(', ')
}

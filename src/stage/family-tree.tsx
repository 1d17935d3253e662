import type { MouseEvent } from 'react'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { usePicture, useThumbnail } from '#store/queries.ts'
import { useChildren } from '#store/stage-queries.ts'
import { classes } from '#ui/classes.ts'

interface Choice {
  shown: PictureId
  compared: PictureId | undefined
  onSelect: (id: PictureId) => void
  /** Shift and a press, or any press while comparing, sets the second picture. */
  onCompare: (id: PictureId) => void
  isComparing: boolean
}

/** A stored ring of parents would have no end. */
const mostGenerations = 24
const mostInGeneration = 12

/**
 * Where a picture comes from and what became of it: one group a generation, the sources first. The way from the first
 * source to the shown picture is told by strong borders; brothers and sisters stand beside it.
 */
export function FamilyTree({ picture, ...choice }: Omit<Choice, 'shown'> & { picture: Picture }) {
  const children = kept(useChildren(picture.id))
  const own = { ...choice, shown: picture.id }
  const isAlone = picture.parents.length === 0 && children.length === 0
  return (
    <ul
      aria-label="Family"
      className="flex h-20 shrink-0 items-center [@media(height<800px)]:h-15 overflow-x-auto border-line border-t bg-panel px-3"
    >
      <Line picture={picture} left={mostGenerations} choice={own} />
      {children.length > 0 && (
        <Generation ids={children.map(({ id }) => id)} onWay={undefined} isFirst={false} choice={own} />
      )}
      {isAlone && <li className="pl-3 text-faint text-xs">Edits appear here.</li>}
    </ul>
  )
}

/** The generations up to a picture's own, drawn from the oldest on. */
function Line({ picture, left, choice }: { picture: Picture; left: number; choice: Choice }) {
  const [parentId] = picture.parents
  const parent = usePicture(parentId)
  const siblings = kept(useChildren(parentId)).map(({ id }) => id)
  const own = siblings.includes(picture.id) ? siblings : [...siblings, picture.id]
  return (
    <>
      {parentId !== undefined && left > 0 && parent && <Line picture={parent} left={left - 1} choice={choice} />}
      {parentId !== undefined && !parent && <Generation ids={[parentId]} onWay={parentId} isFirst choice={choice} />}
      {picture.parents.length > 1 && (
        <Generation ids={picture.parents.slice(1)} onWay={undefined} isFirst={false} isBeside choice={choice} />
      )}
      <Generation
        ids={parentId === undefined ? [picture.id] : own}
        onWay={picture.id}
        isFirst={parentId === undefined}
        choice={choice}
      />
    </>
  )
}

interface GenerationProps {
  ids: readonly PictureId[]
  /** The one that the shown picture comes from, or is. */
  onWay: PictureId | undefined
  isFirst: boolean
  /** Further parents, beside the one the line goes through. */
  isBeside?: boolean
  choice: Choice
}

function Generation({ ids, onWay, isFirst, isBeside = false, choice }: GenerationProps) {
  const shown = ids.slice(0, mostInGeneration)
  return (
    <>
      {!isFirst && <li aria-hidden className={classes('h-px shrink-0', isBeside ? 'w-1.5' : 'w-5 bg-line-strong')} />}
      {shown.map((id) => (
        <Node key={id} id={id} isOnWay={id === onWay} choice={choice} />
      ))}
      {ids.length > shown.length && <li className="shrink-0 pl-1 text-faint text-xs">+{ids.length - shown.length}</li>}
    </>
  )
}

function Node({ id, isOnWay, choice }: { id: PictureId; isOnWay: boolean; choice: Choice }) {
  const picture = usePicture(id)
  const thumbnail = useThumbnail(id)
  const isShown = id === choice.shown
  const isCompared = id === choice.compared
  const onClick = (event: MouseEvent) => {
    if ((event.shiftKey || choice.isComparing) && !isShown) choice.onCompare(id)
    else choice.onSelect(id)
  }
  if (!picture) {
    return (
      <li className="mr-1.5 shrink-0 last:mr-0">
        <span role="img" aria-label="Deleted image" className="block size-12 rounded-sm border border-line bg-hover" />
      </li>
    )
  }
  return (
    <li className="shrink-0 p-0.5">
      <button
        type="button"
        aria-label={nameOf(picture, isCompared)}
        aria-current={isShown ? 'true' : undefined}
        onClick={onClick}
        className={classes(
          'relative block size-12 overflow-hidden rounded-sm border-2 transition-colors',
          isShown ? 'border-ink' : isOnWay || isCompared ? 'border-line-strong' : 'border-transparent',
          picture.shelf === 'bin' && 'opacity-50',
        )}
      >
        {thumbnail && <img src={thumbnail} alt="" draggable={false} className="chequer size-full object-cover" />}
        {isCompared && <span className="absolute inset-x-0 bottom-0 bg-panel text-ink text-xs">before</span>}
      </button>
    </li>
  )
}

function nameOf({ prompt, shelf, origin }: Picture, isCompared: boolean): string {
  const parts = [
    prompt,
    origin.kind === 'dropped' && 'source',
    shelf === 'bin' && 'in the bin',
    isCompared && 'compared',
  ]
  return parts.filter(Boolean).join(', ')
}

function kept(pictures: readonly Picture[]): readonly Picture[] {
  return pictures.filter((picture) => picture.shelf !== 'bin')
}

import { Star, X } from 'lucide-react'
import { type CSSProperties, type KeyboardEvent, useRef, useState } from 'react'
import { closeAct } from '#acts/app-acts.ts'
import { starInSheetAct } from '#acts/stage-acts.ts'
import { againLabel, tryAgain } from '#acts/try-again.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { useImageCommands } from '#acts/use-image-commands.ts'
import type { BatchId } from '#domain/ids.ts'
import { awaitsLaying, type Picture } from '#domain/picture.ts'
import { isIn, type Run } from '#domain/run.ts'
import { splitFailure } from '#domain/split-failure.ts'
import { useGenerator } from '#generation/use-generate.ts'
import { useOpenRuns, usePictures } from '#store/queries.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { describeShortcut, findShortcut } from '#ui/shortcut.ts'
import { showHidden } from '#ui/show-hidden.ts'
import { useWantedStage } from '#workspace/use-wanted-focus.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { NewImages } from './new-images.tsx'

const starKeys = starInSheetAct.keys.map((keys) => [keys, true] as const)

/** One position of a batch. With neither an image nor a run: it was removed, or the image is in the bin. */
interface Place {
  index: number
  picture: Picture | undefined
  run: Run | undefined
}

/**
 * All images of a batch beside each other. Arrow keys move, P or S stars, Enter opens; a failed run can be tried again
 * here.
 */
export function ContactSheet({ batch }: { batch: BatchId }) {
  const places = usePlaces(batch)
  const commands = useImageCommands()
  const { choose, openBatch, focusStage } = useWorkspace.getState()
  const [focused, setFocused] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  const cells = () => list.current?.querySelectorAll<HTMLElement>('[data-cell]')
  useWantedStage(() => cells()?.[focused])
  useActKey(closeAct, () => openBatch(undefined))
  const done = places.filter(({ picture }) => picture).length

  function move(to: number) {
    const index = Math.min(places.length - 1, Math.max(0, to))
    setFocused(index)
    cells()?.[index]?.focus()
  }
  function onKeyDown(event: KeyboardEvent) {
    const step = steps(columnsOf(list.current))[event.key]
    if (step !== undefined) move(focused + step)
    else if (findShortcut(starKeys, event.nativeEvent)) {
      const picture = places[focused]?.picture
      if (picture) void commands.star([picture], picture.marks?.star !== true)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="flex h-full flex-col bg-ground">
      <header className="flex h-11 shrink-0 items-center justify-between gap-2 border-line border-b pr-2 pl-3">
        <h2 className="font-medium text-sm">{`${done} of ${places.length} images`}</h2>
        <span className="flex items-center gap-2 text-faint text-xs">
          <span className="pointer-coarse:hidden">{`Arrows move · ${describeShortcut(starInSheetAct.keys[0] ?? '')} stars · Enter opens`}</span>
          <NewImages />
          <IconButton label="Close contact sheet" icon={X} onClick={() => openBatch(undefined)} />
        </span>
      </header>
      <ul
        ref={list}
        aria-label="Contact sheet"
        onKeyDown={onKeyDown}
        style={{ '--columns': Math.ceil(Math.sqrt(places.length)) } as CSSProperties}
        className="grid min-h-0 flex-1 grid-cols-[repeat(auto-fill,minmax(max(9rem,calc(100%/var(--columns)-1rem)),1fr))] content-start gap-2 overflow-y-auto p-3"
      >
        {places.map((place) => (
          <li key={place.index} onFocus={() => setFocused(place.index)} className="relative aspect-square min-w-0">
            <Cell
              place={place}
              tabIndex={place.index === focused ? 0 : -1}
              onOpen={({ id }) => {
                choose(id)
                focusStage()
              }}
              onStar={(picture) => void commands.star([picture], picture.marks?.star !== true)}
            />
          </li>
        ))}
      </ul>
    </div>
  )
}

interface CellProps {
  place: Place
  tabIndex: number
  onOpen: (picture: Picture) => void
  onStar: (picture: Picture) => void
}

function Cell({ place: { index, picture, run }, tabIndex, onOpen, onStar }: CellProps) {
  const thumbnail = useThumbnail(picture?.id)
  const generator = useGenerator()
  const name = `Image ${index + 1}`
  if (picture) {
    const isStarred = picture.marks?.star === true
    return (
      <>
        <button
          type="button"
          data-cell
          tabIndex={tabIndex}
          aria-label={`${name}: ${showHidden(picture.prompt)}${isStarred ? ', starred' : ''}`}
          onClick={() => onOpen(picture)}
          className="flex size-full items-center justify-center rounded-sm border border-line bg-panel p-1 hover:border-line-strong"
        >
          {thumbnail && <img src={thumbnail} alt="" draggable={false} className="chequer max-h-full max-w-full" />}
          {awaitsLaying(picture) && (
            <span className="absolute bottom-1 left-1 rounded-sm bg-panel px-1.5 py-0.5 text-soft text-xs">
              Laying in…
            </span>
          )}
        </button>
        <IconButton
          label={`${isStarred ? 'Remove star of' : 'Star'} image ${index + 1}`}
          icon={Star}
          pressed={isStarred}
          shortcut={starInSheetAct.keys[0]}
          tabIndex={-1}
          onClick={() => onStar(picture)}
          className={classes('absolute! right-1 bottom-1 bg-panel!', isStarred && '[&_svg]:fill-current')}
        />
      </>
    )
  }
  const failed = run && isIn(run, 'failed') ? run : undefined
  return (
    <div
      data-cell
      tabIndex={tabIndex}
      className={classes(
        'flex size-full flex-col items-center justify-center gap-2 overflow-hidden rounded-sm border p-2 text-center text-xs',
        failed ? 'border-danger text-danger' : 'border-line text-faint',
      )}
    >
      <span className="line-clamp-4">{`${name}: ${failed ? splitFailure(failed.state.failure).words : describeWaiting(run)}`}</span>
      {failed && failed.state.failure.kind !== 'unconfirmed' && (
        <Button onClick={() => tryAgain(generator, failed)}>{againLabel(failed)}</Button>
      )}
    </div>
  )
}

function describeWaiting(run: Run | undefined): string {
  if (!run) return 'not in the gallery'
  return isIn(run, 'queued') ? 'queued' : 'working'
}

/** The positions of a batch, in order. For one that was tried again, the newest run counts. */
function usePlaces(batch: BatchId): Place[] {
  const { pictures } = usePictures('gallery')
  const runs = useOpenRuns().filter(({ marks }) => marks.batch?.id === batch)
  const made = pictures.filter((picture) => picture.batch?.id === batch)
  const of = made[0]?.batch?.of ?? runs[0]?.marks.batch?.of ?? 0
  return Array.from({ length: of }, (_, index) => ({
    index,
    picture: shownFor(
      made.find((picture) => picture.batch?.index === index),
      pictures,
    ),
    run: runs.findLast(({ marks }) => marks.batch?.index === index),
  }))
}

/**
 * For an answer to an edit of an area, the image that was made from it. Earlier versions kept both in the gallery, and
 * only the answer had the place in the batch.
 */
function shownFor(answer: Picture | undefined, pictures: readonly Picture[]): Picture | undefined {
  if (answer?.laying?.kind !== 'laid') return answer
  const { picture } = answer.laying
  return pictures.find(({ id }) => id === picture) ?? answer
}

function steps(columns: number): Readonly<Record<string, number>> {
  const all = Number.MAX_SAFE_INTEGER
  return { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -all, End: all }
}

function columnsOf(list: HTMLElement | null): number {
  return list ? getComputedStyle(list).gridTemplateColumns.split(' ').length : 1
}

import { type KeyboardEvent, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import type { PictureId } from '#domain/ids.ts'
import type { Place } from '#domain/laying.ts'
import type { Origin, Picture } from '#domain/picture.ts'
import { classes } from '#ui/classes.ts'
import { ChangeLayer } from './change-layer.tsx'
import { describePlace, describePlaces } from './laid-words.ts'
import type { Zoom } from './use-zoom.ts'

interface ChangesProps {
  answer: PictureId
  origin: Pick<Extract<Origin, { kind: 'derived'; from: 'answer' }>, 'fit' | 'places'>
  picture: Picture
  zoom: Zoom
}

/** Further ones are too small to be looked at one by one. */
const mostListed = 24

/**
 * What the model changed: a heat map over the image, and a list of the places outside the area, largest first. A press
 * brings a place to the middle of the view; arrows go from one to the next.
 */
export function Changes({ answer, origin: { fit, places }, picture, zoom }: ChangesProps) {
  const [shown, setShown] = useState<Place>()
  const listed = places.slice(0, mostListed)
  const look = (place: Place) => {
    setShown(place)
    zoom.lookAt(place.box)
  }
  const more = places.length - listed.length
  return (
    <>
      <p className="text-soft text-xs">{describePlaces(places)}</p>
      {listed.length > 0 && <PlaceList places={listed} shown={shown} onLook={look} />}
      {more > 0 && <p className="text-faint text-xs">{`and ${more} smaller`}</p>}
      {zoom.viewport.current &&
        createPortal(
          <ChangeLayer
            answer={answer}
            fit={fit}
            places={places}
            shown={shown}
            size={picture}
            placement={zoom.placement}
          />,
          zoom.viewport.current,
        )}
    </>
  )
}

interface PlaceListProps {
  places: readonly Place[]
  shown: Place | undefined
  onLook(place: Place): void
}

/** One stop in the tab order; arrow keys, Home and End look at another place. */
function PlaceList({ places, shown, onLook }: PlaceListProps) {
  const list = useRef<HTMLUListElement>(null)
  const current = shown ? places.indexOf(shown) : -1
  const onKeyDown = (event: KeyboardEvent) => {
    const last = places.length - 1
    const next = {
      ArrowRight: Math.min(last, current + 1),
      ArrowDown: Math.min(last, current + 1),
      ArrowLeft: Math.max(0, current - 1),
      ArrowUp: Math.max(0, current - 1),
      Home: 0,
      End: last,
    }[event.key]
    const place = next === undefined ? undefined : places[next]
    if (next === undefined || !place) return
    event.preventDefault()
    onLook(place)
    const button = list.current?.querySelectorAll('button')[next]
    button?.focus()
    button?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' })
  }
  return (
    <ul
      ref={list}
      aria-label="Changed places"
      onKeyDown={onKeyDown}
      className="flex min-w-0 max-w-full gap-1 overflow-x-auto p-1 [scrollbar-width:thin]"
    >
      {places.map((place, index) => (
        <li key={place.box.join(' ')} className="shrink-0">
          <button
            type="button"
            aria-current={place === shown ? 'true' : undefined}
            tabIndex={index === Math.max(0, current) ? 0 : -1}
            onClick={() => onLook(place)}
            className={classes(
              'h-7 rounded-full border px-2.5 text-xs tabular-nums max-middle:h-11 max-middle:px-4',
              place === shown ? 'border-ink text-ink' : 'border-line text-soft hover:border-line-strong hover:text-ink',
            )}
          >
            {describePlace(place, index + 1)}
          </button>
        </li>
      ))}
    </ul>
  )
}

import { type ReactNode, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { Button } from '#ui/button.tsx'

/** What is shown below the head says this about it. */
export interface HeadState {
  /** Number of images; `undefined` until all are read. */
  count?: number | undefined
  /** A selection bar is shown instead. */
  isReplaced?: boolean
  /** Deletes everything that is shown; absent: there is no such button. */
  onEmpty?: (() => void) | undefined
}

/** Connects the head, which stays mounted, with what is shown below it. */
export interface HeadPlace {
  now(): HeadState
  subscribe(listener: () => void): () => void
  show(state: HeadState): void
}

const plain: HeadState = {}

/** The place of one gallery's head. */
export function useHeadPlace(): HeadPlace {
  const [place] = useState(createHeadPlace)
  return place
}

function createHeadPlace(): HeadPlace {
  let state = plain
  const listeners = new Set<() => void>()
  return {
    now: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    show(next) {
      state = next
      for (const listener of [...listeners]) listener()
    },
  }
}

/** Sets the head as long as the caller is mounted. */
export function useHead(place: HeadPlace, { count, isReplaced, onEmpty }: HeadState): void {
  useLayoutEffect(() => {
    place.show({ count, ...(isReplaced ? { isReplaced } : {}), onEmpty })
    return () => place.show(plain)
  }, [place, count, isReplaced, onEmpty])
}

interface GalleryHeadProps {
  title: string
  place: HeadPlace
  children: ReactNode
}

/** The line above the grid: what is shown, how much, and buttons for other views. */
export function GalleryHead({ title, place, children }: GalleryHeadProps) {
  const { count, isReplaced, onEmpty } = useSyncExternalStore(place.subscribe, place.now)
  return (
    <div hidden={isReplaced} className="flex h-11 shrink-0 items-center gap-2 border-line border-b pr-1 pl-3">
      <h2 className="font-medium text-ink text-sm">{title}</h2>
      {count !== undefined && <span className="text-faint text-xs">{count.toLocaleString('en')}</span>}
      <div className="ml-auto flex items-center">
        {onEmpty && (
          <Button variant="quiet" className="text-danger hover:text-danger" onClick={onEmpty}>
            Empty bin
          </Button>
        )}
        {children}
      </div>
    </div>
  )
}

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Picture } from '#domain/picture.ts'
import { closeFinderOf, finderOf } from '#library/find/finder-of.ts'
import type { FinderClient } from '#library/find/open-finder.ts'
import { useStore } from '#store/queries.ts'
import { viewOf } from './head-view.ts'
import { type Counted, createShelfWindow, type Question, type ShelfView } from './shelf-window.ts'

/** The latest count, reported before its tiles are read, so that only components with the count render again. */
export interface Counting {
  now(): Counted | undefined
  subscribe(listener: () => void): () => void
}

export interface Shelf {
  view: ShelfView
  counting: Counting
  /** Whether search has answered; before that, the view only has the newest images. */
  isReady: boolean
  /** Search, or a later page of images, could not be read. */
  failed: boolean
  /** Starts search again. */
  readAgain(): void
  want(from: number, to: number): void
}

/**
 * A shelf or a search as the grid shows it: the newest images `head` at once, and everything as soon as search is
 * ready.
 */
export function useShelf(question: Question, head: readonly Picture[]): Shelf {
  const store = useStore()
  const isIdle = useIdle(question.query.text !== '')
  const [finder, setFinder] = useState<FinderClient>()
  if (isIdle && !finder) setFinder(finderOf(store))
  const window = useMemo(() => finder && createShelfWindow(finder, store), [finder, store])
  useEffect(() => () => window?.close(), [window])
  useEffect(() => window?.ask(question), [window, question])
  const subscribe = useCallback((listener: () => void) => window?.subscribe(listener) ?? (() => undefined), [window])
  const found = useSyncExternalStore(subscribe, () => window?.view())
  const counting = useMemo(() => ({ subscribe, now: () => window?.counted() }), [subscribe, window])
  const failed = useSyncExternalStore(subscribe, () => window?.failed() ?? false)
  const first = useMemo(() => viewOf(head, question.options), [head, question.options])
  const want = useCallback((from: number, to: number) => window?.want(from, to), [window])
  const readAgain = useCallback(() => {
    closeFinderOf(store)
    setFinder(undefined)
  }, [store])
  return { counting, view: found ?? first, isReady: found !== undefined, failed, readAgain, want }
}

/** Search starts when the page has rendered what it has, or at once when it is needed. */
function useIdle(isWanted: boolean): boolean {
  const [isIdle, setIsIdle] = useState(false)
  useEffect(() => {
    if (!('requestIdleCallback' in globalThis)) {
      const timer = setTimeout(() => setIsIdle(true), 50)
      return () => clearTimeout(timer)
    }
    const request = requestIdleCallback(() => setIsIdle(true), { timeout: 1_000 })
    return () => cancelIdleCallback(request)
  }, [])
  return isIdle || isWanted
}

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Picture } from '#domain/picture.ts'
import { type FinderClient, openFinder } from '#library/find/open-finder.ts'
import { useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { viewOf } from './head-view.ts'
import { type Counted, createShelfWindow, type Question, type ShelfView } from './shelf-window.ts'

const finders = new WeakMap<GalleryStore, FinderClient>()

/** Search of this window: one for each store, started when it is first asked for. */
export function finderOf(store: GalleryStore): FinderClient {
  const finder = finders.get(store) ?? openFinder(store.search)
  finders.set(store, finder)
  return finder
}

export interface Shelf {
  view: ShelfView
  /** What has been found last; its tiles may still be on their way. */
  counted: Counted | undefined
  /** Whether search has answered; before, the view holds the newest images alone. */
  isReady: boolean
  /** Search, or a later page of images, could not be read. */
  failed: boolean
  /** Starts search anew. */
  readAgain(): void
  want(from: number, to: number): void
}

/** A shelf or a search as the grid draws it: at once the newest images `head`, and all of it as soon as search is ready. */
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
  const counted = useSyncExternalStore(subscribe, () => window?.counted())
  const failed = useSyncExternalStore(subscribe, () => window?.failed() ?? false)
  const first = useMemo(() => viewOf(head, question.options), [head, question.options])
  const want = useCallback((from: number, to: number) => window?.want(from, to), [window])
  const readAgain = useCallback(() => {
    finders.get(store)?.close()
    finders.delete(store)
    setFinder(undefined)
  }, [store])
  return { counted, view: found ?? first, isReady: found !== undefined, failed, readAgain, want }
}

/** Search starts when the page has drawn what it has, or at once when it is wanted. */
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

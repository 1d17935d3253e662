import {
  notifyManager,
  type Query,
  type QueryClient,
  type QueryKey,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'
import type { PictureId } from '#domain/ids.ts'
import type { Picture, Shelf } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { type ShelfHead, withChange } from './shelf-list.ts'
import type { GalleryStore, StoreHealth } from './store.ts'

const firstPage = 60
const shelves: readonly Shelf[] = ['gallery', 'sources', 'bin', 'answers']

/**
 * Stored data only changes through the store, which reports every change, so queries are never refetched on their own.
 */
const stored = { networkMode: 'always', staleTime: Number.POSITIVE_INFINITY, retry: false } as const
export const storedList = { ...stored, structuralSharing: false } as const

export const keys = {
  collections: ['collections'],
  runs: ['runs'],
  open: ['runs', 'open'],
  recent: (limit: number, since?: number) => ['runs', 'recent', limit, since],
  shelf: (shelf: Shelf) => ['pictures', 'shelf', shelf],
  picture: (id: PictureId | undefined) => ['pictures', 'one', id],
  beside: (id: PictureId) => ['pictures', 'beside', id],
  samples: ['pictures', 'beside', 'samples'],
  children: (id: PictureId | undefined) => ['pictures', 'children', id],
  original: (id: PictureId | undefined) => ['originals', id],
} as const

export const StoreContext = createContext<GalleryStore | undefined>(undefined)

export function useStore(): GalleryStore {
  const store = useContext(StoreContext)
  if (!store) throw new Error('useStore needs a StoreContext')
  return store
}

/** What could not be read from the store, so that a screen does not show it as empty. */
interface Unread {
  failed: boolean
  readAgain(): void
}

const noRuns: readonly Run[] = []
const noPictures: readonly Picture[] = []

/** The runs that the grid shows before the images, oldest first. */
export function useOpenRuns(): readonly Run[] {
  const store = useStore()
  const client = useQueryClient()
  const { data } = useQuery({
    ...storedList,
    queryKey: keys.open,
    queryFn: () => inTurn(client, () => store.openRuns()),
  })
  return data ?? noRuns
}

/** Whether one of these lists, which are shown, could not be read. A key stands for all keys that begin with it. */
export function useUnread(...lists: readonly QueryKey[]): Unread {
  const client = useQueryClient()
  const unread = (queryKey: QueryKey) => ({
    queryKey,
    type: 'active' as const,
    predicate: ({ state }: Query) => state.status === 'error' && state.data === undefined,
  })
  return {
    failed: useSyncExternalStore(
      useCallback((listener) => client.getQueryCache().subscribe(listener), [client]),
      () => lists.some((queryKey) => client.getQueryCache().findAll(unread(queryKey)).length > 0),
    ),
    readAgain() {
      for (const queryKey of lists) void client.refetchQueries(unread(queryKey))
    },
  }
}

/**
 * The newest images of a shelf, newest first, and those made by runs since the page was opened, wherever they belong.
 * The page never holds a whole shelf: `library/find` gives positions, and these are the first of them.
 * Nothing is read until `enabled` is true.
 */
export function usePictures(shelf: Shelf, enabled = true): ShelfHead & { isPending: boolean } {
  const store = useStore()
  const client = useQueryClient()
  const { data, isPending } = useQuery({
    ...storedList,
    queryKey: keys.shelf(shelf),
    queryFn: () => readShelf(store, client, shelf),
    enabled,
  })
  return {
    pictures: data?.pictures ?? noPictures,
    arrived: data?.arrived ?? noPictures,
    complete: data?.complete ?? false,
    isPending,
  }
}

export function usePicture(id: PictureId | undefined): Picture | undefined {
  const store = useStore()
  const client = useQueryClient()
  const { data } = useQuery({
    ...stored,
    queryKey: keys.picture(id),
    queryFn: async () => (id === undefined ? null : ((await store.picture(id)) ?? null)),
    // An image chosen from a list is available at once.
    initialData: () => listed(client, id),
    enabled: id !== undefined,
  })
  return data ?? undefined
}

export function useStoreHealth(): StoreHealth {
  const store = useStore()
  return useSyncExternalStore(store.onHealth, () => store.health)
}

/** Updates what the hooks show when any window changes the store. Gives a function that stops it. */
export function watchStore(store: GalleryStore, client: QueryClient): () => void {
  const changed = { pictures: new Set<PictureId>(), runs: false }
  let waiting = false

  async function follow() {
    // Changes made at the same time, such as a run and its images, are shown in one step.
    await new Promise((resolve) => setTimeout(resolve))
    const ids = [...changed.pictures]
    const withRuns = changed.runs
    changed.pictures.clear()
    changed.runs = false
    waiting = false
    const [found, open] = await Promise.all([
      ids.length > 0 ? store.picturesById(ids) : undefined,
      withRuns ? store.openRuns() : undefined,
    ])
    notifyManager.batch(() => {
      if (open) showRuns(client, open)
      if (found) showPictures(client, ids, found)
    })
  }

  return store.subscribe((change) => {
    if (change.kind === 'collections') return void client.invalidateQueries({ queryKey: keys.collections })
    if (change.kind === 'renamed') return
    if (change.kind === 'runs') changed.runs = true
    else for (const id of change.ids) changed.pictures.add(id)
    if (waiting) return
    waiting = true
    inTurn(client, follow).catch(() => undefined)
  })
}

function showRuns(client: QueryClient, open: readonly Run[]) {
  client.setQueryData(keys.open, (shown: readonly Run[] | undefined) => shown && open)
  void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'runs' && queryKey[1] !== 'open' })
}

function showPictures(client: QueryClient, ids: readonly PictureId[], found: ReadonlyMap<PictureId, Picture>) {
  const changed = new Set<unknown>(ids)
  for (const shelf of shelves) {
    const key = keys.shelf(shelf)
    const head = client.setQueryData<ShelfHead>(key, (shown) => shown && withChange(shown, shelf, ids, found))
    // Many were moved away, so older images are the newest now.
    if (head && !head.complete && head.pictures.length < firstPage / 2) void client.invalidateQueries({ queryKey: key })
  }
  void client.invalidateQueries({
    predicate: ({ queryKey: [area, what, id], state }) => {
      if (area === 'originals') return changed.has(what) && (state.data === null || !found.has(what as PictureId))
      return area === 'pictures' && (what === 'children' || what === 'beside' || (what === 'one' && changed.has(id)))
    },
  })
}

async function readShelf(store: GalleryStore, client: QueryClient, shelf: Shelf): Promise<ShelfHead> {
  const pictures = await inTurn(client, () => store.pictures(shelf, firstPage))
  return { pictures, complete: pictures.length < firstPage, arrived: noPictures }
}

const turns = new WeakMap<QueryClient, Promise<unknown>>()

/** Reads of lists run one after another, so that a slow one never overwrites a newer result. */
function inTurn<T>(client: QueryClient, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(client) ?? Promise.resolve()).then(work)
  turns.set(
    client,
    turn.catch(() => undefined),
  )
  return turn
}

function listed(client: QueryClient, id: PictureId | undefined): Picture | undefined {
  return shelves
    .map((shelf) => client.getQueryData<ShelfHead>(keys.shelf(shelf)))
    .flatMap((list) => list?.pictures.find((picture) => picture.id === id) ?? [])[0]
}

import { useCallback, useEffect, useMemo, useState } from 'react'
import { jumpAct, largerTilesAct, smallerTilesAct, surveyAct } from '#acts/gallery-acts.ts'
import { followRenaming } from '#acts/renaming.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { type BatchId, type CollectionId, isNonEmpty, type NonEmpty, type PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { everything, type Query } from '#library/find/query.ts'
import { savedQuery } from '#library/find/saved-query.ts'
import type { SearchOptions } from '#library/find/search.ts'
import { usePictures, useStore } from '#store/queries.ts'
import { useHasSamples } from '#store/stage-queries.ts'
import { Empty } from '#ui/empty.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { useToday } from '#ui/use-today.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { Attention } from './attention.tsx'
import { type Before, nothingBefore } from './contents.ts'
import { GalleryGrid } from './gallery-grid.tsx'
import { type HeadPlace, useHead } from './gallery-head.tsx'
import { advanceLead, arrange, type Lead } from './lead.ts'
import type { RunView } from './run-screens.ts'
import { SamplesLine } from './samples-line.tsx'
import { SearchBar } from './search-bar.tsx'
import { SelectionBar } from './selection-bar.tsx'
import type { Question } from './shelf-window.ts'
import { useCollected } from './use-collected.ts'
import { type ImageList, useImageList } from './use-image-list.ts'
import { tileLimits } from './use-tile-layout.ts'

interface GalleryBodyProps {
  runs: readonly Run[]
  /** The line above with the number of images. The selection bar replaces it. */
  headPlace: HeadPlace
  runView: RunView
  onSettings: () => void
}

const CollectionsDialog = lazyPart(() => import('./collections-dialog.tsx').then((module) => module.CollectionsDialog))
const JumpDialog = lazyPart(() => import('./jump-dialog.tsx').then((module) => module.JumpDialog))
const Survey = lazyPart(() => import('./survey.tsx').then((module) => module.Survey))

/** More cards would push running runs out of view. */
const foldFrom = 3

/** The gallery once it contains anything: search, runs that need the user, and the grid. */
export function GalleryBody({ runs, headPlace, runView, onSettings }: GalleryBodyProps) {
  const [open, setOpen] = useState(false)
  const [query, setQuery] = useOpenSearch()
  const hasSamples = useHasSamples()
  const stacks = useStacks()
  const { lead, before, question, rest, first } = useShown(
    runs,
    query,
    query.sort === 'hand' ? ungrouped : stacks.grouping,
  )
  const isFolding = before.cards.length >= foldFrom
  const isHiding = isFolding && !open
  const shown = useMemo(() => (isHiding ? { ...before, cards: [] } : before), [before, isHiding])
  const isPlain = isEverything(query)
  const list = useImageList(question, rest, isPlain ? shown : nothingBefore)
  const { view, isReady } = list.shelf
  const count = isReady && isPlain ? view.images : first.complete ? first.count : undefined
  const layers = useLayers(list, { query, onChange: setQuery })
  const collected = useCollected(list, query, setQuery)
  const isSelecting = list.select.selection.ids.size > 0
  useHead(headPlace, { count, isReplaced: isSelecting })
  const isNothing = isReady && !isPlain && view.total === 0
  return (
    <>
      {isSelecting && <SelectionBar list={list} total={view.images} />}
      <SearchBar
        query={query}
        onChange={setQuery}
        view={view}
        counting={list.shelf.counting}
        failed={list.shelf.failed}
        onReadAgain={list.shelf.readAgain}
        onLeave={() => list.goRef.current?.(0)}
        ways={layers.ways}
      />
      {hasSamples && isPlain && <SamplesLine />}
      {isPlain && isFolding && <Attention runs={before.cards} open={open} onToggle={() => setOpen(!open)} />}
      {isNothing ? (
        <div className="flex flex-1 flex-col justify-center">
          <Empty title="No images found">Try fewer words or filters.</Empty>
        </div>
      ) : (
        <GalleryGrid
          key={lead === undefined ? 'search' : 'gallery'}
          contents={list.contents}
          onSeen={list.onSeen}
          runView={runView}
          onSettings={onSettings}
          select={list.select}
          onJump={view.days.length > 0 ? layers.ways.jump : undefined}
          onTurnStack={stacks.turn}
          collected={collected}
          commandsRef={list.commandsRef}
          goRef={list.goRef}
        />
      )}
      {layers.shown}
    </>
  )
}

/** The open search is kept in the workspace, because acts on tags and collections change it. It ends with the gallery. */
function useOpenSearch(): [Query, (next: Query) => void] {
  const store = useStore()
  const rule = useWorkspace(({ search }) => search)
  const query = useMemo(() => savedQuery(rule) ?? everything, [rule])
  useEffect(() => followRenaming(store), [store])
  useEffect(() => () => openSearch(everything), [])
  return [query, openSearch]
}

function openSearch(query: Query): void {
  useWorkspace.setState({ search: isEverything(query) ? undefined : JSON.stringify(query) })
}

/** Dialogs over the gallery, and the keys for them and for the size of tiles. */
function useLayers(list: ImageList, { query, onChange }: { query: Query; onChange: (query: Query) => void }) {
  const [surveyed, setSurveyed] = useState<NonEmpty<PictureId>>()
  const [open, setOpen] = useState<'jump' | 'collections'>()
  const [smart, setSmart] = useState<CollectionId>()
  const close = () => setOpen(undefined)
  const { selectActs, contents, commandsRef, goRef } = list
  const { days, total } = list.shelf.view
  const today = useToday()
  const survey = async () => {
    await selectActs.settled()
    const { ids } = selectActs.now()
    const all = ids.size > 0 ? [...ids] : await list.readAll()
    if (isNonEmpty(all)) setSurveyed(all)
  }
  const resize = (by: number) => {
    const { tilePx, adjust } = useWorkspace.getState()
    adjust({ tilePx: Math.max(tileLimits.min, Math.min(tileLimits.max, Math.round(tilePx * by))) })
  }
  const jump = useCallback(() => setOpen('jump'), [])
  useActKey(surveyAct, () => void survey())
  useActKey(jumpAct, jump, days.length > 0)
  useActKey(smallerTilesAct, () => resize(1 / 1.25))
  useActKey(largerTilesAct, () => resize(1.25))
  const commands = commandsRef.current
  const shown = (
    <>
      {commands && surveyed && <Survey ids={surveyed} commands={commands} onClose={() => setSurveyed(undefined)} />}
      {open === 'jump' && (
        <JumpDialog
          days={days}
          total={total}
          now={today}
          onJump={(at) => goRef.current?.(contents.placeOfDay(at))}
          onClose={close}
        />
      )}
      {open === 'collections' && (
        <CollectionsDialog
          query={query}
          smart={isEverything(query) ? undefined : smart}
          onOpen={(next, id) => {
            setSmart(id)
            onChange(next)
          }}
          onClose={close}
        />
      )}
    </>
  )
  const ways = { collections: () => setOpen('collections'), jump, survey: () => void survey() }
  return { ways, shown }
}

/** A manual order has images, not stacks. */
const ungrouped: Grouping = {}

type Grouping = Pick<SearchOptions, 'stacks' | 'opened'>

/** Whether batches are shown as stacks, and which stacks are open. */
function useStacks(): { grouping: Grouping; turn: ((batch: BatchId, isOpen: boolean) => void) | undefined } {
  const stacks = useWorkspace((state) => state.stackBatches)
  const [opened, setOpened] = useState<readonly BatchId[]>([])
  const grouping = useMemo(() => (stacks ? { stacks, opened } : {}), [stacks, opened])
  const turn = useCallback(
    (batch: BatchId, isOpen: boolean) =>
      setOpened((before) => [...before.filter((each) => each !== batch), ...(isOpen ? [batch] : [])]),
    [],
  )
  return { grouping, turn: stacks ? turn : undefined }
}

/** Whether there is no search, filter or sort order: then running runs are shown too. */
export function isEverything(query: Query): boolean {
  return JSON.stringify(query) === JSON.stringify(everything)
}

/**
 * What comes before the shelf, and the query for the rest. The positions of runs are remembered from render to render.
 */
function useShown(runs: readonly Run[], query: Query, grouping: Grouping) {
  const { pictures, arrived, complete } = usePictures('gallery')
  const made = useMemo(() => withArrived(pictures, arrived), [pictures, arrived])
  const [lead, setLead] = useState<Lead>([])
  // Only runs that were seen running have positions, so a gallery without them does not read the answers.
  const { pictures: answers } = usePictures('answers', runs.length > 0 || lead.length > 0)
  const next = advanceLead(lead, runs, made, answers)
  if (next !== lead) setLead(next)
  const before: Before = useMemo(() => arrange(next, runs, made, answers), [next, runs, made, answers])
  const isPlain = isEverything(query)
  const placed = useMemo(() => new Set<string>(before.lead.map(({ id }) => id)), [before])
  const rest = useMemo(() => pictures.filter(({ id }) => !placed.has(id)), [pictures, placed])
  const without = useKept({
    ids: pictures.concat(arrived).flatMap(({ id }) => (placed.has(id) ? [id] : [])),
    runs: next.map(({ run }) => run.id),
  })
  const question: Question = useMemo(
    () => ({ query, options: isPlain ? { ...grouping, without } : grouping }),
    [query, isPlain, grouping, without],
  )
  return { lead: isPlain ? next : undefined, before, question, rest, first: { complete, count: pictures.length } }
}

function withArrived(pictures: readonly Picture[], arrived: readonly Picture[]): readonly Picture[] {
  if (arrived.length === 0) return pictures
  const known = new Set(pictures.map(({ id }) => id))
  const more = arrived.filter(({ id }) => !known.has(id))
  return more.length === 0 ? pictures : [...pictures, ...more]
}

/** The same object as long as its contents are equal. */
function useKept<T>(value: T): T {
  const [kept, setKept] = useState(value)
  if (JSON.stringify(kept) === JSON.stringify(value)) return kept
  setKept(value)
  return value
}

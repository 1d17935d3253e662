import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { findAct, type Subject } from '#acts/act.ts'
import { actsFor, imageActs } from '#acts/image-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { useStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { useToday } from '#ui/use-today.ts'
import { type Before, type Contents, toContents } from './contents.ts'
import type { GridSelection } from './grid-selection.ts'
import type { Question } from './shelf-window.ts'
import { laidFrom, useKeptSelection } from './use-kept-selection.ts'
import { type ReadLatest, type SelectionActs, useSelection } from './use-selection.ts'
import { type Shelf, useShelf } from './use-shelf.ts'

/** A shelf or a search with its grid and its selection: what gallery and bin have in common. */
export interface ImageList {
  shelf: Shelf
  contents: Contents
  select: GridSelection
  selectActs: SelectionActs
  onSeen: (from: number, to: number) => void
  /** The grid's commands for images; empty until it is rendered. */
  commandsRef: { current: ImageCommands | undefined }
  /** Scrolls to a place of the grid, with its heading; does nothing until the grid is rendered. */
  goRef: { current: ((place: number) => void) | undefined }
  /** All images of the list; waits for the answer to a search that has just begun. */
  readAll(): Promise<readonly PictureId[]>
  /** Reads the selected images, in the order of selection. `undefined` if none is left. */
  readSelected(): Promise<Subject | undefined>
}

export function useImageList(question: Question, head: readonly Picture[], before: Before): ImageList {
  const store = useStore()
  const today = useToday()
  const shelf = useShelf(question, head)
  const shown = useMatching(shelf, question, before)
  const contents = useMemo(() => toContents(shown, shelf.view, today), [shown, shelf.view, today])
  const latest = useRef<Contents>(contents)
  latest.current = contents
  const commandsRef = useRef<ImageCommands>(undefined)
  const goRef = useRef<(place: number) => void>(undefined)
  const readLatest = useLatest(latest, contents)
  const readAll = useCallback(() => readLatest((list) => list.idsBetween(0, Number.MAX_SAFE_INTEGER - 1)), [readLatest])
  const [selection, selectActs] = useSelection(latest, { readLatest, readAll })
  useKeptSelection({ store, contents: latest, selection, acts: selectActs }, shelf.view.result, shown)
  const { shelf: ownShelf } = question.query
  const readNow = useCallback((ids: ReadonlySet<PictureId>) => readSubject(store, ids, ownShelf), [store, ownShelf])
  const readSelected = useCallback(async () => {
    await selectActs.settled()
    return readNow(selectActs.now().ids)
  }, [selectActs, readNow])
  const select: GridSelection = useMemo(
    () => ({
      selection,
      acts: selectActs,
      isMeant: (id) => selectActs.now().ids.has(id),
      perform(act, commands) {
        void readSelected().then((subject) => {
          if (subject && actsFor(subject).includes(act)) act.perform(subject, commands)
        })
      },
      async pressKey(event, image, commands) {
        const wanted = imageActs.filter((act) => findAct([act], event, 'gallery'))
        if (wanted.length === 0) return
        event.preventDefault()
        await selectActs.settled()
        const { ids } = selectActs.now()
        const subject = await readNow(ids.has(image.id) ? ids : new Set([image.id]))
        const offered = subject ? actsFor(subject) : []
        if (subject) wanted.find((act) => offered.includes(act))?.perform(subject, commands)
      },
    }),
    [selection, selectActs, readSelected, readNow],
  )
  return { shelf, contents, select, selectActs, onSeen: shelf.want, commandsRef, goRef, readAll, readSelected }
}

/** Reads the list; waits for the next one and reads that, as long as there is a newer result. */
function useLatest(latest: RefObject<Contents>, contents: Contents): ReadLatest {
  const waiting = useRef<(() => void)[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when the list has changed
  useEffect(() => {
    for (const goOn of waiting.current.splice(0)) goOn()
  }, [contents])
  return useCallback(
    async (read) => {
      for (;;) {
        const asked = latest.current
        const found = await read(asked)
        if (found !== undefined) return found
        if (latest.current === asked) await new Promise<void>((goOn) => waiting.current.push(goOn))
      }
    },
    [latest],
  )
}

/**
 * What comes before the shelf, in step with the question that the shelf answers, so that an image that moves between
 * them is never in both or in neither.
 */
function useMatching({ view, isReady, failed }: Shelf, question: Question, before: Before): Before {
  const [kept, setKept] = useState(before)
  const isMatch = !isReady || failed || view.question === question
  if (isMatch && kept !== before) setKept(before)
  return isMatch ? before : kept
}

/** The selected images as the store has them now; the list may be slightly behind. */
async function readSubject(
  store: GalleryStore,
  ids: ReadonlySet<PictureId>,
  shelf: Picture['shelf'],
): Promise<Subject | undefined> {
  const found = await store.picturesById([...ids])
  const laid = await store.picturesById([...found.values()].flatMap((picture) => laidFrom(picture) ?? []))
  const [first, ...rest] = [...ids].flatMap((id) => {
    const picture = found.get(id)
    const now = picture && (picture.shelf === shelf ? picture : laid.get(laidFrom(picture) ?? id))
    return now?.shelf === shelf ? now : []
  })
  return first && [first, ...rest]
}

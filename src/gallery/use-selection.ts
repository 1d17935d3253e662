import { type RefObject, useMemo, useRef, useState } from 'react'
import type { PictureId } from '#domain/ids.ts'
import { announce } from '#ui/announce.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import type { Contents } from './contents.ts'
import { type Item, keyOf } from './items.ts'
import { describeSelection, followed, nothingSelected, pressed, ranged, type Selection, toggled } from './selection.ts'

/** The same object as long as the gallery shows one shelf. Changes are made in the order in which they were asked for. */
export interface SelectionActs {
  /** The selection with all changes so far, which a screen shows a little later. */
  now(): Selection
  /** Resolves when changes that were asked for before have been made; `undefined`: there are none. */
  settled(): Promise<void> | undefined
  press(id: PictureId): void
  /** `stack`: the images behind the tile. */
  toggle(id: PictureId, stack?: readonly PictureId[]): void
  /**
   * From the anchor, or from `from` if nothing was pressed yet, to `place`. In a newer result it is the range between the
   * same images; without one of them there, nothing changes. An end that was not loaded keeps its place, as the focus does.
   */
  extend(place: number, from: number, adds: boolean): void
  /** Selects what is read after the changes before are made; `undefined`: nothing changes. */
  replace(read: () => Promise<Iterable<PictureId> | undefined>): void
  all(): void
  clear(): void
  /** Images that have left the list, with those that took their places. */
  follow(moved: ReadonlyMap<PictureId, PictureId | undefined>): void
}

type Change = (before: Selection) => Selection

/** Reads the list; if `read` gives `undefined`, because there is a newer result, it reads the next list. */
export type ReadLatest = <T>(read: (list: Contents) => Promise<T | undefined>) => Promise<T>

interface Reading {
  readLatest: ReadLatest
  /** See `ImageList`. */
  readAll(): Promise<readonly PictureId[]>
}

export function useSelection(
  contents: RefObject<Contents>,
  { readLatest, readAll }: Reading,
): [Selection, SelectionActs] {
  const [selection, setSelection] = useState(nothingSelected)
  const current = useRef(selection)
  const acts = useMemo(() => {
    const change = (after: Selection) => {
      const before = current.current
      current.current = after
      setSelection(after)
      if (after.ids.size !== before.ids.size)
        announce(after.ids.size === 0 ? 'None selected' : describeSelection(after))
    }
    const order = createOrder((made) => change(made(current.current)))
    const replace = (read: () => Promise<Iterable<PictureId> | undefined>) =>
      order.makeRead(async () => {
        const ids = await read()
        return ids && (({ anchor }) => ({ anchor, ids: new Set(ids) }))
      })
    return {
      now: () => current.current,
      settled: order.settled,
      press: (id: PictureId) => order.make(() => pressed(id)),
      toggle: (id: PictureId, stack?: readonly PictureId[]) =>
        order.make((before) => toggled(before, id, { stack, shown: useWorkspace.getState().selected })),
      extend(place: number, from: number, adds: boolean) {
        const shown = contents.current
        const toEnd = (at: number): End => ({ place: at, item: shown.itemAt(at) })
        const [start, end] = [toEnd(from), toEnd(place)]
        order.makeRead(async () => {
          const { anchor } = current.current
          const range =
            (await readRange(shown, anchor, start, end, ({ place }) => place)) ??
            (await readLatest((list) => readRange(list, anchor, start, end, placeInNewer)))
          return range === 'none' ? undefined : (before) => ranged({ ...before, anchor: range.anchor }, range.ids, adds)
        })
      },
      replace,
      all: () => replace(readAll),
      clear: () => order.make(({ anchor }) => ({ anchor, ids: new Set() })),
      follow: (moved: ReadonlyMap<PictureId, PictureId | undefined>) => change(followed(current.current, moved)),
    } satisfies SelectionActs
  }, [contents, readLatest, readAll])
  return [selection, acts]
}

/** An end of a range: its place in the list that was shown, and the item there; `undefined` if that was not loaded. */
interface End {
  place: number
  item: Item | undefined
}

/** The place of an end in a list; `known`: that of its item by id. `undefined`: it is not in the list. */
type FindEnd = (end: End, known: number | undefined, list: Contents) => number | undefined

/** A run may have become an image, which has its key and another id. */
const placeInNewer: FindEnd = ({ place, item }, known, list) =>
  item ? (known ?? list.placeOfKey(keyOf(item), place)) : place

interface Range {
  ids: readonly PictureId[]
  anchor: PictureId | undefined
}

/**
 * From the anchor, or from `from` if that is not in the list, to `to`. `none`: an end is not in the list; `undefined`:
 * there is a newer result.
 */
async function readRange(
  list: Contents,
  anchor: PictureId | undefined,
  from: End,
  to: End,
  findEnd: FindEnd,
): Promise<Range | 'none' | undefined> {
  const wanted: string[] = [anchor, from.item?.id, to.item?.id].flatMap((id) => id ?? [])
  const places = await list.findPlaces(wanted)
  if (!places) return undefined
  const placeOf = (id: string | undefined) => (id === undefined ? undefined : places[wanted.indexOf(id)])
  const start = placeOf(anchor) ?? findEnd(from, placeOf(from.item?.id), list)
  const end = findEnd(to, placeOf(to.item?.id), list)
  if (start === undefined || end === undefined) return 'none'
  const ids = await list.idsBetween(Math.min(start, end), Math.max(start, end))
  return ids && { ids, anchor: anchor ?? (start <= end ? ids[0] : ids.at(-1)) }
}

/** Makes changes in the order in which they were asked for, although some have to read the list first. */
function createOrder(make: (change: Change) => void) {
  let waiting: Promise<void> | undefined
  const makeRead = (read: () => Promise<Change | undefined>) => {
    const made = (waiting ?? Promise.resolve()).then(async () => {
      // If the list cannot be read, the gallery says so, and the selection stays.
      const change = await read().catch(() => undefined)
      if (change) make(change)
      if (waiting === made) waiting = undefined
    })
    waiting = made
  }
  return {
    settled: () => waiting,
    makeRead,
    make: (change: Change) => (waiting ? makeRead(async () => change) : make(change)),
  }
}

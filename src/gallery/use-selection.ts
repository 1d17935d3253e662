import { type RefObject, useMemo, useRef, useState } from 'react'
import type { PictureId } from '#domain/ids.ts'
import { announce } from '#ui/announce.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import type { Contents } from './contents.ts'
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
  /** From the anchor, or from `from` if nothing was pressed yet, to `place`. */
  extend(place: number, from: number, adds: boolean): void
  replace(ids: Iterable<PictureId>): void
  all(): void
  clear(): void
  /** Images that have left the list, with those that took their places. */
  follow(moved: ReadonlyMap<PictureId, PictureId | undefined>): void
}

type Change = (before: Selection) => Selection

/** `readAll`: see `ImageList`. */
export function useSelection(
  contents: RefObject<Contents>,
  readAll: () => Promise<readonly PictureId[]>,
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
    return {
      now: () => current.current,
      settled: order.settled,
      press: (id: PictureId) => order.make(() => pressed(id)),
      toggle: (id: PictureId, stack?: readonly PictureId[]) =>
        order.make((before) => toggled(before, id, { stack, shown: useWorkspace.getState().selected })),
      extend(place: number, from: number, adds: boolean) {
        const shown = contents.current
        order.makeRead(async () => {
          const { anchor } = current.current
          const start = (anchor === undefined ? undefined : await shown.findPlace(anchor)) ?? from
          const range = await shown.idsBetween(Math.min(start, place), Math.max(start, place))
          const first = anchor ?? (start <= place ? range?.[0] : range?.at(-1))
          // In a newer result the positions are those of other images.
          return range && ((before) => ranged({ ...before, anchor: first }, range, adds))
        })
      },
      replace: (ids: Iterable<PictureId>) => order.make(({ anchor }) => ({ anchor, ids: new Set(ids) })),
      all: () =>
        order.makeRead(async () => {
          const ids = new Set(await readAll())
          return ({ anchor }) => ({ anchor, ids })
        }),
      clear: () => order.make(({ anchor }) => ({ anchor, ids: new Set() })),
      follow: (moved: ReadonlyMap<PictureId, PictureId | undefined>) => change(followed(current.current, moved)),
    } satisfies SelectionActs
  }, [contents, readAll])
  return [selection, acts]
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

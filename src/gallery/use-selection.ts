import { type RefObject, useMemo, useRef, useState } from 'react'
import type { PictureId } from '#domain/ids.ts'
import { announce } from '#ui/announce.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import type { Contents } from './contents.ts'
import { describeSelection, followed, nothingSelected, pressed, ranged, type Selection, toggled } from './selection.ts'

/** The same object as long as the gallery shows one shelf. */
export interface SelectionActs {
  press(id: PictureId): void
  /** `stack`: the images behind the tile. */
  toggle(id: PictureId, stack?: readonly PictureId[]): void
  /** From the anchor, or from `from` if nothing was pressed yet, to `place`. */
  extend(place: number, from: number, adds: boolean): Promise<void>
  replace(ids: Iterable<PictureId>): void
  all(): Promise<void>
  clear(): void
  /** Images that have left the list, with those that took their places. */
  follow(moved: ReadonlyMap<PictureId, PictureId | undefined>): void
}

/** `readAll`: see `ImageList`. */
export function useSelection(
  contents: RefObject<Contents>,
  readAll: () => Promise<readonly PictureId[]>,
): [Selection, SelectionActs] {
  const [selection, setSelection] = useState(nothingSelected)
  const current = useRef(selection)
  const acts = useMemo(() => {
    let extending = Promise.resolve()
    const change = (after: Selection) => {
      const before = current.current
      current.current = after
      setSelection(after)
      if (after.ids.size !== before.ids.size)
        announce(after.ids.size === 0 ? 'None selected' : describeSelection(after))
    }
    return {
      press: (id: PictureId) => change(pressed(id)),
      toggle: (id: PictureId, stack?: readonly PictureId[]) =>
        change(toggled(current.current, id, { stack, shown: useWorkspace.getState().selected })),
      /** Presses in quick succession are taken one after another: each needs the anchor of the one before. */
      extend(place: number, from: number, adds: boolean): Promise<void> {
        const shown = contents.current
        const extended = extending.then(async () => {
          const { anchor } = current.current
          const start = (anchor === undefined ? undefined : await shown.findPlace(anchor)) ?? from
          const range = await shown.idsBetween(Math.min(start, place), Math.max(start, place))
          // In a newer result the positions are those of other images.
          if (!range) return
          const first = anchor ?? (start <= place ? range[0] : range.at(-1))
          change(ranged({ ...current.current, anchor: first }, range, adds))
        })
        extending = extended.catch(() => undefined)
        return extended
      },
      replace: (ids: Iterable<PictureId>) => change({ anchor: current.current.anchor, ids: new Set(ids) }),
      async all() {
        change({ anchor: current.current.anchor, ids: new Set(await readAll()) })
      },
      clear: () => change({ anchor: current.current.anchor, ids: new Set() }),
      follow: (moved: ReadonlyMap<PictureId, PictureId | undefined>) => change(followed(current.current, moved)),
    }
  }, [contents, readAll])
  return [selection, acts]
}

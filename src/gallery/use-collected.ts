import { FolderMinus, ImageUp, MoveLeft, MoveRight } from 'lucide-react'
import { useMemo, useRef } from 'react'
import { changeCollections, editOf } from '#acts/collection-commands.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import type { Collection } from '#domain/collection.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { resequenced } from '#library/collection-tree.ts'
import { everything, type Query } from '#library/find/query.ts'
import { useStore } from '#store/queries.ts'
import { useCollections } from '#store/stage-queries.ts'
import type { GalleryStore } from '#store/store.ts'
import type { MenuItem } from '#ui/menu.tsx'
import type { ImageList } from './use-image-list.ts'

/** Actions on tiles of the shown collection. */
export interface Collected {
  itemsFor(picture: Picture): MenuItem[]
  /** Moves the image one place forwards or backwards in the manual order. */
  moveBy(id: PictureId, by: 1 | -1): void
  /** Moves the dragged image, or the selection that contains it, before or after another one. */
  drop(dragged: PictureId, on: PictureId, side: 'before' | 'after'): void
}

/** The same object while the same collection is shown. `undefined` without a collection, or with a search or filter. */
export function useCollected(list: ImageList, query: Query, onChange: (query: Query) => void): Collected | undefined {
  const store = useStore()
  const collection = useCollections().find(({ id }) => id === query.collection)
  const isAll = collection?.kind === 'plain' && isOnlyCollection(query)
  const latest = useRef({ list, query, onChange, collection })
  latest.current = { list, query, onChange, collection }
  const id = isAll ? collection.id : undefined
  return useMemo(() => (id === undefined ? undefined : createCollected(store, latest)), [store, id])
}

interface Shown {
  list: ImageList
  query: Query
  onChange: (query: Query) => void
  collection: Collection | undefined
}

function createCollected(store: GalleryStore, latest: { current: Shown }): Collected {
  /** Moves images within the whole collection, and shows its manual order. */
  const move = async (ids: readonly PictureId[], before: (all: readonly PictureId[]) => PictureId | undefined) => {
    const { list, query, onChange, collection } = latest.current
    if (!collection) return
    const all = await list.readAll()
    const what = ids.length === 1 ? 'image' : `${ids.length.toLocaleString('en')} images`
    const act = { label: `move ${what}`, done: ids.length === 1 ? 'Moved' : `${what} moved` }
    const reorder = editOf(collection.id, (now) => ({ ...now, sequence: resequenced(all, ids, before(all)) }))
    const isMoved = await changeCollections(store, act, reorder)
    if (isMoved && query.sort !== 'hand') onChange({ ...query, sort: 'hand' })
  }
  const moveBy = (id: PictureId, by: 1 | -1) =>
    void move([id], (all) => {
      const at = all.indexOf(id)
      return by < 0 ? all[Math.max(0, at - 1)] : all[at + 2]
    })
  return {
    moveBy,
    drop(dragged, on, side) {
      const { ids } = latest.current.list.select.selection
      const moved = ids.has(dragged) ? [...ids] : [dragged]
      void move(moved, (all) => (side === 'before' ? on : all[all.indexOf(on) + 1]))
    },
    itemsFor(picture) {
      const { collection, list } = latest.current
      if (!collection) return []
      const commands: ImageCommands | undefined = list.commandsRef.current
      const cover = () =>
        void changeCollections(
          store,
          { label: 'set cover', done: 'Cover set' },
          editOf(collection.id, (now) => ({ ...now, cover: picture.id })),
        )
      return [
        { label: `Use as cover of “${collection.name}”`, icon: ImageUp, onSelect: cover },
        { label: 'Move earlier', icon: MoveLeft, onSelect: () => moveBy(picture.id, -1) },
        { label: 'Move later', icon: MoveRight, onSelect: () => moveBy(picture.id, 1) },
        {
          label: `Take out of “${collection.name}”`,
          icon: FolderMinus,
          onSelect: () => void commands?.collect([picture], collection, false),
        },
      ]
    },
  }
}

function isOnlyCollection({ sort: _sort, collection: _collection, ...rest }: Query): boolean {
  const { sort: _newest, ...all } = everything
  return JSON.stringify(rest) === JSON.stringify(all)
}

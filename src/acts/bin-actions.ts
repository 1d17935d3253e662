import { describeFailure, toFailure } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

export interface BinActions {
  /** Can be undone. A picture on the stage gives its place to `next`. */
  moveToBin(picture: Picture, next?: PictureId): Promise<void>
  /** Takes the last move to the bin back. */
  undo(): Promise<void>
  restore(picture: Picture): Promise<void>
  /** Cannot be undone; whoever calls it has asked. */
  deleteForEver(ids: readonly PictureId[]): Promise<void>
}

interface Move {
  id: PictureId
  wasOnStage: boolean
}

/** Moves to the bin that can still be undone, newest last. The store outlives every screen. */
const moves = new WeakMap<GalleryStore, Move[]>()

function sayFailure(what: string, error: unknown): void {
  const failure = toFailure(error)
  const reason = 'detail' in failure ? failure.detail : describeFailure(failure)
  notify({ text: `${what}: ${reason}`, tone: 'error' })
}

async function putBack(store: GalleryStore, id: PictureId): Promise<boolean> {
  try {
    await store.restore([id])
    return true
  } catch (error) {
    sayFailure('The image stays in the bin', error)
    return false
  }
}

export function createBinActions(store: GalleryStore): BinActions {
  const history = moves.get(store) ?? []
  moves.set(store, history)

  /** `false`: somebody has taken it back already. */
  function forget(id: PictureId): boolean {
    const index = history.findLastIndex((move) => move.id === id)
    return index >= 0 && history.splice(index, 1).length > 0
  }

  async function takeBack({ id, wasOnStage }: Move) {
    if (!forget(id) || !(await putBack(store, id))) return
    if (wasOnStage) useWorkspace.getState().select(id)
    announce('Back in the gallery')
  }

  return {
    async moveToBin({ id }, next) {
      try {
        await store.moveToBin([id])
      } catch (error) {
        sayFailure('The image stays in the gallery', error)
        return
      }
      const { selected, select } = useWorkspace.getState()
      const move = { id, wasOnStage: selected === id }
      if (move.wasOnStage) select(next)
      history.push(move)
      notify({ text: 'Moved to bin', action: { label: 'Undo', onSelect: () => void takeBack(move) } })
    },

    async undo() {
      const last = history.at(-1)
      if (last) await takeBack(last)
    },

    async restore({ id }) {
      forget(id)
      if (await putBack(store, id)) notify({ text: 'Back in the gallery' })
    },

    async deleteForEver(ids) {
      try {
        await store.deleteForEver(ids)
      } catch (error) {
        sayFailure('Nothing was deleted', error)
        return
      }
      for (const id of ids) forget(id)
      const { selected, select } = useWorkspace.getState()
      if (selected !== undefined && ids.includes(selected)) select(undefined)
      announce(ids.length === 1 ? 'Deleted permanently' : `${ids.length} images deleted permanently`)
    },
  }
}

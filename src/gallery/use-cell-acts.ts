import { useEffect, useMemo, useRef } from 'react'
import type { ImageCommands } from '#acts/image-commands.ts'
import type { BatchId, NonEmpty, PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import type { CellActs } from './cell-acts.ts'
import type { Contents } from './contents.ts'
import type { GridSelection } from './grid-selection.ts'
import { isRun } from './items.ts'
import type { Group } from './shelf-window.ts'
import type { Collected } from './use-collected.ts'
import type { RovingCommands } from './use-roving.ts'

export interface CellActsParts {
  /** Asks, then deletes permanently; only offered by the bin. */
  onDelete?: ((images: NonEmpty<Picture>) => void) | undefined
  onSettings: () => void
  select: GridSelection
}

export interface MovesParts {
  contents: Contents
  /** Opens or closes the stack of a batch; absent in the bin, which has no stacks. */
  onTurnStack?: ((batch: BatchId, isOpen: boolean) => void) | undefined
  /** Actions on tiles of the shown collection. */
  collected?: Collected | undefined
}

/** One object for all cells, so that moving the focus renders two cells and not all. */
export function useCellActs(
  { onDelete, onSettings, select }: CellActsParts,
  commands: ImageCommands,
  roving: RovingCommands,
  { turnStack, collected }: Pick<CellActs, 'turnStack' | 'collected'>,
): CellActs {
  const latest = useRef(select)
  useEffect(() => {
    latest.current = select
  })
  return useMemo(() => {
    /**
     * Before images leave the grid, the focus moves to a neighbour if it was on one of them. Gives the image that takes
     * their place.
     */
    const passOn = (images: NonEmpty<Picture>): PictureId | undefined => {
      const leaving = new Set(images.map(({ id }) => id))
      const neighbour = findNeighbour(roving, leaving)
      if (neighbour === undefined) return undefined
      if (document.activeElement?.closest('[role="grid"]')) roving.focusPlace(neighbour)
      const next = roving.itemAt(neighbour)
      return next && !isRun(next) ? next.id : undefined
    }
    /** What leaves the list is no longer selected; the others of a selection stay in it. */
    const leave = (images: NonEmpty<Picture>) =>
      latest.current.acts.follow(new Map(images.map(({ id }) => [id, undefined])))
    const { choose, show } = useWorkspace.getState()
    const own: ImageCommands = {
      ...commands,
      async moveToBin(images) {
        const next = passOn(images)
        leave(images)
        await commands.moveToBin(images, next)
      },
      restore(images) {
        passOn(images)
        leave(images)
        return commands.restore(images)
      },
      askToDelete: (images) => onDelete?.(images),
    }
    return {
      register: roving.register,
      open(picture) {
        latest.current.acts.press(picture.id)
        choose(picture.id)
        show('stage')
      },
      press({ picture, stack }, place, { adds, extends: isRange }) {
        const { acts } = latest.current
        if (isRange) acts.extend(place, roving.place(), adds)
        else acts.toggle(picture.id, stack)
      },
      turnStack,
      collected,
      isSelecting: () => latest.current.acts.now().ids.size > 0,
      isMeant: (id) => latest.current.isMeant(id),
      openSettings: onSettings,
      commands: own,
      performOnSelection: (act) => latest.current.perform(act, own),
    }
  }, [commands, roving, onDelete, onSettings, turnStack, collected])
}

/** Actions that move images; the focus stays on the image. */
export function useMoves(
  { contents, onTurnStack, collected }: MovesParts,
  roving: RovingCommands,
): Pick<CellActs, 'turnStack' | 'collected'> {
  const wanted = useRef<{ id: PictureId; isThere: (place: number, group: Group) => boolean }>(undefined)
  useEffect(() => {
    const asked = wanted.current
    if (!asked) return
    const find = async () => {
      const [place] = (await contents.findPlaces([asked.id])) ?? []
      if (place === undefined || wanted.current !== asked || !asked.isThere(place, contents.groupAt(place))) return
      wanted.current = undefined
      roving.focusPlace(place)
    }
    void find()
  }, [contents, roving])
  const turnStack = useMemo(
    () =>
      onTurnStack &&
      (({ id, batch }: Picture, isOpen: boolean) => {
        if (!batch) return
        wanted.current = { id, isThere: (_, { opened }) => (opened !== undefined) === isOpen }
        onTurnStack(batch.id, isOpen)
      }),
    [onTurnStack],
  )
  const moving = useMemo(
    () =>
      collected && {
        ...collected,
        moveBy(id: PictureId, by: 1 | -1) {
          const from = roving.place()
          wanted.current = { id, isThere: (place) => place !== from }
          collected.moveBy(id, by)
        },
      },
    [collected, roving],
  )
  return { turnStack, collected: moving }
}

function findNeighbour(roving: RovingCommands, leaving: ReadonlySet<string>): number | undefined {
  const start = roving.place()
  const stays = (place: number) => {
    const item = roving.itemAt(place)
    return item !== undefined && !leaving.has(item.id)
  }
  for (let place = start; place < Math.min(start + 500, roving.places()); place += 1) if (stays(place)) return place
  for (let place = start - 1; place >= Math.max(0, start - 500); place -= 1) if (stays(place)) return place
  return undefined
}

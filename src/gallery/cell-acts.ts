import type { ImageCommands } from '#acts/image-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Tile } from './shelf-window.ts'

/** What the grid does for its cells; the same object as long as the grid lives. */
export interface CellActs {
  commands: ImageCommands
  open(picture: Picture): void
  /** A press that selects: with Ctrl or ⌘, with Shift, or held on a touch screen. */
  press(tile: Tile, place: number, how: { adds: boolean; extends: boolean }): void
  /** Opens or closes the stack that the image belongs to; nothing where stacks are not shown. */
  turnStack?: ((picture: Picture, isOpen: boolean) => void) | undefined
  isSelecting(): boolean
  /** Whether an act on this image is meant for all that are selected. */
  isMeant(id: PictureId): boolean
  openSettings(): void
  /** Tells the grid which element draws a place, so that it can put the focus there. */
  register(place: number, element: HTMLElement | null): void
}

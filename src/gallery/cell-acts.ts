import type { ImageAct } from '#acts/act.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Tile } from './shelf-window.ts'
import type { Collected } from './use-collected.ts'

/** What the grid does for its cells; the same object as long as the grid lives. */
export interface CellActs {
  commands: ImageCommands
  open(picture: Picture): void
  /** A press that selects: with Ctrl or ⌘, with Shift, or a long press on a touch screen. */
  press(tile: Tile, place: number, how: { adds: boolean; extends: boolean }): void
  /** Opens or closes the image's stack; absent if stacks are not shown. */
  turnStack?: ((picture: Picture, isOpen: boolean) => void) | undefined
  isSelecting(): boolean
  /** Whether an act on this image applies to all selected ones. */
  isMeant(id: PictureId): boolean
  /** Actions on tiles of the shown collection. */
  collected?: Collected | undefined
  /** Applies an act to the selected images. */
  performOnSelection(act: ImageAct): void
  openSettings(): void
  /** Registers the element at a position, so that the grid can focus it. */
  register(place: number, element: HTMLElement | null): void
}

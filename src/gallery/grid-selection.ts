import type { ImageAct } from '#acts/act.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Selection } from './selection.ts'
import type { SelectionActs } from './use-selection.ts'

/** How the grid uses the selection, and acts on all of it. */
export interface GridSelection {
  selection: Selection
  acts: SelectionActs
  /** Whether an act on this image applies to the whole selection. */
  isMeant(id: PictureId): boolean
  /** Applies an act to the selected images, if it is offered for them. */
  perform(act: ImageAct, commands: ImageCommands): void
  /**
   * Performs the act for a key press on the selection that was begun before it, if the image belongs to it, and otherwise
   * on the image.
   */
  pressKey(event: globalThis.KeyboardEvent, image: Picture, commands: ImageCommands): void
}

import type { ImageCommands } from '#acts/image-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Selection } from './selection.ts'
import type { SelectionActs } from './use-selection.ts'

/** How the grid reaches the selection, and acts on all of it. */
export interface SelectionDoor {
  selection: Selection
  acts: SelectionActs
  /** Whether an act on this image is meant for the whole selection. */
  isMeant(id: PictureId): boolean
  /** Does what a press means to the selected images. */
  pressKey(event: globalThis.KeyboardEvent, commands: ImageCommands): void
}

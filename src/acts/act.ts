import type { LucideIcon } from 'lucide-react'
import type { NonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { findShortcut } from '#ui/shortcut.ts'
import type { ToolId } from '#workspace/workspace.ts'
import type { ImageCommands } from './image-commands.ts'

/** Where the focus has to be for an act's keys to work. */
export type Place = 'stage' | 'gallery'

/** What an act works on: the image on the stage, the tile that holds the focus or an open menu, or the selection. */
export type Subject = NonEmpty<Picture>

interface ActFacts {
  id: string
  label: string
  /** What a button writes that has no room for the label, which holds it. */
  word?: string
  /** What it does, for a tooltip, where the label alone does not say it. */
  hint?: string
  /** As for `findShortcut`. The first is the one that is shown. */
  keys: readonly string[]
  /** Whether `Undo` takes it back. */
  undoable: boolean
  danger?: true
  /** Not in menus: its keys, or a bar, are the way to it. */
  hidden?: true
}

/** Done to images. Offered in menus, toolbars and by keys wherever an image is. */
export interface ImageAct extends ActFacts {
  on: 'images'
  icon: LucideIcon
  where: readonly Place[]
  isOffered(subject: Subject): boolean
  perform(subject: Subject, commands: ImageCommands): void
}

/** What the stage can do with its view. */
export interface StageView {
  zoomIn(): void
  zoomOut(): void
  /** The whole image. */
  fit(): void
  /** One image pixel on one screen pixel. */
  full(): void
  compare(): void
  /** Shows the source as long as it is held. */
  before(isHeld: boolean): void
  /** Opens a tool, or leaves it where it is the open one; `undefined` leaves any. */
  takeTool(tool: ToolId | undefined): void
}

/** Done to what the stage shows, not to the image itself. */
export interface ViewAct extends ActFacts {
  on: 'view'
  icon: LucideIcon
  where: readonly Place[]
  perform(view: StageView): void
  /** The key was let go: for acts that last as long as it is held. */
  release?(view: StageView): void
}

/** Done by the form, the header or a widget, which binds the keys itself. */
export interface AppAct extends ActFacts {
  on: 'app'
  where: 'anywhere' | readonly Place[]
}

export type Act = ImageAct | ViewAct | AppAct

/** The act among these that a press means, if the focus is where its keys work. */
export function findAct<A extends ImageAct | ViewAct>(
  acts: readonly A[],
  event: KeyboardEvent,
  place: Place,
): A | undefined {
  const here = acts.filter(({ where }) => where.includes(place))
  return findShortcut(
    here.flatMap((act) => act.keys.map((keys) => [keys, act] as const)),
    event,
  )
}

/** The place that an element is in; the layout marks places with `data-place`. */
export function placeOf(target: EventTarget | null): Place | undefined {
  const area = target instanceof Element ? target.closest<HTMLElement>('[data-place]') : null
  return area?.dataset.place as Place | undefined
}

/** Whether Ctrl or ⌘ C would copy text: then it is left to the browser. */
export function isTextSelected(): boolean {
  return globalThis.getSelection?.()?.isCollapsed === false
}

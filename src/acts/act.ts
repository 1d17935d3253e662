import type { LucideIcon } from 'lucide-react'
import type { NonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { findShortcut } from '#ui/shortcut.ts'
import type { ToolId } from '#workspace/workspace.ts'
import type { ImageCommands } from './image-commands.ts'

/** Where the focus has to be for an act's keys to work. */
export type Place = 'stage' | 'gallery'

/** What has to be open for an act's keys to work. */
export type Situation = 'form' | 'sources' | 'area' | 'crop' | 'annotate' | 'results' | 'contact-sheet' | 'survey'

/** The images an act applies to: the one on the stage, the tile with the focus or an open menu, or the selection. */
export type Subject = NonEmpty<Picture>

interface ActFacts {
  id: string
  label: string
  /** A short word for buttons without room for the label. */
  word?: string
  /** A longer description for a tooltip, if the label is not clear enough. */
  hint?: string
  /** As for `findShortcut`. The first one is shown. */
  keys: readonly string[]
  /** Whether `Undo` reverses it. */
  undoable: boolean
  danger?: true
}

/** Applies to images. Offered in menus, toolbars and by keys wherever an image is. */
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
  /** Shows the whole image. */
  fit(): void
  /** One image pixel per screen pixel. */
  full(): void
  compare(): void
  /** Shows the source while it is held. */
  before(isHeld: boolean): void
  /** Opens a tool, or closes it if it is open; `undefined` closes any. */
  takeTool(tool: ToolId | undefined): void
}

/** Applies to what the stage shows, not to the image itself. */
export interface ViewAct extends ActFacts {
  on: 'view'
  icon: LucideIcon
  where: readonly Place[]
  perform(view: StageView): void
  /** Called when the key is released: for acts that last while it is held. */
  release?(view: StageView): void
}

/** Done by the form, the header, a tool or a widget, which binds the keys: most by `useActKey`. */
export interface AppAct extends ActFacts {
  on: 'app'
  where: 'anywhere' | readonly Place[]
  /** Its keys work only while this is open. */
  during?: Situation
}

/** What the survey can do with the image that it shows. */
export interface SurveyView {
  go(by: 1 | -1): void
  /** Shows the source, or the image again. */
  turnSource(): void
  /** `stays`: the survey does not go on to the next image afterwards. */
  judge(work: (subject: Subject, commands: ImageCommands) => Promise<void>, stays?: 'stays'): void
}

/** Applies to the image of the survey. */
export interface SurveyAct extends ActFacts {
  on: 'survey'
  where: 'anywhere'
  during: 'survey'
  perform(view: SurveyView): void
}

export type Act = ImageAct | ViewAct | AppAct | SurveyAct

/** The act among these for a key press, if the focus is where its keys work. */
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

/** The place of an element; the layout marks places with `data-place`. */
export function placeOf(target: EventTarget | null): Place | undefined {
  const area = target instanceof Element ? target.closest<HTMLElement>('[data-place]') : null
  return area?.dataset.place as Place | undefined
}

/** Whether Ctrl or ⌘ C would copy text: then it is left to the browser. */
export function isTextSelected(): boolean {
  return globalThis.getSelection?.()?.isCollapsed === false
}

import type { MenuItem } from '#ui/menu.tsx'
import { findAct, type ImageAct, isTextSelected, type Place, type Subject } from './act.ts'
import { actsFor, copyAct } from './image-acts.ts'
import type { ImageCommands } from './image-commands.ts'

/** Performs the act for a key press on the subject, if there is one. */
export function performKey(event: KeyboardEvent, place: Place, subject: Subject, commands: ImageCommands): boolean {
  const act = findAct(actsFor(subject), event, place)
  if (!act || (act === copyAct && isTextSelected())) return false
  event.preventDefault()
  act.perform(subject, commands)
  return true
}

/** All acts for the subject, for its menu. The menu handles the keys that it shows. */
export function menuItemsFor(
  subject: Subject,
  commands: ImageCommands,
  perform: (act: ImageAct) => void = (act) => act.perform(subject, commands),
): MenuItem[] {
  return actsFor(subject).map((act) => ({
    label: act.label,
    icon: act.icon,
    danger: act.danger,
    keys: act.keys,
    onSelect: () => perform(act),
  }))
}

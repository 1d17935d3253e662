import type { MenuGroup, MenuItem } from '#ui/menu.tsx'
import { findAct, type ImageAct, isTextSelected, type Place, type Subject } from './act.ts'
import { actsFor, copyAct, labelActs, rateActs, rejectAct } from './image-acts.ts'
import type { ImageCommands } from './image-commands.ts'

/** Performs the act for a key press on the subject, if there is one. */
export function performKey(event: KeyboardEvent, place: Place, subject: Subject, commands: ImageCommands): boolean {
  const act = findAct(actsFor(subject), event, place)
  if (!act || (act === copyAct && isTextSelected())) return false
  event.preventDefault()
  act.perform(subject, commands)
  return true
}

interface MenuOptions {
  /** Acts that are offered beside the menu. */
  without?: readonly ImageAct[]
  perform?: ((act: ImageAct) => void) | undefined
}

const judging = [
  { heading: 'Rating', acts: [...rateActs, rejectAct] },
  { heading: 'Label', acts: labelActs },
] as const

/** All acts for the subject, for its menu. The menu handles the keys that it shows. */
export function menuItemsFor(
  subject: Subject,
  commands: ImageCommands,
  { without = [], perform = (act) => act.perform(subject, commands) }: MenuOptions = {},
): (MenuItem | MenuGroup)[] {
  const offered = actsFor(subject).filter((act) => !without.includes(act))
  const item = (act: ImageAct): MenuItem => ({
    label: act.label,
    icon: act.icon,
    danger: act.danger,
    keys: act.keys,
    onSelect: () => perform(act),
  })
  const plain = offered.filter((act) => !judging.some(({ acts }) => acts.includes(act)))
  const groups = judging.map(({ heading, acts }) => ({
    heading,
    items: acts.filter((act) => offered.includes(act)).map(item),
  }))
  return [...plain.map(item), ...groups.filter(({ items }) => items.length > 0)]
}

import { Ellipsis } from 'lucide-react'
import type { ImageAct, StageView } from '#acts/act.ts'
import { ActButton } from '#acts/act-button.tsx'
import { editAct, exportAct } from '#acts/image-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { menuItemsFor } from '#acts/image-keys.ts'
import { compareAct } from '#acts/view-acts.ts'
import type { Picture } from '#domain/picture.ts'
import { Menu } from '#ui/menu.tsx'
import { Toolbar } from '#ui/toolbar.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { HoldBefore } from './stage-toolbar.tsx'
import { railTools } from './tool-rail.tsx'

interface PhoneActsProps {
  picture: Picture
  view: StageView
  commands: ImageCommands
  /** There is an image that "before" can show. */
  hasBefore: boolean
  isBefore: boolean
  isComparing: boolean
}

const inRow: readonly ImageAct[] = [editAct, exportAct]

/** On a phone: tools and the acts that matter most in one row with words, all others in the menu "More". */
export function PhoneActs({ picture, view, commands, isComparing, ...before }: PhoneActsProps) {
  const active = useWorkspace((state) => state.tool)
  const isBinned = picture.shelf === 'bin'
  const control = (act: ImageAct) => (
    <ActButton act={act} disabled={!act.isOffered([picture])} onClick={() => act.perform([picture], commands)} />
  )
  return (
    <Toolbar
      label="Tools"
      className="flex h-14 items-center justify-between overflow-x-auto px-1 [&_button]:-outline-offset-2"
    >
      {!isBinned && control(editAct)}
      {!isBinned &&
        railTools.map(({ id, act }) => (
          <ActButton key={id} act={act} aria-pressed={active === id} onClick={() => act.perform(view)} />
        ))}
      <ActButton act={compareAct} aria-pressed={isComparing} onClick={view.compare} />
      <HoldBefore view={view} {...before} className="max-[380px]:hidden" />
      {!isBinned && control(exportAct)}
      <Menu label="More" word="More" icon={Ellipsis} items={menuItemsFor([picture], commands, { without: inRow })} />
    </Toolbar>
  )
}

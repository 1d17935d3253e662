import type { StageView, ViewAct } from '#acts/act.ts'
import { ActButton } from '#acts/act-button.tsx'
import { exportAct } from '#acts/image-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { annotateAct, areaAct, cropAct } from '#acts/tool-acts.ts'
import type { Picture } from '#domain/picture.ts'
import { Toolbar } from '#ui/toolbar.tsx'
import { useMedia } from '#ui/use-media.ts'
import { type ToolId, useWorkspace } from '#workspace/workspace.ts'

/** The tools that draw on the image, in the order of the rail. */
export const railTools: readonly { id: ToolId; act: ViewAct }[] = [
  { id: 'area', act: areaAct },
  { id: 'crop', act: cropAct },
  { id: 'annotate', act: annotateAct },
]

interface ToolRailProps {
  picture: Picture
  view: StageView
  commands: ImageCommands
}

/** The tools of the stage: beside the image if the window is wide, else below it. On a phone see `PhoneActs`. */
export function ToolRail({ picture, view, commands }: ToolRailProps) {
  const active = useWorkspace((state) => state.tool)
  const isBelow = useMedia('(width < 1200px)')
  return (
    <Toolbar
      label="Tools"
      orientation={isBelow ? 'horizontal' : 'vertical'}
      className={
        isBelow ? 'flex h-full items-center justify-center gap-1 px-1' : 'flex flex-col items-center gap-1 py-1'
      }
    >
      {railTools.map(({ id, act }) => (
        <ActButton key={id} act={act} aria-pressed={active === id} onClick={() => act.perform(view)} />
      ))}
      <ActButton act={exportAct} onClick={() => exportAct.perform([picture], commands)} />
    </Toolbar>
  )
}

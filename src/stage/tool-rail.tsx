import type { StageView, ViewAct } from '#acts/act.ts'
import { ActButton } from '#acts/act-button.tsx'
import { areaAct, cropAct } from '#acts/tool-acts.ts'
import { Toolbar } from '#ui/toolbar.tsx'
import { useMedia } from '#ui/use-media.ts'
import { type ToolId, useWorkspace } from '#workspace/workspace.ts'

const tools: readonly { id: ToolId; act: ViewAct }[] = [
  { id: 'area', act: areaAct },
  { id: 'crop', act: cropAct },
]

/** The tools of the stage: a column beside the image, on a phone a row of words under it. */
export function ToolRail({ view }: { view: StageView }) {
  const active = useWorkspace((state) => state.tool)
  const isPhone = useMedia('(width < 768px)')
  return (
    <Toolbar
      label="Tools"
      orientation={isPhone ? 'horizontal' : 'vertical'}
      className={isPhone ? 'flex justify-center gap-1 px-1' : 'flex flex-col items-center gap-1 py-1'}
    >
      {tools.map(({ id, act }) => (
        <ActButton key={id} act={act} aria-pressed={active === id} onClick={() => act.perform(view)} />
      ))}
    </Toolbar>
  )
}

import { CalendarSearch, Eye, LayoutGrid, Maximize2 } from 'lucide-react'
import { galleryAct } from '#acts/app-acts.ts'
import { jumpAct, surveyAct } from '#acts/gallery-acts.ts'
import { Button } from '#ui/button.tsx'
import { Popover } from '#ui/popover.tsx'
import { Range } from '#ui/range.tsx'
import { describeShortcut } from '#ui/shortcut.ts'
import { Switch } from '#ui/switch.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { tileLimits } from './use-tile-layout.ts'

interface ViewPanelProps {
  /** Absent if the order is not by time. */
  onJump: (() => void) | undefined
  onSurvey: () => void
}

/** Options for tiles, and other views of the images. */
export function ViewPanel({ onJump, onSurvey }: ViewPanelProps) {
  const tilePx = useWorkspace((state) => state.tilePx)
  const isNatural = useWorkspace((state) => state.naturalTiles)
  const isStacked = useWorkspace((state) => state.stackBatches)
  const { adjust, show } = useWorkspace.getState()
  return (
    <Popover label="View" icon={LayoutGrid}>
      {(close) => {
        const leave = (act: () => void) => () => {
          close()
          act()
        }
        return (
          <div className="flex flex-col gap-3">
            <Range
              label="Tile size"
              value={tilePx}
              min={tileLimits.min}
              max={tileLimits.max}
              step={4}
              low="small"
              high="large"
              onChange={(px) => adjust({ tilePx: px })}
            />
            <Switch label="Natural ratios" checked={isNatural} onChange={(naturalTiles) => adjust({ naturalTiles })} />
            <Switch label="Stack batches" checked={isStacked} onChange={(stackBatches) => adjust({ stackBatches })} />
            <div className="flex flex-col border-line border-t pt-2">
              {onJump && <Way act={jumpAct} icon={CalendarSearch} onPress={leave(onJump)} />}
              <Way act={surveyAct} icon={Eye} onPress={leave(onSurvey)} />
              <span className="flex flex-col max-middle:hidden">
                <Way act={galleryAct} icon={Maximize2} onPress={leave(() => show('gallery'))} />
              </span>
            </div>
          </div>
        )
      }}
    </Popover>
  )
}

function Way({ act, icon, onPress }: { act: typeof jumpAct; icon: typeof Eye; onPress: () => void }) {
  const [keys = ''] = act.keys
  return (
    <Button variant="quiet" icon={icon} className="justify-start" onClick={onPress}>
      <span className="flex-1 text-left">{act.word ?? act.label}</span>
      <kbd aria-hidden className="font-sans text-faint text-xs pointer-coarse:hidden">
        {describeShortcut(keys)}
      </kbd>
    </Button>
  )
}

import {
  Copy,
  Download,
  Eye,
  ImagePlus,
  Minus,
  Plus,
  Scan,
  SlidersHorizontal,
  SquareSplitHorizontal,
  Trash2,
} from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { type PictureActions, recipeOf } from '#acts/picture-actions.ts'
import type { Picture } from '#domain/picture.ts'
import { Button, IconButton } from '#ui/button.tsx'
import type { Zoom } from './use-zoom.ts'

interface StageToolbarProps {
  picture: Picture
  zoom: Zoom
  actions: PictureActions
  /** There is a picture it was made from. */
  hasParent: boolean
  isBefore: boolean
  onBefore: (held: boolean) => void
  isComparing: boolean
  onCompare: () => void
  onBin: () => void
}

/** All that can be done with the picture on the stage, in one line; narrow stages leave out what pinch and wheel can do. */
export function StageToolbar(props: StageToolbarProps) {
  return (
    <div className="@container shrink-0 border-line border-b bg-panel">
      <div role="toolbar" aria-label="Image" className="flex h-11 items-center gap-0.5 px-1 max-middle:justify-between">
        <ZoomControls zoom={props.zoom} />
        <Rule />
        <CompareControls {...props} />
        <PictureControls {...props} />
      </div>
    </div>
  )
}

function Rule() {
  return <span aria-hidden className="mx-1 h-4 w-px shrink-0 bg-line @max-md:hidden" />
}

function ZoomControls({ zoom }: Pick<StageToolbarProps, 'zoom'>) {
  return (
    <>
      <IconButton label="Zoom out" icon={Minus} shortcut="-" onClick={zoom.zoomOut} className="@max-lg:hidden" />
      <span className="w-12 text-center text-faint text-xs @max-lg:hidden">{zoom.percent}%</span>
      <IconButton label="Zoom in" icon={Plus} shortcut="plus" onClick={zoom.zoomIn} className="@max-lg:hidden" />
      <IconButton label="Fit" icon={Scan} shortcut="0" pressed={zoom.isFit} onClick={zoom.fit} />
      <Button
        variant="quiet"
        aria-keyshortcuts="1"
        data-tip="One image pixel per screen pixel"
        data-tip-keys="1"
        onClick={zoom.full}
        className="text-xs @max-md:hidden"
      >
        100%
      </Button>
    </>
  )
}

function CompareControls({ hasParent, isBefore, onBefore, isComparing, onCompare }: StageToolbarProps) {
  const onKey = (event: KeyboardEvent, held: boolean) => {
    if (event.key !== ' ' && event.key !== 'Enter') return
    event.preventDefault()
    onBefore(held)
  }
  return (
    <>
      <IconButton
        label="Before (hold)"
        icon={Eye}
        shortcut="b"
        pressed={isBefore}
        disabled={!hasParent}
        onPointerDown={() => onBefore(true)}
        onPointerUp={() => onBefore(false)}
        onPointerLeave={() => onBefore(false)}
        onPointerCancel={() => onBefore(false)}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => onKey(event, true)}
        onKeyUp={(event) => onKey(event, false)}
        onBlur={() => onBefore(false)}
        className="touch-none"
      />
      <IconButton label="Compare" icon={SquareSplitHorizontal} shortcut="c" pressed={isComparing} onClick={onCompare} />
    </>
  )
}

function PictureControls({ picture, actions, onBin }: StageToolbarProps) {
  return (
    <div className="ml-auto flex items-center gap-0.5 max-middle:contents">
      <Button
        icon={ImagePlus}
        aria-label="Use as input"
        aria-keyshortcuts="U"
        data-tip="Edit from this image"
        data-tip-keys="U"
        onClick={() => actions.takeAsInput(picture)}
        className="mr-1 max-middle:mr-0 @max-xl:px-2"
      >
        <span className="@max-xl:hidden">Use as input</span>
      </Button>
      <IconButton
        label="Reuse prompt and settings"
        icon={SlidersHorizontal}
        shortcut="r"
        disabled={recipeOf(picture) === undefined}
        onClick={() => actions.recallSettings(picture)}
      />
      <IconButton label="Download" icon={Download} shortcut="d" onClick={() => void actions.download(picture)} />
      <IconButton label="Copy" icon={Copy} shortcut="mod+c" onClick={() => void actions.copy(picture)} />
      <IconButton label="Move to bin" icon={Trash2} shortcut="x" disabled={picture.shelf === 'bin'} onClick={onBin} />
    </div>
  )
}

import type { KeyboardEvent } from 'react'
import type { ImageAct, StageView } from '#acts/act.ts'
import { ActButton, IconAct } from '#acts/act-button.tsx'
import { binAct, copyAct, downloadAct, editAct, reuseAct } from '#acts/image-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { beforeAct, compareAct, fitAct, fullAct, zoomInAct, zoomOutAct } from '#acts/view-acts.ts'
import type { Picture } from '#domain/picture.ts'
import { Button } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { describeShortcut, toAriaShortcut } from '#ui/shortcut.ts'
import { Toolbar } from '#ui/toolbar.tsx'
import type { Zoom } from './use-zoom.ts'

interface StageToolbarProps {
  picture: Picture
  zoom: Zoom
  view: StageView
  commands: ImageCommands
  /** There is an image that "before" can show. */
  hasBefore: boolean
  isBefore: boolean
  isComparing: boolean
}

/**
 * Acts for the image on the stage, in one row: zoom at its start, acts at its end. The first acts have words if there
 * is room.
 */
export function StageToolbar(props: StageToolbarProps) {
  return (
    <div className="@container">
      <Toolbar label="Image" className="flex h-11 items-center gap-0.5 px-1 middle:max-wide:h-10">
        <ZoomControls zoom={props.zoom} view={props.view} />
        <span className="ml-auto" />
        <ImageControls {...props} />
      </Toolbar>
    </div>
  )
}

const [fullKeys = ''] = fullAct.keys

function ZoomControls({ zoom, view }: Pick<StageToolbarProps, 'zoom' | 'view'>) {
  return (
    <span className="flex items-center gap-0.5">
      <span className="flex items-center gap-0.5 @max-sm:hidden">
        <IconAct act={zoomOutAct} onClick={view.zoomOut} />
        <span className="w-11 text-center text-faint text-xs">{`${zoom.percent}%`}</span>
        <IconAct act={zoomInAct} onClick={view.zoomIn} />
      </span>
      <IconAct act={fitAct} pressed={zoom.isFit} onClick={view.fit} />
      <Button
        variant="quiet"
        aria-keyshortcuts={toAriaShortcut(fullKeys)}
        data-tip={fullAct.hint}
        data-tip-keys={describeShortcut(fullKeys)}
        onClick={view.full}
        className="text-xs @max-lg:hidden"
      >
        {fullAct.label}
      </Button>
    </span>
  )
}

function ImageControls({ picture, commands, ...compare }: StageToolbarProps) {
  const control = (act: ImageAct, look: { worded?: boolean } = {}) => (
    <ActButton
      {...look}
      act={act}
      disabled={!act.isOffered([picture])}
      onClick={() => act.perform([picture], commands)}
    />
  )
  return (
    <>
      {control(editAct, { worded: true })}
      <ActButton act={compareAct} worded aria-pressed={compare.isComparing} onClick={compare.view.compare} />
      <HoldBefore {...compare} />
      {control(downloadAct, { worded: true })}
      {control(reuseAct)}
      {control(copyAct)}
      {control(binAct)}
    </>
  )
}

interface HoldBeforeProps extends Pick<StageToolbarProps, 'view' | 'hasBefore' | 'isBefore'> {
  className?: string
}

/** Shows the source while it is pressed. */
export function HoldBefore({ view, hasBefore, isBefore, className }: HoldBeforeProps) {
  const onKey = (event: KeyboardEvent, held: boolean) => {
    if (event.key !== ' ' && event.key !== 'Enter') return
    event.preventDefault()
    view.before(held)
  }
  return (
    <ActButton
      act={beforeAct}
      aria-pressed={isBefore}
      disabled={!hasBefore}
      onPointerDown={() => view.before(true)}
      onPointerUp={() => view.before(false)}
      onPointerLeave={() => view.before(false)}
      onPointerCancel={() => view.before(false)}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => onKey(event, true)}
      onKeyUp={(event) => onKey(event, false)}
      onBlur={() => view.before(false)}
      className={classes('touch-none', className)}
    />
  )
}

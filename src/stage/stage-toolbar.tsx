import {
  Copy,
  Download,
  Eye,
  ImagePlus,
  type LucideIcon,
  Minus,
  Plus,
  Scan,
  SlidersHorizontal,
  SquareSplitHorizontal,
  Trash2,
} from 'lucide-react'
import type { ComponentProps, KeyboardEvent } from 'react'
import { type PictureActions, recipeOf } from '#acts/picture-actions.ts'
import type { Picture } from '#domain/picture.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { describeShortcut, toAriaShortcut } from '#ui/shortcut.ts'
import { Toolbar } from '#ui/toolbar.tsx'
import type { Zoom } from './use-zoom.ts'

interface StageToolbarProps {
  picture: Picture
  zoom: Zoom
  actions: PictureActions
  /** There is an image that "before" can show. */
  hasBefore: boolean
  isBefore: boolean
  onBefore: (held: boolean) => void
  isComparing: boolean
  onCompare: () => void
  onBin: () => void
}

/**
 * What can be done with the image on the stage, in one line: zoom at its start, acts at its end. The first acts carry words
 * where there is room; on a phone all do, and zoom is left to the fingers.
 */
export function StageToolbar(props: StageToolbarProps) {
  return (
    <div className="@container">
      <Toolbar
        label="Image"
        className="flex h-11 items-center gap-0.5 px-1 max-middle:h-14 max-middle:justify-between max-middle:overflow-x-auto"
      >
        <ZoomControls zoom={props.zoom} />
        <span className="ml-auto max-middle:hidden" />
        <PictureControls {...props} />
      </Toolbar>
    </div>
  )
}

function ZoomControls({ zoom }: Pick<StageToolbarProps, 'zoom'>) {
  return (
    <span className="flex items-center gap-0.5 max-middle:hidden">
      <IconButton label="Zoom out" icon={Minus} shortcut="-" onClick={zoom.zoomOut} />
      <span className="w-11 text-center text-faint text-xs">{`${zoom.percent}%`}</span>
      <IconButton label="Zoom in" icon={Plus} shortcut="plus" onClick={zoom.zoomIn} />
      <IconButton label="Fit" icon={Scan} shortcut="0" pressed={zoom.isFit} onClick={zoom.fit} />
      <Button
        variant="quiet"
        aria-keyshortcuts="1"
        data-tip="One image pixel per screen pixel"
        data-tip-keys="1"
        onClick={zoom.full}
        className="text-xs @max-lg:hidden"
      >
        100%
      </Button>
    </span>
  )
}

function PictureControls({ picture, actions, onBin, ...compare }: StageToolbarProps) {
  return (
    <>
      <Act
        label="Use as input"
        word="Use as input"
        icon={ImagePlus}
        shortcut="u"
        worded
        onClick={() => actions.takeAsInput(picture)}
      />
      <Act
        label="Compare"
        icon={SquareSplitHorizontal}
        shortcut="c"
        worded
        aria-pressed={compare.isComparing}
        onClick={compare.onCompare}
      />
      <HoldBefore {...compare} />
      <Act label="Download" icon={Download} shortcut="d" worded onClick={() => void actions.download(picture)} />
      <Act
        label="Reuse prompt and settings"
        word="Reuse"
        icon={SlidersHorizontal}
        shortcut="r"
        disabled={recipeOf(picture) === undefined}
        onClick={() => actions.recallSettings(picture)}
      />
      <Act
        label="Copy"
        icon={Copy}
        shortcut="mod+c"
        onClick={() => void actions.copy(picture)}
        className="max-middle:hidden"
      />
      <Act
        label="Move to bin"
        word="Bin"
        icon={Trash2}
        shortcut="x"
        disabled={picture.shelf === 'bin'}
        onClick={onBin}
      />
    </>
  )
}

function HoldBefore({ hasBefore, isBefore, onBefore }: Pick<StageToolbarProps, 'hasBefore' | 'isBefore' | 'onBefore'>) {
  const onKey = (event: KeyboardEvent, held: boolean) => {
    if (event.key !== ' ' && event.key !== 'Enter') return
    event.preventDefault()
    onBefore(held)
  }
  return (
    <Act
      label="Before (hold)"
      word="Before"
      icon={Eye}
      shortcut="b"
      aria-pressed={isBefore}
      disabled={!hasBefore}
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
  )
}

interface ActProps extends ComponentProps<'button'> {
  /** The accessible name, which holds `word`. */
  label: string
  /** What is written, where something is; the label if not given. */
  word?: string
  icon: LucideIcon
  shortcut: string
  /** It carries its word also on a wide stage. */
  worded?: boolean
}

/** One act: a drawing, with its word beside it where there is room, and below it on a phone. */
function Act({ label, word = label, icon: Icon, shortcut, worded = false, className, ...rest }: ActProps) {
  return (
    <button
      {...rest}
      type="button"
      aria-label={label}
      aria-keyshortcuts={toAriaShortcut(shortcut)}
      data-tip={label}
      data-tip-keys={describeShortcut(shortcut)}
      className={classes(
        'inline-flex h-8 min-w-8 shrink-0 select-none items-center justify-center gap-1.5 rounded-sm border border-transparent text-soft text-sm transition-colors',
        'hover:bg-hover hover:text-ink disabled:cursor-not-allowed disabled:bg-transparent disabled:text-faint disabled:opacity-60',
        'aria-pressed:border-line-strong aria-pressed:bg-raised aria-pressed:text-ink aria-[pressed=false]:border-transparent aria-[pressed=false]:bg-transparent',
        'max-middle:h-12 max-middle:min-w-12 max-middle:flex-col max-middle:gap-0.5 max-middle:px-1 max-middle:text-xs',
        worded && 'middle:px-2',
        className,
      )}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      <span className={worded ? 'middle:@max-2xl:hidden' : 'middle:hidden'}>{word}</span>
    </button>
  )
}

// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid places its rows itself, which a table does not allow
import { memo, type RefObject, useEffect, useMemo, useRef } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { jumpAct } from '#acts/gallery-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { useImageCommands } from '#acts/use-image-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import { describeShortcut } from '#ui/shortcut.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import type { CellActs } from './cell-acts.ts'
import type { Contents } from './contents.ts'
import { GridCell } from './grid-cell.tsx'
import { createGridHandlers } from './grid-keys.ts'
import { type Item, keyOf } from './items.ts'
import { type Line, type Lines, layLines } from './lines.ts'
import type { RunView } from './run-screens.ts'
import type { Selection } from './selection.ts'
import { type CellActsParts, type MovesParts, useCellActs, useMoves } from './use-cell-acts.ts'
import { useRoving } from './use-roving.ts'
import { useRubberBand } from './use-rubber-band.ts'
import { gapPx, type TileLayout, useTileLayout } from './use-tile-layout.ts'

interface GalleryGridProps extends CellActsParts, MovesParts {
  /** Its accessible name. */
  label?: string
  /** Which of the shelf's positions are visible. */
  onSeen: (from: number, to: number) => void
  /** How runs are shown; the bin has none. */
  runView?: RunView | undefined
  /** Opens the choice of a date, by a press on the heading of a day; absent where there is none. */
  onJump?: (() => void) | undefined
  /** Where the selection bar finds the commands of the grid. */
  commandsRef?: RefObject<ImageCommands | undefined>
  /** Set to a function that scrolls to a place. */
  goRef?: RefObject<((place: number) => void) | undefined>
}

/** The scroller's padding above the first row: `pt-3`. */
const topPx = 12
const headingPx = 36
/** The first heading has room above it already. */
const firstHeadingPx = 20

/** The virtual grid of the gallery and of the bin: the rendered and loaded amount does not depend on the total. */
export const GalleryGrid = memo(function GalleryGrid(props: GalleryGridProps) {
  const { label = 'Gallery', contents, runView, select, onSeen, onJump, commandsRef, goRef } = props
  const images = useImageCommands()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const { layout, lines } = useLines(scroller, contents)
  const columns = layout?.columns ?? 1
  const lead = useMemo(() => new Set(contents.lead.map(keyOf)), [contents.lead])
  const staged = useWorkspace((state) => state.selected)
  const { place, lineIndex, commands } = useRoving({ contents, lines }, scroller, list)
  const moves = useMoves(props, commands)
  const acts = useCellActs(props, images, commands, moves)
  useEffect(() => {
    if (commandsRef) commandsRef.current = acts.commands
    if (goRef) goRef.current = commands.goTo
  }, [commandsRef, goRef, acts, commands])
  const rowPx = (layout?.tilePx ?? 0) + gapPx
  const pageRows = () => Math.max(1, Math.floor((list.current?.viewportSize ?? 0) / rowPx))
  const handlers = createGridHandlers({ contents, lines, pageRows, roving: commands, acts, select })
  const band = useRubberBand({ scroller, list, lines, contents, layout, select })
  const seen = useSeen(lines, list, contents, onSeen)
  const cells = { contents, columns, place, staged, lead, runView, acts, onJump, selection: select.selection }
  const rows: ArrayLike<unknown> = { length: lines.length }

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={lines.length}
      aria-colcount={columns}
      aria-multiselectable
      tabIndex={-1}
      {...handlers}
      {...band.handlers}
      className="relative min-h-0 flex-1 select-none overflow-y-auto outline-none overscroll-contain pt-3 pb-2 [scrollbar-gutter:stable] [scrollbar-width:thin]"
    >
      {layout && (
        <Virtualizer
          ref={list}
          data={rows}
          itemSize={rowPx}
          bufferSize={rowPx}
          startMargin={topPx}
          onScroll={seen}
          {...(lineIndex >= 0 ? { keepMounted: [lineIndex] } : {})}
        >
          {(_, index) => (
            <GridLine
              key={keyOfLine(lines.at(index), index, contents)}
              line={lines.at(index)}
              index={index}
              {...cells}
            />
          )}
        </Virtualizer>
      )}
      {band.box && (
        <div aria-hidden className="pointer-events-none absolute border border-ink bg-hover/50" style={band.box} />
      )}
    </div>
  )
})

/** All lines at the present width, with square tiles or natural ratios. */
function useLines(
  scroller: RefObject<HTMLDivElement | null>,
  contents: Contents,
): { layout: TileLayout | undefined; lines: Lines } {
  const wishPx = useWorkspace((state) => state.tilePx)
  const isNatural = useWorkspace((state) => state.naturalTiles)
  const layout = useTileLayout(scroller, wishPx)
  const lines = useMemo(() => {
    if (!layout) return layLines([], { columns: 1 })
    const { columns, widthPx, tilePx: heightPx } = layout
    const ratios = { of: contents.ratioAt, widthPx, heightPx, gapPx }
    return layLines(contents.sections, isNatural ? { columns, ratios } : { columns })
  }, [layout, contents, isNatural])
  return { layout, lines }
}

/** Reports which positions are in view, after each render and while scrolling. */
function useSeen(
  lines: Lines,
  list: RefObject<VirtualizerHandle | null>,
  contents: Contents,
  onSeen: (from: number, to: number) => void,
): () => void {
  const tell = () => {
    const handle = list.current
    if (!handle) return
    const first = firstPlace(lines, handle.findItemIndex(handle.scrollOffset))
    const last = firstPlace(lines, handle.findItemIndex(handle.scrollOffset + Math.max(handle.viewportSize, 400)) + 1)
    const { from, to } = contents.shelfRange(first, last)
    onSeen(Math.max(0, from), Math.max(0, to))
  }
  useEffect(tell)
  return tell
}

function firstPlace(lines: Lines, index: number): number {
  for (let at = index; at < lines.length; at += 1) {
    const line = lines.at(at)
    if (line && line.kind !== 'heading') return line.first
  }
  return lines.places
}

/** Cards keep their element when rows before them change; tiles reflow, so their lines are identified by position. */
function keyOfLine(line: Line | undefined, index: number, contents: Contents): string {
  const card = line?.kind === 'card' ? contents.itemAt(line.first) : undefined
  return card ? card.id : `${line?.kind} ${index}`
}

interface GridLineProps {
  line: Line | undefined
  index: number
  columns: number
  contents: Contents
  /** The one position in the tab order. */
  place: number
  staged: PictureId | undefined
  lead: ReadonlySet<string>
  runView: RunView | undefined
  acts: CellActs
  onJump: (() => void) | undefined
  selection: Selection
}

function GridLine(props: GridLineProps) {
  const { line, index, columns, contents, place, staged, lead, runView, acts, selection } = props
  if (!line || line.kind === 'heading') return <Heading title={line?.title ?? ''} {...props} />
  const places = Array.from({ length: line.count }, (_, at) => line.first + at)
  const isPicked = ({ id }: Item, stack?: readonly PictureId[]) =>
    selection.ids.size > 0 && (stack ?? [id as PictureId]).every((each) => selection.ids.has(each))
  const isOnStage = ({ id }: Item, stack?: readonly PictureId[]) =>
    id === staged || stack?.some((each) => each === staged) === true
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the cells take the focus
    <div role="row" aria-rowindex={index + 1} className="grid" style={rowStyle(line, columns, places, contents)}>
      {places.map((at) => {
        const item = contents.itemAt(at)
        if (!item) return <LoadingCell key={`place ${at}`} />
        const { stack, opened } = contents.groupAt(at)
        const [picked, isStaged] = [isPicked(item, stack), isOnStage(item, stack)]
        return (
          <GridCell
            key={keyOf(item)}
            item={item}
            place={at}
            stack={stack}
            opened={opened}
            span={line.kind === 'card' ? columns : 1}
            isActive={at === place}
            isSelected={selection.ids.size > 0 ? picked : isStaged}
            isPicked={picked}
            isStaged={isStaged}
            isNatural={line.heightPx !== undefined}
            isLead={lead.has(keyOf(item))}
            runView={runView}
            acts={acts}
          />
        )
      })}
    </div>
  )
}

/** Placeholder for an image that is being read. */
function LoadingCell() {
  return <div role="gridcell" aria-busy tabIndex={-1} className="aspect-square rounded-sm bg-hover" />
}

type HeadingProps = Pick<GridLineProps, 'index' | 'columns' | 'onJump'> & { title: string }

function Heading({ title, index, columns, onJump }: HeadingProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the keys pass over it; its button has a key and a place in a menu
    <div
      role="row"
      aria-rowindex={index + 1}
      className="flex items-end pb-2"
      style={{ height: index === 0 ? firstHeadingPx : headingPx }}
    >
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <span role="rowheader" aria-colspan={columns} className="text-faint text-xs">
        {onJump ? (
          <button
            type="button"
            tabIndex={-1}
            data-tip={jumpAct.label}
            data-tip-keys={jumpAct.keys[0] && describeShortcut(jumpAct.keys[0])}
            // The whole line can be pressed, not only its words.
            className="relative after:absolute after:-inset-x-2 after:-top-3 after:-bottom-2 hover:text-ink"
            onClick={onJump}
          >
            {title}
          </button>
        ) : (
          title
        )}
      </span>
    </div>
  )
}

function rowStyle(
  line: Exclude<Line, { kind: 'heading' }>,
  columns: number,
  places: readonly number[],
  contents: Contents,
) {
  const shared = { gap: gapPx, paddingBottom: gapPx }
  const { heightPx } = line
  if (line.kind === 'card') return { ...shared, gridTemplateColumns: 'minmax(0, 1fr)' }
  if (heightPx === undefined) return { ...shared, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }
  const widths = places.map((place) => `${Math.min(4, Math.max(0.4, contents.ratioAt(place))) * heightPx}px`)
  return { ...shared, height: heightPx + gapPx, gridTemplateColumns: widths.join(' ') }
}

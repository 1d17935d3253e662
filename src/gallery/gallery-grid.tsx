// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid places its rows itself, which a table does not allow
import { type FocusEvent, type KeyboardEvent, type ReactNode, useMemo, useRef } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { ImageCommands } from '#acts/image-commands.ts'
import { performKey } from '#acts/image-keys.ts'
import { useImageCommands } from '#acts/use-image-commands.ts'
import type { NonEmpty, PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { useToday } from '#ui/use-today.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { type Contents, type Item, isRun, itemsOf, keyOf, type Row, toRows } from './gallery-rows.ts'
import { type CellActs, GridCell } from './grid-cell.tsx'
import { movePlace } from './grid-keys.ts'
import type { RunView } from './run-screens.ts'
import { type RovingCommands, useRoving } from './use-roving.ts'
import { gapPx, useTileLayout } from './use-tile-layout.ts'

interface GalleryGridProps {
  /** Its accessible name. */
  label?: string
  contents: Contents
  /** How runs are drawn; the bin holds none. */
  runView?: RunView
  /** Asks, then deletes permanently; only the bin offers it. */
  onDelete?: ((images: NonEmpty<Picture>) => void) | undefined
  onSettings: () => void
}

/** The scroller's padding above the first row: `pt-3`. */
const topPx = 12
const headingPx = 36
/** There is air above it already. */
const firstHeadingPx = 20

/** The virtual grid of the gallery and of the bin: what is drawn does not depend on how much there is. */
export function GalleryGrid({ label = 'Gallery', contents, runView, onDelete, onSettings }: GalleryGridProps) {
  const images = useImageCommands()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const layout = useTileLayout(scroller)
  const columns = layout?.columns ?? 1
  const today = useToday()
  const rows = useMemo(() => (layout ? toRows(contents, columns, today) : []), [contents, layout, columns, today])
  const lead = useMemo(() => new Set(contents.lead.map(keyOf)), [contents.lead])
  const selected = useWorkspace((state) => state.selected)
  const { activeKey, place, rowIndex, commands } = useRoving(rows, list)
  const acts = useCellActs({ onDelete, onSettings }, images, commands)
  const rowPx = (layout?.tilePx ?? 0) + gapPx
  const pageRows = () => Math.max(1, Math.floor((list.current?.viewportSize ?? 0) / rowPx))
  const handlers = createGridHandlers({ rows, place, pageRows, commands, acts })

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length}
      aria-colcount={columns}
      {...handlers}
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain pt-3 pb-2 [scrollbar-gutter:stable] [scrollbar-width:thin]"
    >
      {layout && (
        <Virtualizer
          ref={list}
          data={rows}
          itemSize={rowPx}
          bufferSize={rowPx}
          startMargin={topPx}
          {...(rowIndex >= 0 ? { keepMounted: [rowIndex] } : {})}
        >
          {(row, index) => (
            <GridRow key={keyOfRow(row, index)} row={row} index={index} columns={columns}>
              {(item) => (
                <GridCell
                  key={keyOf(item)}
                  item={item}
                  span={row.kind === 'card' ? columns : 1}
                  isActive={keyOf(item) === activeKey}
                  isSelected={item.id === selected}
                  isLead={lead.has(keyOf(item))}
                  runView={runView}
                  acts={acts}
                />
              )}
            </GridRow>
          )}
        </Virtualizer>
      )}
    </div>
  )
}

/** Cards keep their element when rows before them come and go; tiles flow, so a line is known by its place. */
function keyOfRow(row: Row, index: number): string {
  return row.kind === 'card' ? row.run.id : `${row.kind} ${index}`
}

interface GridRowProps {
  row: Row
  index: number
  columns: number
  children: (item: Item) => ReactNode
}

function GridRow({ row, index, columns, children }: GridRowProps) {
  if (row.kind === 'heading') {
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: a heading holds nothing to do; the keys pass over it
      <div
        role="row"
        aria-rowindex={index + 1}
        className="flex items-end pb-2"
        style={{ height: index === 0 ? firstHeadingPx : headingPx }}
      >
        {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
        <span role="rowheader" aria-colspan={columns} className="text-faint text-xs">
          {row.title}
        </span>
      </div>
    )
  }
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the cells take the focus
    <div
      role="row"
      aria-rowindex={index + 1}
      className="grid"
      style={{
        gap: gapPx,
        paddingBottom: gapPx,
        gridTemplateColumns: row.kind === 'card' ? 'minmax(0, 1fr)' : `repeat(${columns}, minmax(0, 1fr))`,
      }}
    >
      {itemsOf(row).map(children)}
    </div>
  )
}

interface GridHandlers {
  rows: readonly Row[]
  place: number
  pageRows: () => number
  commands: RovingCommands
  acts: CellActs
}

/** Keys and focus, for all cells in one place. */
function createGridHandlers({ rows, place, pageRows, commands, acts }: GridHandlers) {
  return {
    onKeyDown(event: KeyboardEvent) {
      const item = itemUnder(event, commands)
      if (!item || event.altKey) return
      const next = movePlace(rows, place, event.key, pageRows())
      if (next === undefined) return pressOn(item, event, acts)
      event.preventDefault()
      commands.focusPlace(next)
    },
    onFocus({ target }: FocusEvent) {
      const key = target.closest<HTMLElement>('[data-key]')?.dataset.key
      if (key) commands.follow(key)
    },
  }
}

/** Keys are for the cell itself, not for what stands in it. */
function itemUnder({ target }: { target: EventTarget }, roving: RovingCommands): Item | undefined {
  if (!(target instanceof HTMLElement) || !target.matches('[role="gridcell"]')) return undefined
  return roving.itemAt(roving.placeOf(target.dataset.key ?? '') ?? -1)
}

/** Opens the item, or does the act that the key stands for. */
function pressOn(item: Item, event: KeyboardEvent, acts: CellActs): void {
  const opens = (event.key === 'Enter' || event.key === ' ') && !event.ctrlKey && !event.metaKey
  if (opens) {
    event.preventDefault()
    if (isRun(item)) event.currentTarget.querySelector<HTMLElement>(':focus button')?.focus()
    else acts.open(item)
  } else if (!isRun(item)) {
    performKey(event.nativeEvent, 'gallery', [item], acts.commands)
  }
}

/** One object for all cells, so that a moved focus draws two cells anew and not all. */
function useCellActs(
  { onDelete, onSettings }: Omit<GalleryGridProps, 'contents'>,
  commands: ImageCommands,
  roving: RovingCommands,
): CellActs {
  return useMemo(() => {
    /** Before images leave the grid, the focus, if it is here, goes to a neighbour. Gives the image that takes their place. */
    const passOn = (images: NonEmpty<Picture>): PictureId | undefined => {
      const leaving = new Set(images.map(keyOf))
      const places = images.map((image) => roving.placeOf(keyOf(image)) ?? 0)
      let after = Math.max(...places) + 1
      if (!roving.itemAt(after)) after = Math.min(...places) - 1
      if (document.activeElement?.closest('[role="grid"]')) roving.focusPlace(after)
      const next = roving.itemAt(after)
      return next && !isRun(next) && !leaving.has(keyOf(next)) ? next.id : undefined
    }
    const { choose, show } = useWorkspace.getState()
    return {
      register: roving.register,
      open(picture) {
        choose(picture.id)
        show('stage')
      },
      openSettings: onSettings,
      commands: {
        ...commands,
        moveToBin: (images) => commands.moveToBin(images, passOn(images)),
        restore(images) {
          passOn(images)
          return commands.restore(images)
        },
        askToDelete: (images) => onDelete?.(images),
      },
    }
  }, [commands, roving, onDelete, onSettings])
}

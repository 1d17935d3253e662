// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid places its rows itself, which a table does not allow
import { type ClipboardEvent, type FocusEvent, type KeyboardEvent, type ReactNode, useMemo, useRef } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { PictureActions } from '#acts/picture-actions.ts'
import { usePictureActions } from '#acts/use-picture-actions.ts'
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
  /** Asks, then deletes for ever; only the bin offers it. */
  onDelete?: ((picture: Picture) => void) | undefined
  onSettings: () => void
}

/** The scroller's padding above the first row: `pt-3`. */
const topPx = 12
const headingPx = 36
/** There is air above it already. */
const firstHeadingPx = 20

/** The virtual grid of the gallery and of the bin: what is drawn does not depend on how much there is. */
export function GalleryGrid({ label = 'Gallery', contents, runView, onDelete, onSettings }: GalleryGridProps) {
  const actions = usePictureActions()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const layout = useTileLayout(scroller)
  const columns = layout?.columns ?? 1
  const today = useToday()
  const rows = useMemo(() => (layout ? toRows(contents, columns, today) : []), [contents, layout, columns, today])
  const lead = useMemo(() => new Set(contents.lead.map(keyOf)), [contents.lead])
  const selected = useWorkspace((state) => state.selected)
  const { activeKey, place, rowIndex, commands } = useRoving(rows, list)
  const acts = useCellActs({ actions, onDelete, onSettings }, commands)
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

/** Keys, clipboard and focus, for all cells in one place. */
function createGridHandlers({ rows, place, pageRows, commands, acts }: GridHandlers) {
  return {
    onKeyDown(event: KeyboardEvent) {
      const item = itemUnder(event, commands)
      if (!item || event.altKey) return
      const next = movePlace(rows, place, event.key, pageRows())
      if (next === undefined && (event.ctrlKey || event.metaKey || !pressOn(item, event, acts))) return
      event.preventDefault()
      if (next !== undefined) commands.focusPlace(next)
    },
    onCopy(event: ClipboardEvent) {
      const item = itemUnder(event, commands)
      if (!item || isRun(item) || window.getSelection()?.isCollapsed === false) return
      event.preventDefault()
      void acts.copy(item)
    },
    onFocus({ target }: FocusEvent) {
      const key = target.closest<HTMLElement>('[data-key]')?.dataset.key
      if (key) commands.follow(key)
    },
  }
}

/** Keys and clipboard are for the cell itself, not for what stands in it. */
function itemUnder({ target }: { target: EventTarget }, roving: RovingCommands): Item | undefined {
  if (!(target instanceof HTMLElement) || !target.matches('[role="gridcell"]')) return undefined
  return roving.itemAt(roving.placeOf(target.dataset.key ?? '') ?? -1)
}

/** Whether the key meant something for the item. */
function pressOn(item: Item, event: KeyboardEvent, acts: CellActs): boolean {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (isRun(item)) {
    if (key !== 'Enter' && key !== ' ') return false
    event.currentTarget.querySelector<HTMLElement>(':focus button')?.focus()
    return true
  }
  const inBin = item.shelf === 'bin'
  const meanings: Readonly<Record<string, (picture: Picture) => void>> = {
    Enter: acts.open,
    ' ': acts.open,
    ...(inBin
      ? { Delete: acts.deleteForEver }
      : { x: acts.moveToBin, Delete: acts.moveToBin, u: acts.takeAsInput, r: acts.recallSettings, d: acts.download }),
  }
  const act = meanings[key]
  act?.(item)
  return act !== undefined
}

/** One object for all cells, so that a moved focus draws two cells anew and not all. */
function useCellActs(
  { actions, onDelete, onSettings }: Omit<GalleryGridProps, 'contents'> & { actions: PictureActions },
  roving: RovingCommands,
): CellActs {
  return useMemo(() => {
    /** Does something that takes the picture off the grid; the focus, if it is here, goes to a neighbour before. */
    const takeOff = (picture: Picture, act: (next: Item | undefined) => void) => {
      const place = roving.placeOf(keyOf(picture)) ?? 0
      const after = roving.itemAt(place + 1) ? place + 1 : place - 1
      if (document.activeElement?.closest('[role="grid"]')) roving.focusPlace(after)
      act(roving.itemAt(after))
    }
    const { choose, show } = useWorkspace.getState()
    return {
      ...actions,
      register: roving.register,
      open(picture) {
        choose(picture.id)
        show('stage')
      },
      moveToBin: (picture) =>
        takeOff(picture, (next) => void actions.moveToBin(picture, next && !isRun(next) ? next.id : undefined)),
      restore: (picture) => takeOff(picture, () => void actions.restore(picture)),
      deleteForEver: (picture) => onDelete?.(picture),
      openSettings: onSettings,
    }
  }, [actions, roving, onDelete, onSettings])
}

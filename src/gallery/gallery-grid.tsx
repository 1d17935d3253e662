// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid places its rows itself, which a table does not allow
import { type FocusEvent, type KeyboardEvent, memo, type RefObject, useEffect, useMemo, useRef } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { jumpAct, selectAllAct, stackAct } from '#acts/gallery-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { performKey } from '#acts/image-keys.ts'
import { useImageCommands } from '#acts/use-image-commands.ts'
import type { BatchId, NonEmpty, PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { describeShortcut, findShortcut } from '#ui/shortcut.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import type { CellActs } from './cell-acts.ts'
import type { Contents } from './contents.ts'
import { GridCell } from './grid-cell.tsx'
import type { GridSelection } from './grid-selection.ts'
import { type Item, isRun, keyOf } from './items.ts'
import { type Line, type Lines, layLines, movePlace } from './lines.ts'
import type { RunView } from './run-screens.ts'
import type { Selection } from './selection.ts'
import type { Group } from './shelf-window.ts'
import type { Collected } from './use-collected.ts'
import { type RovingCommands, useRoving } from './use-roving.ts'
import { useRubberBand } from './use-rubber-band.ts'
import { gapPx, type TileLayout, useTileLayout } from './use-tile-layout.ts'

interface GalleryGridProps {
  /** Its accessible name. */
  label?: string
  contents: Contents
  /** Which of the shelf's positions are visible. */
  onSeen: (from: number, to: number) => void
  /** How runs are shown; the bin has none. */
  runView?: RunView | undefined
  /** Asks, then deletes permanently; only offered by the bin. */
  onDelete?: ((images: NonEmpty<Picture>) => void) | undefined
  onSettings: () => void
  select: GridSelection
  /** Opens the choice of a date, by a press on the heading of a day; absent where there is none. */
  onJump?: (() => void) | undefined
  /** Opens or closes the stack of a batch; absent in the bin, which has no stacks. */
  onTurnStack?: ((batch: BatchId, isOpen: boolean) => void) | undefined
  /** Actions on tiles of the shown collection. */
  collected?: Collected | undefined
  /** Where the selection bar finds the commands of the grid. */
  commandsRef?: RefObject<ImageCommands | undefined>
  /** Set to a function that scrolls to a place. */
  goRef?: RefObject<((place: number) => void) | undefined>
}

const [stackKeys = ''] = stackAct.keys
const allKeys = selectAllAct.keys.map((keys) => [keys, true] as const)

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

interface GridHandlers {
  contents: Contents
  lines: Lines
  pageRows: () => number
  roving: RovingCommands
  acts: CellActs
  select: GridSelection
}

/** Keys and focus, for all cells in one place. */
function createGridHandlers({ contents, lines, pageRows, roving, acts, select }: GridHandlers) {
  return {
    onKeyDown(event: KeyboardEvent) {
      const isOnGrid = event.target === event.currentTarget
      const under = placeUnder(event)
      if (under === undefined && !isOnGrid) return
      // Quick presses count from where the focus is going, not from where it still is.
      const place = roving.coming() ?? under
      if (place === undefined) return
      const item = roving.itemAt(place)
      if (event.altKey) return isOnGrid ? undefined : moveByHand(event, item, acts)
      const group = contents.groupAt(place)
      if (pressSelection(event, { place, item, group }, select)) return event.preventDefault()
      const hasMod = event.ctrlKey || event.metaKey
      const next = hasMod && event.key.startsWith('Arrow') ? undefined : movePlace(lines, place, event.key, pageRows())
      // While no image has the focus, no image is acted on.
      if (next === undefined) return item && !isOnGrid && pressOn(item, group, event, acts, select)
      event.preventDefault()
      roving.focusPlace(next)
      if (event.shiftKey) select.acts.extend(next, place, false)
      else showOnStage(roving.itemAt(next))
    },
    onFocus({ target }: FocusEvent) {
      const place = target.closest<HTMLElement>('[data-place-number]')?.dataset.placeNumber
      if (place !== undefined) roving.follow(Number(place))
    },
    onBlur({ currentTarget, relatedTarget }: FocusEvent) {
      if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) roving.leave()
    },
  }
}

/** Arrow keys also move the stage, if it shows an image and nothing is compared. */
function showOnStage(item: Item | undefined) {
  const { selected, comparing, choose } = useWorkspace.getState()
  if (item && !isRun(item) && selected !== undefined && !comparing) choose(item.id)
}

/** Keys are for the cell itself, not for controls inside it. */
function placeUnder({ target }: { target: EventTarget }): number | undefined {
  if (!(target instanceof HTMLElement) || !target.matches('[role="gridcell"][data-place-number]')) return undefined
  return Number(target.dataset.placeNumber)
}

/** Keys that change the selection. `true`: it was one. */
function pressSelection(
  event: KeyboardEvent,
  { place, item, group }: { place: number; item: Item | undefined; group: Group },
  { acts }: GridSelection,
) {
  if (findShortcut(allKeys, event.nativeEvent)) {
    acts.all()
    return true
  }
  if (event.key === 'Escape' && (acts.now().ids.size > 0 || acts.settled())) {
    acts.clear()
    return true
  }
  if (event.key !== ' ' || !item || isRun(item)) return false
  if (event.shiftKey) acts.extend(place, place, false)
  else acts.toggle(item.id, group.stack)
  return true
}

/** Alt and an arrow key move an image within a collection's manual order. */
function moveByHand(event: KeyboardEvent, item: Item | undefined, { collected }: CellActs): void {
  const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : undefined
  if (by === undefined || !item || isRun(item) || !collected) return
  // Outside a collection it is the browser's key for "back".
  event.preventDefault()
  collected.moveBy(item.id, by)
}

/** Opens the item, or performs the act for the key. */
function pressOn(item: Item, group: Group, event: KeyboardEvent, acts: CellActs, select: GridSelection): void {
  const opens = (event.key === 'Enter' || event.key === ' ') && !event.ctrlKey && !event.metaKey
  if (opens) {
    event.preventDefault()
    if (isRun(item)) event.currentTarget.querySelector<HTMLElement>(':focus button')?.focus()
    else acts.open(item)
  } else if (!isRun(item)) {
    const isStack = group.stack !== undefined || group.opened !== undefined
    if (isStack && acts.turnStack && findShortcut([[stackKeys, true]], event.nativeEvent)) {
      event.preventDefault()
      acts.turnStack(item, group.stack !== undefined)
    } else if (select.acts.settled() || select.isMeant(item.id)) select.pressKey(event.nativeEvent, item, acts.commands)
    else performKey(event.nativeEvent, 'gallery', [item], acts.commands)
  }
}

/** One object for all cells, so that moving the focus renders two cells and not all. */
function useCellActs(
  { onDelete, onSettings, select }: Pick<GalleryGridProps, 'onDelete' | 'onSettings' | 'select'>,
  commands: ImageCommands,
  roving: RovingCommands,
  { turnStack, collected }: Pick<CellActs, 'turnStack' | 'collected'>,
): CellActs {
  const latest = useRef(select)
  useEffect(() => {
    latest.current = select
  })
  return useMemo(() => {
    /**
     * Before images leave the grid, the focus moves to a neighbour if it was on one of them. Gives the image that takes
     * their place.
     */
    const passOn = (images: NonEmpty<Picture>): PictureId | undefined => {
      const leaving = new Set(images.map(({ id }) => id))
      const neighbour = findNeighbour(roving, leaving)
      if (neighbour === undefined) return undefined
      if (document.activeElement?.closest('[role="grid"]')) roving.focusPlace(neighbour)
      const next = roving.itemAt(neighbour)
      return next && !isRun(next) ? next.id : undefined
    }
    /** What leaves the list is no longer selected; the others of a selection stay in it. */
    const leave = (images: NonEmpty<Picture>) =>
      latest.current.acts.follow(new Map(images.map(({ id }) => [id, undefined])))
    const { choose, show } = useWorkspace.getState()
    const own: ImageCommands = {
      ...commands,
      async moveToBin(images) {
        const next = passOn(images)
        leave(images)
        await commands.moveToBin(images, next)
      },
      restore(images) {
        passOn(images)
        leave(images)
        return commands.restore(images)
      },
      askToDelete: (images) => onDelete?.(images),
    }
    return {
      register: roving.register,
      open(picture) {
        latest.current.acts.press(picture.id)
        choose(picture.id)
        show('stage')
      },
      press({ picture, stack }, place, { adds, extends: isRange }) {
        const { acts } = latest.current
        if (isRange) acts.extend(place, roving.place(), adds)
        else acts.toggle(picture.id, stack)
      },
      turnStack,
      collected,
      isSelecting: () => latest.current.acts.now().ids.size > 0,
      isMeant: (id) => latest.current.isMeant(id),
      openSettings: onSettings,
      commands: own,
      performOnSelection: (act) => latest.current.perform(act, own),
    }
  }, [commands, roving, onDelete, onSettings, turnStack, collected])
}

/** Actions that move images; the focus stays on the image. */
function useMoves(
  { contents, onTurnStack, collected }: Pick<GalleryGridProps, 'contents' | 'onTurnStack' | 'collected'>,
  roving: RovingCommands,
): Pick<CellActs, 'turnStack' | 'collected'> {
  const wanted = useRef<{ id: PictureId; isThere: (place: number, group: Group) => boolean }>(undefined)
  useEffect(() => {
    const asked = wanted.current
    if (!asked) return
    const find = async () => {
      const [place] = (await contents.findPlaces([asked.id])) ?? []
      if (place === undefined || wanted.current !== asked || !asked.isThere(place, contents.groupAt(place))) return
      wanted.current = undefined
      roving.focusPlace(place)
    }
    void find()
  }, [contents, roving])
  const turnStack = useMemo(
    () =>
      onTurnStack &&
      (({ id, batch }: Picture, isOpen: boolean) => {
        if (!batch) return
        wanted.current = { id, isThere: (_, { opened }) => (opened !== undefined) === isOpen }
        onTurnStack(batch.id, isOpen)
      }),
    [onTurnStack],
  )
  const moving = useMemo(
    () =>
      collected && {
        ...collected,
        moveBy(id: PictureId, by: 1 | -1) {
          const from = roving.place()
          wanted.current = { id, isThere: (place) => place !== from }
          collected.moveBy(id, by)
        },
      },
    [collected, roving],
  )
  return { turnStack, collected: moving }
}

function findNeighbour(roving: RovingCommands, leaving: ReadonlySet<string>): number | undefined {
  const start = roving.place()
  const stays = (place: number) => {
    const item = roving.itemAt(place)
    return item !== undefined && !leaving.has(item.id)
  }
  for (let place = start; place < Math.min(start + 500, roving.places()); place += 1) if (stays(place)) return place
  for (let place = start - 1; place >= Math.max(0, start - 500); place -= 1) if (stays(place)) return place
  return undefined
}

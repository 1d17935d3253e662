import { useState } from 'react'
import type { StageView as StageHandle } from '#acts/act.ts'
import { closeAct } from '#acts/app-acts.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { useImageCommands } from '#acts/use-image-commands.ts'
import { type EditDocument, isPlainFrame } from '#domain/edit.ts'
import { awaitsLaying, type Picture } from '#domain/picture.ts'
import { describePicture } from '#library/picture-words.ts'
import { usePicture, usePictures } from '#store/queries.ts'
import { useNeighbours } from '#store/stage-queries.ts'
import { Button } from '#ui/button.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { useMedia } from '#ui/use-media.ts'
import { useWantedStage } from '#workspace/use-wanted-focus.ts'
import { type ToolId, useEditOf, useWorkspace } from '#workspace/workspace.ts'
import { ExactRatio } from './exact-ratio.tsx'
import { NewImages } from './new-images.tsx'
import { PhoneActs } from './phone-acts.tsx'
import { PictureLayer } from './picture-layer.tsx'
import { StageInfo } from './stage-info.tsx'
import { StageLayout } from './stage-layout.tsx'
import { StageStrip } from './stage-strip.tsx'
import { StageToolbar } from './stage-toolbar.tsx'
import { ToolRail } from './tool-rail.tsx'
import { useStageKeys } from './use-stage-keys.ts'
import { useZoom, type Zoom } from './use-zoom.ts'
import type { Swipe } from './viewport-input.ts'
import type { Space } from './zoom-matrix.ts'

const Compare = lazyPart(() => import('./compare.tsx').then((module) => module.Compare))
const Area = lazyPart(() => import('./tools/area.tsx').then((module) => module.Area))
const Crop = lazyPart(() => import('./tools/crop.tsx').then((module) => module.Crop))
const Annotate = lazyPart(() => import('./tools/annotate.tsx').then((module) => module.Annotate))
const EditLayer = lazyPart(() => import('./edit-layer.tsx').then((module) => module.EditLayer))
const LaidBar = lazyPart(() => import('./laid-bar.tsx').then((module) => module.LaidBar))
const LayingChip = lazyPart(() => import('./laying-step.tsx').then((module) => module.LayingChip))
const CompareBar = lazyPart(() => import('./compare-bar.tsx').then((module) => module.CompareBar))

/** One image, large: viewed, compared, edited. */
export function StageView({ picture }: { picture: Picture }) {
  const comparison = useComparison(picture)
  const neighbours = useNeighbours(picture)
  const commands = useStageCommands(neighbours.older ?? neighbours.newer)
  const { select, touch, show, openBatch } = useWorkspace.getState()
  const tool = useWorkspace((state) => state.tool)
  const onSwipe = (direction: Swipe) => {
    // What is being drawn belongs to this image.
    if (tool) return
    if (direction === 'down') return show('gallery')
    const next = direction === 'left' ? neighbours.older : neighbours.newer
    if (next) select(next.id)
  }
  const edit = useSentEdit(picture.id)
  const zoom = useZoom(picture, {
    space: edit && !comparison.comparing ? spaceOf(edit) : undefined,
    panes: comparison.shown && comparison.comparing?.way === 'side' ? 2 : 1,
    wholeRequests: useWorkspace((state) => state.wholeRequests),
    onTouch: touch,
    onSwipe,
  })
  const [held, setHeld] = useState(false)
  const { zoomIn, zoomOut, fit, full } = zoom
  const takeTool: StageHandle['takeTool'] = (next) => useWorkspace.getState().takeTool(next === tool ? undefined : next)
  const view: StageHandle = { zoomIn, zoomOut, fit, full, compare: comparison.toggle, before: setHeld, takeTool }
  useStageKeys({ picture, view, commands })
  useWantedStage(() => zoom.viewport.current)
  const hasNews = useLaidNews(picture)
  const isPhone = useMedia('(width < 768px)')
  const compare = {
    hasBefore: comparison.before !== undefined,
    isBefore: held,
    isComparing: comparison.comparing !== undefined,
  }

  return (
    <StageLayout
      rail={
        isPhone ? (
          <PhoneActs picture={picture} view={view} commands={commands} {...compare} />
        ) : (
          picture.shelf !== 'bin' && <ToolRail picture={picture} view={view} commands={commands} />
        )
      }
      options={<Options picture={picture} zoom={zoom} comparison={comparison} tool={tool} hasNews={hasNews} />}
      image={<Viewport picture={picture} zoom={zoom} isBefore={held} comparison={comparison} hasNews={hasNews} />}
      actions={!isPhone && <StageToolbar picture={picture} zoom={zoom} view={view} commands={commands} {...compare} />}
      facts={
        <StageInfo picture={picture}>
          {!isPhone && picture.shelf === 'gallery' && <ExactRatio key={picture.id} picture={picture} />}
          {picture.batch && (
            <Button variant="quiet" onClick={() => openBatch(picture.batch?.id)}>
              {`Contact sheet · ${picture.batch.index + 1} of ${picture.batch.of}`}
            </Button>
          )}
          <NewImages />
        </StageInfo>
      }
      strip={<StageStrip picture={picture} />}
    />
  )
}

interface OptionsProps {
  picture: Picture
  zoom: Zoom
  comparison: ReturnType<typeof useComparison>
  tool: ToolId | undefined
  hasNews: boolean
}

/** The bar of the comparison, of the open tool, or of an edited area. */
function Options({ picture, zoom, comparison: { comparing, a, seen, flip }, tool, hasNews }: OptionsProps) {
  const waiting = <div className="tool-bar" />
  if (comparing) {
    return (
      <CompareBar
        waiting={<div className="stage-bar" />}
        comparing={comparing}
        a={a}
        b={picture}
        seen={seen}
        onFlip={flip}
      />
    )
  }
  if (tool === 'area') return <Area key={picture.id} waiting={waiting} picture={picture} zoom={zoom} />
  if (tool === 'crop') return <Crop key={picture.id} waiting={waiting} picture={picture} zoom={zoom} />
  if (tool === 'annotate') return <Annotate key={picture.id} waiting={waiting} picture={picture} zoom={zoom} />
  return hasNews ? <LaidBar picture={picture} zoom={zoom} /> : null
}

/** Whether there is a message about an edit of an area: for this answer, this laid-in image, or an answer to it. */
function useLaidNews({ id, origin, laying }: Picture): boolean {
  const { pictures, arrived } = usePictures('gallery')
  if (origin.kind === 'derived') return origin.from === 'answer'
  if (laying?.kind === 'checked') return laying.marksLeft.length > 0
  if (laying && laying.kind !== 'laid' && !laying.accepted) return true
  return pictures.concat(arrived).some((each) => awaitsLaying(each) && (each.id === id || each.parents[0] === id))
}

/**
 * How an image will be edited when the form is sent; nothing if it is not a source. For the first source
 * all edits apply, for the others only the crop.
 */
function useSentEdit(id: Picture['id']): EditDocument | undefined {
  const place = useWorkspace(({ family, sources }) => sources[family]?.indexOf(id) ?? -1)
  const document = useEditOf(id)?.document
  if (!document || place < 0) return undefined
  if (place === 0) return document
  return document.frame.pad || isPlainFrame(document.frame) ? undefined : { ...document, area: [], marks: [] }
}

/** The new space around an image that will be extended. One that is also turned or cropped is shown without it. */
function spaceOf({ frame }: EditDocument): Space | undefined {
  const { pad, crop, turn, flip } = frame
  return crop || turn !== 0 || flip ? undefined : pad
}

interface ViewportProps {
  picture: Picture
  zoom: Zoom
  /** The previous image is shown while this is true. */
  isBefore: boolean
  comparison: ReturnType<typeof useComparison>
  hasNews: boolean
}

function Viewport({ picture, zoom, isBefore, comparison, hasNews }: ViewportProps) {
  const { placement, isFit, handlers, viewport } = zoom
  const { comparing, a, seen } = comparison
  const name = describePicture(picture, Date.now())
  const before = isBefore ? comparison.before : undefined
  const single = placement && (
    <>
      <PictureLayer
        key={picture.id}
        picture={picture}
        frame={picture}
        placement={placement}
        name={before ? '' : name}
      />
      {before && (
        <PictureLayer
          key={before.id}
          picture={before}
          frame={picture}
          placement={placement}
          name={`Before: ${before.prompt}`}
        />
      )}
    </>
  )
  const isCompared = comparing && comparison.shown && a && placement && !before
  const edit = useSentEdit(picture.id)
  const tool = useWorkspace((state) => state.tool)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a place to look into, no set of fields
    <div
      ref={viewport}
      role="group"
      aria-label="View"
      data-focus-home
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is panned by the arrow keys
      tabIndex={0}
      {...handlers}
      className={`absolute inset-0 touch-none select-none overflow-hidden -outline-offset-2 ${isFit ? '' : 'cursor-grab active:cursor-grabbing'} ${tool ? '[-webkit-touch-callout:none]' : ''}`}
    >
      {isCompared ? (
        <Compare
          waiting={single}
          key={`${a.id} ${picture.id}`}
          a={a}
          b={picture}
          way={comparing.way}
          placement={placement}
          name={name}
          seen={seen}
        />
      ) : (
        single
      )}
      {edit && !comparing && !before && <EditLayer picture={picture} document={edit} zoom={zoom} tool={tool} />}
      {hasNews && (tool || comparing) && <LayingChip picture={picture} />}
      {before && <Chip>{comparing ? 'A' : 'Before'}</Chip>}
      {comparing && !comparison.shown && <Chip>Choose an image for A, in the strip or the gallery</Chip>}
    </div>
  )
}

function Chip({ children }: { children: string }) {
  return (
    <p className="absolute top-2 left-2 rounded-sm border border-line bg-panel px-2 py-0.5 text-soft text-xs">
      {children}
    </p>
  )
}

/** The comparison on the stage: A with the staged image, which is B. Starts with the source of the staged image. */
function useComparison(picture: Picture) {
  const comparing = useWorkspace((state) => state.comparing)
  const { compare } = useWorkspace.getState()
  const a = usePicture(comparing?.a)
  const parent = usePicture(picture.parents[0])
  const [seen, setSeen] = useState<'a' | 'b'>('b')
  const leave = () => compare(undefined)
  useActKey(closeAct, leave, comparing !== undefined)
  return {
    comparing,
    a,
    /** What "before" shows: A while comparing, else the source. */
    before: comparing ? a : parent,
    /** There are two images to show. */
    shown: comparing !== undefined && a !== undefined,
    seen,
    flip: () => setSeen(seen === 'a' ? 'b' : 'a'),
    toggle: () => (comparing ? leave() : compare({ a: picture.parents[0], takes: 'a' })),
  }
}

/** An image on the stage that is moved to the bin is replaced by `next`. */
function useStageCommands(next: Picture | undefined): ImageCommands {
  const commands = useImageCommands()
  return { ...commands, moveToBin: (images) => commands.moveToBin(images, next?.id) }
}

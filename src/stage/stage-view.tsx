import { useState } from 'react'
import type { PictureActions } from '#acts/picture-actions.ts'
import { usePictureActions } from '#acts/use-picture-actions.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { describePicture } from '#library/picture-words.ts'
import { usePicture, usePictures } from '#store/queries.ts'
import { lazyPart } from '#ui/lazy-part.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { FamilyTree } from './family-tree.tsx'
import { PictureLayer } from './picture-layer.tsx'
import { StageInfo } from './stage-info.tsx'
import { StageToolbar } from './stage-toolbar.tsx'
import { useStageKeys } from './use-stage-keys.ts'
import { useZoom, type Zoom } from './use-zoom.ts'

const Compare = lazyPart(() => import('./compare.tsx').then((module) => module.Compare))

/** One picture, large: looked at, compared, gone on from. */
export function StageView({ picture }: { picture: Picture }) {
  const actions = usePictureActions()
  const zoom = useZoom(picture)
  const comparison = useComparison(picture)
  const parent = usePicture(picture.parents[0])
  const [held, setHeld] = useState(false)
  const before = held ? parent : undefined
  const onBin = useBin(picture, actions)
  useStageKeys({ picture, zoom, actions, onCompare: comparison.toggle, onBefore: setHeld, onBin })

  return (
    <div className="flex h-full flex-col">
      <StageToolbar
        picture={picture}
        zoom={zoom}
        actions={actions}
        hasParent={parent !== undefined}
        isBefore={held}
        onBefore={setHeld}
        isComparing={comparison.isOn}
        onCompare={comparison.toggle}
        onBin={onBin}
      />
      <Viewport picture={picture} zoom={zoom} before={before} comparison={comparison} />
      <StageInfo picture={picture} />
      <FamilyTree
        picture={picture}
        compared={comparison.isOn ? comparison.second?.id : undefined}
        isComparing={comparison.isOn}
        onSelect={useWorkspace.getState().select}
        onCompare={comparison.choose}
      />
    </div>
  )
}

interface ViewportProps {
  picture: Picture
  zoom: Zoom
  /** Shown instead, while held. */
  before: Picture | undefined
  comparison: Comparison
}

function Viewport({ picture, zoom, before, comparison }: ViewportProps) {
  const { placement, isFit, handlers, viewport } = zoom
  const name = describePicture(picture, Date.now())
  const shown = placement && (
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
  return (
    // biome-ignore lint/a11y/useSemanticElements: a place to look into, no set of fields
    <div
      ref={viewport}
      role="group"
      aria-label="View"
      {...handlers}
      className={`relative min-h-0 flex-1 touch-none overflow-hidden -outline-offset-2 ${isFit ? '' : 'cursor-grab active:cursor-grabbing'}`}
    >
      {comparison.isOn && comparison.second && placement ? (
        <Compare
          waiting={shown}
          key={`${comparison.second.id} ${picture.id}`}
          before={comparison.second}
          after={picture}
          placement={placement}
          name={name}
        />
      ) : (
        shown
      )}
      {before && !comparison.isOn && <Chip>Before</Chip>}
      {comparison.isOn && !comparison.second && <Chip>Choose a second image, below or in the gallery</Chip>}
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

interface Comparison {
  isOn: boolean
  /** What the picture is compared with; `undefined` while it is to be chosen. */
  second: Picture | undefined
  toggle(): void
  choose(id: PictureId): void
}

/** Compares with the source; where there is none, with the next picture that is chosen anywhere. */
function useComparison(picture: Picture): Comparison {
  const [state, setState] = useState<{ shown: PictureId; second: PictureId | undefined }>()
  if (state && state.shown !== picture.id) {
    setState({ shown: picture.id, second: state.second === undefined ? state.shown : picture.parents[0] })
  }
  const second = usePicture(state?.second)
  return {
    isOn: state !== undefined,
    second,
    toggle: () => setState(state ? undefined : { shown: picture.id, second: picture.parents[0] }),
    choose: (id) => setState({ shown: picture.id, second: id }),
  }
}

/** Gives the stage to the next older picture, or else the next newer one. */
function useBin(picture: Picture, actions: PictureActions): () => void {
  const { pictures } = usePictures('gallery')
  return () => {
    const index = pictures.findIndex(({ id }) => id === picture.id)
    const next = index < 0 ? undefined : (pictures[index + 1] ?? pictures[index - 1])
    void actions.moveToBin(picture, next?.id)
  }
}

import { Undo2 } from 'lucide-react'
import { useEffect, useEffectEvent, useMemo, useState } from 'react'
import { createPortal } from 'react-dom'
import { undoAct } from '#acts/app-acts.ts'
import { measureArea } from '#acts/area-edit.ts'
import type { AreaStep, EditDocument } from '#domain/edit.ts'
import type { Picture } from '#domain/picture.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { findShortcut } from '#ui/shortcut.ts'
import type { Zoom } from '../use-zoom.ts'
import { AreaLayer, useAreaTool } from './area.tsx'
import { AreaOptions, AreaStatus } from './area-options.tsx'
import { toResultArea } from './result-area.ts'

interface AreaAgainProps {
  /** The image that the answer was laid into. */
  picture: Picture
  /** The edit it was laid in with. */
  document: EditDocument
  /** The image before it was cropped, turned or extended. */
  source: Pick<Picture, 'width' | 'height'>
  zoom: Zoom
  isBusy: boolean
  onLay(change: { area: readonly AreaStep[]; feather: number }): void
  onLeave(): void
}

/**
 * Changes the area of a result afterwards: the answer is laid in again, for free. Its strokes are not in the log of acts:
 * until they are applied they change nothing, and the undo key removes the last stroke.
 */
export function AreaAgain({ picture, document, source, zoom, isBusy, onLay, onLeave }: AreaAgainProps) {
  const [steps, setSteps] = useState<readonly (readonly AreaStep[])[]>([document.area])
  const [rim, setRim] = useState(document.rim)
  const area = steps.at(-1) ?? []
  const change = (next: readonly AreaStep[]) => setSteps([...steps, next])
  const { width, height } = source
  const onResult = useMemo(() => toResultArea(document.frame, { width, height }), [document.frame, width, height])
  const shown = useMemo(() => onResult.shown(area), [onResult, area])
  const { tool, ...hold } = useAreaTool(picture, (drawn) => change([...area, ...onResult.drawn(drawn)]), onLeave)
  const undo = () => setSteps(steps.length > 1 ? steps.slice(0, -1) : steps)
  useUndoKey(undo)
  const { painted, protectedPercent } = measureArea(shown, picture)
  const changed = { ...document, area, rim }
  return (
    <>
      <AreaOptions
        picture={picture}
        document={changed}
        tool={tool}
        send={hold.send}
        onRim={setRim}
        onInvert={() => change([...area, { op: 'invert' }])}
        onClear={() => change([])}
        onLeave={onLeave}
        status={
          <AreaStatus>
            {isBusy
              ? 'Laying in again…'
              : painted > 0
                ? `${protectedPercent}% protected`
                : 'Paint what the answer may show'}
          </AreaStatus>
        }
        actions={
          <>
            <IconButton label="Undo stroke" icon={Undo2} disabled={steps.length === 1} onClick={undo} />
            <Button
              variant="primary"
              className="middle:h-8! shrink-0"
              disabled={isBusy || painted === 0}
              onClick={() => onLay({ area, feather: rim })}
            >
              Lay in again · free
            </Button>
          </>
        }
      />
      {zoom.viewport.current &&
        createPortal(
          <AreaLayer picture={picture} document={{ ...changed, area: shown }} zoom={zoom} {...hold} />,
          zoom.viewport.current,
        )}
    </>
  )
}

/** Handles the undo key before the log of acts does. */
function useUndoKey(undo: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const keys = undoAct.keys.map((each) => [each, true] as const)
    if (!findShortcut(keys, event)) return
    event.preventDefault()
    event.stopPropagation()
    undo()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    window.addEventListener('keydown', listen, true)
    return () => window.removeEventListener('keydown', listen, true)
  }, [])
}

import { ChevronLeft, ChevronRight, X } from 'lucide-react'
import { type RefObject, useEffect, useEffectEvent } from 'react'
import { acceptResult } from '#acts/area-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { useStore } from '#store/queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

interface ResultsProps {
  picture: Picture
  source: PictureId
  /** Everything that was laid into this area of the source, oldest first, including this image. */
  results: readonly Picture[]
  viewport: RefObject<HTMLElement | null>
}

/**
 * The results of one area: browse them, accept one, or return to the source. Keys in the viewport: arrows, Enter,
 * Escape.
 */
export function Results({ picture, source, results, viewport }: ResultsProps) {
  const store = useStore()
  const index = results.findIndex(({ id }) => id === picture.id)
  const go = (by: number) => {
    const next = results[(index + by + results.length) % results.length]
    if (next) useWorkspace.getState().select(next.id)
  }
  const accept = () => acceptResult(store, source, picture.id)
  const keepSource = () => useWorkspace.getState().select(source)
  useViewportKeys(viewport, {
    ArrowLeft: results.length > 1 ? () => go(-1) : undefined,
    ArrowRight: results.length > 1 ? () => go(1) : undefined,
    Enter: accept,
    Escape: keepSource,
  })
  return (
    <span className="ml-auto flex shrink-0 items-center gap-1">
      {results.length > 1 && (
        <>
          <IconButton label="Previous result" icon={ChevronLeft} shortcut="left" onClick={() => go(-1)} />
          <span className="text-soft text-xs tabular-nums">{`${index + 1} of ${results.length}`}</span>
          <IconButton label="Next result" icon={ChevronRight} shortcut="right" onClick={() => go(1)} />
        </>
      )}
      <Button onClick={accept}>Accept</Button>
      <IconButton label="Keep source" icon={X} shortcut="esc" onClick={keepSource} />
    </span>
  )
}

/** Keys while the focus is on the viewport itself; handled before its own. */
function useViewportKeys(
  viewport: RefObject<HTMLElement | null>,
  keys: Readonly<Record<string, (() => void) | undefined>>,
): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey
    const act = hasModifier || event.target !== viewport.current ? undefined : keys[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  })
  useEffect(() => {
    const target = viewport.current
    const listen = (event: KeyboardEvent) => onKey(event)
    target?.addEventListener('keydown', listen, true)
    return () => target?.removeEventListener('keydown', listen, true)
  }, [viewport])
}

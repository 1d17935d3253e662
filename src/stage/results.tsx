import { ChevronLeft, ChevronRight, X } from 'lucide-react'
import { type RefObject, useEffect, useEffectEvent } from 'react'
import type { AppAct } from '#acts/act.ts'
import { IconAct } from '#acts/act-button.tsx'
import { acceptResult } from '#acts/area-commands.ts'
import { acceptResultAct, keepSourceAct, nextResultAct, previousResultAct } from '#acts/stage-acts.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { findShortcut } from '#ui/shortcut.ts'
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
  // Once it is the source, there is nothing left to accept.
  const isSource = useWorkspace(({ family, sources: all }) => all[family]?.includes(picture.id) === true)
  const moves = [
    [previousResultAct, () => go(-1)],
    [nextResultAct, () => go(1)],
  ] as const
  useViewportKeys(viewport, [
    ...(results.length > 1 ? moves : []),
    ...(isSource ? [] : [[acceptResultAct, accept] as const]),
    [keepSourceAct, keepSource],
  ])
  return (
    <span className="ml-auto flex shrink-0 items-center gap-1">
      {results.length > 1 && (
        <>
          <IconAct act={{ ...previousResultAct, icon: ChevronLeft }} onClick={() => go(-1)} />
          <span className="text-soft text-xs tabular-nums">{`${index + 1} of ${results.length}`}</span>
          <IconAct act={{ ...nextResultAct, icon: ChevronRight }} onClick={() => go(1)} />
        </>
      )}
      {!isSource && <Button onClick={accept}>{acceptResultAct.label}</Button>}
      <IconAct act={{ ...keepSourceAct, icon: X }} onClick={keepSource} />
    </span>
  )
}

/** Keys while the focus is on the viewport itself; handled before its own. */
function useViewportKeys(
  viewport: RefObject<HTMLElement | null>,
  handlers: readonly (readonly [AppAct, () => void])[],
): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.target !== viewport.current) return
    const found = findShortcut(
      handlers.flatMap(([{ keys }, handler]) => keys.map((each) => [each, handler] as const)),
      event,
    )
    if (!found) return
    event.preventDefault()
    event.stopPropagation()
    found()
  })
  useEffect(() => {
    const target = viewport.current
    const listen = (event: KeyboardEvent) => onKey(event)
    target?.addEventListener('keydown', listen, true)
    return () => target?.removeEventListener('keydown', listen, true)
  }, [viewport])
}

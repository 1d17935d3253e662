import { useLayoutEffect, useRef } from 'react'
import { classes } from '#ui/classes.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { SourceDetails } from './source-details.tsx'
import { SourceRoles } from './source-roles.tsx'
import { SourceTile, WaitingTile } from './source-tile.tsx'
import type { FormSources } from './use-form-sources.ts'

/** The source images, those being prepared, and notes about them. */
export function SourceList({ sources, family }: { sources: FormSources; family: string }) {
  const { ready, preparing, refused } = sources
  const waiting = [...preparing, ...refused]
  const isOne = ready.length + waiting.length === 1
  const staged = useWorkspace((state) => state.selected)
  const list = useFocusAfterMove(ready)
  return (
    <div className={classes(isOne && 'flex gap-3')}>
      <ul ref={list} aria-label="Source images" className={classes('flex flex-wrap gap-1', isOne && 'shrink-0')}>
        {ready.map((id, index) => (
          <SourceTile
            key={id}
            id={id}
            index={index}
            total={ready.length}
            name={sources.pictures.get(id)?.prompt}
            isMissing={sources.missing.has(id)}
            isShown={id === staged}
            onShow={sources.showOnStage}
            onMove={sources.move}
            onRemove={sources.remove}
          />
        ))}
        {waiting.map((item, index) => (
          <WaitingTile key={item.key} item={item} number={ready.length + index + 1} onDiscard={sources.discard} />
        ))}
      </ul>
      <SourceDetails sources={sources} />
      <SourceRoles family={family} count={ready.length + preparing.length} />
    </div>
  )
}

/** Moving an element takes the focus from it; an image moved by keys gets it back, so that the next key moves it on. */
function useFocusAfterMove(order: readonly string[]) {
  const list = useRef<HTMLUListElement>(null)
  const focused = useRef<HTMLElement>(undefined)
  const before = useRef(order)
  if (before.current !== order && list.current?.contains(document.activeElement)) {
    focused.current = document.activeElement as HTMLElement
  }
  useLayoutEffect(() => {
    before.current = order
    if (focused.current?.isConnected) focused.current.focus()
    focused.current = undefined
  }, [order])
  return list
}

import { type ReactNode, useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { partTrouble, watchPartTrouble } from '#platform/load-part.ts'
import { isOffline, watchNetwork } from '#platform/network.ts'
import { useStoreHealth } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { useLoaded } from '#ui/use-loaded.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { useHealth } from './health.ts'

const loadPrompt = () => import('./access-prompt.tsx')

/** Messages about the whole page, and what still works. */
export function Banners() {
  const store = useStoreHealth()
  const trouble = useSyncExternalStore(watchPartTrouble, partTrouble)
  const isEvicted = useWorkspace((state) => state.isEvicted)
  const { health, unreachable, askAgain } = useHealth()
  const hasNoNetwork = useSyncExternalStore(watchNetwork, isOffline)
  const askIfUnreachable = useEffectEvent(() => unreachable && void askAgain())
  useEffect(() => {
    if (!hasNoNetwork) askIfUnreachable()
  }, [hasNoNetwork])
  const { part: access } = useLoaded(loadPrompt, health?.locked === true)
  return (
    <div className="bg-panel">
      {store === 'memory' && <Banner>Work can't be saved here. Download before closing.</Banner>}
      {store === 'blocked' && (
        <Banner>Atelier is open in another window in an older version. Close or reload that window to continue.</Banner>
      )}
      {store === 'outdated' && (
        <Banner act="Reload" onAct={() => location.reload()}>
          Atelier was updated in another window. Reload this one; nothing is lost.
        </Banner>
      )}
      {trouble && (
        <Banner act="Reload" onAct={() => location.reload()}>
          {`${trouble === 'updated' ? 'Atelier was updated.' : 'A part of Atelier did not load.'} Reload to continue; your work is kept.`}
        </Banner>
      )}
      {isEvicted && (
        <Banner act="Dismiss" onAct={() => useWorkspace.setState({ isEvicted: false, hasKept: false })}>
          This browser has deleted the images that were saved here. Fetch what the service still has by its task ID, at
          the bottom of Tasks.
        </Banner>
      )}
      {health?.locked && access && <access.AccessPrompt />}
      {unreachable && (
        <Banner act="Try again" onAct={askAgain}>
          {hasNoNetwork
            ? 'There is no network. Nothing is lost: new runs wait for it, and the gallery works.'
            : 'The proxy cannot be reached. Nothing is lost: submitted runs continue, and the gallery works.'}
        </Banner>
      )}
    </div>
  )
}

function Banner({ children, act, onAct }: { children: ReactNode; act?: string; onAct?: () => void }) {
  return (
    <div role="alert" className="flex min-h-10 items-center gap-3 border-line border-b px-4 py-1 text-ink text-sm">
      <span aria-hidden className="size-1.5 shrink-0 rounded-full bg-danger" />
      <p className="min-w-0 flex-1">{children}</p>
      {act && (
        <Button variant="plain" onClick={onAct}>
          {act}
        </Button>
      )}
    </div>
  )
}

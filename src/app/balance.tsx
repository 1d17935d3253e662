import { useQuery } from '@tanstack/react-query'
import { describeCredits } from '#domain/spending.ts'
import type { Send } from '#providers/provider.ts'
import { providers } from '#providers/registry.ts'
import { useOpenRuns } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { useHealth, useSend } from './health.ts'

const freshMs = 10_000

/**
 * The remaining credits of the account; nothing if no service reports them. With a `price`, only a warning if they are
 * too few. It never blocks a submission, because a balance is never up to date.
 */
export function Balance({ price, onOpen }: { price?: number; onOpen?: () => void }) {
  const { balance, inWork } = useBalance()
  if (balance === undefined) return null
  const words = describeCredits(balance)
  if (price === undefined) {
    return (
      <Button
        variant="quiet"
        aria-label={`Balance: ${words}`}
        className="min-w-0 shrink! text-xs tabular-nums max-[359px]:hidden"
        onClick={() => openLedger(onOpen)}
      >
        <span className="truncate">{words}</span>
      </Button>
    )
  }
  if (balance >= price) return null
  return (
    <p role="status" className="mb-2 text-danger text-xs">
      <span>{`${balance > 0 ? `Only ${words} left` : 'No credits left'}: add some before you submit.`}</span>{' '}
      {inWork && <span>Credits that running tasks do not use come back.</span>}
    </p>
  )
}

/** On a phone the tasks are a view, elsewhere a panel. */
function openLedger(openPanel: (() => void) | undefined): void {
  if (window.matchMedia('(width < 768px)').matches) useWorkspace.getState().show('tasks')
  else openPanel?.()
}

/** Requested again whenever a run was accepted or has ended, because both change it. */
function useBalance(): { balance: number | undefined; inWork: boolean } {
  const send = useSend()
  const { health } = useHealth()
  const address = useWorkspace((state) => state.proxyUrl)
  const sent = useOpenRuns().filter(({ state: { phase } }) => phase !== 'queued' && phase !== 'sending')
  const { data } = useQuery({
    queryKey: ['balance', address, sent.map(({ id, state: { phase } }) => `${id} ${phase === 'failed'}`).join()],
    queryFn: ({ signal }) => askBalance(send, signal),
    enabled: health !== undefined && !health.locked,
    networkMode: 'always',
    retry: false,
    staleTime: freshMs,
    // The same runs may be under way again later, with another balance.
    gcTime: 0,
    placeholderData: (previous) => previous,
  })
  return { balance: data ?? undefined, inWork: sent.some(({ state: { phase } }) => phase === 'working') }
}

/** `null`: no provider reports it. */
async function askBalance(send: Send, signal: AbortSignal): Promise<number | null> {
  const teller = providers.find(({ balance }) => balance !== undefined)
  return (await teller?.balance?.({ send, signal })) ?? null
}

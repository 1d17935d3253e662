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
 * What is left of the account; absent where nobody tells. With a `price`, only the warning that it is too little for that: it
 * says before a press what the service would answer, and stands in nobody's way, for a balance is never up to date.
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

/** A phone has its tasks as a view, where others have them as a panel. */
function openLedger(openPanel: (() => void) | undefined): void {
  if (window.matchMedia('(width < 768px)').matches) useWorkspace.getState().show('tasks')
  else openPanel?.()
}

/** Asked anew whenever a run was taken or is over: each of them moves it. */
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
    // The same runs may be out again later, with another balance.
    gcTime: 0,
    placeholderData: (previous) => previous,
  })
  return { balance: data ?? undefined, inWork: sent.some(({ state: { phase } }) => phase === 'working') }
}

/** `null`: no provider tells. */
async function askBalance(send: Send, signal: AbortSignal): Promise<number | null> {
  const teller = providers.find(({ balance }) => balance !== undefined)
  return (await teller?.balance?.({ send, signal })) ?? null
}

import { type QueryClient, useQuery } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import type { Send } from '#providers/provider.ts'
import { type Health, parseJson, proxyPaths, readHealth } from '#providers/send.ts'
import { useWorkspace } from '#workspace/workspace.ts'

export const SendContext = createContext<Send | undefined>(undefined)

const askAgainMs = 30_000

export function useSend(): Send {
  const send = useContext(SendContext)
  if (!send) throw new Error('useSend needs a SendContext')
  return send
}

const keyOf = (address: string) => ['health', address]

/** The proxy's last answer about itself. */
export function findHealth(client: QueryClient): Health | undefined {
  return client.getQueryData(keyOf(useWorkspace.getState().proxyUrl))
}

/** What the proxy says about itself. `unreachable`: the last request got no answer, or an unreadable one. */
export function useHealth(): {
  health: Health | undefined
  unreachable: boolean
  askAgain: () => Promise<Health | undefined>
} {
  const send = useSend()
  const address = useWorkspace((state) => state.proxyUrl)
  const { data, isError, refetch } = useQuery({
    queryKey: keyOf(address),
    queryFn: async ({ signal }) => {
      const response = await send(proxyPaths.health, { signal })
      const health = readHealth(parseJson(await response.text()))
      if (!health) throw new Error('no health in the answer')
      return health
    },
    networkMode: 'always',
    retry: false,
    refetchOnWindowFocus: 'always',
    refetchInterval: (query) => query.state.status === 'error' && askAgainMs,
  })
  return { health: data, unreachable: isError, askAgain: () => refetch().then(({ data }) => data) }
}

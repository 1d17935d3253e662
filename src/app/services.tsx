import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { describeFailure } from '#domain/failure.ts'
import type { Generator } from '#generation/generator.ts'
import { createLazyGenerator } from '#generation/lazy-generator.ts'
import type { Runner } from '#generation/runner.ts'
import { GeneratorContext } from '#generation/use-generate.ts'
import { newId } from '#platform/ids.ts'
import { loadPart } from '#platform/load-part.ts'
import { backOnline, isOffline } from '#platform/network.ts'
import type { Send } from '#providers/provider.ts'
import { openGallery } from '#store/gallery-store.ts'
import { StoreContext, watchStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { isDemo } from '#workspace/edition.ts'
import { settingsNow, useWorkspace } from '#workspace/workspace.ts'
import { findHealth, SendContext } from './health.ts'
import { openRoute, openSend } from './open-send.ts'

/** Everything that lives as long as the page. */
export interface Services {
  store: GalleryStore
  send: Send
  queryClient: QueryClient
  generator: Generator
  close(): void
}

/** Opens the store and continues what an earlier visit left unfinished. Tests pass a store of their own. */
export async function openServices(open: () => Promise<GalleryStore> = openOwnGallery): Promise<Services> {
  const store = await open()
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: { networkMode: 'always', retry: false },
      mutations: { networkMode: 'always', retry: false },
    },
  })
  // Whether the proxy asks for its token is known from its health.
  const watched =
    (ask: Send): Send =>
    async (...request) => {
      const response = await ask(...request)
      if (response.status === 401) void queryClient.invalidateQueries({ queryKey: ['health'] })
      return response
    }
  const send = watched(openSend())
  const proxies = openRoute()
  const route = proxies && { current: proxies.current, to: (address: string) => watched(proxies.to(address)) }
  const network = { isOffline, back: backOnline }
  let loaded: Runner | undefined
  const ports = { store, now: () => Date.now(), newId }
  const runner = async (): Promise<Runner> => {
    const { createBrowserRunner, tellEnded } = await loadPart(loadRunner)
    const runsAtOnce = () => settingsNow().runsAtOnce
    const fallback = () => settingsNow().fallback
    const own = { ...ports, send, ...(route ? { route } : {}), network, runsAtOnce, fallback, ended: tellEnded }
    loaded ??= createBrowserRunner(own, pageName)
    return loaded
  }
  const tell = (failure: Parameters<typeof describeFailure>[0]) =>
    notify({ text: describeFailure(failure), tone: 'error' })
  const limits = () => {
    const { askAbovePrice, askAboveDay } = settingsNow()
    const isSimulated = findHealth(queryClient)?.mode === 'simulated'
    return { price: askAbovePrice, day: askAboveDay, isSimulated }
  }
  const loadGenerator = async () => {
    const { createGenerator } = await loadPart(loadGeneration)
    return createGenerator({ runner, ports, queryClient, tell, limits, network })
  }
  const generator = createLazyGenerator({ load: loadGenerator, store, limits, tell })
  const unwatch = watchStore(store, queryClient)
  generator.resume().catch(() => undefined)
  lookForEviction(store).catch(() => undefined)

  return {
    store,
    send,
    queryClient,
    generator,
    close() {
      generator.close()
      unwatch()
      queryClient.clear()
      store.close()
    },
  }
}

/**
 * Includes the code that stores its steps: a run under way must be able to store its state when the page's server is
 * gone.
 */
const loadGeneration = async () => {
  const [generation] = await Promise.all([import('#generation/generator.ts'), import('#store/run-writes.ts')])
  return generation
}

const loadRunner = async () => ({
  ...(await import('#generation/browser-runner.ts')),
  ...(await import('./run-ended.ts')),
})

/** Name of the database, locks and channels: a demo on the same origin has its own. */
const pageName = isDemo ? 'atelier-demo' : 'atelier'

function openOwnGallery(): Promise<GalleryStore> {
  return openGallery({ name: pageName })
}

/** Runs are never removed from the store after they were sent: if there is none left, the browser has cleared it. */
async function lookForEviction(store: GalleryStore): Promise<void> {
  if (!useWorkspace.getState().hasKept || store.health !== 'ok') return
  if ((await store.recentRuns(1)).length === 0) useWorkspace.setState({ isEvicted: true })
}

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  const { store, send, queryClient, generator } = services
  return (
    <QueryClientProvider client={queryClient}>
      <StoreContext value={store}>
        <SendContext value={send}>
          <GeneratorContext value={generator}>{children}</GeneratorContext>
        </SendContext>
      </StoreContext>
    </QueryClientProvider>
  )
}

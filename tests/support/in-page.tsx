import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactElement, ReactNode } from 'react'
import { SendContext } from '#app/health.ts'
import type { Generator } from '#generation/generator.ts'
import { GeneratorContext } from '#generation/use-generate.ts'
import type { Send } from '#providers/provider.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import { StoreContext, watchStore } from '#store/queries.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { nodeProcessor } from './node-processor.ts'

interface Around {
  store: GalleryStore
  send?: Send
  generator?: Generator
}

/** Screens with what the page puts around them; they see the store's changes. */
export function inPage(screens: ReactNode, { store, send, generator }: Around): ReactElement {
  const queryClient = new QueryClient()
  watchStore(store, queryClient)
  return (
    <QueryClientProvider client={queryClient}>
      <StoreContext value={store}>
        <SendContext value={send}>
          <GeneratorContext value={generator}>{screens}</GeneratorContext>
        </SendContext>
      </StoreContext>
    </QueryClientProvider>
  )
}

/** Screens over a store in memory, with a proxy that the test decides. */
export function renderWith(send: Send, screens: ReactNode): GalleryStore {
  const store = openMemoryStore(nodeProcessor)
  render(inPage(screens, { store, send }))
  return store
}

/** Forgets what was composed and set, as a first visit finds it. */
export function emptyWorkspace(): void {
  localStorage.clear()
  sessionStorage.clear()
  useWorkspace.setState(useWorkspace.getInitialState(), true)
}

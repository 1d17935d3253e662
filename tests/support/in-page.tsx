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

/** Renders screens with the page's providers; they follow changes of the store. */
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

/** Renders screens over a store in memory, with a proxy given by the test. */
export function renderWith(send: Send, screens: ReactNode): GalleryStore {
  const store = openMemoryStore(nodeProcessor)
  render(inPage(screens, { store, send }))
  return store
}

/** Resets composition and settings to those of a first visit. */
export function emptyWorkspace(): void {
  localStorage.clear()
  sessionStorage.clear()
  useWorkspace.setState(useWorkspace.getInitialState(), true)
}

import 'fake-indexeddb/auto'
import { cleanup, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { App } from '#app/app.tsx'
import { openServices, type Services, ServicesProvider } from '#app/services.tsx'
import { openGallery } from '#store/gallery-store.ts'
import { emptyWorkspace } from './in-page.tsx'
import { addLayout } from './layout.ts'
import { openNetwork } from './network.ts'
import { nodeProcessor } from './node-processor.ts'
import { closeNotices } from './render-gallery.tsx'

/** Renders the whole page with the real proxy. Each test of the file begins as a first visit. */
export function visitPage() {
  addLayout()
  let world: Awaited<ReturnType<typeof openNetwork>>
  let services: Services
  let visits = 0

  async function load() {
    services = await openServices(() => openGallery({ name: `visit-${visits}`, processor: nodeProcessor }))
    render(
      <ServicesProvider services={services}>
        <App />
      </ServicesProvider>,
    )
  }

  beforeAll(async () => {
    world = await openNetwork()
  })
  beforeEach(async () => {
    visits += 1
    world.simulator.reset()
    emptyWorkspace()
    await load()
  })
  afterEach(() => {
    closeNotices()
    world.network.resetHandlers()
    services.close()
  })
  afterAll(() => world.close())

  return {
    /** Requests that the simulator received. */
    service: () => world.simulator.state(),
    store: () => services.store,
    break: (...handlers: Parameters<typeof world.network.use>) => world.network.use(...handlers),
    async reload() {
      services.close()
      cleanup()
      await load()
    },
  }
}

/** Waiting options for results of a run. */
export const patience = { timeout: 15_000 }

export const gallery = () => within(screen.getByRole('region', { name: 'Gallery' }))

export async function generate(prompt: string): Promise<void> {
  const user = userEvent.setup()
  await user.clear(screen.getByRole('textbox', { name: 'Prompt' }))
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), prompt.replaceAll('[', '[['))
  await user.click(screen.getByRole('button', { name: /^Generate/ }))
}

/** The card of a run that failed with this title. */
export function failedCard(kind: string): Promise<HTMLElement> {
  return waitFor(() => {
    const cell = document.querySelector<HTMLElement>('[role="gridcell"][data-phase="failed"]')
    expect(cell?.dataset.failure).toBe(kind)
    return cell as HTMLElement
  }, patience)
}

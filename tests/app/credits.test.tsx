import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Balance } from '#app/balance.tsx'
import { SendContext } from '#app/health.ts'
import { SpendingSettings } from '#app/spending-settings.tsx'
import type { Send } from '#providers/provider.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import { StoreContext, watchStore } from '#store/queries.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { eventually } from '../support/eventually.ts'
import { failedRun, savedRun, sendingRun, workingRun } from '../support/gallery-records.ts'
import { nodeDarkroom } from '../support/node-darkroom.ts'

beforeEach(() => useWorkspace.setState(useWorkspace.getInitialState(), true))

/** A service whose balance the test decides; `undefined`: it does not tell. */
function serviceWith(answer: { data?: unknown; code?: number }) {
  let asked = 0
  const send: Send = async (path) => {
    if (path === '/api/health') return Response.json({ mode: 'live', gateway: 'kie' })
    asked += 1
    return Response.json({ code: 200, msg: 'success', ...answer })
  }
  return { send, answer, asked: () => asked }
}

function show(children: ReactNode, send: Send) {
  const store = openMemoryStore(nodeDarkroom)
  const queryClient = new QueryClient()
  watchStore(store, queryClient)
  render(
    <QueryClientProvider client={queryClient}>
      <StoreContext value={store}>
        <SendContext value={send}>{children}</SendContext>
      </StoreContext>
    </QueryClientProvider>,
  )
  return store
}

describe('the balance', () => {
  it('need not be whole, and leads to what was spent', async () => {
    const onOpen = vi.fn()
    show(<Balance onOpen={onOpen} />, serviceWith({ data: 5916.25 }).send)
    await userEvent.click(await screen.findByRole('button', { name: 'Balance: 5,916.25 credits' }))
    expect(onOpen).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['is refused', { code: 401, msg: 'Unauthorized' }],
    ['tells nothing', { data: null }],
    ['tells no number', { data: 'plenty' }],
    ['says nothing', { data: '' }],
  ])('is absent where the question %s', async (_, answer) => {
    const service = serviceWith(answer)
    show(<Balance onOpen={() => undefined} />, service.send)
    await eventually(() => expect(service.asked()).toBe(1))
    await act(async () => undefined)
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('is asked for anew when a run was taken, and when it is over', async () => {
    const service = serviceWith({ data: 20 })
    const store = show(<Balance onOpen={() => undefined} />, service.send)
    expect(await screen.findByText('20 credits')).toBeVisible()
    await act(() => store.saveRun(sendingRun('one')))
    service.answer.data = 15
    await act(() => store.saveRun(workingRun('one')))
    expect(await screen.findByText('15 credits')).toBeVisible()
    service.answer.data = '14.5'
    await act(() => store.saveRun(savedRun('one', ['p'])))
    expect(await screen.findByText('14.5 credits')).toBeVisible()
    expect(service.asked()).toBe(3)
  })

  it('pitfall 20: is asked for once more, not in a loop, when the service found too few credits', async () => {
    const service = serviceWith({ data: 20 })
    const store = show(<Balance onOpen={() => undefined} />, service.send)
    expect(await screen.findByText('20 credits')).toBeVisible()
    await act(() => store.saveRun(sendingRun('one')))
    service.answer.data = 3
    await act(() => store.saveRun({ ...failedRun('one'), failure: { kind: 'out-of-credits' } }))
    expect(await screen.findByText('3 credits')).toBeVisible()
    expect(service.asked()).toBe(2)
  })
})

describe('a balance below the price', () => {
  it('is said before the press, and stands in nobody’s way', async () => {
    show(<Balance price={14} />, serviceWith({ data: 13.5 }).send)
    expect(await screen.findByRole('status')).toHaveTextContent(
      'Only 13.5 credits left: the service will refuse this until some are added.',
    )
  })

  it('pitfall 20: tells that runs in work hold credits', async () => {
    const store = show(<Balance price={14} />, serviceWith({ data: 0 }).send)
    await act(() => store.saveRun(workingRun('one')))
    const note = await screen.findByText(/No credits left/)
    await eventually(() => expect(note).toHaveTextContent('What runs in work do not use comes back.'))
  })

  it('is not said where there is enough', async () => {
    const service = serviceWith({ data: 14 })
    show(<Balance price={14} />, service.send)
    await eventually(() => expect(service.asked()).toBe(1))
    await act(async () => undefined)
    expect(screen.queryByRole('status')).toBeNull()
  })
})

describe('the limits from which on to ask', () => {
  it('are whole numbers, or none', async () => {
    render(<SpendingSettings />)
    await userEvent.type(screen.getByLabelText('Credits for one picture'), '10')
    await userEvent.type(screen.getByLabelText('Credits in a day'), '200')
    expect(useWorkspace.getState()).toMatchObject({ askAbovePrice: 10, askAboveDay: 200 })
    await userEvent.type(screen.getByLabelText('Credits in a day'), 'x')
    expect(screen.getByText('A whole number, or nothing.')).toBeVisible()
    await userEvent.clear(screen.getByLabelText('Credits for one picture'))
    expect(useWorkspace.getState()).toMatchObject({ askAbovePrice: 0, askAboveDay: 200 })
  })
})

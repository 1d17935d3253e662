import { act, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Balance } from '#app/balance.tsx'
import { SpendingSettings } from '#app/spending-settings.tsx'
import type { Send } from '#providers/provider.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { eventually } from '../support/eventually.ts'
import { failedRun, savedRun, sendingRun, workingRun } from '../support/gallery-records.ts'
import { emptyWorkspace, renderWith } from '../support/in-page.tsx'

beforeEach(emptyWorkspace)

/** A service with a given balance; `undefined`: the balance is unknown. */
function serviceWith(answer: { data?: unknown; code?: number }) {
  let asked = 0
  const send: Send = async (path) => {
    if (path === '/api/health') return Response.json({ mode: 'live', gateway: 'kie' })
    asked += 1
    return Response.json({ code: 200, msg: 'success', ...answer })
  }
  return { send, answer, asked: () => asked }
}

describe('the balance', () => {
  it('may have a fraction, and links to what was spent', async () => {
    const onOpen = vi.fn()
    renderWith(serviceWith({ data: 5916.25 }).send, <Balance onOpen={onOpen} />)
    await userEvent.click(await screen.findByRole('button', { name: 'Balance: 5,916.25 credits' }))
    expect(onOpen).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['is refused', { code: 401, msg: 'Unauthorized' }],
    ['tells nothing', { data: null }],
    ['tells no number', { data: 'plenty' }],
    ['says nothing', { data: '' }],
  ])('is not shown if the request %s', async (_, answer) => {
    const service = serviceWith(answer)
    renderWith(service.send, <Balance onOpen={() => undefined} />)
    await eventually(() => expect(service.asked()).toBe(1))
    await act(async () => undefined)
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('is requested again when a run was accepted, and when it has ended', async () => {
    const service = serviceWith({ data: 20 })
    const store = renderWith(service.send, <Balance onOpen={() => undefined} />)
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
    const store = renderWith(service.send, <Balance onOpen={() => undefined} />)
    expect(await screen.findByText('20 credits')).toBeVisible()
    await act(() => store.saveRun(sendingRun('one')))
    service.answer.data = 3
    await act(() =>
      store.saveRun({ ...failedRun('one'), state: { ...failedRun('one').state, failure: { kind: 'out-of-credits' } } }),
    )
    expect(await screen.findByText('3 credits')).toBeVisible()
    expect(service.asked()).toBe(2)
  })
})

describe('a balance below the price', () => {
  it('is shown before the press, and does not block it', async () => {
    renderWith(serviceWith({ data: 13.5 }).send, <Balance price={14} />)
    expect(await screen.findByRole('status')).toHaveTextContent('Only 13.5 credits left: add some before you submit.')
  })

  it('pitfall 20: tells that runs in work hold credits', async () => {
    const store = renderWith(serviceWith({ data: 0 }).send, <Balance price={14} />)
    await act(() => store.saveRun(workingRun('one')))
    const note = await screen.findByRole('status')
    await eventually(() => expect(note).toHaveTextContent('Credits that running tasks do not use come back.'))
  })

  it('is not shown if there are enough credits', async () => {
    const service = serviceWith({ data: 14 })
    renderWith(service.send, <Balance price={14} />)
    await eventually(() => expect(service.asked()).toBe(1))
    await act(async () => undefined)
    expect(screen.queryByRole('status')).toBeNull()
  })
})

describe('the limits above which the user is asked', () => {
  it('are whole numbers, or empty', async () => {
    render(<SpendingSettings />)
    await userEvent.type(screen.getByLabelText('Credits per image'), '10')
    await userEvent.type(screen.getByLabelText('Credits per day'), '200')
    expect(useWorkspace.getState()).toMatchObject({ askAbovePrice: 10, askAboveDay: 200 })
    await userEvent.type(screen.getByLabelText('Credits per day'), 'x')
    expect(screen.getByText('Enter a whole number, or leave it empty.')).toBeVisible()
    await userEvent.clear(screen.getByLabelText('Credits per image'))
    expect(useWorkspace.getState()).toMatchObject({ askAbovePrice: 0, askAboveDay: 200 })
  })
})

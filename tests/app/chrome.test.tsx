import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Banners } from '#app/banner.tsx'
import { ErrorBoundary } from '#app/error-boundary.tsx'
import { Header } from '#app/header.tsx'
import { Layout } from '#app/layout.tsx'
import { Settings } from '#app/settings.tsx'
import type { PictureId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import type { Send } from '#providers/provider.ts'
import { NoticeBoard } from '#ui/notice-board.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { eventually } from '../support/eventually.ts'
import { failedRun, newPicture, queuedRun, workingRun } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { emptyWorkspace, renderWith } from '../support/in-page.tsx'

const simulated: Send = async () => Response.json({ mode: 'simulated', gateway: 'kie' })

const header = <Header tasksOpen={false} onTasks={() => undefined} onSettings={() => undefined} />

beforeEach(emptyWorkspace)

describe('the header', () => {
  it('says that images are simulated, and only then how to add an API key', async () => {
    renderWith(simulated, header)
    expect(screen.queryByRole('button', { name: 'Add an API key' })).toBeNull()
    expect(await screen.findByText('Simulated')).toBeInTheDocument()
    expect(screen.getByRole('status')).toHaveTextContent('Simulated')
    expect(screen.getByRole('button', { name: 'Add an API key' })).toBeInTheDocument()
  })

  it('says nothing of the kind with a real service', async () => {
    const send = vi.fn(async () => Response.json({ mode: 'live', gateway: 'kie' }))
    renderWith(send, header)
    await act(async () => eventually(() => expect(send).toHaveBeenCalled()))
    expect(screen.getByRole('status')).toBeEmptyDOMElement()
  })

  it('counts the runs that are waited for', async () => {
    const stopped: Run = { ...workingRun('three'), marks: { ...workingRun('three').marks, stopped: true } }
    const store = renderWith(simulated, header)
    for (const run of [workingRun('one'), queuedRun('two'), stopped, failedRun('four')])
      await act(() => store.saveRun(run))
    expect(await screen.findByRole('button', { name: 'Tasks 2 running' })).toBeInTheDocument()
  })
})

describe('the banners', () => {
  it('say that nothing is saved, and what still works', async () => {
    renderWith(simulated, <Banners />)
    expect(await screen.findByText(/Work can't be saved here/)).toBeInTheDocument()
  })

  it('say that the proxy cannot be reached, until it can', async () => {
    let isUp = false
    const send: Send = (...request) => (isUp ? simulated(...request) : Promise.reject(new TypeError('Failed to fetch')))
    renderWith(send, <Banners />)
    const words = await screen.findByText(/proxy cannot be reached/)
    isUp = true
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await eventually(() => expect(words).not.toBeInTheDocument())
  })
})

describe('the banners without a network', () => {
  it('say so, and ask the proxy again when the network is back', async () => {
    let isUp = false
    const send: Send = (...request) => (isUp ? simulated(...request) : Promise.reject(new TypeError('Failed to fetch')))
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    renderWith(send, <Banners />)
    const words = await screen.findByText(/^There is no network\./)
    expect(screen.queryByText(/proxy cannot be reached/)).toBeNull()
    isUp = true
    onLine.mockReturnValue(true)
    act(() => void window.dispatchEvent(new Event('online')))
    await eventually(() => expect(words).not.toBeInTheDocument())
  })
})

describe('the layout', () => {
  const room = (
    <Layout header={header} create="the form" stage="the stage" gallery="the grid" tasks="the tasks" isSoon />
  )

  it('has three regions, each once, and dividers that keep the widths', async () => {
    renderWith(simulated, room)
    for (const name of ['Create', 'Stage', 'Gallery']) expect(screen.getByRole('region', { name })).toBeInTheDocument()
    expect(screen.getAllByText('the form')).toHaveLength(1)
    const divider = await screen.findByRole('separator', { name: 'Resize Create' })
    divider.focus()
    await userEvent.keyboard('{ArrowRight}')
    expect(useWorkspace.getState().createWidth).toBe(360)
  })

  it('opens the gallery by G and closes it by Escape, to where it was opened from', async () => {
    renderWith(simulated, room)
    act(() => useWorkspace.getState().select('image' as PictureId))
    await userEvent.keyboard('g')
    expect(useWorkspace.getState().view, 'the focus is nowhere').not.toBe('gallery')
    act(() => screen.getByRole('region', { name: 'Stage' }).focus())
    await userEvent.keyboard('g')
    expect(useWorkspace.getState().view).toBe('gallery')
    expect(screen.getByRole('region', { name: 'Gallery' })).toHaveFocus()
    expect(screen.getByRole('button', { name: 'Close gallery' })).toBeInTheDocument()
    await userEvent.keyboard('{Escape}')
    expect(useWorkspace.getState().view).toBe('stage')
    expect(screen.queryByRole('button', { name: 'Close gallery' })).toBeNull()
  })

  it('offers the image as a view of its own, once there is one', async () => {
    renderWith(simulated, room)
    const views = within(screen.getByRole('navigation', { name: 'Views' }))
    expect(views.queryByRole('button', { name: 'Image' })).toBeNull()
    act(() => useWorkspace.getState().select('image' as PictureId))
    await userEvent.click(views.getByRole('button', { name: 'Image' }))
    expect(useWorkspace.getState().view).toBe('stage')
  })

  it('shows one view at a time to a phone', async () => {
    renderWith(simulated, room)
    const views = screen.getByRole('navigation', { name: 'Views' })
    expect(within(views).getByRole('button', { name: 'Create' })).toHaveAttribute('aria-current', 'page')
    await userEvent.click(within(views).getByRole('button', { name: 'Tasks' }))
    expect(screen.getByRole('region', { name: 'Tasks' })).toHaveTextContent('the tasks')
    expect(within(views).getByRole('button', { name: 'Tasks' })).toHaveAttribute('aria-current', 'page')
  })

  it('keeps the other parts when one part fails', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const Damaged = () => {
      throw new Error('a hole in the canvas')
    }
    render(
      <>
        <ErrorBoundary part="The gallery">
          <Damaged />
        </ErrorBoundary>
        <p>The form</p>
      </>,
    )
    expect(screen.getByRole('alert')).toHaveTextContent('The gallery cannot be shown.')
    expect(screen.getByRole('alert')).toHaveTextContent('a hole in the canvas')
    expect(screen.getByText('The form')).toBeInTheDocument()
    complaints.mockRestore()
  })
})

describe('the settings', () => {
  it('apply a new proxy address only when it is saved', async () => {
    vi.stubGlobal('fetch', async () => Response.json({ mode: 'live', gateway: 'kie' }))
    renderWith(simulated, <Settings />)
    await userEvent.type(screen.getByRole('textbox', { name: 'Proxy address' }), 'http://localhost:4000/api')
    expect(useWorkspace.getState().proxyUrl).toBe('')
    await userEvent.click(screen.getByRole('button', { name: 'Use this address' }))
    expect(useWorkspace.getState().proxyUrl).toBe('http://localhost:4000/api')
    expect(await screen.findByText('Connected. Images are made through KIE.')).toBeInTheDocument()
    vi.unstubAllGlobals()
  })

  it('set the theme and the number of parallel runs', async () => {
    renderWith(simulated, <Settings />)
    await userEvent.click(screen.getByRole('radio', { name: 'Dark' }))
    expect(useWorkspace.getState().theme).toBe('dark')
    const range = screen.getByRole('slider', { name: 'Parallel runs' })
    expect(range).toHaveAttribute('min', '1')
    expect(range).toHaveAttribute('max', '20')
  })

  it('remove the samples, if there are any, with one click', async () => {
    const store = renderWith(
      simulated,
      <>
        <Settings />
        <NoticeBoard />
      </>,
    )
    expect(screen.queryByRole('button', { name: 'Remove samples' })).toBeNull()
    const { recipe } = queuedRun('any')
    const origin = { kind: 'sample', model: 'Flux 2 Flex', recipe } as const
    const image = await paintedImage('png')
    await act(() => store.addPicture(newPicture('one', image, { origin })))
    await userEvent.click(await screen.findByRole('button', { name: 'Remove samples' }))
    expect(await screen.findByText('Samples removed.')).toBeInTheDocument()
    expect(await store.countPictures('gallery')).toBe(0)
  })
})

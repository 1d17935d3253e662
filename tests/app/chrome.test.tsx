import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Banners } from '#app/banner.tsx'
import { ErrorBoundary } from '#app/error-boundary.tsx'
import { Header } from '#app/header.tsx'
import { SendContext } from '#app/health.ts'
import { Layout } from '#app/layout.tsx'
import { Settings } from '#app/settings.tsx'
import { TaskList } from '#app/tasks.tsx'
import type { Run } from '#domain/run.ts'
import type { Generator } from '#generation/generator.ts'
import { GeneratorContext } from '#generation/use-generate.ts'
import type { Send } from '#providers/provider.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import { StoreContext, watchStore } from '#store/queries.ts'
import { NoticeBoard } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { failedRun, newPicture, queuedRun, savedRun, sendingRun, workingRun } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { nodeDarkroom } from '../support/node-darkroom.ts'

const simulated: Send = async () => Response.json({ mode: 'simulated', gateway: 'kie' })

/** What the screens asked of runs: "stop one". */
const asked: string[] = []
const note = (act: string) => (run: Run) => {
  asked.push(`${act} ${run.id}`)
}
const generator: Generator = {
  generate: () => undefined,
  again: note('again'),
  stop: note('stop'),
  look: note('look'),
  fetch: async () => [],
  adopt: async () => ({ known: true }),
  remove: note('remove'),
  dismiss: note('dismiss'),
  resume: async () => undefined,
  close: () => undefined,
}

async function show(children: ReactNode, { runs = [], send = simulated }: { runs?: readonly Run[]; send?: Send } = {}) {
  const store = openMemoryStore(nodeDarkroom)
  for (const run of runs) await store.saveRun(run)
  const queryClient = new QueryClient()
  watchStore(store, queryClient)
  render(
    <QueryClientProvider client={queryClient}>
      <StoreContext value={store}>
        <SendContext value={send}>
          <GeneratorContext value={generator}>{children}</GeneratorContext>
        </SendContext>
      </StoreContext>
    </QueryClientProvider>,
  )
  return store
}

const header = <Header tasksOpen={false} onTasks={() => undefined} onSettings={() => undefined} />

beforeEach(() => {
  asked.length = 0
  useWorkspace.setState(useWorkspace.getInitialState(), true)
})

describe('the header', () => {
  it('says that pictures are simulated, and only then how a key is set', async () => {
    await show(header)
    expect(screen.queryByRole('button', { name: 'How to set a key' })).toBeNull()
    expect(await screen.findByText('Simulated')).toBeInTheDocument()
    expect(screen.getByRole('status')).toHaveTextContent('Simulated')
    expect(screen.getByRole('button', { name: 'How to set a key' })).toBeInTheDocument()
  })

  it('says nothing of the kind with a real service behind', async () => {
    const send = vi.fn(async () => Response.json({ mode: 'live', gateway: 'kie' }))
    await show(header, { send })
    await act(async () => vi.waitFor(() => expect(send).toHaveBeenCalled()))
    expect(screen.getByRole('status')).toBeEmptyDOMElement()
  })

  it('counts the runs that are waited for', async () => {
    const stopped: Run = { ...workingRun('three'), stopped: true }
    await show(header, { runs: [workingRun('one'), queuedRun('two'), stopped, failedRun('four')] })
    expect(await screen.findByRole('button', { name: 'Tasks 2 in work' })).toBeInTheDocument()
  })
})

describe('the list of tasks', () => {
  const rowOf = async (words: string) => (await screen.findByText(words)).closest('li') as HTMLElement
  const names = (row: HTMLElement) =>
    within(row)
      .queryAllByRole('button')
      .map((button) => button.getAttribute('aria-label') ?? button.textContent)

  it('says that nothing is in work', async () => {
    await show(<TaskList onSettings={() => undefined} />)
    expect(screen.getByText('Nothing in work')).toBeInTheDocument()
  })

  it('offers for each phase what fits it, never to cancel', async () => {
    const unsure: Run = { ...failedRun('five'), failure: { kind: 'unconfirmed' }, chargePossible: true }
    const runs = [queuedRun('one'), sendingRun('two'), workingRun('three'), failedRun('four'), unsure]
    await show(<TaskList onSettings={() => undefined} />, { runs: [...runs, savedRun('six', ['picture'])] })
    expect(names(await rowOf('waiting here'))).toEqual(['Remove'])
    expect(names(await rowOf('sent, waiting for an answer'))).toEqual(['Copy details'])
    expect(names(await rowOf('working'))).toEqual(['Stop waiting', 'Copy details'])
    expect(names(await rowOf('failed'))).toEqual(['Try again (5 credits)', 'Dismiss', 'Copy details'])
    const doubtful = await rowOf('may have been sent')
    expect(names(doubtful)).toEqual(['Look again', 'Try again (5 credits)', 'Dismiss', 'Copy details'])
    expect(doubtful).toHaveTextContent('may have cost 5 credits')
    expect(names(await rowOf('saved'))).toEqual(['Show the picture'])
  })

  it('asks the generator for the act that was pressed', async () => {
    await show(<TaskList onSettings={() => undefined} />, {
      runs: [workingRun('one'), { ...workingRun('two'), stopped: true }],
    })
    await userEvent.click(within(await rowOf('working')).getByRole('button', { name: 'Stop waiting' }))
    await userEvent.click(within(await rowOf('no longer waited for')).getByRole('button', { name: 'Look again' }))
    expect(asked).toEqual(['stop one', 'look two'])
  })

  it('shows a saved picture on the stage', async () => {
    await show(<TaskList onSettings={() => undefined} />, { runs: [savedRun('one', ['picture'])] })
    await userEvent.click(await screen.findByRole('button', { name: 'Show the picture' }))
    expect(useWorkspace.getState()).toMatchObject({ selected: 'picture', view: 'stage' })
  })
})

describe('the banners', () => {
  it('tell that nothing is kept, and what still works', async () => {
    await show(<Banners />)
    expect(await screen.findByText(/keeps nothing for this page/)).toBeInTheDocument()
  })

  it('tell of a proxy that cannot be reached until it can', async () => {
    let isUp = false
    const send: Send = (...request) => (isUp ? simulated(...request) : Promise.reject(new TypeError('Failed to fetch')))
    await show(<Banners />, { send })
    const words = await screen.findByText(/proxy cannot be reached/)
    isUp = true
    await userEvent.click(screen.getByRole('button', { name: 'Try now' }))
    await vi.waitFor(() => expect(words).not.toBeInTheDocument())
  })
})

describe('the room', () => {
  const room = <Layout header={header} create="the form" stage="the stage" gallery="the grid" tasks="the tasks" />

  it('has three regions, each once, and dividers that keep the widths', async () => {
    await show(room)
    for (const name of ['Create', 'Stage', 'Gallery']) expect(screen.getByRole('region', { name })).toBeInTheDocument()
    expect(screen.getAllByText('the form')).toHaveLength(1)
    screen.getByRole('separator', { name: 'Width of Create' }).focus()
    await userEvent.keyboard('{ArrowRight}')
    expect(useWorkspace.getState().createWidth).toBe(400)
  })

  it('shows one view at a time to a phone', async () => {
    await show(room)
    const views = screen.getByRole('navigation', { name: 'Views' })
    expect(within(views).getByRole('button', { name: 'Create' })).toHaveAttribute('aria-current', 'page')
    await userEvent.click(within(views).getByRole('button', { name: 'Tasks' }))
    expect(screen.getByRole('region', { name: 'Tasks' })).toHaveTextContent('the tasks')
    expect(within(views).getByRole('button', { name: 'Tasks' })).toHaveAttribute('aria-current', 'page')
  })

  it('loses one part, not all, when a part is damaged', async () => {
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
  it('take a new proxy address only when told to', async () => {
    vi.stubGlobal('fetch', async () => Response.json({ mode: 'live', gateway: 'kie' }))
    await show(<Settings />)
    await userEvent.type(screen.getByRole('textbox', { name: 'Proxy address' }), 'http://localhost:4000/api')
    expect(useWorkspace.getState().proxyUrl).toBe('')
    await userEvent.click(screen.getByRole('button', { name: 'Use this address' }))
    expect(useWorkspace.getState().proxyUrl).toBe('http://localhost:4000/api')
    expect(await screen.findByText('Connected. Pictures are made by kie.')).toBeInTheDocument()
    vi.unstubAllGlobals()
  })

  it('choose the theme and how many runs are out at once', async () => {
    await show(<Settings />)
    await userEvent.click(screen.getByRole('radio', { name: 'Dark' }))
    expect(useWorkspace.getState().theme).toBe('dark')
    const range = screen.getByRole('slider', { name: 'Runs at once' })
    expect(range).toHaveAttribute('min', '1')
    expect(range).toHaveAttribute('max', '20')
  })

  it('remove the samples, where there are any, in one act', async () => {
    const store = await show(
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

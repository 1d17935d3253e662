import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Run, RunState } from '#domain/run.ts'
import { Stage } from '#stage/stage.tsx'
import type { GalleryStore } from '#store/store.ts'
import { startText } from '#ui/start-text.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { newPicture } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { PromptStandIn } from '../support/prompt-stand-in.tsx'
import { closeNotices, keep, openTestGallery, recipeOf, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const now = Date.now()
const task = { provider: 'kie-kontext', taskId: 'task-7' as TaskId }

const select = (id: string | undefined) => act(() => useWorkspace.getState().select(id as PictureId | undefined))

/** A photo, an edit of it, and two edits of that: photo, v1, v2a and v2b. */
async function keepFamily() {
  const photo = { shelf: 'sources', createdAt: now - 9000, prompt: 'IMG_1.jpg' } as const
  await store.addPicture(newPicture('photo', await paintedImage('jpeg', { width: 60, height: 40 }), photo))
  await keep(store, 'v1', { prompt: 'Night', createdAt: now - 3000, parents: ['photo'], width: 60, height: 40 })
  await keep(store, 'v2a', { prompt: 'Snow', createdAt: now - 2000, parents: ['v1'], simulated: true })
  await keep(store, 'v2b', { prompt: 'Rain', createdAt: now - 1000, parents: ['v1'] })
}

async function show(id?: string) {
  if (id) useWorkspace.getState().select(id as PictureId)
  renderOver(
    store,
    <>
      <PromptStandIn />
      <Stage />
    </>,
  )
  if (id) await screen.findByRole('toolbar', { name: 'Image' })
}

const shown = (name: RegExp) => screen.findByRole('img', { name })
const family = () => within(screen.getByRole('list', { name: 'Family' }))

beforeEach(async () => {
  store = await openTestGallery()
})
afterEach(() => {
  vi.restoreAllMocks()
  closeNotices()
})

describe('the stage', () => {
  it('says how to begin before a picture is chosen', async () => {
    await show()
    expect(screen.getByText(startText.title)).toBeVisible()
    expect(screen.getByText('Compare with source')).toBeInTheDocument()
  })

  it('shows the chosen picture under its prompt, with the real size beside the asked one', async () => {
    await keepFamily()
    await show('v2a')
    expect(await shown(/^Snow, Flux Kontext Pro, 40 × 30/)).toBeInTheDocument()
    expect(screen.getByText(/Flux Kontext Pro · 40 × 30 · requested: 16:9 · Today/)).toBeVisible()
    expect(screen.getByText('Simulated')).toBeVisible()
  })

  it('shows the small picture until the original is decoded, without another box', async () => {
    await keepFamily()
    await show('v2a')
    await waitFor(async () => expect((await shown(/^Snow/)).getAttribute('src')).toMatch(/^data:/))
    const small = await shown(/^Snow/)
    const box = small.parentElement
    const original = await waitFor(() => {
      const found = box?.querySelector<HTMLImageElement>('img[src^="blob:"]')
      expect(found).toBeTruthy()
      return found as HTMLImageElement
    })
    original.decode = async () => undefined
    await act(async () => fireEvent.load(original))
    expect(await shown(/^Snow/)).toBe(original)
    expect(box?.querySelectorAll('img')).toHaveLength(1)
    expect(original.parentElement).toBe(box)
  })

  it('says when the original is missing', async () => {
    await keepFamily()
    vi.spyOn(store, 'original').mockResolvedValue(undefined)
    await show('v2a')
    expect(await screen.findByText(/The original cannot be read/)).toBeVisible()
  })

  it('says when the picture was deleted elsewhere', async () => {
    await keepFamily()
    await show('v2a')
    await act(() => store.deleteForEver(['v2a' as PictureId]))
    expect(await screen.findByText('This image is gone')).toBeInTheDocument()
  })
})

describe('zoom', () => {
  const percent = () => Number.parseInt(screen.getByText(/^\d+%$/, { selector: 'span' }).textContent ?? '', 10)

  it('fits at first, and goes by buttons and keys', async () => {
    await keep(store, 'large', { prompt: 'Large', createdAt: now, width: 1200, height: 800 })
    await show('large')
    await waitFor(() => expect(percent()).toBe(46))
    expect(screen.getByRole('button', { name: 'Fit' })).toHaveAttribute('aria-pressed', 'true')
    await userEvent.click(screen.getByRole('button', { name: '100%' }))
    expect(percent()).toBe(100)
    await userEvent.click(screen.getByRole('button', { name: 'Zoom in' }))
    expect(percent()).toBe(140)
    await userEvent.keyboard('-')
    expect(percent()).toBe(100)
    await userEvent.keyboard('+')
    expect(percent()).toBe(140)
    await userEvent.keyboard('0')
    expect(percent()).toBe(46)
    await userEvent.keyboard('1')
    expect(percent()).toBe(100)
  })

  it('leaves the keys to whoever types', async () => {
    await keep(store, 'large', { prompt: 'Large', createdAt: now, width: 1200, height: 800 })
    await show('large')
    await waitFor(() => expect(percent()).toBe(46))
    await userEvent.type(screen.getByRole('textbox', { name: 'Prompt' }), '1xbc')
    expect(percent()).toBe(46)
    expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('1xbc')
    expect(await store.countPictures('bin')).toBe(0)
  })

  it('turns between fit and 100% by a double click, zooms by Ctrl and wheel and pans by arrows', async () => {
    await keep(store, 'large', { prompt: 'Large', createdAt: now, width: 1200, height: 800 })
    await show('large')
    await waitFor(() => expect(percent()).toBe(46))
    const view = screen.getByRole('group', { name: 'View' })
    fireEvent.doubleClick(view, { clientX: 300, clientY: 250 })
    expect(percent()).toBe(100)
    const box = (await shown(/^Large/)).parentElement as HTMLElement
    const before = box.style.transform
    view.focus()
    await userEvent.keyboard('{ArrowRight}')
    expect(box.style.transform).not.toBe(before)
    const turn = { ctrlKey: true, deltaX: 0, deltaY: -20, deltaMode: 0, clientX: 300, clientY: 250 }
    fireEvent(view, Object.assign(new Event('wheel', { cancelable: true }), turn))
    expect(percent()).toBe(122)
    fireEvent.doubleClick(view)
    expect(percent()).toBe(46)
  })
})

describe('before and compare', () => {
  it('shows the source as long as the key or the button is held', async () => {
    await keepFamily()
    await show('v2a')
    await shown(/^Snow/)
    fireEvent.keyDown(window, { key: 'b' })
    expect(await shown(/^Before: Night/)).toBeInTheDocument()
    fireEvent.keyUp(window, { key: 'b' })
    expect(await shown(/^Snow/)).toBeInTheDocument()
    fireEvent.pointerDown(screen.getByRole('button', { name: 'Before (hold)' }))
    expect(await shown(/^Before: Night/)).toBeInTheDocument()
    fireEvent.pointerUp(screen.getByRole('button', { name: 'Before (hold)' }))
    expect(await shown(/^Snow/)).toBeInTheDocument()
  })

  it('compares with the source by a slider that goes by keys', async () => {
    await keepFamily()
    await show('v1')
    await userEvent.keyboard('c')
    const slider = await screen.findByRole('slider', { name: 'Compare' })
    expect(slider).toHaveAttribute('aria-valuetext', '50% before, 50% after')
    slider.focus()
    fireEvent.keyDown(slider, { key: 'ArrowRight' })
    await waitFor(() => expect(slider).toHaveAttribute('aria-valuetext', '55% before, 45% after'))
    expect(screen.getByText('Source')).toBeInTheDocument()
    await userEvent.keyboard('c')
    expect(screen.queryByRole('slider')).toBeNull()
  })

  it('says that both are fitted where the shapes differ', async () => {
    await keepFamily()
    await show('v2a')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    expect(await screen.findByText('Different ratios, scaled to fit')).toBeInTheDocument()
  })

  it('takes any second picture of the family', async () => {
    await keepFamily()
    await show('v2a')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    await userEvent.click(family().getByRole('button', { name: 'Rain' }))
    expect(await shown(/^Before: Rain/)).toBeInTheDocument()
    expect(useWorkspace.getState().selected).toBe('v2a')
  })

  it('asks for a second picture where there is no source, and takes the next that is chosen', async () => {
    await keep(store, 'one', { prompt: 'One', createdAt: now })
    await keep(store, 'two', { prompt: 'Two', createdAt: now - 1 })
    await show('one')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    expect(await screen.findByText(/Choose a second image/)).toBeVisible()
    select('two')
    expect(await screen.findByRole('slider', { name: 'Compare' })).toBeInTheDocument()
    expect(await shown(/^Before: One/)).toBeInTheDocument()
  })
})

describe('the family', () => {
  it('goes from the source over each edit to the shown picture, with those beside and after it', async () => {
    await keepFamily()
    await show('v2a')
    await waitFor(() => expect(family().getAllByRole('button')).toHaveLength(4))
    const names = family()
      .getAllByRole('button')
      .map((node) => node.getAttribute('aria-label'))
    expect(names).toEqual(['IMG_1.jpg, source', 'Night', 'Snow', 'Rain'])
    expect(family().getByRole('button', { name: 'Snow' })).toHaveAttribute('aria-current', 'true')
    await userEvent.click(family().getByRole('button', { name: 'Night' }))
    expect(useWorkspace.getState().selected).toBe('v1')
  })

  it('keeps the place of a source that was deleted', async () => {
    await keepFamily()
    await store.deleteForEver(['photo' as PictureId])
    await show('v1')
    expect(await family().findByRole('img', { name: 'Deleted image' })).toBeInTheDocument()
  })
})

describe('acts on the picture', () => {
  it('makes it the input, by button and by key', async () => {
    await keepFamily()
    await show('v2a')
    await userEvent.click(screen.getByRole('button', { name: 'Use as input' }))
    expect(useWorkspace.getState().sources['flux-kontext']).toEqual(['v2a'])
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveFocus())
    act(() => screen.getByRole('textbox').blur())
    select('v2b')
    await shown(/^Rain/)
    await userEvent.keyboard('u')
    expect(useWorkspace.getState().sources['flux-kontext']).toEqual(['v2b'])
  })

  it('recalls its settings and copies it', async () => {
    userEvent.setup()
    await keepFamily()
    await show('v2a')
    useWorkspace.getState().editDraft('flux-kontext', { prompt: 'else' })
    await userEvent.click(screen.getByRole('button', { name: 'Reuse prompt and settings' }))
    expect(useWorkspace.getState()).toMatchObject({
      drafts: { 'flux-kontext': { prompt: 'Snow' } },
      sources: { 'flux-kontext': ['v1'] },
    })
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveFocus())
    const write = vi.spyOn(navigator.clipboard, 'write').mockResolvedValue()
    fireEvent.copy(document)
    expect(write).not.toHaveBeenCalled()
    act(() => screen.getByRole('textbox').blur())
    fireEvent.copy(document)
    expect(await screen.findByText('Copied')).toBeVisible()
    expect(write).toHaveBeenCalledOnce()
  })

  it('moves it to the bin and shows the next older one', async () => {
    await keepFamily()
    await show('v2b')
    await userEvent.keyboard('x')
    await waitFor(() => expect(useWorkspace.getState().selected).toBe('v2a'))
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(useWorkspace.getState().selected).toBe('v2b'))
  })
})

describe('a picture that was just made', () => {
  const run = (state: RunState): Run => {
    const marks = { createdAt: now, priceCredits: 5, pace: 'p' }
    return { id: 'run-of-new' as RunId, recipe: recipeOf('New'), marks, state }
  }
  async function finish() {
    await act(() => store.saveRun(run({ phase: 'working', sentAt: now, task })))
    await waitFor(async () => expect(await store.openRuns()).toHaveLength(1))
    // The screens read what is stored; one more change of the list shows that they have.
    await act(() => new Promise((resolve) => requestAnimationFrame(resolve)))
    await keep(store, 'new', { prompt: 'New', createdAt: now })
    const saved = { phase: 'saved', sentAt: now, finishedAt: now, task, pictures: ['new' as PictureId] } as const
    await act(() => store.saveRun(run(saved)))
  }

  it('takes an empty stage', async () => {
    await show()
    await finish()
    expect(await shown(/^New/)).toBeInTheDocument()
  })

  it('only offers itself while another is looked at', async () => {
    await keepFamily()
    await show('v1')
    await finish()
    const offer = await screen.findByRole('button', { name: 'New image' })
    expect(useWorkspace.getState().selected).toBe('v1')
    await userEvent.click(offer)
    expect(await shown(/^New/)).toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'New image' })).toBeNull()
  })
})

import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Run, RunState } from '#domain/run.ts'
import { Arrivals } from '#stage/arrivals.ts'
import { Stage } from '#stage/stage.tsx'
import type { GalleryStore } from '#store/store.ts'
import { startText } from '#ui/start-text.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { areaOrigins, newPicture } from '../support/gallery-records.ts'
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
      <section aria-label="Stage" data-place="stage" tabIndex={-1}>
        <Stage />
      </section>
    </>,
  )
  if (id) await screen.findByRole('toolbar', { name: 'Image' })
}

const focusStage = () => act(() => screen.getByRole('region', { name: 'Stage' }).focus())
const pressOnStage = async (key: string) => {
  focusStage()
  await userEvent.keyboard(key)
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

it('shows a family of many attempts whole in a panel, from which one after the other is looked at', async () => {
  await keepFamily()
  for (const name of ['v2c', 'v2d', 'v2e'])
    await keep(store, name, { prompt: `Fog ${name}`, createdAt: now - 500, parents: ['v1'], width: 60, height: 40 })
  await show('v2a')
  await userEvent.click(await screen.findByRole('button', { name: 'Whole family' }))
  const panel = within(await screen.findByRole('dialog', { name: 'Whole family' }))
  expect(panel.getAllByRole('listitem')).toHaveLength(7)
  expect(panel.getByRole('button', { current: true })).toHaveAccessibleName(/^Snow/)
  await userEvent.click(panel.getByRole('button', { name: /^Fog v2d/ }))
  expect(await screen.findByRole('img', { name: /^Fog v2d/ })).toBeVisible()
  await waitFor(() => expect(panel.getByRole('button', { current: true })).toHaveAccessibleName(/^Fog v2d/))
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

  it('offers the requested ratio where the model answered in another one', async () => {
    await keepFamily()
    await show('v2a')
    const trim = await screen.findByRole('button', { name: 'Trim to 16:9' })
    expect(trim).toHaveAttribute('data-tip', 'Make an image of 40 × 23 from the middle of this one')
    await act(() => store.moveToBin(['v2a' as PictureId]))
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Trim to 16:9' })).toBeNull())
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
    vi.spyOn(store, 'drawable').mockResolvedValue(undefined)
    await show('v2a')
    expect(await screen.findByText(/The original cannot be read/)).toBeVisible()
  })

  it('says when the picture was deleted elsewhere', async () => {
    await keepFamily()
    await show('v2a')
    await act(() => store.deleteForEver(['v2a' as PictureId]))
    expect(await screen.findByText('This image is gone')).toBeInTheDocument()
  })

  it('scrolls the family to the shown image, also when another is chosen', async () => {
    const scrolled: (string | undefined)[] = []
    const { prototype } = Element
    prototype.scrollIntoView = function (this: Element) {
      scrolled.push((this as HTMLElement).dataset.id)
    }
    onTestFinished(() => void Reflect.deleteProperty(prototype, 'scrollIntoView'))
    await keepFamily()
    await show('v2a')
    await waitFor(() => expect(scrolled).toContain('v2a'))
    select('v2b')
    await waitFor(() => expect(scrolled.at(-1)).toBe('v2b'))
  })
})

describe('zoom', () => {
  const percent = () =>
    Number.parseInt(screen.getByText(/^\d+%$/, { selector: 'span:not(.contents)' }).textContent ?? '', 10)

  it('fits at first, and goes by buttons and keys', async () => {
    await keep(store, 'large', { prompt: 'Large', createdAt: now, width: 1200, height: 800 })
    await show('large')
    await waitFor(() => expect(percent()).toBe(49))
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
    expect(percent()).toBe(49)
    await userEvent.keyboard('1')
    expect(percent()).toBe(100)
  })

  it('ignores shortcuts while text is typed', async () => {
    await keep(store, 'large', { prompt: 'Large', createdAt: now, width: 1200, height: 800 })
    await show('large')
    await waitFor(() => expect(percent()).toBe(49))
    await userEvent.type(screen.getByRole('textbox', { name: 'Prompt' }), '1xbc')
    expect(percent()).toBe(49)
    expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('1xbc')
    expect(await store.countPictures('bin')).toBe(0)
  })

  it('turns between fit and 100% by a double click, zooms by Ctrl and wheel and pans by arrows', async () => {
    await keep(store, 'large', { prompt: 'Large', createdAt: now, width: 1200, height: 800 })
    await show('large')
    await waitFor(() => expect(percent()).toBe(49))
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
    expect(percent()).toBe(49)
  })
})

describe('the view', () => {
  it('can be focused and panned by keys when it is zoomed, by a trackpad of Safari too', async () => {
    await keep(store, 'large', { prompt: 'Large', createdAt: now, width: 1200, height: 800 })
    await show('large')
    const view = screen.getByRole('group', { name: 'View' })
    expect(view).toHaveAttribute('tabindex', '0')
    const pinch = (type: string, scale: number) => {
      const event = new Event(type, { cancelable: true })
      fireEvent(view, Object.assign(event, { scale, clientX: 300, clientY: 250 }))
      return event.defaultPrevented
    }
    await waitFor(() => expect(screen.getByText('49%')).toBeVisible())
    expect(pinch('gesturestart', 1)).toBe(true)
    expect(pinch('gesturechange', 1.5)).toBe(true)
    expect(pinch('gesturechange', 2)).toBe(true)
    expect(pinch('gestureend', 2)).toBe(true)
    expect(screen.getByText('98%')).toBeVisible()
  })

  it('shows the whole image again when it is staged anew', async () => {
    await keep(store, 'large', { prompt: 'Large', createdAt: now, width: 1200, height: 800 })
    await show('large')
    focusStage()
    await userEvent.keyboard('1')
    expect(screen.getByRole('button', { name: 'Fit' })).toHaveAttribute('aria-pressed', 'false')
    act(() => useWorkspace.getState().stage('large' as PictureId))
    expect(screen.getByRole('button', { name: 'Fit' })).toHaveAttribute('aria-pressed', 'true')
  })

  it('goes to the next image by a swipe sideways, and back to the gallery by a swipe down', async () => {
    await keepFamily()
    await show('v2b')
    const view = screen.getByRole('group', { name: 'View' })
    view.setPointerCapture = () => undefined
    const sweep = (dx: number, dy: number) => {
      const about = { pointerId: 1, pointerType: 'touch', button: 0 }
      fireEvent.pointerDown(view, { ...about, clientX: 200, clientY: 200 })
      fireEvent.pointerMove(view, { ...about, clientX: 200 + dx, clientY: 200 + dy })
      fireEvent.pointerUp(view, { ...about, clientX: 200 + dx, clientY: 200 + dy })
    }
    sweep(-120, 10)
    expect(useWorkspace.getState().selected).toBe('v2a')
    await shown(/^Snow/)
    sweep(120, 10)
    expect(useWorkspace.getState().selected).toBe('v2b')
    sweep(5, 120)
    expect(useWorkspace.getState().view).toBe('gallery')
  })

  it('has one toolbar for its acts, with one stop in the tab order', async () => {
    await keepFamily()
    await show('v2b')
    const bar = within(screen.getByRole('toolbar', { name: 'Image' }))
    const stops = () => bar.getAllByRole('button').filter((button) => button.tabIndex === 0)
    expect(stops()).toHaveLength(1)
    stops()[0]?.focus()
    await userEvent.keyboard('{ArrowRight}')
    expect(bar.getByRole('button', { name: 'Zoom in' })).toHaveFocus()
    await userEvent.keyboard('{End}')
    expect(bar.getByRole('button', { name: 'Move to bin' })).toHaveFocus()
    expect(stops()).toEqual([bar.getByRole('button', { name: 'Move to bin' })])
  })
})

describe('before and compare', () => {
  it('shows the source as long as the key or the button is held', async () => {
    await keepFamily()
    await show('v2a')
    await shown(/^Snow/)
    focusStage()
    fireEvent.keyDown(document.activeElement as Element, { key: 'b' })
    expect(await shown(/^Before: Night/)).toBeInTheDocument()
    fireEvent.keyUp(window, { key: 'b' })
    expect(await shown(/^Snow/)).toBeInTheDocument()
    fireEvent.pointerDown(screen.getByRole('button', { name: 'Before (hold)' }))
    expect(await shown(/^Before: Night/)).toBeInTheDocument()
    fireEvent.pointerUp(screen.getByRole('button', { name: 'Before (hold)' }))
    expect(await shown(/^Snow/)).toBeInTheDocument()
  })

  it('compares with the source by a slider that goes by keys, and Escape leaves', async () => {
    await keepFamily()
    await show('v1')
    focusStage()
    await userEvent.keyboard('c')
    const slider = await screen.findByRole('slider', { name: 'Compare' })
    expect(slider).toHaveAttribute('aria-valuetext', '50% A, 50% B')
    slider.focus()
    fireEvent.keyDown(slider, { key: 'ArrowRight' })
    await waitFor(() => expect(slider).toHaveAttribute('aria-valuetext', '55% A, 45% B'))
    expect(await screen.findByRole('button', { name: 'A: IMG_1.jpg' })).toBeVisible()
    expect(screen.getByRole('button', { name: 'B: Night' })).toBeVisible()
    await userEvent.keyboard('{Escape}')
    expect(screen.queryByRole('slider')).toBeNull()
    expect(useWorkspace.getState()).toMatchObject({ selected: 'v1', comparing: undefined })
  })

  it('says that both are scaled to fit where the ratios differ', async () => {
    await keepFamily()
    await show('v2a')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    expect(await screen.findByText('Different ratios, scaled to fit')).toBeInTheDocument()
  })

  it('shows A as long as "before" is held, also while comparing', async () => {
    await keepFamily()
    await show('v2a')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    await screen.findByRole('slider', { name: 'Compare' })
    focusStage()
    fireEvent.keyDown(document.activeElement as Element, { key: 'b' })
    expect(await shown(/^Before: Night/)).toBeInTheDocument()
    expect(screen.queryByRole('slider')).toBeNull()
    fireEvent.keyUp(window, { key: 'b' })
    expect(await screen.findByRole('slider', { name: 'Compare' })).toBeInTheDocument()
  })

  it('compares any two: the chosen chip takes the next image, the other one stays', async () => {
    await keepFamily()
    await keep(store, 'else', { prompt: 'Else', createdAt: now - 500 })
    await show('v2a')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    await screen.findByRole('button', { name: 'A: Night' })
    act(() => useWorkspace.getState().choose('else' as PictureId))
    expect(await shown(/^A: Else/)).toBeInTheDocument()
    expect(screen.getByRole('button', { name: 'A: Else' })).toHaveAttribute('aria-pressed', 'true')
    await userEvent.click(screen.getByRole('button', { name: 'B: Snow' }))
    await userEvent.click(await family().findByRole('button', { name: /^Rain/ }))
    expect(await screen.findByRole('button', { name: 'B: Rain' })).toBeVisible()
    expect(screen.getByRole('button', { name: 'A: Else' })).toBeVisible()
    expect(useWorkspace.getState().selected).toBe('v2b')
    await userEvent.click(screen.getByRole('button', { name: 'Swap A and B' }))
    expect(await screen.findByRole('button', { name: 'A: Rain' })).toBeVisible()
    expect(useWorkspace.getState().selected).toBe('else')
  })

  it('asks for an image where there is no source, and takes the next that is chosen', async () => {
    await keep(store, 'one', { prompt: 'One', createdAt: now })
    await keep(store, 'two', { prompt: 'Two', createdAt: now - 1 })
    await show('one')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    expect(await screen.findByText(/Choose an image for A/)).toBeVisible()
    act(() => useWorkspace.getState().choose('two' as PictureId))
    expect(await screen.findByRole('slider', { name: 'Compare' })).toBeInTheDocument()
    expect(await shown(/^A: Two/)).toBeInTheDocument()
    expect(useWorkspace.getState().selected).toBe('one')
  })

  it('shows both side by side at one zoom', async () => {
    await keepFamily()
    await show('v1')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    await userEvent.click(await screen.findByRole('radio', { name: 'Side by side' }))
    const places = async () =>
      Promise.all([/^A: IMG_1/, /^Night/].map(async (name) => (await shown(name)).parentElement?.style.transform))
    const [a, b] = await places()
    expect(a).toBe(b)
    await userEvent.click(screen.getByRole('button', { name: 'Zoom in' }))
    const [zoomedA, zoomedB] = await places()
    expect(zoomedA).not.toBe(a)
    expect(zoomedA).toBe(zoomedB)
  })

  it('flips between the two in one place', async () => {
    await keepFamily()
    await show('v1')
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }))
    await userEvent.click(await screen.findByRole('radio', { name: 'Flip' }))
    expect(await shown(/^Night/)).toBeInTheDocument()
    await userEvent.keyboard('f')
    expect(await shown(/^A: IMG_1/)).toBeInTheDocument()
    expect(screen.queryByRole('img', { name: /^Night/ })).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Show B' }))
    expect(await shown(/^Night/)).toBeInTheDocument()
  })
})

describe('the family', () => {
  it('goes from the source over each edit to the shown picture, with those beside and after it', async () => {
    await keepFamily()
    await show('v2a')
    await screen.findByRole('list', { name: 'Family' })
    await waitFor(() => expect(family().getAllByRole('button')).toHaveLength(4))
    const names = family()
      .getAllByRole('button')
      .map((node) => node.getAttribute('aria-label'))
    expect(names).toEqual(['IMG_1.jpg, source', 'Night, v1', 'Snow, v2a', 'Rain, v2b'])
    expect(family().getByRole('button', { name: 'Snow, v2a' })).toHaveAttribute('aria-current', 'true')
    await userEvent.click(family().getByRole('button', { name: 'Night, v1' }))
    expect(useWorkspace.getState().selected).toBe('v1')
  })

  it('is one stop in the tab order; arrows go along the branches', async () => {
    await keepFamily()
    await show('v2a')
    await screen.findByRole('list', { name: 'Family' })
    const node = (name: string) => family().getByRole('button', { name })
    const stops = family()
      .getAllByRole('button')
      .filter((button) => button.tabIndex === 0)
    expect(stops).toEqual([node('Snow, v2a')])
    node('Snow, v2a').focus()
    await userEvent.keyboard('{ArrowDown}')
    expect(node('Rain, v2b')).toHaveFocus()
    await userEvent.keyboard('{ArrowLeft}{ArrowLeft}')
    expect(node('IMG_1.jpg, source')).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    expect(useWorkspace.getState().selected).toBe('photo')
  })

  it('keeps a place for a deleted source', async () => {
    await keepFamily()
    await store.deleteForEver(['photo' as PictureId])
    await show('v1')
    await screen.findByRole('list', { name: 'Family' })
    expect(await family().findByRole('img', { name: 'Deleted image' })).toBeInTheDocument()
  })
})

describe('acts on the picture', () => {
  it('makes it the input, by button and by key', async () => {
    await keepFamily()
    await show('v2a')
    await userEvent.click(screen.getByRole('button', { name: 'Edit from this image' }))
    expect(useWorkspace.getState().sources['flux-kontext']).toEqual(['v2a'])
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveFocus())
    act(() => screen.getByRole('textbox').blur())
    select('v2b')
    await shown(/^Rain/)
    focusStage()
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
    await userEvent.keyboard('{Control>}c{/Control}')
    expect(write).not.toHaveBeenCalled()
    focusStage()
    await userEvent.keyboard('{Control>}c{/Control}')
    expect(await screen.findByText('Copied')).toBeVisible()
    expect(write).toHaveBeenCalledOnce()
    expect(fireEvent.copy(document.body), "the browser's menu").toBe(false)
    expect(write).toHaveBeenCalledTimes(2)
    expect(fireEvent.copy(screen.getByRole('textbox', { name: 'Prompt' })), 'text is copied as text').toBe(true)
    expect(write).toHaveBeenCalledTimes(2)
  })

  it('moves it to the bin and shows the next older one', async () => {
    await keepFamily()
    await show('v2b')
    focusStage()
    await userEvent.keyboard('x')
    await waitFor(() => expect(useWorkspace.getState().selected).toBe('v2a'))
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(useWorkspace.getState().selected).toBe('v2b'))
  })
})

describe('an image that was just made', () => {
  const run = (id: string, state: RunState): Run => {
    const marks = { createdAt: now, priceCredits: 5, pace: 'p' }
    return { id: `run-of-${id}` as RunId, recipe: recipeOf('New'), marks, state }
  }
  async function start(...ids: string[]) {
    for (const id of ids) await act(() => store.saveRun(run(id, { phase: 'working', sentAt: now, task })))
    await waitFor(async () => expect(await store.openRuns()).toHaveLength(ids.length))
    // Another change of the list, to be sure that the screens have read the stored images.
    await act(() => import('#stage/arrivals.ts'))
    await act(() => new Promise((resolve) => requestAnimationFrame(resolve)))
  }
  async function finish(id: string, prompt: string, parents: readonly string[] = []) {
    await keep(store, id, { prompt, createdAt: now, parents })
    const saved = { phase: 'saved', sentAt: now, finishedAt: now, task, pictures: [id as PictureId] } as const
    await act(() => store.saveRun(run(id, saved)))
  }

  it('takes an empty stage', async () => {
    await show()
    await start('new')
    await finish('new', 'New')
    expect(await shown(/^New/)).toBeInTheDocument()
  })

  it('takes an empty stage also if its run ended before the part that shows results was loaded', async () => {
    await start('new')
    await finish('new', 'New')
    renderOver(store, <Arrivals submitted={new Map([['run-of-new' as RunId, now]])} />)
    await waitFor(() => expect(useWorkspace.getState().selected).toBe('new'))
  })

  it('takes the stage from its source', async () => {
    await keepFamily()
    await show('v1')
    await start('new')
    await finish('new', 'New', ['v1'])
    expect(await shown(/^New/)).toBeInTheDocument()
    expect(screen.queryByText(/^\d+ new$/)).toBeNull()
  })

  it.each([
    ['another image is there', () => void select('v2a')],
    ['the user has zoomed since', () => pressOnStage('+')],
    ['the user compares', () => pressOnStage('c')],
  ])('waits while %s', async (_, occupy) => {
    await keepFamily()
    await show('v1')
    await start('new')
    await occupy()
    const { selected } = useWorkspace.getState()
    await finish('new', 'New', ['v1'])
    expect(await screen.findByText('1 new')).toBeVisible()
    expect(useWorkspace.getState().selected).toBe(selected)
  })

  it('is the laid-in image where the answer was laid into its source', async () => {
    const [photo, answer, laid] = ['photo', 'answer', 'laid'] as [PictureId, PictureId, PictureId]
    const origins = areaOrigins(photo, 'run-of-answer')
    await store.addPicture(newPicture(photo, await paintedImage('jpeg'), { shelf: 'sources' }))
    await select(photo)
    renderOver(store, <Arrivals submitted={new Map([['run-of-answer' as RunId, now]])} />)
    await start('answer')
    const png = await paintedImage('png')
    await store.addPicture(newPicture(answer, png, { origin: origins.answer, parents: [photo], createdAt: now }))
    await store.addPicture(newPicture(laid, png, { origin: origins.laid, parents: [photo, answer], createdAt: now }))
    await store.recordLaying(answer, { kind: 'laid', picture: laid })
    const saved = { phase: 'saved', sentAt: now, finishedAt: now, task, pictures: [answer] } as const
    await act(() => store.saveRun(run('answer', saved)))
    await waitFor(() => expect(useWorkspace.getState().selected).toBe(laid))
  })

  it('is counted with others; each one that is seen goes from the count, and all can be closed', async () => {
    await keepFamily()
    await show('v2a')
    await start('n1', 'n2', 'n3')
    for (const id of ['n1', 'n2', 'n3']) await finish(id, `New ${id}`)
    await userEvent.click(await screen.findByText('3 new'))
    expect(await shown(/^New n3/)).toBeInTheDocument()
    expect(await screen.findByText('2 new')).toBeVisible()
    act(() => useWorkspace.getState().choose('n1' as PictureId))
    expect(await screen.findByText('1 new')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Close new images' }))
    expect(screen.queryByText(/new$/)).toBeNull()
    expect(useWorkspace.getState().selected).toBe('n1')
  })
})

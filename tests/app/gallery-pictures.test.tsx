import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore, Samples } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { areaOrigins, newPicture } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { PromptStandIn } from '../support/prompt-stand-in.tsx'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const now = Date.now()

beforeEach(async () => {
  store = await openTestGallery()
})
afterEach(() => {
  vi.restoreAllMocks()
  closeNotices()
  history.replaceState(null, '', '/')
})

/** A gallery of images "one", "two", … newest first, all of today. */
async function show(...prompts: readonly string[]) {
  for (const [index, prompt] of prompts.entries()) await keep(store, prompt, { prompt, createdAt: now - index })
  renderOver(
    store,
    <>
      <PromptStandIn text="kept" />
      <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />
    </>,
  )
  for (const prompt of prompts) await gridcell.find(new RegExp(`^${prompt},`))
}

async function choose(prompt: string, item: string) {
  const cell = await gridcell.find(new RegExp(`^${prompt},`))
  cell.focus()
  await userEvent.click(await within(cell).findByRole('button', { name: 'Image menu' }))
  await userEvent.click(await screen.findByRole('menuitem', { name: new RegExp(item) }))
}

describe('the grid', () => {
  it('names each picture by its prompt first, and says what is simulated', async () => {
    await keep(store, 'p1', { prompt: 'A red fox', createdAt: now, simulated: true })
    await show()
    const cell = await gridcell.find(/^A red fox/)
    expect(cell).toHaveAccessibleName(/^A red fox, Flux Kontext Pro, 40 × 30, Today, \d\d:\d\d, simulated$/)
    expect(screen.getByRole('grid', { name: 'Gallery' })).toHaveAttribute('aria-colcount', '3')
    expect(screen.getByRole('rowheader', { name: 'Today' })).toBeInTheDocument()
    await waitFor(() => expect(cell.querySelector('img')?.src).toMatch(/^data:image/))
  })

  it('puts a picture on the stage by a press, Enter or Space', async () => {
    await show('one', 'two', 'three')
    await userEvent.click(await gridcell.find(/^two/))
    expect(useWorkspace.getState()).toMatchObject({ selected: 'two', view: 'stage' })
    expect(await gridcell.find(/^two/)).toHaveAttribute('aria-selected', 'true')
    await userEvent.keyboard('{ArrowRight}{Enter}')
    expect(useWorkspace.getState().selected).toBe('three')
    await userEvent.keyboard('{Home} ')
    expect(useWorkspace.getState().selected).toBe('one')
  })

  it('takes the focus until the focused tile, which moves to another line, can have it again', async () => {
    await show('one', 'two', 'three', 'four')
    ;(await gridcell.find(/^four/)).focus()
    // A line is hidden until it is measured, and a hidden tile cannot be focused.
    const focus = HTMLElement.prototype.focus
    let isHidden = true
    vi.spyOn(HTMLElement.prototype, 'focus').mockImplementation(function (this: HTMLElement, options) {
      if (!(isHidden && this.role === 'gridcell')) focus.call(this, options)
    })
    await act(() => store.moveToBin(['one' as PictureId]))
    await waitFor(() => expect(gridcell.names()).toHaveLength(3))
    await waitFor(() => expect(screen.getByRole('grid', { name: 'Gallery' })).toHaveFocus())
    await userEvent.keyboard('x')
    isHidden = false
    await waitFor(async () => expect(await gridcell.find(/^four/)).toHaveFocus())
    expect(gridcell.names()).toHaveLength(3)
  })

  it('counts quick presses from the tile that the focus is on its way to', async () => {
    await show('one', 'two', 'three', 'four')
    ;(await gridcell.find(/^one/)).focus()
    const focus = HTMLElement.prototype.focus
    let isHidden = true
    vi.spyOn(HTMLElement.prototype, 'focus').mockImplementation(function (this: HTMLElement, options) {
      if (!isHidden) focus.call(this, options)
    })
    const one = await gridcell.find(/^one/)
    for (let press = 0; press < 3; press += 1) fireEvent.keyDown(one, { key: 'ArrowRight' })
    expect(one).toHaveFocus()
    isHidden = false
    await waitFor(async () => expect(await gridcell.find(/^four/)).toHaveFocus())
  })

  it('leaves the focus on a tile that is pressed while the focus is on its way to another', async () => {
    await show('one', 'two', 'three', 'four')
    ;(await gridcell.find(/^one/)).focus()
    const four = await gridcell.find(/^four/)
    const focus = vi.spyOn(four, 'focus').mockImplementation(() => undefined)
    const two = await gridcell.find(/^two/)
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'End' })
    act(() => two.focus())
    focus.mockRestore()
    await act(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    expect(two).toHaveFocus()
  })

  it('shows the menu of one tile only, however quickly the tiles are pressed', async () => {
    await show('one', 'two', 'three')
    const [one, two, three] = gridcell.all()
    if (!one || !two || !three) throw new Error('three tiles expected')
    // All in one step, without rendering in between, as in a slow window.
    act(() => {
      for (const [from, to] of [
        [undefined, one],
        [one, two],
        [two, three],
      ] as const) {
        if (from) fireEvent.pointerLeave(from, { pointerType: 'mouse' })
        fireEvent.pointerEnter(to, { pointerType: 'mouse' })
        to.focus()
      }
    })
    expect(screen.getAllByRole('button', { name: 'Image menu' })).toHaveLength(1)
  })

  it('is one stop in the tab order, moved by the arrows', async () => {
    await show('one', 'two', 'three', 'four', 'five')
    const stops = () => gridcell.all().filter((cell) => cell.tabIndex === 0)
    expect(stops().map((cell) => cell.getAttribute('data-key'))).toEqual(['run-of-one'])
    ;(await gridcell.find(/^one/)).focus()
    await userEvent.keyboard('{ArrowDown}')
    expect(await gridcell.find(/^four/)).toHaveFocus()
    await userEvent.keyboard('{ArrowRight}{ArrowUp}')
    expect(await gridcell.find(/^two/)).toHaveFocus()
    await userEvent.keyboard('{End}')
    expect(await gridcell.find(/^five/)).toHaveFocus()
    expect(stops()).toHaveLength(1)
  })

  it('renders few of many images, and never reads an original', async () => {
    for (let index = 0; index < 130; index += 1) {
      await keep(store, `p${index}`, { prompt: `Number ${index}`, createdAt: now - index })
    }
    const original = vi.spyOn(store, 'original')
    await show()
    await gridcell.find(/^Number 0,/)
    await waitFor(() => expect(screen.getByText('130')).toBeVisible())
    expect(gridcell.all().length).toBeLessThan(60)
    expect(original).not.toHaveBeenCalled()
  })

  it('gives the image to the target of a drag', async () => {
    await show('one')
    const data = new Map<string, string>()
    const dataTransfer = { setData: (type: string, value: string) => data.set(type, value) }
    fireEvent.dragStart(await gridcell.find(/^one/), { dataTransfer })
    expect(data.get('application/x-atelier-picture')).toBe('one')
  })
})

describe('moving to the bin', () => {
  it('moves the focus on, and the notice undoes it', async () => {
    await show('one', 'two', 'three')
    ;(await gridcell.find(/^two/)).focus()
    await userEvent.keyboard('x')
    await waitFor(() => expect(gridcell.names().join()).not.toContain('two'))
    expect(await gridcell.find(/^three/)).toHaveFocus()
    expect(screen.getByText('Moved to bin')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    expect(await gridcell.find(/^two/)).toBeVisible()
    expect(gridcell.names().map((name) => name.split(',')[0])).toEqual(['one', 'two', 'three'])
  })

  it('is undone by Ctrl Z, last one first, and not while typing', async () => {
    await show('one', 'two', 'three')
    ;(await gridcell.find(/^one/)).focus()
    await userEvent.keyboard('{Delete}')
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    await userEvent.keyboard('{Delete}')
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    await userEvent.click(screen.getByRole('textbox', { name: 'Prompt' }))
    await userEvent.keyboard('{Control>}z{/Control}')
    expect(await store.countPictures('bin')).toBe(2)
    await act(async () => screen.getByRole('textbox').blur())
    await userEvent.keyboard('{Control>}z{/Control}')
    expect(await gridcell.find(/^two/)).toBeVisible()
    await userEvent.keyboard('{Control>}z{/Control}')
    expect(await gridcell.find(/^one/)).toBeVisible()
  })

  it('shows the next image on the stage, and undo shows the previous one again', async () => {
    await show('one', 'two')
    await userEvent.click(await gridcell.find(/^one/))
    await userEvent.keyboard('x')
    await waitFor(() => expect(useWorkspace.getState().selected).toBe('two'))
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(useWorkspace.getState().selected).toBe('one'))
  })

  it('says so when the store fails, and changes nothing', async () => {
    await show('one')
    vi.spyOn(store.acts, 'carryOut').mockRejectedValue(new DOMException('full', 'QuotaExceededError'))
    await choose('one', 'Move to bin')
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The image stays in the gallery: the browser has no room left',
    )
    expect(await gridcell.find(/^one/)).toBeVisible()
  })
})

describe('the head of the gallery', () => {
  it('is the same when the last image goes, in the bin and back: focus and presses on it are not lost', async () => {
    await show('one')
    const bin = screen.getByRole('button', { name: 'Bin' })
    const isSame = () => expect(screen.getByRole('button', { name: 'Bin' })).toBe(bin)
    bin.focus()
    await act(() => store.moveToBin(['one' as PictureId]))
    await screen.findByText('Nothing here yet')
    isSame()
    expect(bin).toHaveFocus()
    await userEvent.keyboard('{Enter}')
    await gridcell.find(/^one,/)
    isSame()
    expect(bin).toHaveFocus()
    expect(screen.getByRole('heading', { name: 'Bin' })).toBeVisible()
    await userEvent.keyboard('{Enter}')
    await screen.findByText('Nothing here yet')
    isSame()
    await act(() => store.restore(['one' as PictureId]))
    await gridcell.find(/^one,/)
    isSame()
    expect(bin).toHaveFocus()
    expect(await screen.findByText('1')).toBeVisible()
  })
})

describe('the bin', () => {
  async function openBin(...prompts: string[]) {
    await show('stays', ...prompts)
    await act(() => store.moveToBin(prompts as PictureId[]))
    await userEvent.click(screen.getByRole('button', { name: 'Bin' }))
    for (const prompt of prompts) await gridcell.find(new RegExp(`^${prompt},`))
  }

  it('shows what was moved there, and restores it', async () => {
    await openBin('one', 'two')
    expect(screen.getByRole('heading', { name: 'Bin' })).toBeVisible()
    await choose('one', 'Restore')
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    await userEvent.click(screen.getByRole('button', { name: 'Bin' }))
    expect(await gridcell.find(/^one/)).toBeVisible()
  })

  it('asks once before it deletes permanently', async () => {
    await openBin('one', 'two')
    await choose('one', 'Delete permanently')
    await userEvent.click(await screen.findByRole('button', { name: 'Keep' }))
    expect(await store.countPictures('bin')).toBe(2)
    await choose('one', 'Delete permanently')
    await userEvent.click(await screen.findByRole('button', { name: 'Delete permanently' }))
    await waitFor(async () => expect(await store.picture('one' as PictureId)).toBeUndefined())
  })

  it('no longer offers to undo the move of what was deleted', async () => {
    await show('one', 'two')
    await choose('one', 'Move to bin')
    // While it is pointed at, it does not go by itself.
    const notice = (await screen.findByText('Moved to bin')).parentElement as HTMLElement
    fireEvent.pointerEnter(notice)
    await userEvent.click(screen.getByRole('button', { name: 'Bin' }))
    await choose('one', 'Delete permanently')
    await userEvent.click(await screen.findByRole('button', { name: 'Delete permanently' }))
    await waitFor(() => expect(screen.queryByText('Moved to bin')).toBeNull())
    expect(await store.picture('one' as PictureId)).toBeUndefined()
  })

  it('keeps what another window restores while the question is open', async () => {
    await openBin('one', 'two')
    await userEvent.click(await screen.findByRole('button', { name: 'Empty bin' }))
    const question = await screen.findByRole('dialog', { name: 'Delete permanently?' })
    await act(() => store.restore(['one' as PictureId]))
    await userEvent.click(within(question).getByRole('button', { name: 'Delete permanently' }))
    await waitFor(async () => expect(await store.picture('two' as PictureId)).toBeUndefined())
    expect(await store.picture('one' as PictureId)).toMatchObject({ shelf: 'gallery' })
  })

  it('says that the answer of a model goes with the image it was laid into', async () => {
    const [answer, laid] = ['run-1-0', 'laid'] as [PictureId, PictureId]
    const origins = areaOrigins('photo', 'run-1')
    const png = await paintedImage('png')
    await store.addPicture(newPicture(answer, png, { origin: origins.answer, parents: ['photo' as PictureId] }))
    const parents = ['photo', answer] as PictureId[]
    const about = { origin: origins.laid, parents, prompt: 'laid', createdAt: now - 9 }
    await store.addPicture(newPicture(laid, png, about))
    await store.recordLaying(answer, { kind: 'laid', picture: laid })
    await show('plain')
    await act(() => store.moveToBin([laid, 'plain' as PictureId]))
    await userEvent.click(screen.getByRole('button', { name: 'Bin' }))
    await gridcell.find(/^laid,/)
    const dialog = () => screen.findByRole('dialog', { name: 'Delete permanently?' })
    await choose('plain', 'Delete permanently')
    const plain = 'This image will be permanently deleted. Edits made from it are kept.'
    expect(await within(await dialog()).findByText(plain)).toBeVisible()
    await userEvent.click(await screen.findByRole('button', { name: 'Keep' }))
    await userEvent.click(screen.getByRole('button', { name: 'Empty bin' }))
    const several =
      "2 images will be permanently deleted. Edits made from them are kept. The models' answers are deleted with them, unless other images need them."
    expect(await within(await dialog()).findByText(several)).toBeVisible()
    await userEvent.click(await screen.findByRole('button', { name: 'Keep' }))
    await choose('laid', 'Delete permanently')
    const one =
      "This image will be permanently deleted. Edits made from it are kept. The model's answer is deleted with it, unless another image needs it."
    expect(await within(await dialog()).findByText(one)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Delete permanently' }))
    await waitFor(async () => expect(await store.picture(answer)).toBeUndefined())
  })

  it('is emptied with one click', async () => {
    await openBin('one', 'two')
    await userEvent.click(screen.getByRole('button', { name: 'Empty bin' }))
    const dialog = await screen.findByRole('dialog', { name: 'Delete permanently?' })
    expect(dialog).toHaveTextContent('2 images will be permanently deleted')
    await userEvent.click(within(dialog).getByRole('button', { name: 'Delete permanently' }))
    expect(await screen.findByText('The bin is empty')).toBeVisible()
    expect(await store.countPictures('gallery')).toBe(1)
  })
})

describe('editing from an image', () => {
  it('replaces the one source of Kontext, keeps the prompt and puts the cursor there', async () => {
    await show('one', 'two')
    useWorkspace.getState().setSources('flux-kontext', ['two' as PictureId])
    await choose('one', 'Edit from this image')
    expect(useWorkspace.getState()).toMatchObject({ sources: { 'flux-kontext': ['one'] }, view: 'create' })
    const prompt = screen.getByRole('textbox', { name: 'Prompt' })
    await waitFor(() => expect(prompt).toHaveFocus())
    expect(prompt).toHaveValue('kept')
  })

  it('joins the sources of Flux 2, up to eight', async () => {
    await show('one', 'two')
    useWorkspace.getState().chooseFamily('flux-2')
    await choose('one', 'Edit from this image')
    for (const prompt of ['two', 'one']) await choose(prompt, 'Add as reference')
    expect(useWorkspace.getState().sources['flux-2']).toEqual(['two', 'one'])
    await choose('two', 'Edit from this image')
    expect(useWorkspace.getState().sources['flux-2'], 'U is the same in both families').toEqual(['two'])
    const eight = Array.from({ length: 8 }, (_, index) => `other-${index}` as PictureId)
    useWorkspace.getState().setSources('flux-2', eight)
    await choose('one', 'Add as reference')
    expect(await screen.findByRole('alert')).toHaveTextContent('Flux 2 takes at most 8 images.')
    expect(useWorkspace.getState().sources['flux-2']).toEqual(eight)
  })

  it('uses the same settings', async () => {
    await show('one')
    useWorkspace.getState().chooseFamily('flux-2')
    ;(await gridcell.find(/^one/)).focus()
    await userEvent.keyboard('r')
    const { family, drafts } = useWorkspace.getState()
    expect(family).toBe('flux-kontext')
    expect(drafts[family]).toMatchObject({ prompt: 'one', safetyTolerance: 1 })
  })

  it('downloads the kept file under its name', async () => {
    await show('one')
    const clicked: string[] = []
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      clicked.push(this.download)
    })
    await choose('one', 'Download')
    await waitFor(() =>
      expect(clicked).toEqual([expect.stringMatching(/^one-flux-kontext-pro-\d{4}-\d\d-\d\d-[a-z0-9]{6}\.png$/)]),
    )
  })

  it('copies as PNG, and offers the download where the browser refuses', async () => {
    userEvent.setup()
    await show('one')
    const write = vi.spyOn(navigator.clipboard, 'write').mockResolvedValueOnce()
    ;(await gridcell.find(/^one/)).focus()
    await userEvent.keyboard('{Control>}c{/Control}')
    expect(await screen.findByText('Copied')).toBeVisible()
    expect(write).toHaveBeenCalledOnce()
    write.mockRejectedValueOnce(new DOMException('no', 'NotAllowedError'))
    await userEvent.keyboard('{Control>}c{/Control}')
    const alert = await screen.findByRole('alert')
    expect(within(alert).getByRole('button', { name: 'Download' })).toBeVisible()
  })
})

describe('a gallery without pictures', () => {
  /** Replaces the samples, which need a browser to be painted. */
  function fillWith(counts: Samples[]) {
    vi.spyOn(store, 'addSamples').mockImplementation(async (wanted, onProgress) => {
      counts.push(wanted)
      onProgress(1)
      await keep(store, 'sample', { prompt: 'A sample', createdAt: now })
    })
  }

  it('says what to do and tries the demo', async () => {
    const counts: Samples[] = []
    fillWith(counts)
    renderOver(store, <Gallery runScreens={runScreens} simulated onSettings={() => undefined} />)
    expect(await screen.findByText('Nothing here yet')).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Try the demo' }))
    expect(await gridcell.find(/^A sample/)).toBeVisible()
    expect(counts).toEqual(['demo'])
  })

  it('is filled by ?samples=N in simulated mode, and the address is clean again', async () => {
    const counts: Samples[] = []
    fillWith(counts)
    history.replaceState(null, '', '/?samples=2400&theme=dark')
    renderOver(store, <Gallery runScreens={runScreens} simulated onSettings={() => undefined} />)
    expect(await gridcell.find(/^A sample/)).toBeVisible()
    expect(counts).toEqual([2400])
    await waitFor(() => expect(location.search).toBe('?theme=dark'))
  })

  it('gets no samples by ?samples=N with the real service', async () => {
    const counts: Samples[] = []
    fillWith(counts)
    history.replaceState(null, '', '/?samples=10')
    renderOver(store, <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />)
    expect(await screen.findByText('Nothing here yet')).toBeVisible()
    expect(counts).toEqual([])
  })

  it('is required by ?samples=N: it adds nothing if there are images', async () => {
    const counts: Samples[] = []
    fillWith(counts)
    await keep(store, 'one', { prompt: 'one', createdAt: now })
    history.replaceState(null, '', '/?samples=10')
    renderOver(store, <Gallery runScreens={runScreens} simulated onSettings={() => undefined} />)
    await gridcell.find(/^one/)
    await waitFor(() => expect(location.search).toBe(''))
    expect(counts).toEqual([])
  })
})

import { readFile } from 'node:fs/promises'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Edit, emptyDocument, type Fit, plainFrame } from '#domain/edit.ts'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Origin } from '#domain/picture.ts'
import type { Recipe } from '#domain/run.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { LayingChip } from '#stage/laying-step.tsx'
import { Stage } from '#stage/stage.tsx'
import type { GalleryStore, NewPicture } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { alignedFit, newPicture } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { lateWorkers } from '../support/late-workers.ts'
import { PromptStandIn } from '../support/prompt-stand-in.tsx'
import { closeNotices, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const [photo, answer] = ['photo', 'run-1-0'] as [PictureId, PictureId]
const size = { width: 60, height: 40 }

beforeEach(async () => {
  store = await openTestGallery()
  const about = { shelf: 'sources', prompt: 'IMG_1.jpg' } as const
  await store.addPicture(newPicture(photo, await paintedImage('jpeg', size), about))
})
afterEach(() => {
  vi.unstubAllGlobals()
  closeNotices()
})

async function show(id: PictureId, take: (recipe: Recipe) => void = () => undefined) {
  act(() => useWorkspace.getState().select(id))
  renderOver(
    store,
    <>
      <PromptStandIn />
      <div data-place="stage">
        <Stage />
      </div>
    </>,
    {
      generate: async (recipe) => {
        take(recipe)
        return true
      },
    },
  )
  await screen.findByRole('toolbar', { name: 'Tools' })
}

const view = () => screen.getByRole('group', { name: 'View' })
const tool = (name: string) => within(screen.getByRole('toolbar', { name: 'Tools' })).getByRole('button', { name })
const status = () => screen.findByText(/% protected$/)
const areaNow = () => useWorkspace.getState().edits[photo]?.document.area ?? []

/** Moves the cursor one step right and draws the keyboard's box, a quarter of the image in both directions. */
async function drawBox() {
  await userEvent.click(tool('Select area'))
  await userEvent.click(await screen.findByRole('radio', { name: 'Box' }))
  act(() => view().focus())
  await userEvent.keyboard('{ArrowRight}{Enter}')
}

describe('the area tool', () => {
  it('opens and leaves by its button and by its key', async () => {
    await show(photo)
    act(() => view().focus())
    await userEvent.keyboard('m')
    expect(tool('Select area')).toHaveAttribute('aria-pressed', 'true')
    expect(await screen.findByRole('radiogroup', { name: 'Area tool' })).toBeVisible()
    expect(screen.getByRole('slider', { name: 'Brush size' })).toBeVisible()
    await userEvent.keyboard('{Escape}')
    expect(tool('Select area')).toHaveAttribute('aria-pressed', 'false')
    expect(screen.queryByRole('radiogroup', { name: 'Area tool' })).toBeNull()
  })

  it('draws by keys, says how much is protected, and makes the image the source', async () => {
    await show(photo)
    await drawBox()
    expect(await status()).toHaveAttribute('role', 'status')
    expect(areaNow()).toMatchObject([{ op: 'add', shape: { kind: 'box' } }])
    expect(useWorkspace.getState().sources['flux-kontext']).toEqual([photo])
  })

  it('inverts and clears, and every act can be undone', async () => {
    await show(photo)
    await drawBox()
    const drawn = areaNow()
    await userEvent.click(screen.getByRole('button', { name: 'Invert area' }))
    expect(areaNow()).toEqual([...drawn, { op: 'invert' }])
    await userEvent.click(screen.getByRole('button', { name: 'Clear area' }))
    expect(areaNow()).toEqual([])
    expect(screen.getByRole('button', { name: 'Clear area' })).toBeDisabled()
    const undo = async (left: number) => {
      await userEvent.keyboard('{Control>}z{/Control}')
      await waitFor(() => expect(areaNow()).toHaveLength(left))
    }
    await undo(2)
    await undo(1)
    await undo(0)
    expect(useWorkspace.getState().sources['flux-kontext'] ?? []).toEqual([])
  })
})

describe('the options of the area tool', () => {
  const slider = (name: string) => screen.getByRole('slider', { name })
  const slide = (name: string, value: number) => fireEvent.change(slider(name), { target: { value } })

  it('say what to do first, and offer the size of the brush only for the brush', async () => {
    await show(photo)
    await userEvent.click(tool('Select area'))
    const bar = within(await screen.findByRole('region', { name: 'Area options' }))
    expect(bar.getByRole('status')).toHaveTextContent(/^Paint what may change$/)
    expect(bar.getAllByRole('radio').map((radio) => (radio as HTMLInputElement).labels?.[0]?.textContent)).toEqual([
      'Brush',
      'Box',
      'Lasso',
    ])
    for (const name of ['Add to area', 'Subtract from area (Alt)', 'Invert area', 'Clear area'])
      expect(bar.getByRole('button', { name })).toBeVisible()
    expect(slider('Feather')).toBeDisabled()
    expect(slider('Brush size')).toBeEnabled()
    await userEvent.click(bar.getByRole('radio', { name: 'Lasso' }))
    expect(screen.queryByRole('slider', { name: 'Brush size' })).toBeNull()
  })

  it('set the size of the brush, in pixels of the image, by the slider and by its keys', async () => {
    await show(photo)
    await userEvent.click(tool('Select area'))
    await screen.findByRole('slider', { name: 'Brush size' })
    slide('Brush size', 12)
    expect(slider('Brush size')).toHaveValue('12')
    act(() => view().focus())
    await userEvent.keyboard(']')
    expect(Number((slider('Brush size') as HTMLInputElement).value)).toBeGreaterThan(12)
    slide('Brush size', 12)
    await userEvent.keyboard('{ArrowRight}{Enter}')
    expect(areaNow()).toMatchObject([{ op: 'add', shape: { kind: 'brush', radius: 6 } }])
  })

  it('set the soft edge, which is kept with the area and can be undone', async () => {
    await show(photo)
    await drawBox()
    expect(slider('Feather')).toHaveValue('8')
    slide('Feather', 20)
    const rim = () => useWorkspace.getState().edits[photo]?.document.rim
    await waitFor(() => expect(rim()).toBe(20))
    act(() => view().focus())
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(rim()).toBe(8))
  })

  it('take away from the area with the mode that is pressed', async () => {
    await show(photo)
    await drawBox()
    await userEvent.click(screen.getByRole('button', { name: 'Subtract from area (Alt)' }))
    expect(screen.getByRole('button', { name: 'Subtract from area (Alt)' })).toHaveAttribute('aria-pressed', 'true')
    expect(screen.getByRole('button', { name: 'Add to area' })).toHaveAttribute('aria-pressed', 'false')
    act(() => view().focus())
    await userEvent.keyboard('{ArrowRight}{Enter}')
    await waitFor(() => expect(areaNow().map(({ op }) => op)).toEqual(['add', 'cut']))
  })

  it('select no text of the page while a mouse draws', async () => {
    await show(photo)
    await userEvent.click(tool('Select area'))
    await screen.findByRole('radiogroup', { name: 'Area tool' })
    const mouse = (type: string) =>
      fireEvent(view(), new PointerEvent(type, { bubbles: true, pointerId: 1, pointerType: 'mouse', clientX: 5 }))
    const mayStart = () => fireEvent(view(), new Event('selectstart', { bubbles: true, cancelable: true }))
    expect(mayStart()).toBe(true)
    mouse('pointerdown')
    expect(mayStart()).toBe(false)
    mouse('pointerup')
    expect(mayStart()).toBe(true)
  })

  it('say that 16 bits become 8 also for a file whose record does not tell', async () => {
    const bytes = new Blob([await readFile('tests/fixtures/inputs/deep.png')], { type: 'image/png' })
    const id = 'deep' as PictureId
    await store.addFile({
      id,
      shelf: 'sources',
      createdAt: 1_000,
      name: 'deep.png',
      bytes,
      facts: { mime: 'image/png', ...size, orientation: 1, profile: 'srgb', hasAlpha: false },
      sha256: await sha256Of(new Uint8Array(await bytes.arrayBuffer())),
      thumbnail: await paintedImage('jpeg', size),
      notes: [],
    })
    await show(id)
    await drawBox()
    expect(await screen.findByText('Result has 8 bits per channel')).toBeVisible()
  })
})

describe('the area tool on a touch screen', () => {
  const finger = (type: string, pointerId: number, clientX: number, clientY: number) =>
    fireEvent(
      view(),
      new PointerEvent(type, {
        bubbles: true,
        pointerId,
        pointerType: 'touch',
        button: 0,
        buttons: 1,
        clientX,
        clientY,
      }),
    )
  const open = async () => {
    await show(photo)
    await userEvent.click(tool('Select area'))
    await screen.findByRole('radiogroup', { name: 'Area tool' })
  }

  it('draws with one finger', async () => {
    await open()
    finger('pointerdown', 1, 5, 5)
    finger('pointermove', 1, 30, 20)
    finger('pointerup', 1, 30, 20)
    const [step] = areaNow()
    const { points } = (step && 'shape' in step && step.shape.kind === 'brush' && step.shape) || { points: [] }
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = points
    expect([points.length, x1 - x0, y1 - y0]).toEqual([4, 25, 15])
  })

  const pen = (type: string, clientX: number, clientY: number, more: PointerEventInit = {}) =>
    fireEvent(
      view(),
      new PointerEvent(type, {
        bubbles: true,
        pointerId: 9,
        pointerType: 'pen',
        button: 0,
        buttons: 1,
        pressure: 1,
        clientX,
        clientY,
        ...more,
      }),
    )

  it('draws with a pen while a hand lies on the screen, whichever came first', async () => {
    await open()
    finger('pointerdown', 1, 50, 35)
    finger('pointermove', 1, 52, 36)
    pen('pointerdown', 5, 5)
    finger('pointerdown', 2, 55, 38)
    pen('pointermove', 30, 20)
    finger('pointermove', 1, 58, 39)
    pen('pointerup', 30, 20)
    finger('pointerup', 1, 58, 39)
    finger('pointerup', 2, 55, 38)
    expect(areaNow()).toHaveLength(1)
    // From now on a finger moves the view.
    finger('pointerdown', 3, 5, 5)
    finger('pointermove', 3, 40, 30)
    finger('pointerup', 3, 40, 30)
    expect(areaNow()).toHaveLength(1)
  })

  it('subtracts with the eraser of a pen, and draws thinner with less pressure', async () => {
    await open()
    pen('pointerdown', 5, 5)
    pen('pointerup', 5, 5)
    pen('pointerdown', 5, 5, { button: 5, buttons: 32, pressure: 0.5 })
    pen('pointerup', 5, 5, { button: 5, buttons: 0 })
    const strokes = areaNow().map((step) => ('shape' in step && step.shape.kind === 'brush' ? step.shape.radius : 0))
    expect(areaNow().map(({ op }) => op)).toEqual(['add', 'cut'])
    expect(strokes[1]).toBeLessThan(strokes[0] ?? 0)
  })

  it('has no context menu while a finger or a pen draws, because a browser ends their press for it', async () => {
    await open()
    expect(fireEvent.contextMenu(view())).toBe(true)
    finger('pointerdown', 1, 5, 5)
    expect(fireEvent.contextMenu(view())).toBe(false)
    finger('pointerup', 1, 5, 5)
    pen('pointerdown', 5, 5)
    expect(fireEvent.contextMenu(view())).toBe(false)
    pen('pointerup', 5, 5)
    expect(fireEvent.contextMenu(view())).toBe(true)
  })

  it('has no context menu while two fingers move the view', async () => {
    await open()
    for (const id of [1, 2]) finger('pointerdown', id, 5 * id, 5)
    expect(fireEvent.contextMenu(view())).toBe(false)
    for (const id of [1, 2]) finger('pointerup', id, 5 * id, 5)
    expect(fireEvent.contextMenu(view())).toBe(true)
  })

  it('keeps a long stroke when a second finger comes down', async () => {
    await open()
    finger('pointerdown', 1, 5, 5)
    finger('pointermove', 1, 40, 30)
    finger('pointerdown', 2, 50, 35)
    finger('pointerup', 2, 50, 35)
    finger('pointerup', 1, 40, 30)
    expect(areaNow()).toHaveLength(1)
  })

  it('can draw again after the capture of the pointer was lost', async () => {
    await open()
    finger('pointerdown', 1, 5, 5)
    finger('pointermove', 1, 40, 30)
    finger('lostpointercapture', 1, 40, 30)
    expect(areaNow()).toHaveLength(1)
    finger('pointerdown', 2, 5, 5)
    finger('pointerup', 2, 5, 5)
    expect(areaNow()).toHaveLength(2)
  })

  it('moves the image with two fingers and draws nothing', async () => {
    await open()
    finger('pointerdown', 1, 5, 5)
    finger('pointermove', 1, 10, 8)
    finger('pointerdown', 2, 40, 30)
    finger('pointermove', 1, 20, 18)
    finger('pointerup', 2, 40, 30)
    finger('pointerup', 1, 20, 18)
    expect(areaNow()).toEqual([])
  })
})

it('the crop tool offers the ratios that posts and prints are made in', async () => {
  await show(photo)
  await userEvent.click(tool('Crop'))
  const ratios = within(await screen.findByRole('radiogroup', { name: 'Crop ratio' })).getAllByRole('radio')
  expect(ratios.map((radio) => radio.getAttribute('value'))).toEqual([
    'free',
    'original',
    '1:1',
    '4:3',
    '3:2',
    '16:9',
    '3:4',
    '4:5',
    '2:3',
    '9:16',
  ])
})

const edit: Edit = {
  document: { ...emptyDocument(photo), area: [{ op: 'add', shape: { kind: 'box', box: [5, 5, 20, 20] } }] },
  way: 'whole',
  rect: [0, 0, 60, 40],
  sent: size,
  marks: 'none',
}
const recipe: Recipe = { family: 'flux-kontext', draft: { prompt: 'a hat' }, sources: [photo], edits: [edit] }
const fit: Fit = { ...alignedFit, colour: { offset: [4, 0, 0], curves: [], matrix: [] } }
const made: Origin = {
  kind: 'made',
  run: 'run-1' as RunId,
  recipe,
  model: 'Flux Kontext Pro',
  provider: 'kie-kontext',
  task: { provider: 'kie-kontext', taskId: 't' as TaskId },
  index: 0,
  durationMs: 1,
  simulated: true,
}

async function keepAnswer() {
  const bytes = await paintedImage('jpeg', { width: 48, height: 32 })
  await store.addPicture(newPicture(answer, bytes, { origin: made, parents: [photo], prompt: 'a hat' }))
}

const laidOrigin: Extract<Origin, { kind: 'derived'; from: 'answer' }> = {
  kind: 'derived',
  from: 'answer',
  edit,
  fit,
  view: 'area',
  places: [],
  model: 'Flux Kontext Pro',
  recipe,
  simulated: true,
}

async function keepLaid(id: PictureId, about: Partial<NewPicture> = {}) {
  const bytes = await paintedImage('png', size)
  await store.addPicture(newPicture(id, bytes, { origin: laidOrigin, parents: [photo, answer], ...about }))
}

/** An answer that was laid in, on the stage, with the options for laying it in again. */
async function adjustLaid() {
  await keepAnswer()
  const laid = 'run-1-0-laid' as PictureId
  await store.recordLaying(answer, { kind: 'laid', picture: laid })
  await keepLaid(laid)
  await show(laid)
  await userEvent.click(await screen.findByRole('button', { name: 'Adjust the result' }))
}

describe('an answer to an edit of an area', () => {
  it('tells the step of laying it in over its source, whose tool is still open', async () => {
    await keepAnswer()
    const source = await store.picture(photo)
    if (!source) throw new Error('The photo is not stored.')
    renderOver(store, <LayingChip picture={source} />)
    expect(await screen.findByRole('status')).toHaveTextContent('Reading the answer…')
  })

  it('on the stage is replaced by the laid-in image when that is made', async () => {
    await keepAnswer()
    await keepLaid('run-1-0-laid' as PictureId)
    await show(answer)
    expect(await screen.findByRole('list', { name: 'What was done' })).toBeVisible()
    expect(useWorkspace.getState().selected).toBe('run-1-0-laid')
  })

  it('that is laid in says what was done', async () => {
    await keepAnswer()
    const laid = 'run-1-0-laid' as PictureId
    await store.recordLaying(answer, { kind: 'laid', picture: laid })
    await keepLaid(laid)
    await show(laid)
    const chips = within(await screen.findByRole('list', { name: 'What was done' }))
    expect(chips.getAllByRole('listitem').map((chip) => chip.textContent)).toEqual([
      'Moved 3 px, aligned',
      'Tint corrected',
      'Changed outside the area: 12%',
    ])
    expect(screen.getByRole('button', { name: 'Show changes' })).toHaveAttribute('aria-pressed', 'false')
    await userEvent.click(screen.getByRole('button', { name: 'Adjust the result' }))
    expect(screen.getByRole('radio', { name: 'My area' })).toBeChecked()
    // The answer is a parent of the laid-in image, but not a reference that was sent.
    expect(screen.getByRole('list', { name: 'Family' })).toBeVisible()
    expect(screen.queryByRole('list', { name: 'References' })).toBeNull()
  })

  it('lists the places that the model also changed, and the arrow keys look at one after the other', async () => {
    const places = [
      { box: [2, 2, 9, 6], share: 0.021 },
      { box: [40, 30, 4, 4], share: 0.004 },
      { box: [50, 4, 2, 2], share: 0.0004 },
    ] as const
    await keepAnswer()
    const laid = 'run-1-0-laid' as PictureId
    await keepLaid(laid, { origin: { ...laidOrigin, places } })
    await show(laid)
    await userEvent.click(await screen.findByRole('button', { name: 'Show changes' }))
    expect(screen.getByText(/also changed 3 places outside the area\. Your pixels were kept there\./)).toBeVisible()
    const list = within(screen.getByRole('list', { name: 'Changed places' }))
    const buttons = list.getAllByRole('button')
    expect(buttons.map((button) => button.textContent)).toEqual(['1 · 2.1%', '2 · 0.4%', '3 · under 0.1%'])
    expect(buttons.map((button) => button.tabIndex)).toEqual([0, -1, -1])
    await userEvent.click(list.getByRole('button', { name: '1 · 2.1%' }))
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}')
    expect(list.getByRole('button', { name: '3 · under 0.1%' })).toHaveFocus()
    expect(list.getByRole('button', { current: true })).toHaveTextContent('3 · under 0.1%')
    await userEvent.keyboard('{Home}')
    expect(list.getByRole('button', { current: true })).toHaveTextContent('1 · 2.1%')
    await userEvent.keyboard('{Escape}')
    expect(screen.queryByRole('list', { name: 'Changed places' })).toBeNull()
    expect(screen.getByRole('button', { name: 'Show changes' })).toHaveAttribute('aria-pressed', 'false')
    expect(useWorkspace.getState().selected).toBe(laid)
  })

  it.each([
    ['cropped', { crop: [10, 5, 40, 30] as const }, { width: 40, height: 30 }],
    ['turned', { turn: 90 as const }, { width: 40, height: 60 }],
    ['extended', { pad: { top: 0, right: 20, bottom: 0, left: 0 } }, { width: 80, height: 40 }],
  ])('offers to change the area also where the source was %s', async (_, frame, framed) => {
    await keepAnswer()
    const document = { ...edit.document, frame: { ...plainFrame, ...frame } }
    const laid = 'run-1-0-laid' as PictureId
    const origin = { ...laidOrigin, edit: { ...edit, document } }
    await keepLaid(laid, { origin, bytes: await paintedImage('png', framed) })
    await show(laid)
    await userEvent.click(await screen.findByRole('button', { name: 'Adjust the result' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Change area' }))
    expect(await screen.findByRole('button', { name: 'Lay in again · free' })).toBeEnabled()
    expect(await status()).toBeVisible()
  })

  it('does not offer to change the area where the source was deleted, and says why', async () => {
    await keepAnswer()
    const laid = 'run-1-0-laid' as PictureId
    await keepLaid(laid)
    await store.deleteForEver([photo])
    await show(laid)
    await userEvent.click(await screen.findByRole('button', { name: 'Adjust the result' }))
    const change = await screen.findByRole('button', { name: 'Change area' })
    expect(change).toBeDisabled()
    expect(change).toHaveAttribute('title', 'The source image was deleted')
  })

  it('is compared with others of its area by arrow keys, and accepted by Enter', async () => {
    await keepAnswer()
    const [first, second] = ['one-laid', 'two-laid'] as [PictureId, PictureId]
    for (const [index, id] of [first, second].entries()) {
      await keepLaid(id, { createdAt: 2_000 + index })
    }
    useWorkspace.getState().setSources('flux-2', [photo, 'other' as PictureId])
    useWorkspace.getState().chooseFamily('flux-2')
    await show(first)
    expect(await screen.findByText('1 of 2')).toBeVisible()
    act(() => view().focus())
    await userEvent.keyboard('{ArrowRight}')
    expect(await screen.findByText('2 of 2')).toBeVisible()
    act(() => view().focus())
    expect(screen.getByRole('button', { name: 'Accept' })).toBeVisible()
    await userEvent.keyboard('{Enter}')
    expect(useWorkspace.getState().sources['flux-2']).toEqual([second, 'other'])
    // What is accepted does not ask again.
    expect(screen.queryByRole('button', { name: 'Accept' })).toBeNull()
    act(() => view().focus())
    await userEvent.keyboard('{Escape}')
    expect(useWorkspace.getState().selected).toBe(photo)
  })

  it('whose source was deleted since can only be used whole', async () => {
    await keepAnswer()
    await store.deleteForEver([photo])
    const reason = 'The source image was deleted, so the answer is kept whole.'
    await store.recordLaying(answer, { kind: 'failed', reason })
    await show(answer)
    expect(await screen.findByRole('alert')).toHaveTextContent(reason)
    for (const name of ['Lay in again', /^Try again/]) {
      expect(screen.getByRole('button', { name })).toBeDisabled()
      expect(screen.getByRole('button', { name })).toHaveAttribute('title', 'The source image was deleted')
    }
    expect(screen.getByRole('button', { name: 'Use whole result' })).toBeEnabled()
  })

  it('stays adjusted or compared with its source while one result after the other is looked at', async () => {
    await keepAnswer()
    const [first, second] = ['one-laid', 'two-laid'] as [PictureId, PictureId]
    for (const [index, id] of [first, second].entries()) await keepLaid(id, { createdAt: 2_000 + index })
    await show(first)
    await userEvent.click(await screen.findByRole('button', { name: 'Show changes' }))
    act(() => view().focus())
    await userEvent.keyboard('{ArrowRight}')
    expect(await screen.findByText('2 of 2')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Show changes' })).toHaveAttribute('aria-pressed', 'true')
    await userEvent.click(screen.getByRole('button', { name: 'Adjust the result' }))
    expect(screen.getByRole('button', { name: 'Show changes' })).toHaveAttribute('aria-pressed', 'false')
    expect(screen.getByRole('slider', { name: 'Feather' })).toBeVisible()
  })

  it('with another framing says so until it is used whole', async () => {
    await keepAnswer()
    await store.recordLaying(answer, { kind: 'refused', objection: 'framing', fit })
    await show(answer)
    expect(await screen.findByRole('alert')).toHaveTextContent('framing')
    await userEvent.click(screen.getByRole('button', { name: 'Use whole result' }))
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
    expect((await store.picture(answer))?.laying).toMatchObject({ kind: 'refused', accepted: true })
    act(() => view().focus())
    await userEvent.keyboard('{Control>}z{/Control}')
    expect(await screen.findByRole('alert')).toHaveTextContent('framing')
    expect((await store.picture(answer))?.laying).toEqual({ kind: 'refused', objection: 'framing', fit })
  })

  it('is placed by hand by keys: Escape cancels, Enter lays it in', async () => {
    const asked = lateWorkers()
    await keepAnswer()
    await store.recordLaying(answer, { kind: 'refused', objection: 'framing', fit })
    await show(answer)
    const place = () => userEvent.click(screen.getByRole('button', { name: 'Place by hand' }))
    await screen.findByRole('alert')
    await place()
    act(() => view().focus())
    await userEvent.keyboard('{Escape}')
    expect(await screen.findByRole('alert')).toHaveTextContent('framing')
    await place()
    const layer = await screen.findByRole('button', { name: 'The answer over your image' })
    act(() => layer.focus())
    await userEvent.keyboard('{ArrowRight}{Enter}{Enter}')
    await waitFor(() => expect(asked).toHaveLength(1))
    expect(screen.getByRole('button', { name: 'Laying in…' })).toBeDisabled()
  })

  it('is laid in with another feather by Enter, or when the slider is left, and not by each key', async () => {
    const asked = lateWorkers()
    await adjustLaid()
    const feather = screen.getByRole('slider', { name: 'Feather' })
    act(() => feather.focus())
    fireEvent.change(feather, { target: { value: '20' } })
    fireEvent.keyUp(feather, { key: 'ArrowRight' })
    expect(screen.queryByText('Laying in again…')).toBeNull()
    fireEvent.keyDown(feather, { key: 'Enter' })
    expect(screen.getByText('Laying in again…')).toBeVisible()
    fireEvent.blur(feather)
    await waitFor(() => expect(asked).toHaveLength(1))
  })

  it('that is laid in again does not take the stage from what the user went on to', async () => {
    const asked = lateWorkers()
    await adjustLaid()
    await userEvent.click(screen.getByRole('radio', { name: 'Whole answer' }))
    await waitFor(() => expect(asked).toHaveLength(1))
    act(() => useWorkspace.getState().select(photo))
    await userEvent.click(tool('Select area'))
    const png = await paintedImage('png', size)
    asked[0]?.answer({ kind: 'done', result: { png, fit, places: [], losses: [], marksLeft: [], leftEmpty: false } })
    expect(await screen.findByRole('button', { name: '1 new' })).toBeVisible()
    expect(useWorkspace.getState()).toMatchObject({ selected: photo, tool: 'area' })
  })

  it('whose source was deleted since says why its changes cannot be shown', async () => {
    await keepAnswer()
    const laid = 'run-1-0-laid' as PictureId
    await keepLaid(laid)
    await store.deleteForEver([photo])
    await show(laid)
    await userEvent.click(await screen.findByRole('button', { name: 'Show changes' }))
    expect(await screen.findByText('The changes cannot be shown. The source image was deleted.')).toBeVisible()
    expect(screen.queryByText('Comparing with the source…')).toBeNull()
  })

  it.each([
    ['bent', 'bent the image', true],
    ['partly', 'Only a part of the answer matches', true],
    ['covered', 'covers nearly all of the image', true],
    ['framing', 'changed the framing', false],
  ] as const)('that is %s says so, and may be laid in anyway where that can help', async (objection, words, helps) => {
    await keepAnswer()
    await store.recordLaying(answer, { kind: 'refused', objection, fit })
    await show(answer)
    expect(await screen.findByRole('alert')).toHaveTextContent(words)
    expect(screen.queryAllByRole('button', { name: 'Lay in anyway' })).toHaveLength(helps ? 1 : 0)
    expect(screen.getByRole('button', { name: 'Place by hand' })).toBeVisible()
  })

  it('is tried again once, however often that is pressed', async () => {
    await keepAnswer()
    await store.recordLaying(answer, { kind: 'refused', objection: 'framing', fit })
    const asked: Recipe[] = []
    await show(answer, (given) => asked.push(given))
    await userEvent.dblClick(await screen.findByRole('button', { name: 'Try again (5 credits)' }))
    expect(asked).toEqual([recipe])
  })
})

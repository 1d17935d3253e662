import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyDocument, type Mark } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { Stage } from '#stage/stage.tsx'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { newPicture } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { lateWorkers } from '../support/late-workers.ts'
import { PromptStandIn } from '../support/prompt-stand-in.tsx'
import { closeNotices, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const photo = 'photo' as PictureId
const size = { width: 600, height: 400 }

beforeEach(async () => {
  store = await openTestGallery()
  const about = { shelf: 'sources', prompt: 'IMG_1.jpg' } as const
  await store.addPicture(newPicture(photo, await paintedImage('jpeg', size), about))
  act(() => useWorkspace.getState().select(photo))
  renderOver(
    store,
    <>
      <PromptStandIn />
      <div data-place="stage">
        <Stage />
      </div>
    </>,
  )
  await screen.findByRole('toolbar', { name: 'Tools' })
})
afterEach(() => {
  vi.unstubAllGlobals()
  closeNotices()
})

const view = () => screen.getByRole('group', { name: 'View' })
const tool = (name: string) => within(screen.getByRole('toolbar', { name: 'Tools' })).getByRole('button', { name })
const documentNow = () => useWorkspace.getState().edits[photo]?.document ?? emptyDocument(photo)
const promptNow = () => String(useWorkspace.getState().drafts['flux-kontext']?.prompt ?? '')
const words = () => screen.findByRole('textbox', { name: /^Text of/ })

async function drawByKeys(kind: string) {
  await userEvent.click(await screen.findByRole('radio', { name: kind }))
  act(() => view().focus())
  await userEvent.keyboard('{ArrowRight}{Enter}')
}

describe('the tool for marks', () => {
  it('opens by its key, and offers the kinds and colours of marks', async () => {
    act(() => view().focus())
    await userEvent.keyboard('n')
    expect(tool('Annotate')).toHaveAttribute('aria-pressed', 'true')
    const kinds = within(await screen.findByRole('radiogroup', { name: 'Mark' })).getAllByRole('radio')
    expect(kinds.map((radio) => radio.getAttribute('value'))).toEqual(['arrow', 'box', 'ellipse', 'pen', 'pin', 'note'])
    expect(screen.getByRole('radio', { name: 'Magenta' })).toBeVisible()
    expect(screen.getByRole('button', { name: 'Insert in prompt' })).toBeDisabled()
  })

  it('draws a mark by keys, makes the image the source, and is taken back by undo', async () => {
    await userEvent.click(tool('Annotate'))
    await drawByKeys('Box')
    expect(documentNow().marks).toMatchObject([{ n: 1, kind: 'box', colour: 'red' }])
    expect(useWorkspace.getState().sources['flux-kontext']).toEqual([photo])
    act(() => view().focus())
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(documentNow().marks).toEqual([]))
    expect(useWorkspace.getState().sources['flux-kontext'] ?? []).toEqual([])
  })

  it('moves, resizes and deletes a mark that has the focus; each can be undone', async () => {
    await userEvent.click(tool('Annotate'))
    await drawByKeys('Box')
    const [drawn] = documentNow().marks as [Mark]
    const mark = screen.getByRole('button', { name: 'Box 1, red' })
    act(() => mark.focus())
    await userEvent.keyboard('{ArrowLeft}')
    const [moved] = documentNow().marks as [Mark]
    expect(moved).not.toEqual(drawn)
    await userEvent.keyboard('{Shift>}{ArrowDown}{/Shift}')
    const [resized] = documentNow().marks as [Mark]
    expect(resized).not.toEqual(moved)
    await userEvent.keyboard('{Delete}')
    expect(documentNow().marks).toEqual([])
    for (const there of [resized, moved, drawn]) {
      await userEvent.keyboard('{Control>}z{/Control}')
      await waitFor(() => expect(documentNow().marks).toEqual([there]))
    }
  })

  it('deletes the selected mark, and never the image, while the focus is on the image', async () => {
    await userEvent.click(tool('Annotate'))
    await drawByKeys('Ellipse')
    act(() => view().focus())
    await userEvent.keyboard('{Delete}')
    expect(documentNow().marks).toEqual([])
    expect((await store.picture(photo))?.shelf).toBe('sources')
    expect(useWorkspace.getState().selected).toBe(photo)
  })

  it('leaves Enter and Escape to an input method that composes the text of a mark', async () => {
    await userEvent.click(tool('Annotate'))
    await drawByKeys('Box')
    const field = await words()
    act(() => field.focus())
    for (const composing of [{ isComposing: true }, { keyCode: 229 }]) {
      for (const key of ['Enter', 'Escape']) fireEvent.keyDown(field, { key, ...composing })
      expect(field).toHaveFocus()
    }
    fireEvent.keyDown(field, { key: 'Enter' })
    expect(view()).toHaveFocus()
  })

  it('writes what the marks mean into the prompt, where undo takes it out again', async () => {
    await userEvent.click(tool('Annotate'))
    await drawByKeys('Box')
    await userEvent.type(await words(), 'a blue door')
    await userEvent.click(screen.getByRole('radio', { name: 'Cyan' }))
    expect(documentNow().marks).toMatchObject([{ note: 'a blue door', colour: 'cyan' }])
    await userEvent.click(screen.getByRole('button', { name: 'Insert in prompt' }))
    expect(promptNow()).toMatch(/^In the cyan box: a blue door\. Camera angle/)
    act(() => view().focus())
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(promptNow()).toBe(''))
  })

  it('offers the colours of the other sources, and a mark in one of them names its image', async () => {
    act(() => {
      useWorkspace.getState().chooseFamily('flux-2')
      useWorkspace.getState().setSources('flux-2', [photo, 'bag', 'chair', 'lamp'] as PictureId[])
    })
    await userEvent.click(tool('Annotate'))
    const colours = within(await screen.findByRole('radiogroup', { name: 'Colour' })).getAllByRole('radio')
    expect(colours.map((radio) => radio.getAttribute('aria-label'))).toEqual([
      'Red',
      'Cyan',
      'Magenta, image 3',
      'Lime, image 2',
      'Orange, image 4',
    ])
    await userEvent.click(screen.getByRole('radio', { name: 'Orange, image 4' }))
    await drawByKeys('Arrow')
    await userEvent.click(screen.getByRole('button', { name: 'Insert in prompt' }))
    expect(useWorkspace.getState().drafts['flux-2']?.prompt).toMatch(/Where the orange arrow points: what @4 shows\./)
  })

  it('letters typed into a note are not shortcuts of the stage', async () => {
    await userEvent.click(tool('Annotate'))
    await drawByKeys('Pin')
    act(() => screen.getByRole('button', { name: 'Pin 1, red' }).focus())
    await userEvent.keyboard('{Enter}')
    expect(await words()).toHaveFocus()
    await userEvent.keyboard('max n')
    expect(documentNow().marks).toMatchObject([{ note: 'max n' }])
    expect(tool('Annotate')).toHaveAttribute('aria-pressed', 'true')
    await userEvent.keyboard('{Enter}')
    expect(view()).toHaveFocus()
  })

  it('a note is written at once: its field has the focus when it is placed', async () => {
    await userEvent.click(tool('Annotate'))
    await drawByKeys('Note')
    await waitFor(async () => expect(await words()).toHaveFocus())
    // A tap ends with mouse events, which would give the focus to the mark under the finger.
    expect(fireEvent.mouseDown(screen.getByRole('button', { name: 'Note 1, red' }))).toBe(false)
    await userEvent.keyboard('max n')
    expect(documentNow().marks).toMatchObject([{ kind: 'note', note: 'max n' }])
    expect(tool('Annotate')).toHaveAttribute('aria-pressed', 'true')
  })
})

describe('the edits of a source on the stage', () => {
  const pin: Mark = { id: 'm', n: 1, colour: 'red', note: '', kind: 'pin', at: [300, 200] }
  const edited = () =>
    act(() => {
      useWorkspace.getState().setSources('flux-kontext', [photo])
      useWorkspace.getState().edit({
        ...emptyDocument(photo),
        area: [{ op: 'add', shape: { kind: 'box', box: [5, 5, 90, 90] } }],
        marks: [pin],
        frame: { turn: 0, flip: false, tilt: 0, crop: [0, 0, 500, 400] },
      })
    })

  it('are shown without a tool, and are removed by their chips', async () => {
    edited()
    await userEvent.click(await screen.findByRole('button', { name: 'Area · remove' }))
    await userEvent.click(screen.getByRole('button', { name: '1 mark · remove' }))
    await userEvent.click(screen.getByRole('button', { name: 'Cropped when sent · remove' }))
    expect(useWorkspace.getState().edits).toEqual({})
    expect(screen.queryByRole('button', { name: /· remove/ })).toBeNull()
  })

  it('are not shown on an image that is not a source of the form', async () => {
    edited()
    await screen.findByRole('button', { name: 'Area · remove' })
    act(() => useWorkspace.getState().setSources('flux-kontext', []))
    expect(screen.queryByRole('button', { name: /· remove/ })).toBeNull()
  })
})

describe('the crop tool', () => {
  const status = () => screen.queryByText(/Experimental/)

  async function open() {
    await userEvent.click(tool('Crop'))
    await screen.findByRole('radiogroup', { name: 'Crop ratio' })
  }
  const enter = async (side: string, value: string) => {
    const field = screen.getByRole('spinbutton', { name: side })
    await userEvent.clear(field)
    await userEvent.type(field, `${value}{Enter}`)
  }

  it('extends the image if the frame is larger, adds a sentence to the prompt, and undo removes both', async () => {
    await open()
    await enter('Width', '800')
    await userEvent.click(await screen.findByRole('button', { name: 'Extend' }))
    expect(documentNow().frame.pad).toEqual({ top: 0, right: 100, bottom: 0, left: 100 })
    expect(promptNow()).toMatch(/^Continue the scene into the blank border/)
    expect(useWorkspace.getState().sources['flux-kontext']).toEqual([photo])
    expect(await screen.findByRole('button', { name: 'Extended when sent · remove' })).toBeVisible()
    act(() => view().focus())
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(promptNow()).toBe(''))
    expect(useWorkspace.getState().edits).toEqual({})
  })

  it('removes its sentence from the prompt with the extension, and keeps the rest', async () => {
    act(() => useWorkspace.getState().editDraft('flux-kontext', { prompt: 'More sky' }))
    await open()
    await enter('Height', '500')
    await userEvent.click(await screen.findByRole('button', { name: 'Extend' }))
    expect(promptNow()).toMatch(/^More sky\. Continue the scene/)
    await userEvent.click(await screen.findByRole('button', { name: 'Extended when sent · remove' }))
    expect(promptNow()).toBe('More sky.')
  })

  it('reports invalid values at once: a side of 0, of 100,000, of letters, or an image of three times the size', async () => {
    await open()
    for (const value of ['0', '100000', 'abc', '12.5', '1e2']) {
      await enter('Width', value)
      const field = screen.getByRole('spinbutton', { name: 'Width' })
      expect(field).toHaveValue(value)
      expect(field).toHaveAccessibleDescription('Width: 1 to 1,200 pixels')
      expect(field).toHaveAttribute('aria-invalid', 'true')
      expect(screen.getByRole('alert')).toHaveTextContent('Width: 1 to 1,200 pixels')
      expect(screen.getByRole('button', { name: 'Apply crop' })).toBeDisabled()
    }
    await enter('Width', ' ')
    expect(screen.queryByRole('alert')).toBeNull()
    expect(screen.getByRole('spinbutton', { name: 'Width' })).toHaveValue('600')
    await enter('Width', '1200')
    await enter('Height', '800')
    expect(await screen.findByText(/twice its size at most/)).toBeVisible()
    expect(screen.getByRole('button', { name: 'Extend' })).toBeDisabled()
    expect(documentNow().frame.pad).toBeUndefined()
  })

  /** Presses "Apply crop", and gives the worker that makes the crop. */
  async function startCrop() {
    const asked = lateWorkers()
    await open()
    await enter('Width', '300')
    await userEvent.click(screen.getByRole('button', { name: 'Apply crop' }))
    await waitFor(() => expect(asked).toHaveLength(1))
    const [worker] = asked
    if (!worker) throw new Error('No worker was asked.')
    return worker
  }
  const cropped = async () => ({
    kind: 'done',
    result: await paintedImage('png', { width: 300, height: 400 }),
  })

  it('leaves the tool when the crop is made, and shows the crop', async () => {
    const worker = await startCrop()
    expect(screen.getByRole('button', { name: 'Cropping…' })).toBeDisabled()
    worker.answer(await cropped())
    await waitFor(() => expect(useWorkspace.getState().tool).toBeUndefined())
    const [crop] = await store.childrenOf(photo)
    expect(crop).toMatchObject({ width: 300, shelf: 'gallery' })
    expect(useWorkspace.getState().selected).toBe(crop?.id)
  })

  it('is applied by Enter also while the focus is on the frame', async () => {
    const asked = lateWorkers()
    await open()
    await enter('Width', '300')
    act(() => screen.getByRole('button', { name: /^Crop, 300 × 400/ }).focus())
    await userEvent.keyboard('{ArrowRight}{Enter}{Enter}')
    await waitFor(() => expect(asked).toHaveLength(1))
    expect(screen.getByRole('button', { name: 'Cropping…' })).toBeDisabled()
  })

  it('does not close what was opened while the crop was being made', async () => {
    const other = 'other' as PictureId
    await store.addPicture(newPicture(other, await paintedImage('png', size)))
    const worker = await startCrop()
    act(() => useWorkspace.getState().select(other))
    await userEvent.click(tool('Select area'))
    await screen.findByRole('radiogroup', { name: 'Area tool' })
    worker.answer(await cropped())
    await screen.findByText('Cropped')
    await waitFor(async () => expect(await store.childrenOf(photo)).toMatchObject([{ shelf: 'gallery' }]))
    expect(useWorkspace.getState()).toMatchObject({ selected: other, tool: 'area' })
    expect(screen.getByRole('radiogroup', { name: 'Area tool' })).toBeVisible()
  })

  it('stops making the crop at the first Escape, and leaves the tool at the second', async () => {
    const worker = await startCrop()
    act(() => view().focus())
    await userEvent.keyboard('{Escape}')
    expect(worker.isEnded).toBe(true)
    expect(await screen.findByRole('button', { name: 'Apply crop' })).toBeEnabled()
    expect(screen.getByRole('spinbutton', { name: 'Width' })).toHaveValue('300')
    expect(screen.queryByRole('alert')).toBeNull()
    expect(await store.childrenOf(photo)).toEqual([])
    await userEvent.keyboard('{Escape}')
    expect(useWorkspace.getState().tool).toBeUndefined()
  })

  it('crops a source only when it is sent, and starts from that when it is opened again', async () => {
    act(() => useWorkspace.getState().setSources('flux-kontext', [photo]))
    await open()
    await enter('Width', '300')
    expect(status()).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Crop when sent' }))
    expect(documentNow().frame.crop).toEqual([0, 0, 300, 400])
    expect(await screen.findByRole('button', { name: 'Cropped when sent · remove' })).toBeVisible()
    await open()
    expect(screen.getByRole('spinbutton', { name: 'Width' })).toHaveValue('300')
    await userEvent.type(screen.getByRole('spinbutton', { name: 'Width' }), '{ArrowUp}{Shift>}{ArrowDown}{/Shift}')
    expect(screen.getByRole('spinbutton', { name: 'Width' })).toHaveValue('291')
    await userEvent.click(screen.getByRole('button', { name: 'Reset crop' }))
    await userEvent.click(screen.getByRole('button', { name: 'Send uncropped' }))
    expect(useWorkspace.getState().edits).toEqual({})
  })
})

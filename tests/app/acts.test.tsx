import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ActKeys } from '#acts/act-keys.tsx'
import { acts } from '#acts/act-list.ts'
import type { PictureId } from '#domain/ids.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { createCommandLog } from '#library/command-log.ts'
import { runScreens } from '#runs/run-screens.ts'
import { Stage } from '#stage/stage.tsx'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { inPage } from '../support/in-page.tsx'
import { PromptStandIn } from '../support/prompt-stand-in.tsx'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

const now = Date.now()
let store: GalleryStore

beforeEach(async () => {
  store = await openTestGallery()
})
afterEach(() => {
  vi.restoreAllMocks()
  closeNotices()
})

/** Images "one", "two" and "three" in the gallery, "one" on the stage. */
async function show() {
  for (const [index, id] of ['one', 'two', 'three'].entries()) {
    await keep(store, id, { prompt: id, createdAt: now - index })
  }
  useWorkspace.getState().select('one' as PictureId)
  renderOver(
    store,
    <>
      <PromptStandIn />
      <section aria-label="Stage" data-place="stage" tabIndex={-1}>
        <Stage />
      </section>
      <section aria-label="Gallery" data-place="gallery" tabIndex={-1}>
        <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />
      </section>
    </>,
  )
  await screen.findByRole('toolbar', { name: 'Image' })
  await gridcell.find(/^three/)
}

const focusStage = () => act(() => screen.getByRole('region', { name: 'Stage' }).focus())
const bin = async () => (await store.pictures('bin', 10)).map(({ id }) => id)
const press = (init: KeyboardEventInit) => fireEvent.keyDown(document.activeElement ?? document.body, init)

async function openMenuOf(name: RegExp) {
  const cell = await gridcell.find(name)
  cell.focus()
  await userEvent.click(await within(cell).findByRole('button', { name: 'Image menu' }))
  return screen.findAllByRole('menuitem')
}

describe('a key that is shown', () => {
  it('works for the tile whose open menu shows it, not for the stage (B1)', async () => {
    await show()
    await openMenuOf(/^two/)
    await userEvent.keyboard('x')
    await waitFor(async () => expect(await bin()).toEqual(['two']))
    expect(useWorkspace.getState().selected).toBe('one')
  })

  it('works from the menu for every act in it', async () => {
    await show()
    userEvent.setup()
    const write = vi.spyOn(navigator.clipboard, 'write').mockResolvedValue()
    await openMenuOf(/^two/)
    await userEvent.keyboard('u')
    expect(useWorkspace.getState().sources['flux-kontext']).toEqual(['two'])
    await openMenuOf(/^three/)
    await userEvent.keyboard('r')
    expect(useWorkspace.getState().drafts['flux-kontext']).toMatchObject({ prompt: 'three' })
    await openMenuOf(/^three/)
    await userEvent.keyboard('{Control>}c{/Control}')
    await waitFor(() => expect(write).toHaveBeenCalledOnce())
  })

  it('does nothing else while a menu is open', async () => {
    await show()
    await openMenuOf(/^two/)
    await userEvent.keyboard('c')
    expect(screen.getByRole('button', { name: 'Compare' })).toHaveAttribute('aria-pressed', 'false')
  })

  it('is written in the sheet of shortcuts', async () => {
    await show()
    await userEvent.keyboard('?')
    const sheet = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })
    const labels = acts.filter(({ keys }) => keys.length > 0).map(({ label }) => label)
    for (const label of labels) expect((await within(sheet).findAllByText(label)).length).toBeGreaterThan(0)
  })

  it('opens the sheet from the first moment on, before the buttons are loaded', async () => {
    render(inPage(<ActKeys isSoon={false} />, { store }))
    await userEvent.keyboard('?')
    expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeInTheDocument()
  })
})

describe('letters', () => {
  it('act on the stage while the focus is there, and nowhere else (B2)', async () => {
    await show()
    act(() => (document.activeElement as HTMLElement).blur())
    await userEvent.keyboard('xdur')
    screen.getByRole('textbox', { name: 'Prompt' }).focus()
    await userEvent.keyboard('xdur')
    expect(await bin()).toEqual([])
    expect(useWorkspace.getState().sources['flux-kontext']).toBeUndefined()
    focusStage()
    await userEvent.keyboard('x')
    await waitFor(async () => expect(await bin()).toEqual(['one']))
  })

  it('do not act while an input method composes', async () => {
    await show()
    focusStage()
    press({ key: 'x', isComposing: true })
    press({ key: 'Process', keyCode: 229, code: 'KeyX' })
    await act(() => Promise.resolve())
    expect(await bin()).toEqual([])
  })

  it('do not act while a dialog is open', async () => {
    await show()
    focusStage()
    await userEvent.keyboard('?')
    await screen.findByRole('dialog')
    press({ key: 'x', code: 'KeyX' })
    expect(await bin()).toEqual([])
  })

  it.each([
    ['Cyrillic', { key: 'ч', code: 'KeyX' }],
    ['Greek', { key: 'χ', code: 'KeyX' }],
    ['Hebrew', { key: 'ס', code: 'KeyX' }],
    ['Korean', { key: 'ㅌ', code: 'KeyX' }],
    ['with caps lock', { key: 'X', code: 'KeyX' }],
    ['on Dvorak, by the letter', { key: 'x', code: 'KeyB' }],
  ])('act on every keyboard: %s (E5)', async (_layout, key) => {
    await show()
    focusStage()
    press(key)
    await waitFor(async () => expect(await bin()).toEqual(['one']))
  })

  it('of a Latin keyboard are matched by the letter, not by the position: Dvorak Q in the position of X does nothing', async () => {
    await show()
    focusStage()
    press({ key: 'q', code: 'KeyX' })
    await act(() => Promise.resolve())
    expect(await bin()).toEqual([])
  })

  it('Backspace deletes in the grid of a Mac, and not elsewhere (E5)', async () => {
    await show()
    ;(await gridcell.find(/^two/)).focus()
    await userEvent.keyboard('{Backspace}')
    expect(await bin()).toEqual([])
    vi.spyOn(navigator, 'platform', 'get').mockReturnValue('MacIntel')
    await userEvent.keyboard('{Backspace}')
    await waitFor(async () => expect(await bin()).toEqual(['two']))
  })
})

describe('digits', () => {
  const pressed = (name: string) => screen.getByRole('button', { name }).getAttribute('aria-pressed')

  it.each([
    ['with Shift, as AZERTY writes them', { key: '0', code: 'Digit0', shiftKey: true }],
    ['without Shift, where AZERTY writes something else', { key: 'à', code: 'Digit0' }],
    ['of the number pad', { key: '0', code: 'Numpad0' }],
  ])('act %s (E5)', async (_way, key) => {
    await show()
    focusStage()
    await waitFor(() => expect(pressed('Fit')).toBe('true'))
    await userEvent.keyboard('+')
    expect(pressed('Fit')).toBe('false')
    focusStage()
    press(key)
    expect(pressed('Fit')).toBe('true')
  })
})

describe('undo', () => {
  it('is in the header by name, as is redo', async () => {
    await show()
    expect(screen.getByRole('button', { name: 'Undo' })).toHaveAttribute('aria-disabled', 'true')
    focusStage()
    await userEvent.keyboard('x')
    await userEvent.click(await screen.findByRole('button', { name: 'Undo move to bin' }))
    await waitFor(async () => expect(await bin()).toEqual([]))
    await userEvent.click(await screen.findByRole('button', { name: 'Redo move to bin' }))
    await waitFor(async () => expect(await bin()).toEqual(['one']))
  })

  it('takes back a restore and reused settings by keys', async () => {
    await show()
    useWorkspace.getState().editDraft('flux-kontext', { prompt: 'unsent' })
    focusStage()
    await userEvent.keyboard('r')
    expect(useWorkspace.getState().drafts['flux-kontext']).toMatchObject({ prompt: 'one' })
    expect(await screen.findByText('Prompt and settings replaced.')).toBeVisible()
    await screen.findByRole('button', { name: 'Undo reuse of settings' })
    focusStage()
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(() => expect(useWorkspace.getState().drafts['flux-kontext']).toMatchObject({ prompt: 'unsent' }))
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}')
    await waitFor(() => expect(useWorkspace.getState().drafts['flux-kontext']).toMatchObject({ prompt: 'one' }))
  })

  it('of several moves is one notice that takes all of them back', async () => {
    await show()
    ;(await gridcell.find(/^one/)).focus()
    await userEvent.keyboard('x')
    await screen.findByText('Moved to bin')
    await userEvent.keyboard('x')
    await screen.findByText('2 images moved to bin')
    expect(screen.queryByText('Moved to bin')).toBeNull()
    await userEvent.click(within(screen.getByRole('status')).getByRole('button', { name: 'Undo' }))
    await waitFor(async () => expect(await bin()).toEqual([]))
  })

  it('that was undone by its key is no longer offered in a notice, and is not counted in the next one', async () => {
    await show()
    ;(await gridcell.find(/^one/)).focus()
    await userEvent.keyboard('x')
    await screen.findByText('Moved to bin')
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(async () => expect(await bin()).toEqual([]))
    await waitFor(() => expect(screen.queryByText('Moved to bin')).toBeNull())
    ;(await gridcell.find(/^two/)).focus()
    await userEvent.keyboard('x')
    expect(await screen.findByText('Moved to bin')).toBeVisible()
  })

  it('leaves what another window did, also where that came later', async () => {
    await show()
    focusStage()
    await userEvent.keyboard('x')
    await screen.findByRole('button', { name: 'Undo move to bin' })
    const other = createCommandLog({
      store: store.acts,
      window: () => 'another window',
      plan: () => ({ made: [], outcome: { changed: 0, left: 0 }, commit: () => undefined }),
      now: () => Date.now() + 1_000,
      newId: () => crypto.randomUUID(),
    })
    const changes = [{ kind: 'image', field: 'isBinned', ids: ['two' as PictureId], from: false, to: true } as const]
    await act(() => other.perform({ label: 'move to bin', changes }))
    await waitFor(async () => expect((await bin()).toSorted()).toEqual(['one', 'two']))
    await userEvent.click(screen.getByRole('button', { name: 'Undo move to bin' }))
    await waitFor(async () => expect(await bin()).toEqual(['two']))
    expect(screen.queryByRole('button', { name: /^Undo ./ })).toBeNull()
  })

  it('says what it left because it changed since', async () => {
    await show()
    focusStage()
    await userEvent.keyboard('x')
    await screen.findByRole('button', { name: 'Undo move to bin' })
    await act(() => store.restore(['one' as PictureId]))
    await userEvent.click(screen.getByRole('button', { name: 'Undo move to bin' }))
    expect(await screen.findByText('1 left as it is: changed or deleted since.')).toBeVisible()
  })

  it('on a full disk says so and changes nothing', async () => {
    await show()
    focusStage()
    await userEvent.keyboard('x')
    await screen.findByRole('button', { name: 'Undo move to bin' })
    vi.spyOn(store.acts, 'carryOut').mockRejectedValue(new DOMException('full', 'QuotaExceededError'))
    await userEvent.click(screen.getByRole('button', { name: 'Undo move to bin' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Nothing was undone: the browser has no room left')
    expect(await bin()).toEqual(['one'])
  })
})

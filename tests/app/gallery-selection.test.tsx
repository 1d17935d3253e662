import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { imageCommandsOf } from '#acts/image-commands.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { topNotice } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const now = Date.now()

beforeEach(async () => {
  store = await openTestGallery()
})
afterEach(() => closeNotices())

async function show(...prompts: readonly string[]) {
  for (const [index, prompt] of prompts.entries()) await keep(store, prompt, { prompt, createdAt: now - index })
  renderOver(store, <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />)
  for (const prompt of prompts) await gridcell.find(new RegExp(`^${prompt},`))
}

const cell = (prompt: string) => gridcell.find(new RegExp(`^${prompt},`))
const bar = () => screen.findByRole('toolbar', { name: 'Selection' })
/** The words of the notice and of its act. */
const notice = () => [topNotice()?.text, topNotice()?.label].filter(Boolean).join(' ')
const marksOf = async (id: string) => (await store.picture(id as PictureId))?.marks
const selected = () =>
  gridcell
    .all()
    .flatMap((each) =>
      each.getAttribute('aria-selected') === 'true' ? each.getAttribute('aria-label')?.split(',')[0] : [],
    )

async function press(prompt: string, keys: '' | 'Control' | 'Shift') {
  const user = userEvent.setup()
  if (keys !== '') await user.keyboard(`{${keys}>}`)
  await user.click(await cell(prompt))
  if (keys !== '') await user.keyboard(`{/${keys}}`)
}

describe('selecting', () => {
  it('adds and removes with Ctrl, and the bar takes the place of the head', async () => {
    await show('one', 'two', 'three')
    await press('one', 'Control')
    await press('three', 'Control')
    expect(await bar()).toHaveTextContent('2 selected')
    expect(selected()).toEqual(['one', 'three'])
    expect(screen.queryByRole('button', { name: 'Bin' })).toBeNull()
    await press('one', 'Control')
    expect(await bar()).toHaveTextContent('1 selected')
    await press('two', '')
    await waitFor(() => expect(screen.queryByRole('toolbar', { name: 'Selection' })).toBeNull())
    expect(useWorkspace.getState().selected).toBe('two')
  })

  it('selects everything between two clicks with Shift, forwards and backwards', async () => {
    await show('one', 'two', 'three', 'four')
    await press('two', '')
    await press('four', 'Shift')
    await waitFor(() => expect(selected()).toEqual(['two', 'three', 'four']))
    await press('one', 'Shift')
    await waitFor(() => expect(selected()).toEqual(['one', 'two']))
  })

  it('goes by keys: Space, Shift and an arrow, Ctrl A, Escape', async () => {
    await show('one', 'two', 'three')
    ;(await cell('one')).focus()
    await userEvent.keyboard(' ')
    expect(await bar()).toHaveTextContent('1 selected')
    await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}')
    await waitFor(() => expect(selected()).toEqual(['one', 'two']))
    await userEvent.keyboard('{Control>}a{/Control}')
    await waitFor(() => expect(selected()).toEqual(['one', 'two', 'three']))
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('toolbar', { name: 'Selection' })).toBeNull())
  })

  it('selects a range between the same images when others come before them', async () => {
    await show('one', 'two', 'three', 'four')
    await press('two', '')
    const last = await cell('four')
    await keep(store, 'newest', { prompt: 'newest', createdAt: now + 1 })
    fireEvent.click(last, { shiftKey: true })
    await waitFor(() => expect(selected()).toEqual(['two', 'three', 'four']))
    ;(await cell('two')).focus()
    await keep(store, 'newer still', { prompt: 'newer still', createdAt: now + 2 })
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'ArrowRight', shiftKey: true })
    await waitFor(() => expect(selected()).toEqual(['two', 'three']))
  })

  it('selects what a frame is drawn around, also if the button is released at once', async () => {
    await show('one', 'two', 'three', 'four')
    await screen.findByText('4')
    const grid = screen.getByRole('grid')
    const mouse = { pointerId: 1, pointerType: 'mouse', button: 0 }
    fireEvent.pointerDown(grid, { ...mouse, clientX: 395, clientY: 5 })
    fireEvent.pointerMove(grid, { ...mouse, clientX: 5, clientY: 700 })
    fireEvent.pointerUp(grid, { ...mouse, clientX: 5, clientY: 700 })
    await waitFor(() => expect(selected()).toEqual(['one', 'two', 'three', 'four']))
  })

  it('takes each of several quick presses of Shift and an arrow from the image where they began', async () => {
    await show('one', 'two', 'three', 'four')
    ;(await cell('one')).focus()
    for (let press = 0; press < 3; press += 1)
      fireEvent.keyDown(document.activeElement ?? document.body, { key: 'ArrowRight', shiftKey: true })
    await waitFor(() => expect(selected()).toEqual(['one', 'two', 'three', 'four']))
    expect(await bar()).toHaveTextContent('4 selected')
  })

  const shift = { shiftKey: true }
  const ctrl = { ctrlKey: true }
  it.each<[string, (press: (key: string, held?: KeyboardEventInit) => void, last: HTMLElement) => void, string[]]>([
    [
      'a range, then all',
      (press) => {
        press('ArrowRight', shift)
        press('a', ctrl)
      },
      ['one', 'two', 'three', 'four'],
    ],
    [
      'all, then none',
      (press) => {
        press('a', ctrl)
        press('Escape')
      },
      ['one'],
    ],
    [
      'a longer range',
      (press) => {
        press('ArrowRight', shift)
        press('ArrowRight', shift)
      },
      ['one', 'two', 'three'],
    ],
    [
      'a range, then one more',
      (press, last) => {
        press('ArrowRight', shift)
        fireEvent.click(last, ctrl)
      },
      ['one', 'two', 'four'],
    ],
  ])(
    'takes quick presses in their order, and an act waits for the selection before it: %s',
    async (_, select, starred) => {
      await show('one', 'two', 'three', 'four')
      await screen.findByText('4')
      const last = await cell('four')
      ;(await cell('one')).focus()
      const press = (key: string, held: KeyboardEventInit = {}) =>
        fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held })
      select(press, last)
      press('s')
      const found = async () => (await store.pictures('gallery', 4)).flatMap(({ id, marks }) => (marks?.star ? id : []))
      await waitFor(async () => expect(await found()).toEqual(starred))
    },
  )

  it('gives the focus to the neighbour of what is moved to the bin, also where that comes to another line', async () => {
    await show('one', 'two', 'three', 'four', 'five')
    ;(await cell('one')).focus()
    await userEvent.keyboard(' {Shift>}{ArrowRight}{ArrowRight}{/Shift}')
    await waitFor(() => expect(selected()).toEqual(['one', 'two', 'three']))
    await userEvent.keyboard('x')
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    await waitFor(async () => expect(await cell('four')).toHaveFocus())
  })

  it('has the menu of a selected tile act on all of them, ratings included', async () => {
    await show('one', 'two', 'three')
    await press('one', 'Control')
    await press('two', 'Control')
    fireEvent.contextMenu(await cell('one'))
    await userEvent.click(within(await cell('one')).getByRole('menuitem', { name: 'Rate 4', hidden: true }))
    await waitFor(async () => expect(await marksOf('two')).toMatchObject({ rating: 4 }))
    expect(await marksOf('one')).toMatchObject({ rating: 4 })
    expect(await marksOf('three')).toBeUndefined()
  })

  it('includes tiles that are not rendered: a range and "Select all" are slices of the result', async () => {
    for (let index = 0; index < 130; index += 1) {
      await keep(store, `p${index}`, { prompt: `Number ${index}`, createdAt: now - index })
    }
    await show()
    await waitFor(() => expect(screen.getByText('130')).toBeVisible())
    await press('Number 3', 'Control')
    await userEvent.click(within(await bar()).getByRole('button', { name: 'Select all 130' }))
    await waitFor(async () => expect(await bar()).toHaveTextContent('130 selected'))
    expect(gridcell.all().length).toBeLessThan(60)
  })
})

describe('acts on many', () => {
  it('are one act with one notice, and one undo takes them back', async () => {
    await show('one', 'two', 'three')
    await press('one', 'Control')
    await press('two', 'Control')
    await userEvent.click(within(await bar()).getByRole('button', { name: /^Star/ }))
    await waitFor(async () => expect(await marksOf('two')).toMatchObject({ star: true }))
    expect(await marksOf('one')).toMatchObject({ star: true })
    expect(await screen.findByText('Starred: 2 images')).toBeVisible()
    ;(await cell('one')).focus()
    await userEvent.keyboard('4')
    await waitFor(async () => expect(await marksOf('two')).toMatchObject({ star: true, rating: 4 }))
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(async () => expect((await marksOf('two'))?.rating).toBeUndefined())
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(async () => expect(await marksOf('one')).toBeUndefined())
    expect(await marksOf('two')).toBeUndefined()
  })

  it('leave alone what another window moved to the bin or deleted', async () => {
    await show('one', 'two', 'three', 'four')
    for (const prompt of ['one', 'two', 'three']) await press(prompt, 'Control')
    await store.moveToBin(['one' as PictureId])
    await store.deleteForEver(['two' as PictureId])
    await waitFor(async () => expect(await bar()).toHaveTextContent('1 selected'))
    await userEvent.click(within(await bar()).getByRole('button', { name: 'Move to bin' }))
    await waitFor(() => expect(gridcell.names().map((name) => name.split(',')[0])).toEqual(['four']))
    expect(await marksOf('one')).toBeUndefined()
  })

  it('tell in the notice with Undo how many another window had changed meanwhile', async () => {
    await show('one', 'two', 'three')
    const found = await store.picturesById(['one' as PictureId, 'two' as PictureId])
    const [one, two] = [...found.values()] as [Picture, Picture]
    await store.deleteForEver([two.id])
    await imageCommandsOf(store).star([one, two], true)
    expect(notice()).toBe('Starred: 2 images. 1 left as it is: changed or deleted since. Undo')
    await imageCommandsOf(store).moveToBin([one, two])
    expect(notice()).toBe('Moved to bin. 1 left as it is: changed or deleted since. Undo')
    await imageCommandsOf(store).moveToBin([two])
    expect(notice()).toBe('1 left as it is: changed or deleted since.')
  })

  it('bin and restore what is selected, and the selection ends', async () => {
    await show('one', 'two', 'three')
    await press('one', 'Control')
    await press('three', 'Control')
    await userEvent.click(within(await bar()).getByRole('button', { name: 'Move to bin' }))
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    expect(screen.queryByRole('toolbar', { name: 'Selection' })).toBeNull()
    await userEvent.click(screen.getByRole('button', { name: 'Bin' }))
    await press('one', 'Control')
    await press('three', 'Control')
    await userEvent.click(within(await bar()).getByRole('button', { name: 'Restore' }))
    await waitFor(async () => expect(await store.countPictures('gallery')).toBe(3))
  })

  it('change one image by its keys, and the same key takes the mark away', async () => {
    await show('one')
    ;(await cell('one')).focus()
    await userEvent.keyboard('s')
    await waitFor(async () => expect(await marksOf('one')).toMatchObject({ star: true }))
    await userEvent.keyboard('6')
    await waitFor(async () => expect(await marksOf('one')).toMatchObject({ star: true, colour: 'red' }))
    await waitFor(async () => expect(await cell('one')).toHaveAccessibleName(/starred, red label/))
    await userEvent.keyboard('s6')
    await waitFor(async () => expect(await marksOf('one')).toBeUndefined())
  })
})

describe('search', () => {
  it('narrows the grid as one types, says how many were found, and is cleared', async () => {
    await show('a red fox', 'a blue heron', 'a red barn')
    const field = screen.getByRole('searchbox', { name: 'Search images' })
    await userEvent.type(field, 'red')
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    expect(await screen.findByText('2 images found', { selector: 'p' })).toBeVisible()
    await userEvent.type(field, ' fox')
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(gridcell.all()).toHaveLength(3))
  })

  it('is left by the arrow down, for the first image that was found', async () => {
    await show('a blue heron', 'a red fox', 'a red barn')
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), 'red')
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    await userEvent.keyboard('{ArrowDown}')
    await waitFor(async () => expect(await cell('a red fox')).toHaveFocus())
    await userEvent.keyboard(' ')
    await waitFor(() => expect(selected()).toEqual(['a red fox']))
  })

  it('selects all that is found, also when that is pressed before it is shown', async () => {
    await show('a red fox', 'a blue heron', 'a red barn')
    const field = screen.getByRole('searchbox', { name: 'Search images' })
    await userEvent.type(field, 're')
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    fireEvent.change(field, { target: { value: '' } })
    const first = await cell('a red fox')
    first.focus()
    fireEvent.keyDown(first, { key: 'a', code: 'KeyA', ctrlKey: true })
    expect(await bar()).toHaveTextContent('3 selected')
  })

  it('selects a range in the newer list if that is there before it is read, from and to the same images', async () => {
    await show('a red fox', 'a blue heron', 'a red barn', 'a blue jay')
    const field = screen.getByRole('searchbox', { name: 'Search images' })
    await userEvent.type(field, 're')
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    await press('a red fox', 'Control')
    const last = await cell('a red barn')
    fireEvent.change(field, { target: { value: 'r' } })
    fireEvent.click(last, { shiftKey: true })
    await waitFor(() => expect(selected()).toEqual(['a red fox', 'a blue heron', 'a red barn']))
  })

  it('ends the selection of what is not found', async () => {
    await show('a red fox', 'a blue heron', 'a red barn')
    await press('a red fox', 'Control')
    await press('a blue heron', 'Control')
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), 'red')
    await waitFor(async () => expect(await bar()).toHaveTextContent('1 selected'))
    await userEvent.click(within(await bar()).getByRole('button', { name: 'Star' }))
    await waitFor(async () => expect(await marksOf('a red fox')).toMatchObject({ star: true }))
    expect(await marksOf('a blue heron')).toBeUndefined()
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), ' barn')
    await waitFor(() => expect(screen.queryByRole('toolbar', { name: 'Selection' })).toBeNull())
  })

  it('selects within what was found', async () => {
    await show('a red fox', 'a blue heron', 'a red barn')
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), 'red')
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    ;(await cell('a red fox')).focus()
    await userEvent.keyboard('{Control>}a{/Control}')
    expect(await bar()).toHaveTextContent('2 selected')
  })
})

import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { imageCommandsOf } from '#acts/image-commands.ts'
import type { Collection } from '#domain/collection.ts'
import type { CollectionId, PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { toneOf } from '#imaging/palette.ts'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { countActs } from '../support/count-acts.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const now = Date.now()

beforeEach(async () => {
  store = await openTestGallery()
})
afterEach(() => closeNotices())

async function show(...prompts: readonly string[]) {
  for (const [index, prompt] of prompts.entries()) await keep(store, prompt, { prompt, createdAt: now - index })
  renderOver(
    store,
    <section data-place="gallery">
      <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />
    </section>,
  )
  for (const prompt of prompts.slice(0, 3)) await gridcell.find(new RegExp(`^${prompt},`))
  await screen.findByText(`${prompts.length}`)
}

const cell = (prompt: string) => gridcell.find(new RegExp(`^${prompt},`))
const marksOf = async (id: string) => (await store.picture(id as PictureId))?.marks

describe('the survey', () => {
  it('rejects 40 of 80 in 80 keys, its own included, and bins them in one act', async () => {
    const prompts = Array.from({ length: 80 }, (_, index) => `p${index}`)
    await show(...prompts)
    ;(await cell('p0')).focus()
    const acts = countActs()
    await acts.key('n')
    const dialog = within(await screen.findByRole('dialog', { name: 'Survey' }))
    for (let index = 0; index < 79; index += 1) {
      await dialog.findByText(new RegExp(`^${index + 1} of 80`))
      await acts.key(index % 2 === 0 ? 'x' : '{ArrowRight}')
    }
    const rejects = async () => (await store.pictures('gallery', 80)).filter(({ marks }) => marks?.reject)
    await waitFor(async () => expect(await rejects()).toHaveLength(40))
    expect(acts.count()).toBe(80)

    await userEvent.keyboard('{ArrowRight}')
    expect(await dialog.findByText('40 kept, 40 rejected')).toBeVisible()
    await userEvent.click(dialog.getByRole('button', { name: 'Move to bin' }))
    await waitFor(async () => expect(await store.countPictures('bin')).toBe(40))
    expect(await screen.findByText('40 images moved to bin')).toBeVisible()
  }, 60_000)

  it('goes back, clears a mark, and rates', async () => {
    await show('one', 'two')
    ;(await cell('one')).focus()
    await userEvent.keyboard('n')
    const dialog = within(await screen.findByRole('dialog', { name: 'Survey' }))
    await dialog.findByText(/^1 of 2/)
    await userEvent.keyboard('x')
    await dialog.findByText(/^2 of 2/)
    await waitFor(async () => expect(await marksOf('one')).toMatchObject({ reject: true }))
    await userEvent.keyboard('{Backspace}')
    await dialog.findByText('1 of 2 · rejected')
    await userEvent.keyboard('u')
    await waitFor(async () => expect(await marksOf('one')).toBeUndefined())
    await dialog.findByText('1 of 2 · not judged')
    await userEvent.keyboard('5')
    await waitFor(async () => expect(await marksOf('one')).toMatchObject({ rating: 5 }))
  })

  it('that is left in the middle ends with the summary of what was judged, and can go on from there', async () => {
    await show('one', 'two', 'three', 'four')
    ;(await cell('one')).focus()
    await userEvent.keyboard('n')
    const dialog = within(await screen.findByRole('dialog', { name: 'Survey' }))
    await dialog.findByText(/^1 of 4/)
    await userEvent.keyboard('x')
    await dialog.findByText(/^2 of 4/)
    await userEvent.keyboard('{ArrowRight}')
    await dialog.findByText(/^3 of 4/)
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }))
    expect(await dialog.findByText('1 kept, 1 rejected')).toBeVisible()
    await userEvent.click(dialog.getByRole('button', { name: 'Back' }))
    await dialog.findByText(/^3 of 4/)
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }))
    await userEvent.click(await dialog.findByRole('button', { name: 'Move to bin' }))
    await waitFor(async () => expect(await store.countPictures('bin')).toBe(1))
  })

  it('of a selection leaves those that were kept selected, to be exported next', async () => {
    await show('one', 'two', 'three')
    ;(await cell('one')).focus()
    await userEvent.keyboard('{Control>}a{/Control}n')
    const dialog = within(await screen.findByRole('dialog', { name: 'Survey' }))
    await dialog.findByText(/^1 of 3/)
    await userEvent.keyboard('x')
    await dialog.findByText(/^2 of 3/)
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }))
    await userEvent.click(await dialog.findByRole('button', { name: 'Move to bin' }))
    await waitFor(async () => expect(await store.countPictures('bin')).toBe(1))
    expect(await screen.findByRole('toolbar', { name: 'Selection' })).toHaveTextContent('2 selected')
  })

  it('goes on over an image that another window deletes, and does not count it', async () => {
    await show('one', 'two', 'three')
    ;(await cell('one')).focus()
    await userEvent.keyboard('n')
    const dialog = within(await screen.findByRole('dialog', { name: 'Survey' }))
    await dialog.findByText(/^1 of 3 · not judged/)
    await store.deleteForEver(['one' as PictureId])
    for (const shown of ['This image was deleted.', /^2 of 3/, /^3 of 3/]) {
      expect(await dialog.findByText(shown)).toBeInTheDocument()
      await userEvent.click(dialog.getByRole('button', { name: 'Keep' }))
    }
    expect(await dialog.findByText('2 kept, 0 rejected')).toBeVisible()
  })

  it('in which nothing was judged has no summary', async () => {
    await show('one', 'two')
    ;(await cell('one')).focus()
    await userEvent.keyboard('n')
    const dialog = within(await screen.findByRole('dialog', { name: 'Survey' }))
    await dialog.findByText(/^1 of 2/)
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }))
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Survey' })).toBeNull())
  })
})

/** The dialog that lists the collections, opened. */
async function collections() {
  await userEvent.click(screen.getByRole('button', { name: 'Collections' }))
  return within(await screen.findByRole('dialog', { name: 'Collections' }))
}

async function openCollection(name: RegExp) {
  const dialog = await collections()
  await userEvent.click(await dialog.findByRole('button', { name }))
}

const shown = () => gridcell.names().map((name) => name.split(',')[0])

async function addCollection(id: string, name: string, about: Partial<Collection> = {}) {
  const to: Collection = { id: id as CollectionId, name, kind: 'plain', order: 1, ...about }
  const apply = [{ kind: 'collection', id: to.id, to } as const]
  await store.acts.carryOut({ id, label: 'add', at: 1, window: 'w', apply, invert: [] }, 'do')
}

async function putInto(collection: string, ...images: readonly string[]) {
  const change = { field: 'collection', name: collection, ids: images as PictureId[], from: false, to: true } as const
  const apply = [{ kind: 'image', ...change } as const]
  await store.acts.carryOut({ id: collection, label: 'collect', at: 1, window: 'w', apply, invert: [] }, 'do')
}

describe('collections', () => {
  it('show the images of those nested in them, in an order given by keys and by dragging, with a cover', async () => {
    await addCollection('posters', 'Posters')
    await addCollection('drafts', 'Drafts', { parent: 'posters' as CollectionId })
    await show('one', 'two', 'three')
    await putInto('posters', 'one', 'two')
    await putInto('drafts', 'three')
    await openCollection(/^Posters\s*3$/)
    await waitFor(() => expect(shown()).toEqual(['one', 'two', 'three']))
    ;(await cell('one')).focus()
    await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}')
    await waitFor(() => expect(shown()).toEqual(['two', 'one', 'three']))
    await waitFor(async () => expect(await cell('one')).toHaveFocus())
    const data = { types: ['application/x-atelier-picture'], getData: () => 'three', effectAllowed: 'none' }
    fireEvent.dragOver(await cell('two'), { dataTransfer: data })
    fireEvent.drop(await cell('two'), { dataTransfer: data })
    // Without a layout the drop is in the right half of the tile.
    await waitFor(() => expect(shown()).toEqual(['two', 'three', 'one']))
    fireEvent.contextMenu(await cell('one'))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Use as cover of “Posters”', hidden: true }))
    await waitFor(async () =>
      expect((await store.collections.all()).find(({ id }) => id === 'posters')).toMatchObject({
        cover: 'one',
        sequence: ['two', 'three', 'one'],
      }),
    )
  })

  it('have names whose hidden characters are shown, in the list and as a filter', async () => {
    await addCollection('odd', 'client \u202egnp')
    await show('one')
    await putInto('odd', 'one')
    await openCollection(/^client/)
    const filters = within(await screen.findByRole('list', { name: 'Filters' }))
    expect(await filters.findByText('client [U+202E]gnp')).toBeVisible()
    const dialog = await collections()
    expect(await dialog.findByText('client [U+202E]gnp')).toBeVisible()
  })

  it('are put in order and nested by keys', async () => {
    await addCollection('a', 'A', { order: 1 })
    await addCollection('b', 'B', { order: 2 })
    await show('one')
    const dialog = await collections()
    const names = () => dialog.getAllByRole('button', { name: /^[AB]$/ }).map(({ textContent }) => textContent)
    ;(await dialog.findByRole('button', { name: 'B' })).focus()
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}')
    await waitFor(() => expect(names()).toEqual(['B', 'A']))
    dialog.getByRole('button', { name: 'A' }).focus()
    await userEvent.keyboard('{Alt>}{ArrowRight}{/Alt}')
    await waitFor(async () =>
      expect((await store.collections.all()).find(({ id }) => id === 'a')).toMatchObject({ parent: 'b' }),
    )
  })

  it('take selected images in, show them alone, and are deleted without them', async () => {
    await show('one', 'two', 'three')
    const user = userEvent.setup()
    await user.keyboard('{Control>}')
    await user.click(await cell('one'))
    await user.click(await cell('three'))
    await user.keyboard('{/Control}')
    await user.click(
      within(await screen.findByRole('toolbar', { name: 'Selection' })).getByRole('button', { name: 'Collection' }),
    )
    await user.type(await screen.findByRole('textbox', { name: 'New collection' }), 'Posters')
    await user.click(screen.getByRole('button', { name: 'Add' }))
    await waitFor(async () => expect((await marksOf('three'))?.collections).toHaveLength(1))
    const box = await screen.findByRole('checkbox', { name: 'Posters' })
    await waitFor(() => expect(box).toBeChecked())
    // What is done elsewhere meanwhile is shown.
    const [one] = (await store.picturesById(['one' as PictureId])).values()
    const posters = (await store.collections.all())[0] as Collection
    await imageCommandsOf(store).collect([one as Picture], posters, false)
    await waitFor(() => expect(box).toBePartiallyChecked())
    await user.click(box)
    await waitFor(async () => expect((await marksOf('one'))?.collections).toHaveLength(1))
    await waitFor(() => expect(box).toBeChecked())
    await user.click(screen.getByRole('button', { name: 'Done' }))
    await user.click(screen.getByRole('button', { name: 'Clear selection' }))

    await openCollection(/^Posters/)
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    const dialog = await collections()
    await user.click(dialog.getByRole('button', { name: 'Acts for Posters' }))
    await user.click(await dialog.findByRole('menuitem', { name: 'Delete collection', hidden: true }))
    await waitFor(() => expect(gridcell.all()).toHaveLength(3))
    await waitFor(async () => expect(await store.collections.all()).toEqual([]))
    expect(await store.countPictures('gallery')).toBe(3)
    const notice = screen
      .getAllByRole('status')
      .findLast(({ textContent }) => textContent.includes('Collection deleted'))
    await user.click(within(notice as HTMLElement).getByRole('button', { name: 'Undo' }))
    await waitFor(async () => expect(await store.collections.all()).toMatchObject([{ name: 'Posters' }]))
  })

  it('are saved searches as well', async () => {
    await show('a red fox', 'a blue heron')
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), 'fox')
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    const dialog = await collections()
    await userEvent.click(await dialog.findByRole('button', { name: 'Save this search' }))
    await waitFor(async () => expect(await store.collections.all()).toHaveLength(1))
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }))
    await userEvent.click(screen.getByRole('button', { name: 'Clear search' }))
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    await openCollection(/^fox/)
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), ' red')
    const again = await collections()
    await userEvent.click(await again.findByRole('button', { name: 'Update “fox”' }))
    await waitFor(async () => expect((await store.collections.all())[0]?.rule).toContain('fox red'))
  })
})

describe('filters', () => {
  it('have counts, stand as chips, and can be taken away', async () => {
    await show('one', 'two')
    ;(await cell('one')).focus()
    await userEvent.keyboard('s')
    await waitFor(async () => expect(await marksOf('one')).toMatchObject({ star: true }))
    await userEvent.click(screen.getByRole('button', { name: 'Starred only' }))
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    await userEvent.click(screen.getByRole('button', { name: 'Remove filter Starred' }))
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }))
    expect(await screen.findByRole('menuitemcheckbox', { name: 'Flux Kontext Pro (2)' })).toBeVisible()
  })

  it('stand in groups; a chosen one has a check mark, and choosing it again takes it away', async () => {
    await show('one', 'two')
    const filter = async () => {
      await userEvent.click(screen.getByRole('button', { name: 'Filter' }))
      return within(await screen.findByRole('menu', { name: 'Filter' }))
    }
    const menu = await filter()
    const headings = () => menu.getAllByRole('group').map((group) => group.getAttribute('aria-label'))
    // Models and ratios come with the counts.
    await waitFor(() => expect(headings()).toEqual(['Model', 'Aspect ratio', 'Tag', 'Rating']))
    const rated = within(menu.getByRole('group', { name: 'Rating' }))
    await userEvent.click(rated.getByRole('menuitemcheckbox', { name: 'Rated 5', checked: false }))
    await waitFor(() => expect(shown()).toEqual([]))
    expect(screen.getByRole('button', { name: 'Remove filter Rated 5' })).toBeVisible()
    await userEvent.click((await filter()).getByRole('menuitemcheckbox', { name: 'Rated 5', checked: true }))
    await waitFor(() => expect(shown()).toEqual(['one', 'two']))
    expect(screen.queryByRole('list', { name: 'Filters' })).not.toBeInTheDocument()
  })

  it('narrow to a colour of the images', async () => {
    await show('one', 'two')
    const palettes = { one: [toneOf(200, 40, 30)], two: [toneOf(47, 98, 200)] }
    await store.setPalettes(new Map(Object.entries(palettes) as [PictureId, number[]][]))
    await userEvent.click(screen.getByRole('button', { name: 'Colour' }))
    await userEvent.click(await screen.findByRole('button', { name: 'Red', hidden: true }))
    await waitFor(() => expect(shown()).toEqual(['one']))
    await userEvent.click(screen.getByRole('button', { name: 'Remove filter Red' }))
    await waitFor(() => expect(shown()).toEqual(['one', 'two']))
  })

  it('suggest known words where nothing was found', async () => {
    await show('a red heron', 'a fox')
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), 'heroin')
    await userEvent.click(await screen.findByRole('button', { name: 'heron' }))
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
  })
})

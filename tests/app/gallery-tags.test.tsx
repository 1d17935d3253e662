import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { undo } from '#acts/act-log.ts'
import { changeCollections, newCollection, renameCollection } from '#acts/collection-commands.ts'
import { imageCommandsOf } from '#acts/image-commands.ts'
import { renameTag } from '#acts/tag-commands.ts'
import { readTags, suggestTags } from '#acts/tag-words.ts'
import { windowName } from '#acts/window-name.ts'
import type { PictureId } from '#domain/ids.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { createCommandLog } from '#library/command-log.ts'
import { everything } from '#library/find/query.ts'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore, StoreChange } from '#store/store.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const now = Date.now()

beforeEach(async () => {
  store = await openTestGallery()
  for (const [index, prompt] of ['one', 'two', 'three'].entries()) {
    await keep(store, prompt, { prompt, createdAt: now - index })
  }
  renderOver(
    store,
    <section data-place="gallery">
      <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />
    </section>,
  )
  await screen.findByText('3')
})
afterEach(() => closeNotices())

const marksOf = async (id: string) => (await store.picture(id as PictureId))?.marks
const dialog = async () => within(await screen.findByRole('dialog', { name: 'Tags and note' }))

/** Opens the dialog for these images by keys alone. */
async function openFor(...prompts: readonly string[]) {
  for (const prompt of prompts) {
    ;(await gridcell.find(new RegExp(`^${prompt},`))).focus()
    if (prompts.length > 1) await userEvent.keyboard(' ')
  }
  await userEvent.keyboard('t')
  return dialog()
}

describe('tags', () => {
  it('are given to several images at once, several at once, are found by tag:, and one undo takes them back', async () => {
    const form = await openFor('one', 'three')
    await waitFor(() => expect(form.getByRole('textbox', { name: 'Add tags' })).toHaveFocus())
    await userEvent.keyboard('client, Summer hero{Enter}')
    await waitFor(async () => expect((await marksOf('three'))?.tags).toEqual(['client', 'Summer hero']))
    expect((await marksOf('one'))?.tags).toEqual(['client', 'Summer hero'])
    expect(await form.findByRole('button', { name: 'Remove tag client' })).toBeVisible()
    await userEvent.click(form.getByRole('button', { name: 'Done' }))
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), 'tag:summer')
    await waitFor(() => expect(gridcell.all()).toHaveLength(2))
    ;(await gridcell.find(/^one,/)).focus()
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(async () => expect(await marksOf('three')).toBeUndefined())
    expect(await marksOf('one')).toBeUndefined()
  })

  it('are suggested as one types, and one that differs in case is the known one', async () => {
    const first = await openFor('one')
    await userEvent.type(await first.findByRole('textbox', { name: 'Add tags' }), 'Client{Enter}')
    await first.findByRole('button', { name: 'Remove tag Client' })
    await userEvent.click(first.getByRole('button', { name: 'Done' }))
    const second = await openFor('two')
    await userEvent.type(await second.findByRole('textbox', { name: 'Add tags' }), 'cli')
    await userEvent.click(await second.findByRole('button', { name: 'Add tag Client' }))
    await waitFor(async () => expect((await marksOf('two'))?.tags).toEqual(['Client']))
    await userEvent.click(second.getByRole('button', { name: 'Done' }))
    const third = await openFor('three')
    await userEvent.type(await third.findByRole('textbox', { name: 'Add tags' }), 'CLIENT{Enter}')
    await waitFor(async () => expect((await marksOf('three'))?.tags).toEqual(['Client']))
  })

  it('are renamed, joined and deleted on all images, and each can be undone', async () => {
    const form = await openFor('one')
    await userEvent.type(await form.findByRole('textbox', { name: 'Add tags' }), 'draft, rough{Enter}')
    await waitFor(async () => expect((await marksOf('one'))?.tags).toEqual(['draft', 'rough']))
    await userEvent.click(form.getByRole('button', { name: 'All tags' }))
    const all = within(await screen.findByRole('dialog', { name: 'All tags' }))
    await userEvent.click(await all.findByRole('button', { name: 'Rename tag draft' }))
    await userEvent.clear(all.getByRole('textbox', { name: 'New name of draft' }))
    await userEvent.type(all.getByRole('textbox', { name: 'New name of draft' }), 'Rough')
    expect(await all.findByText('Joins the tag with this name.')).toBeVisible()
    await userEvent.click(all.getByRole('button', { name: 'Rename' }))
    await waitFor(async () => expect((await marksOf('one'))?.tags).toEqual(['rough']))
    await userEvent.click(await all.findByRole('button', { name: 'Delete tag rough' }))
    await waitFor(async () => expect(await marksOf('one')).toBeUndefined())
    expect(await all.findByText('No tags yet')).toBeVisible()
    await userEvent.click(all.getByRole('button', { name: 'Close' }))
    ;(await gridcell.find(/^one,/)).focus()
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(async () => expect((await marksOf('one'))?.tags).toEqual(['rough']))
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(async () => expect((await marksOf('one'))?.tags?.toSorted()).toEqual(['draft', 'rough']))
  })
})

describe('a renamed tag', () => {
  it('has its new name in the smart collections that name it, and one undo brings both back', async () => {
    const form = await openFor('two')
    await userEvent.type(await form.findByRole('textbox', { name: 'Add tags' }), 'draft{Enter}')
    await waitFor(async () => expect((await marksOf('two'))?.tags).toEqual(['draft']))
    const rule = JSON.stringify({ ...everything, text: 'tag:"draft"' })
    const other = JSON.stringify({ ...everything, text: 'draft' })
    await changeCollections(store, { label: 'save search', done: 'Saved' }, () => [
      { to: newCollection({ name: 'Drafts', kind: 'smart', rule }) },
      { to: newCollection({ name: 'Other', kind: 'smart', rule: other }) },
    ])
    const rulesNow = async () =>
      Object.fromEntries((await store.collections.all()).map((each) => [each.name, each.rule ?? '']))
    expect(await rulesNow()).toEqual({ Drafts: rule, Other: other })
    await userEvent.click(form.getByRole('button', { name: 'All tags' }))
    const all = within(await screen.findByRole('dialog', { name: 'All tags' }))
    await userEvent.click(await all.findByRole('button', { name: 'Rename tag draft' }))
    await userEvent.clear(all.getByRole('textbox', { name: 'New name of draft' }))
    await userEvent.type(all.getByRole('textbox', { name: 'New name of draft' }), 'final{Enter}')
    await waitFor(async () => expect((await marksOf('two'))?.tags).toEqual(['final']))
    const renamed = JSON.stringify({ ...everything, text: 'tag:final' })
    await waitFor(async () => expect(await rulesNow()).toEqual({ Drafts: renamed, Other: other }))
    await userEvent.click(all.getByRole('button', { name: 'Close' }))
    ;(await gridcell.find(/^two,/)).focus()
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(async () => expect((await marksOf('two'))?.tags).toEqual(['draft']))
    await waitFor(async () => expect(await rulesNow()).toEqual({ Drafts: rule, Other: other }))
  })
})

describe('a search that is open', () => {
  const field = () => screen.getByRole('searchbox', { name: 'Search images' })
  const allTags = async () => {
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }))
    await userEvent.click(await screen.findByRole('menuitem', { name: 'All tags …' }))
    return within(await screen.findByRole('dialog', { name: 'All tags' }))
  }
  const undoLast = async () => {
    ;(await gridcell.find(/^(one|two|three),/)).focus()
    await userEvent.keyboard('{Control>}z{/Control}')
  }

  async function tag(prompt: string, name: string) {
    const form = await openFor(prompt)
    await userEvent.type(await form.findByRole('textbox', { name: 'Add tags' }), `${name}{Enter}`)
    await waitFor(async () => expect((await marksOf(prompt))?.tags).toContain(name))
    await userEvent.click(form.getByRole('button', { name: 'Done' }))
  }

  it('has the new name of a tag in its text and its chips, and one undo brings all back', async () => {
    await tag('two', 'draft')
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }))
    await userEvent.click(await screen.findByRole('menuitemcheckbox', { name: 'draft (1)' }))
    await userEvent.type(field(), 'tag:draft')
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    const all = await allTags()
    await userEvent.click(await all.findByRole('button', { name: 'Rename tag draft' }))
    await userEvent.clear(all.getByRole('textbox', { name: 'New name of draft' }))
    await userEvent.type(all.getByRole('textbox', { name: 'New name of draft' }), 'final cut{Enter}')
    await waitFor(() => expect(field()).toHaveValue('tag:"final cut"'))
    await userEvent.click(all.getByRole('button', { name: 'Close' }))
    expect(screen.getByRole('button', { name: 'Remove filter final cut' })).toBeVisible()
    await waitFor(async () => expect((await marksOf('two'))?.tags).toEqual(['final cut']))
    await waitFor(() => expect(gridcell.names()).toEqual([expect.stringMatching(/^two,/)]))
    expect(screen.queryByText(/does not exist/)).not.toBeInTheDocument()
    await undoLast()
    await waitFor(() => expect(field()).toHaveValue('tag:draft'))
    expect(screen.getByRole('button', { name: 'Remove filter draft' })).toBeVisible()
    await waitFor(() => expect(gridcell.names()).toEqual([expect.stringMatching(/^two,/)]))
  })

  it('has the new name that another window gives a tag or a collection, until that window undoes it', async () => {
    await tag('two', 'draft')
    const spring = newCollection({ name: 'Spring' })
    await changeCollections(store, { label: 'add', done: 'Added' }, () => [{ to: spring }])
    const [two] = [...(await store.picturesById(['two' as PictureId])).values()]
    if (two) await imageCommandsOf(store).collect([two], spring, true)
    const other = createCommandLog({
      store: store.acts,
      window: () => 'another window',
      plan: () => ({ made: [], outcome: { changed: 0, left: 0 }, commit: () => undefined }),
      now: () => Date.now(),
      newId: () => crypto.randomUUID(),
    })
    /** Undoes the last act of this window. Gives a function that does it in the other one. */
    const moveElsewhere = async (label: string) => {
      const own = (await store.acts.commands()).find((command) => command.label === label)
      await undo(store)
      const { apply: changes = [], renames } = own ?? {}
      return () => act(() => other.perform({ label, changes, ...(renames ? { renames } : {}) }))
    }
    await renameTag(store, 'draft', 'final')
    const renameTagElsewhere = await moveElsewhere('rename tag')
    await renameCollection(store, spring.id, 'Autumn')
    const renameCollectionElsewhere = await moveElsewhere('rename collection')

    await userEvent.type(field(), 'tag:draft collection:spring')
    await waitFor(() => expect(gridcell.names()).toEqual([expect.stringMatching(/^two,/)]))
    await renameTagElsewhere()
    await waitFor(() => expect(field()).toHaveValue('tag:final collection:spring'))
    await renameCollectionElsewhere()
    await waitFor(() => expect(field()).toHaveValue('tag:final collection:Autumn'))
    await waitFor(() => expect(gridcell.names()).toEqual([expect.stringMatching(/^two, .*tagged final/)]))
    expect(screen.queryByText(/does not exist/)).not.toBeInTheDocument()
    await act(() => other.undo())
    await act(() => other.undo())
    await waitFor(() => expect(field()).toHaveValue('tag:draft collection:Spring'))
    await waitFor(() => expect(gridcell.names()).toEqual([expect.stringMatching(/^two, .*tagged draft/)]))
  })

  it('is told by another window of a tag that was joined with another, but not of the undo, which leaves both', async () => {
    await tag('one', 'rough')
    await tag('two', 'draft')
    const told: StoreChange[] = []
    const stop = store.subscribe((change) => told.push(change))
    await renameTag(store, 'draft', 'rough')
    await undo(store)
    stop()
    const renamed = told.filter(({ kind }) => kind === 'renamed')
    expect(renamed).toEqual([
      { kind: 'renamed', window: windowName(), renaming: { kind: 'tag', from: 'draft', to: 'rough' } },
    ])
  })

  it('says that a tag was deleted, as does a smart collection, until the deletion is undone', async () => {
    await tag('two', 'draft')
    const rule = JSON.stringify({ ...everything, tags: ['draft'] })
    await changeCollections(store, { label: 'save search', done: 'Saved' }, () => [
      { to: newCollection({ name: 'Drafts', kind: 'smart', rule }) },
    ])
    await userEvent.click(await (await allTags()).findByRole('button', { name: 'Delete tag draft' }))
    expect(
      await screen.findByText(
        'Tag “draft” deleted. Its images are kept. The smart collection “Drafts” still asks for it.',
      ),
    ).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Close' }))
    await userEvent.click(screen.getByRole('button', { name: 'Collections' }))
    const drafts = await screen.findByRole('button', { name: /^Drafts The tag “draft” does not exist\. 0$/ })
    await userEvent.click(drafts)
    expect(await screen.findByText('No images found')).toBeVisible()
    expect(await screen.findByText('The tag “draft” does not exist.')).toBeVisible()
    const notice = screen
      .getAllByRole('status')
      .findLast(({ textContent }) => textContent.includes('Tag “draft” deleted'))
    await userEvent.click(within(notice as HTMLElement).getByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(gridcell.names()).toEqual([expect.stringMatching(/^two,/)]))
    expect(screen.queryByText(/does not exist/)).not.toBeInTheDocument()
  })

  it('has the new name of a collection, and is no longer limited to one that was deleted, until that is undone', async () => {
    const spring = newCollection({ name: 'Spring' })
    const rule = JSON.stringify({ ...everything, text: 'collection:spring' })
    const limited = JSON.stringify({ ...everything, collection: spring.id, starred: true })
    await changeCollections(store, { label: 'add', done: 'Added' }, () => [
      { to: spring },
      { to: newCollection({ name: 'By name', kind: 'smart', rule }) },
      { to: newCollection({ name: 'Starred there', kind: 'smart', rule: limited }) },
    ])
    const [two] = [...(await store.picturesById(['two' as PictureId])).values()]
    if (two) await imageCommandsOf(store).collect([two], spring, true)
    await userEvent.type(field(), 'collection:spring')
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    await userEvent.click(screen.getByRole('button', { name: 'Collections' }))
    const dialog = within(await screen.findByRole('dialog', { name: 'Collections' }))
    await userEvent.click(await dialog.findByRole('button', { name: 'Acts for Spring' }))
    await userEvent.click(
      within(await dialog.findByRole('menu', { name: 'Acts for Spring' })).getByRole('menuitem', { name: 'Rename' }),
    )
    await userEvent.clear(dialog.getByRole('textbox', { name: 'New name of Spring' }))
    await userEvent.type(dialog.getByRole('textbox', { name: 'New name of Spring' }), 'Autumn{Enter}')
    await waitFor(() => expect(field()).toHaveValue('collection:Autumn'))
    const ruleOf = async (name: string) => (await store.collections.all()).find((each) => each.name === name)?.rule
    expect(await ruleOf('By name')).toBe(JSON.stringify({ ...everything, text: 'collection:Autumn' }))

    await userEvent.click(await dialog.findByRole('button', { name: /^Autumn/ }))
    await screen.findByRole('button', { name: 'Remove filter Autumn' })
    await userEvent.click(screen.getByRole('button', { name: 'Collections' }))
    const again = within(await screen.findByRole('dialog', { name: 'Collections' }))
    await userEvent.click(await again.findByRole('button', { name: 'Acts for Autumn' }))
    await userEvent.click(
      within(await again.findByRole('menu', { name: 'Acts for Autumn' })).getByRole('menuitem', {
        name: 'Delete collection',
      }),
    )
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Remove filter Autumn' })).not.toBeInTheDocument())
    expect(await again.findByRole('button', { name: /^Starred there Its collection was deleted\. 0$/ })).toBeVisible()
    expect(
      await again.findByRole('button', { name: /^By name The collection “Autumn” does not exist\. 0$/ }),
    ).toBeVisible()
    const notice = screen
      .getAllByRole('status')
      .findLast(({ textContent }) => textContent.includes('The smart collection “Starred there” still asks for it.'))
    await userEvent.click(within(notice as HTMLElement).getByRole('button', { name: 'Undo' }))
    expect(await screen.findByRole('button', { name: 'Remove filter Autumn' })).toBeVisible()
    expect(await again.findByRole('button', { name: /^Starred there 0$/ })).toBeVisible()
  })
})

describe('a note', () => {
  it('that is being typed is kept when the dialog is closed by Escape', async () => {
    const form = await openFor('two')
    await userEvent.type(await form.findByRole('textbox', { name: 'Note' }), 'not lost')
    fireEvent(await screen.findByRole('dialog', { name: 'Tags and note' }), new Event('cancel', { cancelable: true }))
    await waitFor(async () => expect((await marksOf('two'))?.note).toBe('not lost'))
  })

  it('is kept with its image, found by its words, and undone', async () => {
    const form = await openFor('two')
    await userEvent.type(await form.findByRole('textbox', { name: 'Note' }), 'The client wants the Forêt warmer')
    await userEvent.click(form.getByRole('button', { name: 'Done' }))
    await waitFor(async () => expect((await marksOf('two'))?.note).toBe('The client wants the Forêt warmer'))
    await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), 'foret')
    await waitFor(() => expect(gridcell.all()).toHaveLength(1))
    expect(gridcell.names()[0]).toMatch(/^two,.*has a note$/)
    ;(await gridcell.find(/^two,/)).focus()
    await userEvent.keyboard('{Control>}z{/Control}')
    await waitFor(async () => expect(await marksOf('two')).toBeUndefined())
  })
})

describe('what was typed as tags', () => {
  it('is read without empty and doubled ones', () => {
    expect(readTags(' a ,, b  c,a', [])).toEqual(['a', 'b c'])
    expect(readTags('CAFE', ['Café'])).toEqual(['Café'])
    expect(readTags(' , ', [])).toEqual([])
  })

  it('suggests what begins so before what holds it, without those that are there', () => {
    expect(suggestTags('x, he', ['the end', 'hero', 'heron', 'other'], ['hero'])).toEqual(['heron', 'the end', 'other'])
  })
})

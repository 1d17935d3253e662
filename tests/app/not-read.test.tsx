import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeCollections, newCollection } from '#acts/collection-commands.ts'
import { PromptHistory } from '#compose/prompt-history.tsx'
import { GenerationError } from '#domain/failure.ts'
import type { RunId, TaskId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { CollectionsDialog } from '#gallery/collections-dialog.tsx'
import { Gallery } from '#gallery/gallery.tsx'
import { MissingNames } from '#gallery/missing.tsx'
import { everything } from '#library/find/query.ts'
import { runScreens } from '#runs/run-screens.ts'
import { TaskList } from '#runs/tasks.tsx'
import type { GalleryStore } from '#store/store.ts'
import { closeNotices, gridcell, keep, openTestGallery, recipeOf, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
/** The parts of the store that cannot be read. */
let broken: 'pictures' | 'openRuns' | 'picturesById' | 'recentRuns' | 'collections' | undefined

beforeEach(async () => {
  broken = undefined
  const whole = await openTestGallery()
  const unlessBroken =
    <Given extends unknown[], Answer>(what: typeof broken, read: (...given: Given) => Promise<Answer>) =>
    async (...given: Given) => {
      if (broken === what) throw new GenerationError({ kind: 'storage', detail: 'the disk does not answer' })
      return read(...given)
    }
  store = {
    ...whole,
    pictures: unlessBroken('pictures', whole.pictures),
    openRuns: unlessBroken('openRuns', whole.openRuns),
    picturesById: unlessBroken('picturesById', whole.picturesById),
    recentRuns: unlessBroken('recentRuns', whole.recentRuns),
    collections: { ...whole.collections, all: unlessBroken('collections', whole.collections.all) },
  }
})
afterEach(closeNotices)

const spent: Run = {
  id: 'run-1' as RunId,
  recipe: recipeOf('A red fox'),
  marks: { createdAt: Date.now(), priceCredits: 5, pace: 'kontext' },
  state: { phase: 'working', sentAt: Date.now(), task: { provider: 'kie-kontext', taskId: 'task-7' as TaskId } },
}

const show = () => renderOver(store, <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />)

test.each(['pictures', 'openRuns'] as const)(
  'a gallery of which %s cannot be read is not called empty, and is read again (B5)',
  async (what) => {
    await keep(store, 'one', { prompt: 'A red fox', createdAt: Date.now() })
    broken = what
    show()
    expect(await screen.findByRole('alert')).toHaveTextContent('could not be read')
    expect(screen.queryByText('Nothing here yet')).toBeNull()
    expect(screen.queryByRole('button', { name: 'Try the demo' })).toBeNull()
    broken = undefined
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }))
    expect(await gridcell.find(/^A red fox/)).toBeInTheDocument()
    expect(screen.queryByRole('button', { name: 'Read again' })).toBeNull()
  },
)

test('a bin that cannot be read is not called empty (B5)', async () => {
  show()
  await screen.findByText('Nothing here yet')
  broken = 'pictures'
  await userEvent.click(screen.getByRole('button', { name: 'Bin' }))
  expect(await screen.findByRole('button', { name: 'Read again' })).toBeInTheDocument()
  expect(screen.queryByText('The bin is empty')).toBeNull()
  broken = undefined
  await userEvent.click(screen.getByRole('button', { name: 'Read again' }))
  expect(await screen.findByText('The bin is empty')).toBeInTheDocument()
})

/** The list of all images, which search gives in pages, is read after the newest ones are shown. */
test('a later page that cannot be read is told, with the images there are, and is read again (B5)', async () => {
  for (let index = 0; index < 3; index += 1)
    await keep(store, `p${index}`, { prompt: `fox ${index}`, createdAt: index })
  broken = 'picturesById'
  show()
  expect(await screen.findByRole('alert')).toHaveTextContent('could not be read')
  expect(await gridcell.find(/^fox 0/)).toBeInTheDocument()
  broken = undefined
  await userEvent.click(screen.getByRole('button', { name: 'Read again' }))
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  expect(gridcell.names()).toHaveLength(3)
})

test('a search that cannot be read is told and not called empty, and is read again (B5)', async () => {
  for (const name of ['fox', 'owl']) await keep(store, name, { prompt: `A red ${name}`, createdAt: Date.now() })
  show()
  await gridcell.find(/^A red fox/)
  await screen.findByText('2')
  broken = 'picturesById'
  await userEvent.type(screen.getByRole('searchbox', { name: 'Search images' }), 'owl')
  expect(await screen.findByRole('alert')).toHaveTextContent('could not be read')
  expect(screen.queryByText('No images found')).toBeNull()
  broken = undefined
  await userEvent.click(screen.getByRole('button', { name: 'Read again' }))
  await waitFor(() => expect(gridcell.names().map((name) => name.slice(0, 9))).toEqual(['A red owl']))
  expect(screen.queryByRole('alert')).toBeNull()
})

test.each(['openRuns', 'recentRuns'] as const)(
  'a list of tasks of which %s cannot be read tells neither that nothing runs nor that nothing was spent (B5)',
  async (what) => {
    await store.saveRun(spent)
    broken = what
    renderOver(store, <TaskList onSettings={() => undefined} />)
    expect(await screen.findByRole('alert')).toHaveTextContent('The runs saved in this browser could not be read.')
    expect(screen.queryByText('Nothing running')).toBeNull()
    expect(screen.queryByText(/spent today/)).toBeNull()
    broken = undefined
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }))
    expect(await screen.findByText('5 credits spent today')).toBeVisible()
    expect(screen.queryByRole('alert')).toBeNull()
  },
)

test('earlier prompts that cannot be read are not said to be none (B5)', async () => {
  await store.saveRun(spent)
  broken = 'recentRuns'
  renderOver(store, <PromptHistory onChoose={() => undefined} />)
  expect(await screen.findByRole('alert')).toHaveTextContent('The prompts saved in this browser could not be read.')
  expect(screen.queryByText('Nothing submitted yet')).toBeNull()
  broken = undefined
  await userEvent.click(screen.getByRole('button', { name: 'Read again' }))
  expect(await screen.findByRole('button', { name: /^A red fox/ })).toBeVisible()
})

test('collections that cannot be read are told, and read again (B5)', async () => {
  const act = { label: 'add collection', done: 'Collection added' }
  await changeCollections(store, act, () => [{ to: newCollection({ name: 'Spring' }) }])
  broken = 'collections'
  const close = () => undefined
  const searched = { ...everything, text: 'collection:Spring' }
  renderOver(
    store,
    <>
      <MissingNames query={searched} />
      <CollectionsDialog query={everything} smart={undefined} onOpen={close} onClose={close} />
    </>,
  )
  expect(await screen.findByText('The collections saved in this browser could not be read.')).toBeVisible()
  expect(screen.queryByText(/does not exist/)).toBeNull()
  broken = undefined
  await userEvent.click(screen.getByRole('button', { name: 'Read again' }))
  expect(await screen.findByText('Spring')).toBeVisible()
})

import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { logOf } from '#acts/act-log.ts'
import { type Edit, emptyDocument } from '#domain/edit.ts'
import type { BatchId, PictureId, RunId } from '#domain/ids.ts'
import type { Generator } from '#generation/generator.ts'
import { Stage } from '#stage/stage.tsx'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { failedRun, madeOrigin, newPicture, queuedRun } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { closeNotices, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const batch = 'batch-1' as BatchId
const at = (index: number) => ({ id: batch, index, of: 4 })

/** A batch of four: two images, a failed and a waiting run. */
beforeEach(async () => {
  store = await openTestGallery()
  for (const index of [0, 1]) {
    const prompt = ['a red door', 'a blue door'][index] ?? ''
    await store.addPicture(newPicture(`made-${index}`, await paintedImage('png'), { prompt, batch: at(index) }))
  }
  const failed = failedRun('failed-2')
  const queued = queuedRun('queued-3')
  await store.startRuns([
    { ...failed, marks: { ...failed.marks, batch: at(2) } },
    { ...queued, marks: { ...queued.marks, batch: at(3) } },
  ])
})
afterEach(closeNotices)

async function showSheet(generator: Partial<Generator> = {}) {
  const { asked } = renderOver(
    store,
    <section aria-label="Stage" data-place="stage">
      <Stage />
    </section>,
    generator,
  )
  act(() => useWorkspace.getState().openBatch(batch))
  const list = await screen.findByRole('list', { name: 'Contact sheet' })
  await within(list).findByRole('button', { name: 'Image 1: a red door' })
  return { list, asked }
}

test('every place of a batch has its tile; what failed is tried again there', async () => {
  const { list, asked } = await showSheet()
  const tiles = within(list).getAllByRole('listitem')
  expect(tiles).toHaveLength(4)
  expect(screen.getByRole('heading', { name: '2 of 4 images' })).toBeVisible()
  expect(tiles[3]).toHaveTextContent('Image 4: queued')
  // The service's own words are in Tasks, under "Details".
  expect(within(tiles[2] as HTMLElement).getByText("Image 3: Blocked by the service's safety rules.")).toBeVisible()
  await userEvent.click(within(tiles[2] as HTMLElement).getByRole('button', { name: 'Try again (5 credits)' }))
  expect(asked).toEqual(['again failed-2'])
})

test('what failed is tried again at a second press only, where that goes over a limit of the user', async () => {
  const words = 'This brings today to 25 credits, more than your limit of 20 per day.'
  const { list, asked } = await showSheet({ question: async () => words })
  await userEvent.click(within(list).getByRole('button', { name: 'Try again (5 credits)' }))
  const notice = (await screen.findByText(words)).parentElement as HTMLElement
  expect(asked).toEqual([])
  await userEvent.click(within(notice).getByRole('button', { name: 'Try again (5 credits)' }))
  expect(asked).toEqual(['again failed-2'])
})

test('what failed at the fallback service is tried again at the price of the first one', async () => {
  const { marks, ...failed } = failedRun('failed-1')
  const standsIn = { for: 'first' as RunId, provider: 'gemini', model: 'Nano Banana' }
  await store.deleteForEver(['made-1' as PictureId])
  await store.startRuns([{ ...failed, marks: { ...marks, priceCredits: 0, standsIn, batch: at(1) } }])
  const { list } = await showSheet()
  expect(await within(list).findAllByRole('button', { name: 'Try again (5 credits)' })).toHaveLength(2)
})

test('what comes in meanwhile is counted, and shown when that is pressed', async () => {
  const { list } = await showSheet()
  await store.addPicture(newPicture('later', await paintedImage('png'), { prompt: 'a lake' }))
  act(() => useWorkspace.getState().arrive('later' as PictureId))
  await userEvent.click(await screen.findByRole('button', { name: '1 new' }))
  expect(list).not.toBeInTheDocument()
  expect(useWorkspace.getState().selected).toBe('later')
})

test('arrows move, P stars and stays, undo takes the star back, Enter opens', async () => {
  const { list } = await showSheet()
  await userEvent.click(within(list).getByRole('button', { name: 'Star image 1' }))
  await within(list).findByRole('button', { name: 'Image 1: a red door, starred' })
  act(() => within(list).getByRole('button', { name: 'Image 1: a red door, starred' }).focus())
  await userEvent.keyboard('{ArrowRight}')
  expect(within(list).getByRole('button', { name: 'Image 2: a blue door' })).toHaveFocus()
  await userEvent.keyboard('p')
  const starred = await within(list).findByRole('button', { name: 'Image 2: a blue door, starred' })
  expect(starred).toHaveFocus()
  expect((await store.picture('made-1' as PictureId))?.marks?.star).toBe(true)

  await userEvent.keyboard('s')
  await within(list).findByRole('button', { name: 'Image 2: a blue door' })
  await userEvent.keyboard('s')
  await within(list).findByRole('button', { name: 'Image 2: a blue door, starred' })

  await act(() => logOf(store).undo())
  await within(list).findByRole('button', { name: 'Image 2: a blue door' })
  expect(await store.picture('made-1' as PictureId)).not.toHaveProperty('marks')

  await userEvent.keyboard('{Enter}')
  await waitFor(() => expect(screen.queryByRole('list', { name: 'Contact sheet' })).toBeNull())
  expect(useWorkspace.getState().selected).toBe('made-1')
  await waitFor(() => expect(screen.getByRole('group', { name: 'View' })).toHaveFocus())
  await userEvent.click(await screen.findByRole('button', { name: 'Contact sheet · 2 of 4' }))
  expect(await screen.findByRole('list', { name: 'Contact sheet' })).toBeVisible()
})

test('an image that is chosen in the gallery takes the place of the sheet', async () => {
  await showSheet()
  act(() => useWorkspace.getState().choose('made-0' as PictureId))
  await waitFor(() => expect(screen.queryByRole('list', { name: 'Contact sheet' })).toBeNull())
})

test('for an edit of an area, the sheet shows and opens the image with the answer laid in', async () => {
  const laid = 'laid-0' as PictureId
  await store.addPicture(newPicture(laid, await paintedImage('png'), { prompt: 'the door, laid in', batch: at(0) }))
  await store.recordLaying('made-0' as PictureId, { kind: 'laid', picture: laid })
  renderOver(store, <Stage />)
  act(() => useWorkspace.getState().openBatch(batch))
  await userEvent.click(await screen.findByRole('button', { name: 'Image 1: the door, laid in' }))
  expect(useWorkspace.getState().selected).toBe(laid)
})

test('an answer that is still to be laid into its source says so', async () => {
  const { list } = await showSheet()
  expect(within(list).queryByText('Laying in…')).toBeNull()
  const pixels = await paintedImage('png')
  await act(async () => {
    const source = 'photo' as PictureId
    const document = { ...emptyDocument(source), area: [{ op: 'invert' as const }] }
    const sent = { width: 8, height: 8 }
    const edit: Edit = { document, way: 'whole', rect: [0, 0, 8, 8], sent, marks: 'none' }
    const made = madeOrigin('run-2')
    const origin = made.kind === 'made' && {
      ...made,
      recipe: { ...made.recipe, sources: [source], edits: [edit] },
    }
    if (!origin) throw new Error('There is no run.')
    await store.addPicture(newPicture('made-2', pixels, { prompt: 'a green door', batch: at(2), origin }))
  })
  const tile = await within(list).findByRole('button', { name: /^Image 3: a green door/ })
  expect(tile).toHaveTextContent('Laying in…')
})

test('the sheet leaves the tool, so that an image that is opened has its messages; Escape closes it from anywhere', async () => {
  act(() => {
    useWorkspace.getState().select('made-0' as PictureId)
    useWorkspace.getState().takeTool('area')
  })
  await showSheet()
  expect(useWorkspace.getState().tool).toBeUndefined()
  expect(document.body).toHaveFocus()
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('list', { name: 'Contact sheet' })).toBeNull())
  expect(useWorkspace.getState().selected).toBe('made-0')
})

import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { GenerationError } from '#domain/failure.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
/** The parts of the store that cannot be read. */
let broken: 'pictures' | 'openRuns' | 'picturesById' | undefined

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
  }
})
afterEach(closeNotices)

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

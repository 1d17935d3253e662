import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BatchId, PictureId } from '#domain/ids.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const now = Date.now()
const batch = (index: number) => ({ id: 'batch-1' as BatchId, index, of: 4 })

/** An image, three of a batch of four, and another image. */
beforeEach(async () => {
  store = await openTestGallery()
  await keep(store, 'first', { prompt: 'first', createdAt: now })
  for (const index of [0, 1, 2]) {
    await keep(store, `of-${index}`, { prompt: `fox ${index}`, createdAt: now - 10 - index, batch: batch(index) })
  }
  await keep(store, 'last', { prompt: 'last', createdAt: now - 20 })
  renderOver(
    store,
    <section data-place="gallery">
      <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />
    </section>,
  )
  await screen.findByText('5')
})
afterEach(() => closeNotices())

const prompts = () => gridcell.names().map((name) => name.split(',')[0])
const stack = () => gridcell.find(/stack of 3 of 4 images$/)

describe('a stack', () => {
  it('is one tile that says how many of its batch there are', async () => {
    expect(prompts()).toEqual(['first', 'fox 0', 'last'])
    const tile = await stack()
    expect(tile).toHaveAttribute('aria-expanded', 'false')
    expect(within(tile).getByRole('button', { name: 'Open stack of 3 of 4' })).toHaveTextContent('3 of 4')
  })

  it('opens and closes by a key and by its button, and the focus stays on the image', async () => {
    ;(await stack()).focus()
    await userEvent.keyboard('o')
    await waitFor(() => expect(prompts()).toEqual(['first', 'fox 0', 'fox 1', 'fox 2', 'last']))
    const second = await gridcell.find(/^fox 1,/)
    expect(second).toHaveAttribute('aria-expanded', 'true')
    await waitFor(async () => expect(await gridcell.find(/^fox 0,/)).toHaveFocus())
    await userEvent.click(within(second).getByRole('button', { name: 'Close stack of 3 of 4' }))
    await waitFor(() => expect(prompts()).toEqual(['first', 'fox 0', 'last']))
    await waitFor(async () => expect(await stack()).toHaveFocus())
  })

  it('is selected with all of its images', async () => {
    ;(await stack()).focus()
    await userEvent.keyboard(' ')
    expect(await screen.findByRole('toolbar', { name: 'Selection' })).toHaveTextContent('3 selected')
    expect(await stack()).toHaveAttribute('aria-selected', 'true')
    await userEvent.keyboard('x')
    await waitFor(async () => expect(await store.countPictures('bin')).toBe(3))
    await waitFor(() => expect(prompts()).toEqual(['first', 'last']))
  })

  it('shows the image that was picked', async () => {
    await store.acts.carryOut(
      {
        id: 'pick',
        label: 'star image',
        at: now,
        window: 'other',
        apply: [{ kind: 'image', field: 'isStarred', ids: ['of-2' as PictureId], from: false, to: true }],
        invert: [],
      },
      'do',
    )
    await waitFor(() => expect(prompts()).toEqual(['first', 'fox 2', 'last']))
  })

  it('is not made where stacks are switched off', async () => {
    await userEvent.click(screen.getByRole('button', { name: 'View' }))
    await userEvent.click(await screen.findByRole('switch', { name: 'Stack batches', hidden: true }))
    await waitFor(() => expect(prompts()).toHaveLength(5))
    useWorkspace.getState().adjust({ stackBatches: true })
    await waitFor(() => expect(prompts()).toHaveLength(3))
  })
})

import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BatchId, PictureId } from '#domain/ids.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { areaOrigins, newPicture, pictureIds } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const now = Date.now()
const photo = 'photo' as PictureId
const idsOf = (index: number) => pictureIds(`answer-${index}`, `laid-${index}`) as [PictureId, PictureId]

/** Of an edit of an area in two variants, the answers: nothing is laid in yet. */
beforeEach(async () => {
  store = await openTestGallery()
  await store.addPicture(newPicture(photo, await paintedImage('jpeg'), { shelf: 'sources', prompt: 'desk.jpg' }))
  await keep(store, 'other', { prompt: 'other', createdAt: now - 100 })
  for (const index of [0, 1]) {
    const [answer] = idsOf(index)
    const about = { parents: [photo], prompt: `answer ${index}`, createdAt: now - index, batch: batch(index) }
    const { answer: origin } = areaOrigins(photo, `run-${index}`)
    await store.addPicture(newPicture(answer, await paintedImage('jpeg'), { ...about, origin }))
  }
})
afterEach(() => closeNotices())

async function openGallery() {
  renderOver(
    store,
    <section data-place="gallery">
      <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />
    </section>,
  )
  await screen.findByText('3')
}

function batch(index: number) {
  return { id: 'batch-1' as BatchId, index, of: 2 }
}

async function layIn(index: number) {
  const [answer, laid] = idsOf(index)
  const about = { parents: [photo, answer], prompt: `laid ${index}`, createdAt: now - index, batch: batch(index) }
  const { laid: origin } = areaOrigins(photo, `run-${index}`)
  await store.addPicture(newPicture(laid, await paintedImage('png'), { ...about, origin }))
  await store.recordLaying(answer, { kind: 'laid', picture: laid })
}

const prompts = () => gridcell.names().map((name) => name.split(',')[0])

describe('an edit of an area', () => {
  it('is one tile: the laid-in image in place of its answer; an answer that was not laid in stays', async () => {
    await openGallery()
    await layIn(0)
    await waitFor(() => expect(prompts()).toEqual(['laid 0', 'other']))
    expect(await gridcell.find(/stack of 2 images$/)).toBeVisible()
    await userEvent.type(screen.getByRole('searchbox'), 'answer')
    await waitFor(() => expect(prompts()).toEqual(['answer 1']))
  })

  it('stays selected when the laid-in image takes the place of its answer', async () => {
    await openGallery()
    ;(await gridcell.find(/stack of 2 images$/)).focus()
    await userEvent.keyboard(' ')
    const bar = await screen.findByRole('toolbar', { name: 'Selection' })
    await layIn(0)
    await layIn(1)
    await waitFor(() => expect(prompts()).toEqual(['laid 0', 'other']))
    await userEvent.click(within(bar).getByRole('button', { name: 'Star' }))
    for (const index of [0, 1]) {
      const [answer, laid] = idsOf(index)
      await waitFor(async () => expect((await store.picture(laid))?.marks).toMatchObject({ star: true }))
      expect((await store.picture(answer))?.marks).toBeUndefined()
    }
    expect(bar).toHaveTextContent('2 selected')
  })

  it('is counted, selected, moved to the bin and brought back as one image', async () => {
    await layIn(0)
    await layIn(1)
    // Opened after both were laid in, so that the list never shows an answer instead of its laid-in image.
    await openGallery()
    await waitFor(() => expect(prompts()).toEqual(['laid 0', 'other']))
    ;(await gridcell.find(/stack of 2 images$/)).focus()
    await userEvent.keyboard(' ')
    expect(await screen.findByRole('toolbar', { name: 'Selection' })).toHaveTextContent('2 selected')
    await userEvent.keyboard('x')
    await waitFor(() => expect(prompts()).toEqual(['other']))
    expect(await store.countPictures('bin')).toBe(2)
    await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
    await waitFor(() => expect(prompts()).toEqual(['laid 0', 'other']))
    expect(await store.countPictures('bin')).toBe(0)
    expect(await store.countPictures('answers')).toBe(2)
  })
})

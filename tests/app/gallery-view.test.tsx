import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { countActs } from '../support/count-acts.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const day = 86_400_000

/** An image of today, yesterday, a week ago and three months ago. */
beforeEach(async () => {
  store = await openTestGallery()
  const noon = new Date().setHours(12, 0, 0, 0)
  for (const [prompt, ago] of Object.entries({ fresh: 0, recent: 1, wanted: 7, old: 92 })) {
    await keep(store, prompt, { prompt, createdAt: noon - ago * day })
  }
  renderOver(
    store,
    <section data-place="gallery">
      <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />
    </section>,
  )
  await screen.findByText('4')
})
afterEach(() => closeNotices())

const focusFirst = async () => (await gridcell.find(/^fresh,/)).focus()
const jump = async () => within(await screen.findByRole('dialog', { name: 'Jump to date' }))

describe('jumping to a date', () => {
  it('finds the image of last week by two presses on the page as it opened', async () => {
    expect(document.body).toHaveFocus()
    const acts = countActs()
    await acts.click(await screen.findByRole('button', { name: 'Today' }))
    await acts.click((await jump()).getByRole('button', { name: 'A week ago' }))
    await waitFor(async () => expect(await gridcell.find(/^wanted,/)).toHaveFocus())
    expect(acts.count()).toBe(2)
  })

  it('goes to the nearest earlier day where a day has no images, and to months', async () => {
    await focusFirst()
    await userEvent.keyboard('j')
    const five = new Date(Date.now() - 5 * day)
    const typed = `${five.getFullYear()}-${String(five.getMonth() + 1).padStart(2, '0')}-${String(five.getDate()).padStart(2, '0')}`
    fireEvent.change((await jump()).getByLabelText('Date'), { target: { value: typed } })
    await userEvent.click((await jump()).getByRole('button', { name: 'Go' }))
    await waitFor(async () => expect(await gridcell.find(/^wanted,/)).toHaveFocus())
    await userEvent.keyboard('j')
    const months = within((await jump()).getByRole('list', { name: 'Months' })).getAllByRole('button')
    await userEvent.click(months.at(-1) as HTMLElement)
    await waitFor(async () => expect(await gridcell.find(/^old,/)).toHaveFocus())
  })
})

describe('the view', () => {
  it('sets the size of tiles by a slider and by keys, and their ratios', async () => {
    await focusFirst()
    await userEvent.keyboard(']')
    expect(useWorkspace.getState().tilePx).toBe(130)
    await userEvent.keyboard('[[')
    expect(useWorkspace.getState().tilePx).toBe(104)
    await userEvent.click(screen.getByRole('button', { name: 'View' }))
    fireEvent.change(await screen.findByRole('slider', { name: 'Tile size', hidden: true }), {
      target: { value: '200' },
    })
    expect(useWorkspace.getState().tilePx).toBe(200)
    await userEvent.click(screen.getByRole('switch', { name: 'Natural ratios', hidden: true }))
    expect(useWorkspace.getState().naturalTiles).toBe(true)
  })

  it('moves the stage along with the arrows', async () => {
    await focusFirst()
    useWorkspace.getState().select('fresh' as PictureId)
    await userEvent.keyboard('{ArrowRight}')
    expect(useWorkspace.getState().selected).toBe('recent')
  })
})

import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { Stage } from '#stage/stage.tsx'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { setWindowWidth } from '../support/layout.ts'
import { PromptStandIn } from '../support/prompt-stand-in.tsx'
import { closeNotices, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
const image = 'image' as PictureId

beforeEach(async () => {
  setWindowWidth(390)
  store = await openTestGallery()
  await keep(store, image, { prompt: 'A red barn', createdAt: 1 })
})
afterEach(() => {
  setWindowWidth(1024)
  closeNotices()
})

async function show() {
  act(() => useWorkspace.getState().select(image))
  renderOver(
    store,
    <>
      <PromptStandIn />
      <div data-place="stage">
        <Stage />
      </div>
    </>,
  )
  return within(await screen.findByRole('toolbar', { name: 'Tools' }))
}

describe('on a phone', () => {
  it('the acts that matter most are in one row with the tools, all others in a menu', async () => {
    const tools = await show()
    expect(screen.getAllByRole('toolbar')).toHaveLength(1)
    const names = () => tools.getAllByRole('button').map((button) => button.getAttribute('aria-label'))
    const wanted = [
      'Edit from this image',
      'Select area',
      'Crop',
      'Annotate',
      'Compare',
      'Before (hold)',
      'Export',
      'More',
    ]
    await waitFor(() => expect(names()).toEqual(wanted))
    await userEvent.click(tools.getByRole('button', { name: 'More' }))
    const more = within(screen.getByRole('menu', { name: 'More' }))
    expect(more.queryByRole('menuitem', { name: 'Export' })).not.toBeInTheDocument()
    expect(more.getByRole('menuitem', { name: 'Download' })).toBeVisible()
    expect(within(more.getByRole('group', { name: 'Rating' })).getByRole('menuitem', { name: 'Rate 5' })).toBeVisible()
    await userEvent.click(more.getByRole('menuitem', { name: 'Move to bin' }))
    await waitFor(async () => expect((await store.picture(image))?.shelf).toBe('bin'))
  })

  it('the options of a tool are a sheet, which shows those needed less on request', async () => {
    const tools = await show()
    await userEvent.click(tools.getByRole('button', { name: 'Select area' }))
    const sheet = within(await screen.findByRole('region', { name: 'Area options' }))
    expect(sheet.getByRole('radiogroup', { name: 'Area tool' })).toBeVisible()
    expect(sheet.getByRole('status')).toHaveTextContent('Paint what may change')
    expect(sheet.queryByRole('slider')).not.toBeInTheDocument()
    const more = sheet.getByRole('button', { name: 'More options', expanded: false })
    await userEvent.click(more)
    expect(more).toHaveAttribute('aria-expanded', 'true')
    expect(sheet.getByRole('slider', { name: 'Feather' })).toBeVisible()
    expect(sheet.getByRole('button', { name: 'Clear area' })).toBeVisible()
    await userEvent.click(sheet.getByRole('button', { name: 'Leave tool' }))
    expect(screen.queryByRole('region', { name: 'Area options' })).not.toBeInTheDocument()
  })

  it('the buttons that finish a crop can be seen before its further options', async () => {
    const tools = await show()
    await userEvent.click(tools.getByRole('button', { name: 'Crop' }))
    const sheet = within(await screen.findByRole('region', { name: 'Crop options' }))
    expect(sheet.getByRole('button', { name: 'Apply crop' })).toBeVisible()
    expect(sheet.queryByRole('spinbutton')).not.toBeInTheDocument()
    await userEvent.click(sheet.getByRole('button', { name: 'More options' }))
    expect(sheet.getByRole('spinbutton', { name: 'Width' })).toBeVisible()
  })
})

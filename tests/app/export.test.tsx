import { act, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ExportForm } from '#acts/export-form.tsx'
import { askToExport } from '#acts/export-request.ts'
import type { NonEmpty } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { Gallery } from '#gallery/gallery.tsx'
import type { ExportJob } from '#imaging/export/make-export.ts'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { paintedImage } from '../support/images.ts'
import { lateWorkers } from '../support/late-workers.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
let saved: string[]
let made: ExportJob[]

beforeEach(async () => {
  localStorage.clear()
  store = await openTestGallery()
  saved = []
  made = []
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:export')
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download)
  })
})

afterEach(() => {
  askToExport(undefined)
  closeNotices()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

async function showForm(count: number) {
  const images: Picture[] = []
  for (let index = 0; index < count; index += 1) {
    images.push(await keep(store, `p${index}`, { prompt: 'a fox', createdAt: 1_000 + index }))
  }
  const make = async (job: ExportJob) => {
    made.push(job)
    return { bytes: job.file, isSigned: false }
  }
  const onClose = vi.fn()
  renderOver(store, <ExportForm images={images as unknown as NonEmpty<Picture>} onClose={onClose} make={make} />)
  return onClose
}

const side = (name: 'Width' | 'Height') => screen.getByRole('spinbutton', { name })
const exportButton = () => screen.getByRole('button', { name: /^Export/ })

async function type(field: HTMLElement, text: string) {
  await userEvent.clear(field)
  if (text !== '') await userEvent.type(field, text)
}

describe('the dialog Export', () => {
  it('opens by E on a tile, with the size of the image', async () => {
    await keep(store, 'fox', { prompt: 'a fox', createdAt: 1_000 })
    renderOver(store, <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />)
    const cell = await gridcell.find(/^a fox/)
    cell.focus()
    await userEvent.keyboard('e')
    const dialog = await screen.findByRole('dialog', { name: 'Export' })
    expect(await within(dialog).findByRole('spinbutton', { name: 'Width' })).toHaveValue('40')
    expect(within(dialog).getByRole('spinbutton', { name: 'Height' })).toHaveValue('30')
    expect(within(dialog).getByRole('radiogroup', { name: 'Fit' })).toBeVisible()
    expect(within(dialog).getByRole('textbox', { name: 'File name' })).toHaveValue('{prompt}-{w}x{h}')
  })

  it('tells the end of an export after it was closed, and leaves the dialog that is open then', async () => {
    const asked = lateWorkers()
    const fox = await keep(store, 'fox', { prompt: 'a fox', createdAt: 1_000 })
    const owl = await keep(store, 'owl', { prompt: 'an owl', createdAt: 2_000 })
    renderOver(store, null)
    const start = async (count: number) => {
      act(() => askToExport([fox]))
      await userEvent.click(await screen.findByRole('button', { name: 'Export' }))
      await waitFor(() => expect(asked).toHaveLength(count))
      act(() => askToExport(undefined))
      act(() => askToExport([owl]))
      await screen.findByRole('dialog', { name: 'Export' })
    }
    await start(1)
    asked[0]?.answer({ kind: 'done', result: { bytes: await paintedImage('png'), isSigned: false } })
    expect(await screen.findByText('Exported.')).toBeVisible()
    expect(screen.getByRole('dialog', { name: 'Export' })).toBeVisible()
    act(() => askToExport(undefined))
    await start(2)
    asked[1]?.answer({ kind: 'failed', reason: 'This browser cannot read the image.' })
    expect(await screen.findByText('Not exported. This browser cannot read the image.')).toBeVisible()
    expect(screen.getByRole('dialog', { name: 'Export' })).toBeVisible()
  })

  it('8 images at an exact size are four acts after they were selected', async () => {
    const onClose = await showForm(8)
    let acts = 0
    for (const each of [
      () => type(side('Width'), '1080'),
      () => type(side('Height'), '1080'),
      () => userEvent.click(screen.getByRole('radio', { name: 'Pad' })),
      () => userEvent.click(exportButton()),
    ]) {
      acts += 1
      await each()
    }
    expect(await screen.findByText('Exported 8 images.')).toBeVisible()
    // Selecting all of them and opening the dialog are two more.
    expect(acts + 2).toBeLessThanOrEqual(6)
    expect(onClose).toHaveBeenCalledOnce()
    expect(saved).toEqual(['atelier-8-images.zip'])
    expect(made).toHaveLength(8)
    for (const job of made) {
      expect(job.size).toEqual({ target: { width: 1080, height: 1080 }, box: [0, -5, 40, 40] })
    }
  })

  it('Enter in the file name exports', async () => {
    const onClose = await showForm(1)
    await userEvent.type(screen.getByRole('textbox', { name: 'File name' }), '-final{Enter}')
    expect(await screen.findByText('Exported.')).toBeVisible()
    expect(saved).toEqual(['a-fox-40x30-final.png'])
    expect(onClose).toHaveBeenCalledOnce()
  })

  it.each([
    ['0', '100000'],
    ['abc', ''],
  ])('a width of %j and a height of %j are answered, and nothing is exported', async (width, height) => {
    await showForm(1)
    await type(side('Width'), width)
    await type(side('Height'), height)
    expect(screen.getByText('Width must be a whole number from 1 to 16,384 pixels.')).toBeVisible()
    expect(screen.getByText('Height must be a whole number from 1 to 16,384 pixels.')).toBeVisible()
    expect(exportButton()).toBeDisabled()
  })

  it('says what enlarging and scaling do', async () => {
    await showForm(1)
    await type(side('Width'), '84')
    await type(side('Height'), '84')
    expect(screen.getByText('Enlarged 2.8 ×: no detail added.')).toBeVisible()
    await userEvent.click(screen.getByRole('radio', { name: 'Scale' }))
    expect(screen.getByText(/changes the proportions/)).toBeVisible()
  })

  it('for clients neither the prompt nor the recipe goes out, and that a model made it does', async () => {
    await showForm(1)
    await userEvent.click(screen.getByRole('switch', { name: 'Include prompt and recipe' }))
    await userEvent.click(exportButton())
    expect(await screen.findByText('Exported.')).toBeVisible()
    expect(made[0]).toMatchObject({ withoutRecipe: true })
    expect(made[0]?.metadata).toEqual({ width: 40, height: 30, digitalSource: 'trainedAlgorithmicMedia' })
    expect(saved).toEqual(['a-fox-40x30.png'])
  })

  it('an image that cannot be made is named', async () => {
    const images: Picture[] = [await keep(store, 'fox', { prompt: 'a fox', createdAt: 1_000 })]
    const make = () => Promise.reject(new Error('This browser cannot write WebP. Choose another format.'))
    renderOver(
      store,
      <ExportForm images={images as unknown as NonEmpty<Picture>} onClose={() => undefined} make={make} />,
    )
    await userEvent.click(exportButton())
    expect(await screen.findByRole('alert')).toHaveTextContent('This browser cannot write WebP.')
    expect(saved).toEqual([])
  })
})

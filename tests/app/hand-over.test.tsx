import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askToExport } from '#acts/export-request.ts'
import { HandOverForm } from '#acts/hand-over-form.tsx'
import { createSourceImporter } from '#compose/source-importer.ts'
import type { NonEmpty, PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { Gallery } from '#gallery/gallery.tsx'
import type { HandOverWork } from '#imaging/hand-over/hand-over.ts'
import { currentJob } from '#library/jobs.ts'
import { findFamily } from '#models/catalogue.ts'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
let saved: { name: string; bytes: Blob }[]
const asked = {
  shrink: 0,
  sheets: [] as Parameters<HandOverWork['drawSheet']>[0][],
  psd: [] as Parameters<HandOverWork['psdFrom']>[0][],
}
let broken: string | undefined

/** A fake of the worker, which needs a canvas. */
const work: HandOverWork = {
  async shrink({ file }) {
    asked.shrink += 1
    if (broken !== undefined && asked.shrink === 2) throw new Error(broken)
    return { bytes: file, size: { width: 4, height: 3 } }
  },
  async drawSheet(page) {
    asked.sheets.push(page)
    return new Blob([Uint8Array.of(0xff, 0xd8, 0xff, 0xd9)], { type: page.type })
  },
  async psdFrom(job) {
    asked.psd.push(job)
    return new Blob(['8BPS'])
  },
}

beforeEach(async () => {
  store = await openTestGallery()
  saved = []
  broken = undefined
  Object.assign(asked, { shrink: 0, sheets: [], psd: [] })
  let last = new Blob()
  vi.spyOn(URL, 'createObjectURL').mockImplementation((bytes) => {
    last = bytes as Blob
    return 'blob:saved'
  })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, bytes: last })
  })
})

afterEach(() => {
  askToExport(undefined)
  closeNotices()
  vi.restoreAllMocks()
})

async function keepSome(count: number): Promise<NonEmpty<Picture>> {
  const images: Picture[] = []
  for (let index = 0; index < count; index += 1)
    images.push(await keep(store, `p${index}`, { prompt: `fox <b>${index}</b>`, createdAt: 1_000 + index }))
  return images as unknown as NonEmpty<Picture>
}

async function showForm(count: number) {
  const onClose = vi.fn()
  renderOver(store, <HandOverForm images={await keepSome(count)} onClose={onClose} work={work} />)
  return onClose
}

const choose = (name: string) => userEvent.click(screen.getByRole('radio', { name }))
const save = () => userEvent.click(screen.getByRole('button', { name: /^Save file/ }))

describe('the dialog Hand over', () => {
  it('opens from the selection bar', async () => {
    await keepSome(2)
    renderOver(store, <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />)
    const cell = await gridcell.find(/^fox <b>1/)
    cell.focus()
    await userEvent.keyboard(' ')
    const bar = await screen.findByRole('toolbar', { name: 'Selection' })
    await userEvent.click(within(bar).getByRole('button', { name: 'Hand over' }))
    expect(await screen.findByRole('dialog', { name: 'Hand over' })).toBeVisible()
    expect(await screen.findByRole('radiogroup', { name: 'As' })).toBeVisible()
  })

  it('makes a contact sheet as PDF, with every image once', async () => {
    const onClose = await showForm(20)
    await userEvent.type(screen.getByRole('textbox', { name: 'Title' }), 'Spring / 2026')
    await save()
    expect(await screen.findByText('Saved spring-2026.pdf.')).toBeVisible()
    expect(saved.map(({ name }) => name)).toEqual(['spring-2026.pdf'])
    const text = await saved[0]?.bytes.text()
    expect(text).toMatch(/^%PDF-1\.7/)
    expect(text).toContain('digitalsourcetype/compositeWithTrainedAlgorithmicMedia')
    expect(asked.sheets.flatMap(({ cells }) => cells.map(({ caption }) => caption))).toEqual(
      Array.from({ length: 20 }, (_, index) => String(index + 1).padStart(2, '0')),
    )
    expect(onClose).toHaveBeenCalledOnce()
    expect(currentJob()).toBeUndefined()
  })

  it('makes a file for a client that shows no prompt unless it is asked to', async () => {
    await showForm(3)
    await choose("Client's picks")
    await save()
    expect(await screen.findByText('Saved picks.html.')).toBeVisible()
    const html = (await saved[0]?.bytes.text()) ?? ''
    expect(html.match(/<li data-image="p\d"/g)).toHaveLength(3)
    expect(html).not.toContain('fox')
    closeNotices()
    await userEvent.click(screen.getByRole('switch', { name: 'Show prompts' }))
    await save()
    expect(await screen.findByText('Saved picks.html.')).toBeVisible()
    expect(await saved[1]?.bytes.text()).toContain('fox &lt;b&gt;2&lt;/b&gt;')
  })

  it('puts the source of a result below it in a Photoshop file', async () => {
    await keep(store, 'source', { prompt: 'a source', createdAt: 1 })
    const made = await keep(store, 'made', { prompt: 'a red fox', createdAt: 2, parents: ['source'] })
    renderOver(store, <HandOverForm images={[made]} onClose={() => undefined} work={work} />)
    await choose('Photoshop')
    await save()
    expect(await screen.findByText('Saved a-red-fox.psd.')).toBeVisible()
    expect(asked.psd[0]?.source?.size).toBe((await store.original('source' as PictureId))?.size)
    expect(asked.psd[0]?.xmp).toContain('compositeWithTrainedAlgorithmicMedia')
  })

  it('names an image that cannot be included, and saves the others', async () => {
    broken = 'This browser cannot read the image.'
    await showForm(3)
    await choose("Client's picks")
    await save()
    expect(await screen.findByText('Saved picks.html. Without 02: This browser cannot read the image.')).toBeVisible()
    expect((await saved[0]?.bytes.text())?.match(/<li data-image/g)).toHaveLength(2)
  })
})

describe("a client's picks", () => {
  const picksFile = (picks: readonly unknown[]) =>
    new File([JSON.stringify({ format: 'atelier-picks', version: 1, picks })], 'picks-spring.json')

  it('come back as stars and notes, by one act that can be undone', async () => {
    await keepSome(3)
    renderOver(store, <HandOverForm images={await keepSome(1)} onClose={() => undefined} work={work} />)
    await choose("Client's picks")
    const file = picksFile([
      { image: 'p0', picked: true, note: '' },
      { image: 'p1', picked: false, note: 'softer light' },
      { image: 'elsewhere', picked: true, note: '' },
    ])
    fireEvent.change(screen.getByLabelText('Open picks'), { target: { files: [file] } })
    expect(
      await screen.findByText("Client's picks: 1 starred, 1 note added. 1 pick not in this gallery."),
    ).toBeVisible()
    const marksOf = async (id: string) => (await store.picture(id as PictureId))?.marks
    expect(await marksOf('p0')).toMatchObject({ star: true })
    expect(await marksOf('p1')).toMatchObject({ note: 'softer light' })
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(async () => expect((await marksOf('p0'))?.star).toBeUndefined())
    expect((await marksOf('p1'))?.note).toBeUndefined()
  })

  it('of another program are refused in a sentence', async () => {
    await showForm(1)
    await choose("Client's picks")
    fireEvent.change(screen.getByLabelText('Open picks'), { target: { files: [new File(['{}'], 'package.json')] } })
    expect(await screen.findByText('This is no file of picks that a page of Atelier has saved.')).toBeVisible()
  })
})

describe('a file of picks that is dropped into the form', () => {
  it('becomes stars and no source; a file beside it is still taken', async () => {
    await keepSome(2)
    const family = findFamily('flux-2')
    if (!family) throw new Error('no family')
    renderOver(store, null)
    const importer = createSourceImporter(store)
    const picks = { format: 'atelier-picks', version: 1, picks: [{ image: 'p1', picked: true, note: '' }] }
    importer.add(family, { files: [new File([JSON.stringify(picks)], 'picks.JSON'), new File(['x'], 'image.png')] })
    expect(importer.state().pending.map(({ fileName }) => fileName)).toEqual(['image.png'])
    expect(await screen.findByText("Client's picks: 1 starred.")).toBeVisible()
    expect((await store.picture('p1' as PictureId))?.marks?.star).toBe(true)
  })
})

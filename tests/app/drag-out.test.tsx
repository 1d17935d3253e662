import { fireEvent, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Gallery } from '#gallery/gallery.tsx'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { closeNotices, gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore

beforeEach(async () => {
  store = await openTestGallery()
})
afterEach(() => {
  closeNotices()
  vi.restoreAllMocks()
})

/** A fake of the parts of `DataTransfer` that are used here. */
function dragData() {
  const kept = new Map<string, string>()
  return {
    kept,
    data: { setData: (kind: string, value: string) => void kept.set(kind, value), types: [], effectAllowed: '' },
  }
}

it('a tile that is dragged out of the page carries the image as a file, with its name and its marks', async () => {
  await keep(store, 'fox', { prompt: 'a red fox', createdAt: 1_764_000_000_000 })
  const files: Blob[] = []
  vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
    files.push(file as Blob)
    return 'blob:fox'
  })
  renderOver(store, <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />)
  const cell = await gridcell.find(/^a red fox/)
  fireEvent.pointerDown(cell, { pointerType: 'mouse' })
  await waitFor(() => expect(files).toHaveLength(1))
  const { kept, data } = dragData()
  fireEvent.dragStart(cell, { dataTransfer: data })
  expect(kept.get('application/x-atelier-picture')).toBe('fox')
  expect(kept.get('DownloadURL')).toMatch(/^image\/png:a-red-fox-flux-kontext-pro-2025-11-2\d-\w{6}\.png:blob:fox$/)
  expect(await files[0]?.text()).toContain('digitalsourcetype/trainedAlgorithmicMedia')
})

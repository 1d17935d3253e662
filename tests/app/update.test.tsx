import { act, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Housekeeping } from '#app/housekeeping.tsx'
import type { GalleryStore } from '#store/store.ts'
import { queuedRun } from '../support/gallery-records.ts'
import { closeNotices, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
let servedBuild: string

beforeEach(async () => {
  store = await openTestGallery()
  servedBuild = 'index-one'
  document.head.insertAdjacentHTML('beforeend', '<script type="module" src="./assets/index-one.js"></script>')
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ build: servedBuild, files: [] }))
})
afterEach(() => {
  closeNotices()
  vi.restoreAllMocks()
  for (const script of document.head.querySelectorAll('script[src*="assets/"]')) script.remove()
})

const notices = () => screen.queryAllByText('New version of Atelier.')
/** The page becomes visible, and has asked the host what it serves. */
async function comeBack() {
  const asked = vi.mocked(fetch).mock.calls.length
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
  await waitFor(() => expect(vi.mocked(fetch).mock.calls.length).toBeGreaterThan(asked))
}

it('T08 a new build is announced once, with a button; the page is never reloaded by itself', async () => {
  renderOver(store, <Housekeeping onBackup={() => undefined} />)
  await comeBack()
  expect(notices()).toEqual([])
  servedBuild = 'index-two'
  await comeBack()
  expect(await screen.findByText('New version of Atelier.')).toBeVisible()
  expect(screen.getByRole('button', { name: 'Reload' })).toBeVisible()
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
  expect(notices()).toHaveLength(1)
})

it('T08 a new build is not announced while a run waits to be sent', async () => {
  servedBuild = 'index-two'
  await store.saveRun(queuedRun('r1'))
  const reading = vi.spyOn(store, 'openRuns')
  renderOver(store, <Housekeeping onBackup={() => undefined} />)
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
  await waitFor(() => expect(reading).toHaveBeenCalled())
  await reading.mock.results[0]?.value
  expect(fetch).not.toHaveBeenCalled()
  await store.removeRun(queuedRun('r1').id)
  await comeBack()
  expect(await screen.findByText('New version of Atelier.')).toBeVisible()
})

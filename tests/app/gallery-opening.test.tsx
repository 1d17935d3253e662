import { waitFor } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { Gallery } from '#gallery/gallery.tsx'
import { runScreens } from '#runs/run-screens.ts'
import { gridcell, keep, openTestGallery, renderOver } from '../support/render-gallery.tsx'

afterEach(() => vi.restoreAllMocks())

/** The name of the store that a call was made on, or whose index it was made on. */
const storeOf = (source: unknown) => (source instanceof IDBIndex ? source.objectStore : (source as IDBObjectStore)).name

/** The arguments of all calls on a store or its indexes. */
const callsOn = <Args extends unknown[]>(name: string, { mock }: { mock: { contexts: unknown[]; calls: Args[] } }) =>
  mock.calls.filter((_, call) => storeOf(mock.contexts[call]) === name)

it('opening the gallery counts nothing, reads no whole list and touches no files before the first image', async () => {
  const store = await openTestGallery()
  const now = Date.now()
  for (let index = 0; index < 90; index += 1) {
    await keep(store, `p${index}`, { prompt: `Number ${index}`, createdAt: now - index })
  }
  const counts = [vi.spyOn(IDBObjectStore.prototype, 'count'), vi.spyOn(IDBIndex.prototype, 'count')]
  const keys = [
    vi.spyOn(IDBObjectStore.prototype, 'getAllKeys'),
    vi.spyOn(IDBIndex.prototype, 'getAllKeys'),
    vi.spyOn(IDBObjectStore.prototype, 'openCursor'),
    vi.spyOn(IDBObjectStore.prototype, 'openKeyCursor'),
  ]
  const lists = vi.spyOn(IDBIndex.prototype, 'getAll')
  const whole = vi.spyOn(IDBObjectStore.prototype, 'getAll')
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
  renderOver(store, <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />)
  const first = await gridcell.find(/^Number 0,/)
  await waitFor(() => expect(first.querySelector('img')).not.toBeNull())

  expect(counts.flatMap(({ mock }) => mock.calls)).toEqual([])
  expect(keys.flatMap(({ mock }) => mock.contexts.map(storeOf))).not.toContain('pictures')
  // Only search reads pages of records, each of limited size, and only after the visible images.
  for (const [, most] of callsOn('pictures', whole)) expect(most).toEqual(expect.any(Number))
  expect(callsOn('pictures', lists).map(([, most]) => most)).toEqual([60])
  const stores = new Set(begun.mock.calls.flatMap(([names]) => (typeof names === 'string' ? names : [...names])))
  for (const name of ['originals', 'files', 'renditions']) expect(stores).not.toContain(name)
})

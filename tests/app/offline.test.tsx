import { act, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bringFiles, onBroughtFiles } from '#acts/brought-files.ts'
import { Housekeeping } from '#app/housekeeping.tsx'
import { runJob } from '#library/jobs.ts'
import type { GalleryStore } from '#store/store.ts'
import { queuedRun, sendingRun, workingRun } from '../support/gallery-records.ts'
import { closeNotices, openTestGallery, renderOver } from '../support/render-gallery.tsx'

const told = () => screen.queryByText('New version of Atelier.')

describe('T08 a new version', () => {
  let store: GalleryStore
  let asked: number
  const reload = vi.fn()

  beforeEach(async () => {
    store = await openTestGallery()
    asked = 0
    // The script element only has to be present.
    const { happyDOM } = window as unknown as {
      happyDOM: { settings: { handleDisabledFileLoadingAsSuccess: boolean } }
    }
    happyDOM.settings.handleDisabledFileLoadingAsSuccess = true
    const script = Object.assign(document.createElement('script'), { type: 'module' })
    script.setAttribute('src', './assets/index-old.js')
    document.head.append(script)
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (address) => {
      if (!String(address).endsWith('precache.json')) throw new TypeError('Failed to fetch')
      asked += 1
      return Response.json({ build: 'index-new', files: [] })
    })
    vi.spyOn(location, 'reload').mockImplementation(reload)
  })

  afterEach(() => {
    for (const script of document.querySelectorAll('script')) script.remove()
    closeNotices()
    vi.restoreAllMocks()
  })

  /** Shows the page again, which makes it check for a new version. */
  const look = () => act(async () => void document.dispatchEvent(new Event('visibilitychange')))

  it('is told once, with a button, and never loaded by itself', async () => {
    renderOver(store, <Housekeeping onBackup={() => undefined} />)
    await look()
    expect(await screen.findByText('New version of Atelier.')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Reload' })).toBeVisible()
    expect(reload).not.toHaveBeenCalled()
    closeNotices()
    await look()
    expect(told()).toBeNull()
  })

  it.each([
    ['waits to be sent', queuedRun('r')],
    ['is being sent', sendingRun('r')],
  ])('is not told while a run %s, and is told once it is sent', async (_, run) => {
    await store.startRuns([run])
    renderOver(store, <Housekeeping onBackup={() => undefined} />)
    const read = vi.spyOn(store, 'openRuns')
    await look()
    await waitFor(() => expect(read).toHaveBeenCalled())
    expect([told(), asked]).toEqual([null, 0])
    await store.saveRun(workingRun('r'))
    await look()
    expect(await screen.findByText('New version of Atelier.')).toBeVisible()
  })

  it.each(['backup', 'restore', 'export', 'hand-over'] as const)('is not told during a %s', async (kind) => {
    renderOver(store, <Housekeeping onBackup={() => undefined} />)
    let end: () => void = () => undefined
    const job = runJob(kind, () => new Promise<void>((resolve) => (end = resolve)))
    await look()
    expect([told(), asked]).toEqual([null, 0])
    await act(async () => {
      end()
      await job
    })
    await look()
    expect(await screen.findByText('New version of Atelier.')).toBeVisible()
  })
})

describe('files that the system opens the app with', () => {
  it('wait until the form takes them, each once', () => {
    const taken: string[] = []
    const take = (files: readonly File[]) => void taken.push(...files.map(({ name }) => name))
    bringFiles([new File([''], 'early.png')])
    const stop = onBroughtFiles(take)
    bringFiles([new File([''], 'later.png')])
    stop()
    onBroughtFiles(take)()
    expect(taken).toEqual(['early.png', 'later.png'])
  })
})

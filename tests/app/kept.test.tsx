import { cleanup, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Banners } from '#app/banner.tsx'
import { openServices, type Services, ServicesProvider } from '#app/services.tsx'
import { StorageSettings } from '#app/storage-settings.tsx'
import { GenerationError } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { Gallery } from '#gallery/gallery.tsx'
import type { Generator } from '#generation/generator.ts'
import { runScreens } from '#runs/run-screens.ts'
import type { GalleryStore } from '#store/store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { newPicture, savedRun, workingRun } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { openRaw } from '../support/raw-database.ts'
import { closeNotices, gridcell, nameOfGallery, openTestGallery, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore

beforeEach(async () => {
  store = await openTestGallery()
})

afterEach(() => {
  closeNotices()
  services?.close()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

let services: Services | undefined

/** Opens the page, by default in a browser that has saved images before. */
async function openPage({ hasKept = true } = {}) {
  vi.stubGlobal('fetch', async () => Response.json({ mode: 'live', gateway: 'kie' }))
  useWorkspace.setState({ hasKept })
  services = await openServices(async () => store)
  render(
    <ServicesProvider services={services}>
      <Banners />
    </ServicesProvider>,
  )
}

describe('a database that cannot be used as usual', () => {
  it('D03 if the browser provides none, says so clearly, with what to do', async () => {
    vi.stubGlobal('indexedDB', undefined)
    store = await openTestGallery()
    await openPage({ hasKept: false })
    expect(screen.getByRole('alert')).toHaveTextContent("Work can't be saved here. Download before closing.")
    await store.addPicture(newPicture('p', await paintedImage('png')))
    expect(await store.countPictures('gallery')).toBe(1)
  })

  it('D06 D08 if another window has upgraded it, asks to reload this one', async () => {
    await openPage({ hasKept: false })
    expect(screen.queryByRole('alert')).toBeNull()
    const newer = await openRaw(nameOfGallery(), 9)
    await waitFor(() =>
      expect(screen.getByRole('alert')).toHaveTextContent(/updated in another window. Reload this one/),
    )
    expect(screen.getByRole('button', { name: 'Reload' })).toBeVisible()
    newer.close()
  })

  it('D07 if an older window blocks it, says so until that window closes', async () => {
    const older = await openRaw(`older-${crypto.randomUUID()}`, 1, (opened) => {
      for (const kept of ['runs', 'pictures', 'thumbnails', 'originals']) opened.createObjectStore(kept)
    })
    const { open } = indexedDB
    vi.spyOn(indexedDB, 'open').mockImplementation(() => open.call(indexedDB, older.name, 2))
    store = await openTestGallery()
    await openPage({ hasKept: false })
    expect(screen.getByRole('alert')).toHaveTextContent(/in an older version. Close or reload that window to continue/)
    older.close()
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  })
})

describe('D11 a gallery that the browser has cleared', () => {
  const banner = () => screen.queryByText(/This browser has deleted the images/)

  it('is explained once, with what can still be done', async () => {
    await openPage()
    await waitFor(() => expect(banner()).toHaveTextContent(/by its task ID, at the bottom of Tasks/))
    await userEvent.click(screen.getByRole('button', { name: 'Dismiss' }))
    expect(banner()).toBeNull()
    expect(useWorkspace.getState().hasKept).toBe(false)
  })

  it('is not confused with one that was never filled', async () => {
    const read = vi.spyOn(store, 'recentRuns')
    await openPage({ hasKept: false })
    expect(read).not.toHaveBeenCalled()
    expect(banner()).toBeNull()
  })

  it('is not confused with one whose images the user deleted, because their runs are still known', async () => {
    await store.saveRun(savedRun('run-1', ['deleted']))
    const read = vi.spyOn(store, 'recentRuns')
    await openPage()
    await waitFor(() => expect(read).toHaveBeenCalled())
    await read.mock.results[0]?.value
    expect(banner()).toBeNull()
  })
})

describe('D01 a picture for which there is no room', () => {
  const run: Run = {
    ...workingRun('run-1', Date.now()),
    state: {
      ...workingRun('run-1').state,
      phase: 'ready',
      finishedAt: Date.now(),
      imageUrls: ['https://files.example/1.png'],
      spareUrls: [],
      trouble: { kind: 'storage', detail: 'the browser has no room left' },
    },
  }

  async function show(fetch: Generator['fetch']) {
    await store.saveRun(run)
    const shown = renderOver(
      store,
      <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />,
      { fetch },
    )
    return { ...shown, cell: await gridcell.find(/^a fox, ready to download/) }
  }

  it('is shown anyway, with what can be done about it', async () => {
    const bytes = await paintedImage('png')
    const { cell, asked } = await show(async () => [bytes])
    expect(await within(cell).findByRole('img', { name: 'a fox' })).toHaveAttribute(
      'src',
      expect.stringMatching(/^blob:/),
    )
    expect(cell).toHaveTextContent('Empty the bin and save again, or download it now')
    expect(gridcell.button(cell, 'Download now')).toBeVisible()
    await userEvent.click(gridcell.button(cell, 'Save again'))
    expect(asked).toEqual(['look run-1'])
  })

  it('T11 revokes its object URL with its card', async () => {
    const made = vi.spyOn(URL, 'createObjectURL')
    const revoked = vi.spyOn(URL, 'revokeObjectURL')
    const bytes = await paintedImage('png')
    const { cell } = await show(async () => [bytes])
    await within(cell).findByRole('img', { name: 'a fox' })
    expect(revoked).not.toHaveBeenCalled()
    cleanup()
    expect(revoked.mock.calls.flat()).toEqual(made.mock.results.map(({ value }) => value))
  })

  it('keeps its card, and its acts, when it cannot be fetched either', async () => {
    const { cell } = await show(() => Promise.reject(new GenerationError({ kind: 'expired' })))
    await waitFor(() => expect(within(cell).queryByRole('img')).toBeNull())
    expect(gridcell.button(cell, 'Save again')).toBeVisible()
  })

  it('hidden from the gallery stays in the list of tasks, and says so', async () => {
    const { cell, asked } = await show(async () => [])
    await userEvent.click(gridcell.button(cell, 'Dismiss'))
    expect(asked).toEqual(['dismiss run-1'])
    expect(await screen.findByText('Hidden; still in Tasks.')).toBeVisible()
  })
})

describe('D13 what the browser says of its storage', () => {
  function openStorage(persisted: boolean, answer: boolean) {
    let isPersisted = persisted
    vi.stubGlobal('navigator', {
      ...navigator,
      storage: {
        estimate: async () => ({ usage: 820_000, quota: 2_000_000_000 }),
        persisted: async () => isPersisted,
        persist: async () => {
          isPersisted = answer
          return answer
        },
      },
    })
    renderOver(store, <StorageSettings />)
  }

  it('is that it keeps everything: there is nothing to ask for', async () => {
    openStorage(true, true)
    expect(await screen.findByText(/^Protected: the browser keeps your images/)).toBeVisible()
    expect(screen.getByText('820 KB used')).toBeVisible()
    expect(screen.queryByRole('button', { name: 'Protect storage' })).toBeNull()
  })

  it('is that it may clear it, until it agrees to keep it', async () => {
    openStorage(false, true)
    expect(await screen.findByText(/^Not protected/)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Protect storage' }))
    expect(await screen.findByText(/^Protected/)).toBeVisible()
  })

  it('is told plainly when it does not agree', async () => {
    openStorage(false, false)
    await userEvent.click(await screen.findByRole('button', { name: 'Protect storage' }))
    expect(await screen.findByText(/The browser said no/)).toBeVisible()
    expect(screen.getByText(/^Not protected/)).toBeVisible()
  })

  it('F2 is requested only by the button, never by saving an image', async () => {
    const persist = vi.fn(async () => true)
    vi.stubGlobal('navigator', { ...navigator, storage: { persist } })
    await store.addPicture(newPicture('p', await paintedImage('png')))
    renderOver(store, <StorageSettings />)
    const button = await screen.findByRole('button', { name: 'Protect storage' })
    expect(persist).not.toHaveBeenCalled()
    await userEvent.click(button)
    expect(persist).toHaveBeenCalledOnce()
  })

  it.each([
    ['has no estimate', {}],
    ['gives an estimate without numbers', { estimate: async () => ({}) }],
    ['gives zeros', { estimate: async () => ({ usage: 0, quota: 0 }) }],
  ])('F4 is not shown as a meter where the browser %s', async (_, storage) => {
    vi.stubGlobal('navigator', { ...navigator, storage })
    renderOver(store, <StorageSettings />)
    expect(await screen.findByText(/^Not protected/)).toBeVisible()
    expect(screen.queryByText(/used$/)).toBeNull()
  })
})

describe('B6 sources that nothing uses any more', () => {
  const addSource = async (id: string) =>
    store.addPicture(newPicture(id, await paintedImage('png'), { shelf: 'sources', prompt: `${id}.png` }))

  it('are listed in Settings with their size, go to the bin by a button, and come back by undo', async () => {
    for (const id of ['used', 'old', 'older']) await addSource(id)
    useWorkspace.getState().setSources('flux-kontext', ['used' as PictureId])
    renderOver(store, <StorageSettings />)
    const list = within(await screen.findByRole('region', { name: /^Unused source images · \d+ B$/ }))
    expect(list.getAllByRole('listitem')).toHaveLength(2)
    expect(list.queryByText('used.png')).toBeNull()
    await userEvent.click(list.getByRole('button', { name: 'Remove old.png' }))
    await waitFor(() => expect(list.queryByText('old.png')).toBeNull())
    expect(await store.picture('old' as PictureId)).toMatchObject({ shelf: 'bin' })
    await userEvent.click(await screen.findByRole('button', { name: 'Undo move to bin' }))
    expect(await screen.findByText('old.png')).toBeVisible()
    expect(await store.picture('old' as PictureId)).toMatchObject({ shelf: 'sources' })
  })

  it('are removed all at once when asked', async () => {
    for (const id of ['old', 'older']) await addSource(id)
    useWorkspace.getState().setSources('flux-kontext', [])
    renderOver(store, <StorageSettings />)
    await userEvent.click(await screen.findByRole('button', { name: 'Remove all 2' }))
    await waitFor(() => expect(screen.queryByRole('region', { name: /^Unused/ })).toBeNull())
    expect(await store.countPictures('bin')).toBe(2)
  })
})

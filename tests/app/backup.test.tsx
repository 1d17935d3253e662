import { cleanup, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BackupSettings } from '#app/backup-settings.tsx'
import { Housekeeping } from '#app/housekeeping.tsx'
import type { PictureId } from '#domain/ids.ts'
import { sha256Of } from '#imaging/sha256.ts'
import { backupReminder } from '#library/backup/last-backup.ts'
import { backupEntries } from '#library/backup/write-backup.ts'
import { zipOf } from '#library/zip.ts'
import type { GalleryStore } from '#store/store.ts'
import { newPicture } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { expectOnlyText, markup } from '../support/markup.ts'
import { closeNotices, keep, openTestGallery, recipeOf, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
/** The files that were downloaded. */
let saved: { name: string; bytes: Blob }[]

beforeEach(async () => {
  localStorage.clear()
  store = await openTestGallery()
  saved = []
  let given: Blob | undefined
  vi.spyOn(URL, 'createObjectURL').mockImplementation((bytes) => {
    given = bytes as Blob
    return 'blob:download'
  })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    if (given) saved.push({ name: this.download, bytes: given })
  })
})

afterEach(() => {
  closeNotices()
  vi.restoreAllMocks()
})

const press = (name: string | RegExp) => userEvent.click(screen.getByRole('button', { name }))
const chooseFile = (file: File) => userEvent.upload(screen.getByLabelText('Restore a backup'), file)
const fileOf = (bytes: Blob) => new File([bytes], 'backup.zip', { type: 'application/zip' })

async function archiveOf(from: GalleryStore, break_: (id: PictureId) => boolean = () => false): Promise<Blob> {
  const records = await from.backup()
  const bytes = async (id: PictureId) => (break_(id) ? undefined : records.bytes(id))
  const stream = await zipOf(
    backupEntries({ ...records, bytes }, Date.now, () => undefined, new AbortController().signal),
  )
  return new Response(stream).blob()
}

describe('backup in Settings', () => {
  it('is downloaded, noted, and restored into an empty gallery byte for byte', async () => {
    await keep(store, 'fox', { prompt: 'a fox', createdAt: 1_000 })
    await keep(store, 'owl', { prompt: 'an owl', createdAt: 2_000 })
    const bytes = (await store.original('fox' as PictureId)) as Blob
    renderOver(store, <BackupSettings />)
    expect(screen.getByText('No backup yet')).toBeVisible()
    expect(await screen.findByText('2 new images are only in this browser.')).toBeVisible()
    await press('Back up everything')
    expect(await screen.findByText('Backed up 2 images.')).toBeVisible()
    expect(saved).toMatchObject([{ name: expect.stringMatching(/^atelier-backup-\d{4}-\d\d-\d\d\.zip$/) }])
    expect(screen.getByText('Last backup today')).toBeVisible()

    cleanup()
    const emptied = await openTestGallery()
    renderOver(emptied, <BackupSettings />)
    await chooseFile(fileOf(saved[0]?.bytes as Blob))
    expect(await screen.findByText('2 new, 0 known')).toBeVisible()
    expect(await screen.findByText('Restored 2 images.')).toBeVisible()
    const again = (await emptied.original('fox' as PictureId)) as Blob
    const hash = async (blob: Blob) => sha256Of(new Uint8Array(await blob.arrayBuffer()))
    expect(await hash(again)).toBe(await hash(bytes))
  })

  it('asks before it restores one with damage, and names what is damaged', async () => {
    await keep(store, 'fox', { prompt: 'a fox', createdAt: 1_000 })
    await keep(store, 'owl', { prompt: 'an owl', createdAt: 2_000 })
    const archive = await archiveOf(store, (id) => id === 'owl')
    const emptied = await openTestGallery()
    renderOver(emptied, <BackupSettings />)
    await chooseFile(fileOf(archive))
    expect(await screen.findByText('1 new, 0 known, 1 damaged')).toBeVisible()
    expect(within(screen.getByRole('list', { name: 'Damaged' })).getByText('an owl')).toBeVisible()
    expect(await emptied.countPictures('gallery')).toBe(0)
    await press('Restore 1 image')
    expect(await screen.findByText('Restored 1 image.')).toBeVisible()
    expect(await emptied.countPictures('gallery')).toBe(1)
  })

  it('SEC E02 shows markup in the records of an archive as text', async () => {
    for (const [index, said] of markup.entries()) await keep(store, `p${index}`, { prompt: said, createdAt: index })
    const archive = await archiveOf(store, (id) => id !== 'p0')
    renderOver(await openTestGallery(), <BackupSettings />)
    await chooseFile(fileOf(archive))
    const damaged = within(await screen.findByRole('list', { name: 'Damaged' }))
    for (const said of markup.slice(1)) expect(damaged.getByText(said)).toBeVisible()
    expectOnlyText()
  })

  it.each([
    ['a photo', () => paintedImage('jpeg'), 'This is not a ZIP archive, or its end is missing.'],
    ['an empty file', async () => new Blob([]), 'This is not a ZIP archive, or its end is missing.'],
  ])('%s is refused in a sentence, and nothing is changed', async (_what, make, sentence) => {
    renderOver(store, <BackupSettings />)
    await chooseFile(fileOf(await make()))
    expect(await screen.findByRole('alert')).toHaveTextContent(`${sentence} Nothing was changed.`)
  })

  it('is reported below its own button, not below those for folders', async () => {
    vi.stubGlobal('showDirectoryPicker', () => undefined)
    renderOver(store, <BackupSettings />)
    await chooseFile(fileOf(new Blob([])))
    const report = await screen.findByRole('alert')
    const folder = screen.getByText('Copy to a folder')
    expect(report.compareDocumentPosition(folder) & Node.DOCUMENT_POSITION_FOLLOWING).not.toBe(0)
    vi.unstubAllGlobals()
  })

  it('can be stopped, and leaves no file', async () => {
    for (const id of ['a', 'b', 'c']) await keep(store, id, { prompt: id, createdAt: 1_000 })
    const { backup } = store
    let go: () => void = () => undefined
    const waiting = new Promise<void>((resolve) => {
      go = resolve
    })
    const slow: GalleryStore = {
      ...store,
      async backup() {
        const records = await backup()
        return {
          ...records,
          async bytes(id) {
            await waiting
            return records.bytes(id)
          },
        }
      },
    }
    renderOver(slow, <BackupSettings />)
    await press('Back up everything')
    expect(await screen.findByRole('progressbar', { name: 'Backing up' })).toBeVisible()
    await press('Stop')
    go()
    expect(await screen.findByText('Backup stopped. No file was written.')).toBeVisible()
    expect(saved).toEqual([])
    expect(screen.getByText('No backup yet')).toBeVisible()
  })

  it('counts the days since the last one', async () => {
    localStorage.setItem('atelier-last-backup', String(Date.now() - 9 * 86_400_000))
    await store.addPicture(newPicture('p', await paintedImage('png'), { createdAt: Date.now() }))
    renderOver(store, <BackupSettings />)
    expect(screen.getByText('Last backup 9 days ago')).toBeVisible()
    await waitFor(() => expect(screen.getByText('1 new image is only in this browser.')).toBeVisible())
  })
})

describe('the reminder', () => {
  const image = (index: number) => keep(store, `image-${index}`, { prompt: `image ${index}`, createdAt: 1_000 + index })

  it('comes after 50 new images, opens Settings, and does not come again on the same day', async () => {
    for (let index = 0; index < 49; index += 1) await image(index)
    expect(await backupReminder(store, Date.now())).toBeUndefined()
    await image(49)
    const onBackup = vi.fn()
    renderOver(store, <Housekeeping onBackup={onBackup} />)
    expect(await screen.findByText('50 images are only in this browser.')).toBeVisible()
    await press('Back up …')
    expect(onBackup).toHaveBeenCalledOnce()
    expect(await backupReminder(store, Date.now() + 86_400_000)).toBeUndefined()
    expect(await backupReminder(store, Date.now() + 8 * 86_400_000)).toBe('50 images are only in this browser.')
  })

  it('does not count samples', async () => {
    const bytes = await paintedImage('png')
    const origin = { kind: 'sample', model: 'Flux Kontext Pro', recipe: recipeOf('a fox') } as const
    for (let index = 0; index < 60; index += 1) {
      await store.addPicture(newPicture(`sample-${index}`, bytes, { origin, createdAt: 1_000 + index }))
    }
    expect(await backupReminder(store, Date.now())).toBeUndefined()
  })
})

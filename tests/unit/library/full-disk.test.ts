import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { HandOverWork } from '#imaging/hand-over/hand-over.ts'
import { saveBackup } from '#library/backup/save-backup.ts'
import { defaultSettings, planExport } from '#library/export/export-plan.ts'
import { saveExport } from '#library/export/save-export.ts'
import { createHandOver } from '#library/hand-over/save-hand-over.ts'
import type { BackupRecords, GalleryStore } from '#store/store.ts'

const names = ['fox', 'owl', 'dog']

function pictureOf(name: string): Picture {
  return {
    id: name as PictureId,
    shelf: 'gallery',
    createdAt: 1_000,
    prompt: `a ${name}`,
    mime: 'image/png',
    width: 8_000,
    height: 6_000,
    sizeBytes: 60_000_000,
    parents: [],
    origin: { kind: 'dropped', fileName: `${name}.png`, notes: [] },
  }
}

const pictures = names.map(pictureOf)
const bytesOf = (id: PictureId) => new Blob([made, id], { type: 'image/png' })

const records = {
  size: async () => ({ images: 3, bytes: 180_000_000 }),
  pictureIds: async () => pictures.map(({ id }) => id),
  picture: async (id: PictureId) => pictures.find((picture) => picture.id === id),
  bytes: async (id: PictureId) => bytesOf(id),
  runs: async () => [],
  collections: async () => [],
} as Partial<BackupRecords> as BackupRecords

const store = {
  original: async (id: PictureId) => bytesOf(id),
  drawable: async (id: PictureId) => bytesOf(id),
  picture: records.picture,
  backup: async () => records,
} as Partial<GalleryStore> as GalleryStore

/** Large beside the frame of any file. */
const made = new Uint8Array(100_000)

const work: HandOverWork = {
  shrink: async () => ({ bytes: new Blob([made]), size: { width: 4, height: 3 } }),
  drawSheet: async ({ type }) => new Blob([made], { type }),
  psdFrom: async () => new Blob([made]),
}

/** A disk with room for this many bytes. Each write goes to it directly. */
function fullAfter(bytes: number) {
  let written = 0
  return new WritableStream<Uint8Array>({
    write(part) {
      written += part.byteLength
      if (written > bytes) throw new DOMException('no room', 'QuotaExceededError')
    },
  })
}

describe('a disk that is full in the middle of a file', () => {
  let removed: string[]
  /** What the chosen file holds before it is written. */
  let before: string

  const onDisk = () => {
    const handle = {
      getFile: async () => new Blob([before]),
      createWritable: async () => fullAfter(150_000),
      remove: async () => void removed.push('the chosen file'),
    }
    vi.stubGlobal('navigator', {})
    vi.stubGlobal('showSaveFilePicker', async () => handle)
  }

  beforeEach(() => {
    removed = []
    before = ''
  })
  afterEach(() => vi.unstubAllGlobals())

  const handOver = createHandOver({ store, work })
  const sheet = { title: 'Spring', paper: 'a4', columns: 1, captions: 'none' } as const
  const page = { title: 'Spring', mostSide: 20_000, showsPrompts: true } as const
  const exported = () =>
    saveExport(
      { store, make: async ({ file }) => ({ bytes: file, isSigned: false }) },
      planExport(pictures, { ...defaultSettings, pattern: '{prompt}' }),
      { quality: 90, withRecipe: false, archive: 'fox.zip' },
    )

  it.each([
    ['a backup', 'a (fox|owl|dog)', 'No backup was written.', () => saveBackup(store, () => 5_000)],
    ['an export', 'a-(fox|owl|dog)\\.png', 'No file was written.', exported],
    ['Photoshop files', 'a-(fox|owl|dog)-0[123]\\.psd', 'No file was written.', () => handOver.photoshop(pictures)],
    [
      'a page of picks',
      '0[123] · (fox|owl|dog)\\.png',
      'No file was written.',
      () => handOver.picksPage(pictures, page),
    ],
  ] as const)('%s: the sentence names the entry, and no file is left', async (_what, entry, outcome, save) => {
    onDisk()
    await expect(save()).rejects.toThrow(new RegExp(`^The disk is full: “${entry}” did not fit\\. ${outcome}$`))
    expect(removed).toEqual(['the chosen file'])
  })

  it.each(['pdf', 'png'] as const)('a contact sheet as %s: the sentence names the page', async (kind) => {
    onDisk()
    const saving = handOver.contactSheet(Array.from({ length: 20 }, () => pictures).flat(), { ...sheet, kind })
    const entry = kind === 'pdf' ? 'page [1-9]' : 'spring-[0-9]+\\.png'
    await expect(saving).rejects.toThrow(
      new RegExp(`^The disk is full: “${entry}” did not fit\\. No file was written\\.$`),
    )
    expect(removed).toEqual(['the chosen file'])
  })

  it('leaves a chosen file alone that held something before', async () => {
    before = 'an earlier backup'
    onDisk()
    await expect(saveBackup(store, () => 5_000)).rejects.toThrow('No backup was written.')
    expect(removed).toEqual([])
  })
})

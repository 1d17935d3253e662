import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { originOfCrop } from '#acts/crop-command.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import {
  defaultSettings,
  type ExportSettings,
  metadataOf,
  planExport,
  sideTrouble,
} from '#library/export/export-plan.ts'
import { fileNameBy, type NameFacts, withoutTwins } from '#library/export/file-names.ts'
import { saveExport } from '#library/export/save-export.ts'
import { markOf } from '#library/picture-words.ts'

const facts: NameFacts = {
  project: 'Spring',
  prompt: 'A red fox, in the snow',
  model: 'Flux 2 Pro',
  createdAt: new Date(2026, 10, 27, 12).getTime(),
  number: 3,
  count: 8,
  width: 1080,
  height: 1350,
  ending: 'png',
}

function pictureOf(id: string, change: Partial<Picture> = {}): Picture {
  return {
    id: id as PictureId,
    shelf: 'gallery',
    createdAt: facts.createdAt,
    prompt: 'a fox',
    mime: 'image/png',
    width: 800,
    height: 600,
    sizeBytes: 1_000,
    parents: [],
    origin: {
      kind: 'sample',
      model: 'Flux 2 Pro',
      recipe: { family: 'flux-2', draft: { prompt: 'a fox' }, sources: [] },
    },
    ...change,
  }
}

const settingsOf = (change: Partial<ExportSettings> = {}): ExportSettings => ({ ...defaultSettings, ...change })
const sized = (width: string, height: string) => settingsOf({ size: { width, height } })

describe('names of exported files', () => {
  it.each([
    ['{project}-{nn}-{w}x{h}', 'spring-03-1080x1350.png'],
    ['{prompt}_{model}_{date}', 'a-red-fox-in-the-snow_flux-2-pro_2026-11-27.png'],
    ['{n} of many', '3 of many.png'],
    ['{unknown} {NN}', '{unknown} 03.png'],
    ['a/b\\c:d*e?f"g<h>i|j', 'a-b-c-d-e-f-g-h-i-j.png'],
    ['../../etc/passwd', 'etc-passwd.png'],
    ['CON', '_CON.png'],
    ['lpt1.txt', '_lpt1.txt.png'],
    ['ends with dots. . .', 'ends with dots.png'],
    ['.hidden', 'hidden.png'],
    ['\u202egnp.exe\u0000', 'gnp.exe.png'],
    ['   ', 'image.png'],
    ['日本語 {w}', '日本語 1080.png'],
  ])('%j is %s', (pattern, name) => {
    expect(fileNameBy(pattern, facts)).toBe(name)
  })

  it('are never longer than a disk takes', () => {
    expect(fileNameBy('x'.repeat(300), facts)).toHaveLength(124)
    expect(fileNameBy('{prompt}', { ...facts, prompt: 'word '.repeat(1_000) }).length).toBeLessThan(70)
    // Linux and archives count bytes, and a name may still get a number.
    for (const letter of ['狐', 'ф', '🦊', 'é']) {
      const many = { ...facts, project: letter.repeat(300), prompt: letter.repeat(300) }
      for (const pattern of [letter.repeat(300), '{project}-{prompt}'])
        expect(new TextEncoder().encode(fileNameBy(pattern, many)).byteLength).toBeLessThan(240)
    }
    expect(fileNameBy('🦊'.repeat(300), facts)).toBe(`${'🦊'.repeat(57)}.png`)
  })

  it('are found for thousands of equal names without counting through all of them each time', () => {
    const compared = vi.spyOn(String.prototype, 'normalize')
    const names = withoutTwins(Array.from({ length: 3_000 }, () => 'fox.png'))
    const count = compared.mock.calls.length
    compared.mockRestore()
    expect(names.at(-1)).toBe('fox-3000.png')
    expect(new Set(names).size).toBe(3_000)
    expect(count).toBeLessThan(20_000)
  })

  it('are unique, also if case is ignored', () => {
    expect(withoutTwins(['Fox.png', 'fox.png', 'fox-2.png', 'FOX.PNG'])).toEqual([
      'Fox.png',
      'fox-2.png',
      'fox-2-2.png',
      'FOX-3.PNG',
    ])
  })
})

describe('the plan of an export', () => {
  it('leaves pixels alone at the own size', () => {
    const [item] = planExport([pictureOf('a')], settingsOf())
    expect(item).toMatchObject({ size: { width: 800, height: 600 }, format: 'image/png', enlarged: 1 })
    expect(item).not.toHaveProperty('resize')
    expect(planExport([pictureOf('a')], sized('800', '600'))[0]).not.toHaveProperty('resize')
  })

  it('crops the middle, pads beyond the sides, and tells of enlarging', () => {
    expect(planExport([pictureOf('a')], sized('600', '600'))[0]?.resize?.box).toEqual([100, 0, 600, 600])
    const pad = { ...sized('800', '800'), fit: 'pad' as const }
    expect(planExport([pictureOf('a')], pad)[0]?.resize?.box).toEqual([0, -100, 800, 800])
    expect(planExport([pictureOf('a')], sized('1680', '1260'))[0]?.enlarged).toBeCloseTo(2.1)
  })

  it.each(['', '0', '-3', '1.5', '100000', 'abc', '1e9', '12px', ' '])(
    'a side of %j is answered in a sentence',
    (typed) => {
      expect(sideTrouble('Width', typed)).toBe('Width must be a whole number from 1 to 16,384 pixels.')
    },
  )

  it('exports what few programs read as PNG', () => {
    const [heic] = planExport([pictureOf('a', { mime: 'image/heic' })], settingsOf())
    expect(heic).toMatchObject({ format: 'image/png', name: 'a-fox-01-800x600.png' })
  })
})

describe('marks of origin', () => {
  it('always tell that a model made it; prompt and recipe only if they are wanted', () => {
    const size = { width: 10, height: 10 }
    expect(metadataOf(pictureOf('a'), size, false)).toEqual({ ...size, digitalSource: 'trainedAlgorithmicMedia' })
    expect(metadataOf(pictureOf('a', { parents: ['b' as PictureId] }), size, true)).toMatchObject({
      digitalSource: 'compositeWithTrainedAlgorithmicMedia',
      prompt: 'a fox',
      model: 'Flux 2 Pro',
      recipe: expect.stringContaining('"flux-2"'),
    })
    const own = pictureOf('a', { origin: { kind: 'dropped', fileName: 'a.png', notes: [] } })
    expect(metadataOf(own, size, true)).toBeUndefined()
  })

  it('always tell of a crop, and of a crop of a crop, that a model made its source', () => {
    const size = { width: 10, height: 10 }
    const cropOf = (source: Picture) => {
      const origin = originOfCrop(source, { turn: 0, flip: false, tilt: 0, crop: [0, 0, 10, 10] })
      return pictureOf(`crop of ${source.id}`, { parents: [source.id], origin })
    }
    const made = pictureOf('a')
    const edited = pictureOf('b', { parents: ['photo' as PictureId] })
    for (const crop of [cropOf(made), cropOf(cropOf(made))]) {
      expect(metadataOf(crop, size, false)).toEqual({ ...size, digitalSource: 'trainedAlgorithmicMedia' })
      expect(metadataOf(crop, size, true)).toMatchObject({ prompt: 'a fox', model: 'Flux 2 Pro' })
      // A sample is no image of the service, and neither is its crop.
      expect(markOf(crop)).toBe('Simulated')
    }
    for (const crop of [cropOf(edited), cropOf(cropOf(edited))])
      expect(metadataOf(crop, size, false)).toEqual({ ...size, digitalSource: 'compositeWithTrainedAlgorithmicMedia' })
    const photo = pictureOf('photo', { origin: { kind: 'dropped', fileName: 'a.png', notes: [] } })
    expect(metadataOf(cropOf(photo), size, true)).toBeUndefined()
  })

  it('always tell of an imported image, and of its crop, that a model made it, if its file says so', () => {
    const size = { width: 10, height: 10 }
    const found = { program: 'A1111', prompt: 'a lighthouse', model: 'sd_xl' } as const
    const imported = pictureOf('a', { origin: { kind: 'dropped', fileName: 'a.png', notes: [], found } })
    const crop = pictureOf('b', {
      parents: [imported.id],
      origin: originOfCrop(imported, { turn: 0, flip: false, tilt: 0, crop: [0, 0, 10, 10] }),
    })
    for (const each of [imported, crop])
      expect(metadataOf(each, size, false)).toEqual({ ...size, digitalSource: 'trainedAlgorithmicMedia' })
    expect(metadataOf(imported, size, true)).toMatchObject({ prompt: 'a lighthouse', model: 'sd_xl' })
  })
})

describe('saving an export', () => {
  let saved: { name: string; bytes: Blob }[]
  const store = {
    original: async (id: PictureId) => (id === 'gone' ? undefined : new Blob([id], { type: 'image/png' })),
    drawable: async () => undefined,
  }
  const make = async ({ file }: { file: Blob }) => ({ bytes: file, isSigned: false })
  const options = { quality: 90, withRecipe: true, archive: 'fox.zip' }

  beforeEach(() => {
    saved = []
    let given: Blob | undefined
    vi.spyOn(URL, 'createObjectURL').mockImplementation((bytes) => {
      given = bytes as Blob
      return 'blob:x'
    })
    vi.stubGlobal('document', {
      createElement: () => ({
        download: '',
        href: '',
        click() {
          if (given) saved.push({ name: this.download, bytes: given })
        },
      }),
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  const namesIn = async (archive: Blob | undefined) => {
    const { BlobReader, configure, ZipReader } = await import('@zip.js/zip.js/lib/zip-core-external.js')
    configure({ useWebWorkers: false })
    const reader = new ZipReader(new BlobReader(archive as Blob))
    return (await reader.getEntries()).map(({ filename }) => filename)
  }

  it('gives one image as itself', async () => {
    await saveExport({ store, make }, planExport([pictureOf('a')], settingsOf({ pattern: '{prompt}' })), options)
    expect(saved.map(({ name }) => name)).toEqual(['a-fox.png'])
  })

  it('gives many as one archive with an index, and names what is missing', async () => {
    const pictures = ['a', 'gone', 'c'].map((id) => pictureOf(id))
    const result = await saveExport({ store, make }, planExport(pictures, settingsOf()), options)
    expect(result).toEqual({
      saved: 2,
      failed: [{ name: 'a-fox-02-800x600.png', reason: 'Its data is missing in this browser.' }],
    })
    expect(await namesIn(saved[0]?.bytes)).toEqual(['a-fox-01-800x600.png', 'a-fox-03-800x600.png', 'index.tsv'])
  })

  it('names the image that did not fit on a full disk, and leaves no file', async () => {
    let parts = 0
    const full = new WritableStream({
      write() {
        parts += 1
        if (parts > 2) throw new DOMException('no room', 'QuotaExceededError')
      },
    })
    vi.stubGlobal('navigator', {})
    vi.stubGlobal('showSaveFilePicker', async () => ({
      getFile: async () => new Blob(),
      createWritable: async () => full,
    }))
    const large = ['a', 'b', 'c'].map((id) => pictureOf(id, { sizeBytes: 60_000_000 }))
    await expect(saveExport({ store, make }, planExport(large, settingsOf()), options)).rejects.toThrow(
      /^The disk is full: “a-fox-0[1-3]-800x600\.png” did not fit\. No file was written\.$/,
    )
    expect(saved).toEqual([])
    vi.unstubAllGlobals()
  })

  it('leaves no file when it is stopped', async () => {
    const { currentJob } = await import('#library/jobs.ts')
    const stopping = async (job: { file: Blob }) => {
      currentJob()?.stop()
      return make(job)
    }
    const items = planExport([pictureOf('a'), pictureOf('b')], settingsOf())
    await expect(saveExport({ store, make: stopping }, items, options)).rejects.toMatchObject({ name: 'AbortError' })
    expect(saved).toEqual([])
  })
})

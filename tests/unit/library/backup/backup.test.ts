import { makeZip } from 'client-zip'
import { describe, expect, it } from 'vitest'
import type { CollectionId, PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { ImageMarks } from '#domain/marks.ts'
import type { Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { crc32 } from '#imaging/container/crc32.ts'
import { openLimits } from '#imaging/source-limits.ts'
import { ArchiveError } from '#library/backup/archive.ts'
import { type BackupSource, type BackupTarget, fileOf, hashOf } from '#library/backup/backup.ts'
import { openBackup, toBackup } from '#library/backup/read-backup.ts'
import { backupEntries } from '#library/backup/write-backup.ts'
import { zipOf } from '#library/zip.ts'

interface Shelf {
  pictures: Map<string, { picture: Picture; bytes: Blob }>
  runs: Map<string, Run>
  collections: Map<string, { id: CollectionId; name: string }>
}

const emptyShelf = (): Shelf => ({ pictures: new Map(), runs: new Map(), collections: new Map() })

function sourceOf({ pictures, runs, collections }: Shelf): BackupSource {
  return {
    pictureIds: async () => [...pictures.keys()] as PictureId[],
    picture: async (id) => pictures.get(id)?.picture,
    bytes: async (id) => pictures.get(id)?.bytes,
    runs: async () => [...runs.values()],
    collections: async () => [...collections.values()],
  }
}

/** Counts writes. */
function targetOf(shelf: Shelf): BackupTarget & { writes: number } {
  const target = {
    writes: 0,
    known: async (id: PictureId) => {
      const here = shelf.pictures.get(id)
      if (!here) return undefined
      const { marks } = here.picture
      return { sha256: await hashOf(here.bytes), ...(marks ? { marks } : {}) }
    },
    keep: async (picture: Picture, bytes: Blob) => {
      target.writes += 1
      shelf.pictures.set(picture.id, { picture, bytes })
    },
    setMarks: async (id: PictureId, marks: ImageMarks) => {
      target.writes += 1
      const here = shelf.pictures.get(id)
      if (here) shelf.pictures.set(id, { ...here, picture: { ...here.picture, marks } })
    },
    hasRun: async (id: RunId) => shelf.runs.has(id),
    keepRun: async (run: Run) => {
      target.writes += 1
      shelf.runs.set(run.id, run)
    },
    hasCollection: async (id: CollectionId) => shelf.collections.has(id),
    keepCollection: async (collection: { id: CollectionId; name: string }) => {
      target.writes += 1
      shelf.collections.set(collection.id, collection)
    },
  }
  return target
}

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const bytesOf = (...last: number[]) => new Blob([Uint8Array.from([...png, ...last])], { type: 'image/png' })

function pictureOf(id: string, change: Partial<Picture> = {}): Picture {
  return {
    id: id as PictureId,
    shelf: 'gallery',
    createdAt: 1_760_000_000_000,
    prompt: `prompt of ${id}`,
    mime: 'image/png',
    width: 4,
    height: 4,
    sizeBytes: 9,
    parents: [],
    origin: { kind: 'dropped', fileName: `${id}.png`, notes: [] },
    ...change,
  }
}

const runOf = (id: string, state: Run['state']): Run => ({
  id: id as RunId,
  recipe: { family: 'flux-2', draft: { prompt: 'a' }, sources: [] },
  marks: { createdAt: 5, priceCredits: 5, pace: 'x' },
  state,
})
const task = { provider: 'kie-jobs', taskId: 'task-1' as TaskId }

function fullShelf(): Shelf {
  const shelf = emptyShelf()
  const add = (picture: Picture, bytes: Blob) => shelf.pictures.set(picture.id, { picture, bytes })
  add(pictureOf('one', { marks: { star: true, changedAt: 3 } }), bytesOf(1))
  add(pictureOf('two', { shelf: 'bin', prompt: 'tab\tand\nline' }), bytesOf(2))
  add(pictureOf('same as one', { parents: ['one' as PictureId] }), bytesOf(1))
  shelf.runs.set('r1', runOf('r1', { phase: 'saved', sentAt: 1, finishedAt: 2, task, pictures: ['one' as PictureId] }))
  shelf.runs.set('r2', runOf('r2', { phase: 'queued' }))
  shelf.runs.set('r3', runOf('r3', { phase: 'working', sentAt: 1, task }))
  shelf.collections.set('c1', { id: 'c1' as CollectionId, name: 'Café' })
  return shelf
}

async function archiveOf(shelf: Shelf): Promise<Blob> {
  const signal = new AbortController().signal
  return new Response(
    await zipOf(
      backupEntries(
        sourceOf(shelf),
        () => 1_765_000_000_000,
        () => undefined,
        signal,
      ),
    ),
  ).blob()
}

const restoreInto = async (shelf: Shelf, archive: Blob) => {
  const target = targetOf(shelf)
  const backup = await openBackup(archive)
  const plan = await backup.plan(target)
  expect(target.writes).toBe(0)
  const restored = await backup.restore(target, () => undefined, new AbortController().signal)
  await backup.close()
  return { plan, restored, writes: target.writes }
}

describe('a backup', () => {
  it('restored into an empty library gives every image, record and collection back, byte for byte', async () => {
    const [from, to] = [fullShelf(), emptyShelf()]
    const { plan, restored } = await restoreInto(to, await archiveOf(from))
    expect(plan).toEqual({ fresh: 3, known: 0, damaged: [] })
    expect(restored).toEqual({ fresh: 3, known: 0, damaged: [], records: 4 })
    for (const [id, { picture, bytes }] of from.pictures) {
      expect(to.pictures.get(id)?.picture).toEqual(picture)
      expect(await to.pictures.get(id)?.bytes.bytes()).toEqual(await bytes.bytes())
      expect(to.pictures.get(id)?.bytes.type).toBe('image/png')
    }
    expect(to.collections).toEqual(from.collections)
    expect(to.runs.get('r1')).toEqual(from.runs.get('r1'))
  })

  it('restored twice writes nothing the second time', async () => {
    const to = emptyShelf()
    const archive = await archiveOf(fullShelf())
    await restoreInto(to, archive)
    expect(await restoreInto(to, archive)).toEqual({
      plan: { fresh: 0, known: 3, damaged: [] },
      restored: { fresh: 0, known: 3, damaged: [], records: 0 },
      writes: 0,
    })
  })

  it('never restores a run that would be sent or polled again', async () => {
    const to = emptyShelf()
    await restoreInto(to, await archiveOf(fullShelf()))
    expect(to.runs.get('r2')).toMatchObject({
      marks: { dismissed: true },
      state: { phase: 'failed', chargePossible: false },
    })
    expect(to.runs.get('r3')).toMatchObject({
      marks: { dismissed: true },
      state: { phase: 'failed', chargePossible: true, task },
    })
  })

  it('merges marks by the time of their change', async () => {
    const archive = await archiveOf(fullShelf())
    const to = fullShelf()
    const change = (changedAt: number) => {
      const here = to.pictures.get('one')
      if (here) to.pictures.set('one', { ...here, picture: { ...here.picture, marks: { rating: 5, changedAt } } })
    }
    change(9)
    await restoreInto(to, archive)
    expect(to.pictures.get('one')?.picture.marks).toEqual({ rating: 5, changedAt: 9 })
    change(1)
    await restoreInto(to, archive)
    expect(to.pictures.get('one')?.picture.marks).toEqual({ star: true, changedAt: 3 })
  })

  it('keeps both, once, if another image has the same id', async () => {
    const archive = await archiveOf(fullShelf())
    const to = fullShelf()
    to.pictures.set('two', { picture: pictureOf('two'), bytes: bytesOf(99) })
    expect((await restoreInto(to, archive)).restored.fresh).toBe(1)
    expect(to.pictures.size).toBe(4)
    expect(await to.pictures.get('two')?.bytes.bytes()).toEqual(await bytesOf(99).bytes())
    expect((await restoreInto(to, archive)).writes).toBe(0)
  })

  it('D19 contains the images that existed at its start, without those deleted since', async () => {
    const shelf = fullShelf()
    const source = sourceOf(shelf)
    const stream = await zipOf(
      backupEntries(
        {
          ...source,
          pictureIds: async () => {
            const ids = await source.pictureIds()
            shelf.pictures.delete('two')
            shelf.pictures.set('late', { picture: pictureOf('late'), bytes: bytesOf(7) })
            return ids
          },
        },
        () => 5,
        () => undefined,
        new AbortController().signal,
      ),
    )
    const to = emptyShelf()
    await restoreInto(to, await new Response(stream).blob())
    expect([...to.pictures.keys()]).toEqual(['one', 'same as one'])
  })

  it('contains equal bytes once, names files by their hash and lists them', async () => {
    const archive = await archiveOf(fullShelf())
    const text = await archive.text()
    const file = `originals/${(await hashOf(bytesOf(1))).slice(0, 2)}/${await hashOf(bytesOf(1))}.png`
    // Once in the local header, once in the central directory, twice in index.tsv.
    expect(text.split(file)).toHaveLength(5)
    expect(text).toContain('\ttab and line\t2025-10-09')
    expect(text.lastIndexOf('manifest.json')).toBeGreaterThan(text.lastIndexOf('index.tsv'))
  })

  it('restores every file that can be opened here, the largest included', async () => {
    const bytes = bytesOf(1)
    const line = { picture: pictureOf('large'), sha256: await hashOf(bytes) }
    const read = async (name: string, mostBytes: number) => {
      if (openLimits.fileBytes > mostBytes) throw new ArchiveError(`${name} is larger than it may be.`)
      return bytes
    }
    const archive = { names: new Set([fileOf(line)]), read, close: async () => undefined }
    const contents = { pictures: { lines: [line], damaged: [] }, runs: [], collections: [] }
    const target = targetOf(emptyShelf())
    const restored = await toBackup(archive, 1, contents).restore(target, () => undefined, new AbortController().signal)
    expect(restored).toMatchObject({ fresh: 1, damaged: [] })
  })

  it('tells how far it is, and stops when asked to', async () => {
    const progress: number[] = []
    const stopping = new AbortController()
    const stream = await zipOf(
      backupEntries(
        sourceOf(fullShelf()),
        () => 5,
        ({ done }) => {
          progress.push(done)
          if (done === 2) stopping.abort()
        },
        stopping.signal,
      ),
    )
    await expect(new Response(stream).blob()).rejects.toThrow()
    expect(progress).toEqual([1, 2])
  })
})

interface Made {
  name: string
  data: string | Blob
}

/** The entries of a good backup, to be changed. */
async function entriesOf(shelf = fullShelf()): Promise<Made[]> {
  const { BlobReader, BlobWriter, ZipReader, configure } = await import('@zip.js/zip.js/lib/zip-core-external.js')
  configure({ useWebWorkers: false })
  const reader = new ZipReader(new BlobReader(await archiveOf(shelf)))
  const made: Made[] = []
  for (const entry of await reader.getEntries())
    if (!entry.directory) made.push({ name: entry.filename, data: await entry.getData(new BlobWriter()) })
  return made
}

const textOf = (entry: Made | undefined) => new Response(entry?.data ?? '').text()
const zipFrom = (entries: readonly Made[]) =>
  new Response(makeZip(entries.map(({ name, data }) => ({ name, input: data })))).blob()

async function withBytes(archive: Blob, change: (view: DataView, bytes: Uint8Array) => void): Promise<Blob> {
  const bytes = new Uint8Array(await archive.arrayBuffer())
  change(new DataView(bytes.buffer), bytes)
  return new Blob([bytes])
}

const endOf = (view: DataView) => view.byteLength - 22
const directoryOf = (view: DataView) => view.getUint32(endOf(view) + 16, true)

describe('an archive that is refused, before anything is written', () => {
  it.each<[string, () => Promise<Blob>, RegExp]>([
    ['no ZIP', async () => new Blob(['hello']), /not a ZIP archive/],
    ['empty', async () => new Blob([]), /not a ZIP archive/],
    ['cut short', async () => (await archiveOf(fullShelf())).slice(0, -30), /not a ZIP archive|damaged/],
    [
      'without its manifest',
      async () => zipFrom((await entriesOf()).filter(({ name }) => name !== 'manifest.json')),
      /manifest\.json, is missing/,
    ],
    [
      'of a newer version',
      async () => {
        const entries = await entriesOf()
        const manifest = entries.find(({ name }) => name === 'manifest.json')
        const text = JSON.parse(await textOf(manifest))
        return zipFrom([
          ...entries.filter((one) => one !== manifest),
          { name: 'manifest.json', data: JSON.stringify({ ...text, version: 2 }) },
        ])
      },
      /newer version/,
    ],
    [
      'of another program',
      () => zipFrom([{ name: 'manifest.json', data: '{"format":"other"}' }]),
      /no backup of Atelier/,
    ],
    [
      'with a manifest nested too deep',
      () => zipFrom([{ name: 'manifest.json', data: `${'['.repeat(5000)}${']'.repeat(5000)}` }]),
      /no backup of Atelier/,
    ],
    [
      'with changed records',
      async () => {
        const entries = await entriesOf()
        return zipFrom(entries.map((one) => (one.name === 'records/runs.ndjson' ? { ...one, data: '' } : one)))
      },
      /records\/runs\.ndjson is not what was backed up/,
    ],
    [
      'with a doubled name',
      async () => zipFrom([...(await entriesOf()), { name: 'manifest.json', data: '{}' }]),
      /twice/,
    ],
    ['with a name of 400 letters', async () => zipFrom([{ name: 'x'.repeat(400), data: '' }]), /too long/],
    [
      'that says it holds 4 billion entries',
      async () => withBytes(await archiveOf(fullShelf()), (view) => view.setUint16(endOf(view) + 10, 0xfffe, true)),
      /damaged/,
    ],
    [
      'that says its list is larger than itself',
      async () =>
        withBytes(await archiveOf(fullShelf()), (view) => view.setUint32(endOf(view) + 12, 60 * 2 ** 20, true)),
      /beyond its end/,
    ],
    [
      'that says its list is larger than 64 MB',
      async () => withBytes(await archiveOf(fullShelf()), (view) => view.setUint32(endOf(view) + 12, 2 ** 31, true)),
      /larger than 64 MB/,
    ],
    [
      'with a compressed entry',
      async () => withBytes(await archiveOf(fullShelf()), (view) => view.setUint16(directoryOf(view) + 10, 8, true)),
      /compressed/,
    ],
    [
      'with an encrypted entry',
      async () =>
        withBytes(await archiveOf(fullShelf()), (view) => {
          const flags = directoryOf(view) + 8
          view.setUint16(flags, view.getUint16(flags, true) | 1, true)
        }),
      /encrypted/,
    ],
    [
      'with an entry of 3 GB that is not there',
      async () =>
        withBytes(await archiveOf(fullShelf()), (view) => {
          view.setUint32(directoryOf(view) + 20, 3 * 2 ** 30, true)
          view.setUint32(directoryOf(view) + 24, 3 * 2 ** 30, true)
        }),
      /beyond the end|damaged/,
    ],
  ])('%s', async (_, make, words) => {
    await expect(openBackup(await make())).rejects.toThrow(words)
  })
})

describe('a backup of which a part is damaged', () => {
  it('names an image whose bytes were changed, and restores the others', async () => {
    const hash = await hashOf(bytesOf(2))
    const archive = await withBytes(await archiveOf(fullShelf()), (_, bytes) => {
      const text = new TextDecoder('latin1').decode(bytes)
      bytes[text.indexOf(`${hash}.png`) + 68 + 8] = 77
    })
    const to = emptyShelf()
    const { restored } = await restoreInto(to, archive)
    expect(restored).toMatchObject({
      fresh: 2,
      damaged: [{ name: 'tab\tand\nline', reason: expect.stringMatching(/damaged|not those/) }],
    })
  })

  it('names an image whose bytes have another hash than their name, though the checksum fits', async () => {
    const hash = await hashOf(bytesOf(2))
    const entries = (await entriesOf()).map((one) => (one.name.includes(hash) ? { ...one, data: bytesOf(3) } : one))
    const { restored } = await restoreInto(emptyShelf(), await zipFrom(entries))
    expect(restored.damaged).toEqual([
      { name: 'tab\tand\nline', reason: 'Its bytes are not those that were backed up.' },
    ])
  })

  it('names an image whose file is missing, and lines that are no records', async () => {
    const hash = await hashOf(bytesOf(2))
    const entries = (await entriesOf()).filter(({ name }) => !name.includes(hash))
    const good = await textOf(entries.find(({ name }) => name === 'records/pictures.ndjson'))
    const lines = [
      good,
      '{"picture":{"id":"x"}}',
      `{"picture":${'{"a":'.repeat(90)}1${'}'.repeat(90)}}`,
      'x'.repeat(300_000),
    ].join('\n')
    const manifest = JSON.parse(await textOf(entries.find(({ name }) => name === 'manifest.json')))
    manifest.records['records/pictures.ndjson'] = await hashOf(new Blob([lines]))
    const changed = entries.map((one) =>
      one.name === 'records/pictures.ndjson'
        ? { ...one, data: lines }
        : one.name === 'manifest.json'
          ? { ...one, data: JSON.stringify(manifest) }
          : one,
    )
    const { restored } = await restoreInto(emptyShelf(), await zipFrom(changed))
    expect(restored.fresh).toBe(2)
    expect(restored.damaged.map(({ name }) => name)).toEqual([
      'line 4 of records/pictures.ndjson',
      'line 5 of records/pictures.ndjson',
      'line 6 of records/pictures.ndjson',
      'tab\tand\nline',
    ])
  })

  it('stops at a full disk with what was restored until then kept whole', async () => {
    const to = emptyShelf()
    const target = targetOf(to)
    const backup = await openBackup(await archiveOf(fullShelf()))
    const keep = target.keep
    const full = {
      ...target,
      keep: (picture: Picture, bytes: Blob) =>
        to.pictures.size === 2 ? Promise.reject(new Error('full')) : keep(picture, bytes),
    }
    await expect(backup.restore(full, () => undefined, new AbortController().signal)).rejects.toThrow('full')
    expect([...to.pictures.keys()]).toEqual(['one', 'two'])
    expect((await restoreInto(to, await archiveOf(fullShelf()))).restored).toMatchObject({ fresh: 1, known: 2 })
  })
})

describe('the checksum', () => {
  it('is that of ZIP and PNG', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })
})

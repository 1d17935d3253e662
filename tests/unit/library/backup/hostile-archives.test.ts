import 'fake-indexeddb/auto'
import { deflateRawSync } from 'node:zlib'
import { makeZip } from 'client-zip'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { crc32 } from '#imaging/container/crc32.ts'
import { hashOf, originalName } from '#library/backup/backup.ts'
import { openBackup } from '#library/backup/read-backup.ts'
import { backupEntries } from '#library/backup/write-backup.ts'
import { zipOf } from '#library/zip.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { newPicture, pictureIds, queuedRun, savedRun, workingRun } from '../../../support/gallery-records.ts'
import { paintedImage } from '../../../support/images.ts'
import { nodeProcessor } from '../../../support/node-processor.ts'
import { recordsOf } from '../../../support/raw-database.ts'

const never = new AbortController().signal
const ignore = () => undefined
const opened: GalleryStore[] = []

async function open(): Promise<GalleryStore & { name: string }> {
  const name = `hostile-${crypto.randomUUID()}`
  const store = await openGallery({ name, processor: nodeProcessor })
  opened.push(store)
  return { ...store, name }
}

let good: { name: string; data: Blob }[]
let before: GalleryStore

beforeAll(async () => {
  before = await open()
  for (const [index, id] of ['fox', 'owl', 'dog'].entries())
    await before.addPicture(newPicture(id, await paintedImage('png', { width: 8 + index, height: 6 }), { prompt: id }))
  await before.saveRun(savedRun('done', ['fox']))
  good = await entriesOf(await archiveOf(before))
  opened.length = 0
})

afterAll(() => before.close())

afterEach(() => {
  vi.restoreAllMocks()
  for (const store of opened.splice(0)) store.close()
})

async function archiveOf(store: GalleryStore): Promise<Blob> {
  return new Response(await zipOf(backupEntries(await store.backup(), () => 5_000, ignore, never))).blob()
}

async function entriesOf(archive: Blob) {
  const { BlobReader, BlobWriter, ZipReader, configure } = await import('@zip.js/zip.js/lib/zip-core-external.js')
  configure({ useWebWorkers: false })
  const made: { name: string; data: Blob }[] = []
  for (const entry of await new ZipReader(new BlobReader(archive)).getEntries())
    if (!entry.directory) made.push({ name: entry.filename, data: await entry.getData(new BlobWriter()) })
  return made
}

interface Raw {
  name: string
  data?: Uint8Array
  method?: number
  flags?: number
  /** A false size in the headers. */
  says?: number
  /** A false offset of the entry in the central directory. */
  at?: number
}

const text = new TextEncoder()

/** Makes a ZIP archive whose headers can be false. */
function rawZip(entries: readonly Raw[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = []
  const list: Uint8Array<ArrayBuffer>[] = []
  let at = 0
  for (const {
    name,
    data = new Uint8Array(),
    method = 0,
    flags = 0x0800,
    says = data.length,
    at: place = at,
  } of entries) {
    const bytes = text.encode(name)
    const head = new DataView(new ArrayBuffer(30))
    const row = new DataView(new ArrayBuffer(46))
    head.setUint32(0, 0x04034b50, true)
    row.setUint32(0, 0x02014b50, true)
    for (const [view, from] of [
      [head, 4],
      [row, 6],
    ] as const) {
      view.setUint16(from + 2, flags, true)
      view.setUint16(from + 4, method, true)
      view.setUint32(from + 10, crc32(data), true)
      view.setUint32(from + 14, data.length, true)
      view.setUint32(from + 18, says, true)
      view.setUint16(from + 22, bytes.length, true)
    }
    row.setUint32(42, place, true)
    parts.push(new Uint8Array(head.buffer), bytes, new Uint8Array(data))
    list.push(new Uint8Array(row.buffer), bytes)
    at += 30 + bytes.length + data.length
  }
  const listBytes = list.reduce((sum, { length }) => sum + length, 0)
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, entries.length, true)
  end.setUint16(10, entries.length, true)
  end.setUint32(12, listBytes, true)
  end.setUint32(16, at, true)
  return new Blob([...parts, ...list, new Uint8Array(end.buffer)])
}

const rawOf = async (entries = good): Promise<Raw[]> =>
  Promise.all(entries.map(async ({ name, data }) => ({ name, data: new Uint8Array(await data.arrayBuffer()) })))

const zipFrom = (entries: readonly { name: string; data: Blob | string }[]) =>
  new Response(makeZip(entries.map(({ name, data }) => ({ name, input: data })))).blob()

/** The valid entries with other records, whose hash is in the manifest. */
async function withRecords(change: (lines: string[]) => readonly string[]) {
  const find = (name: string) => good.find((entry) => entry.name === name)?.data ?? new Blob()
  const lines = change((await find('records/pictures.ndjson').text()).split('\n')).join('\n')
  const manifest = JSON.parse(await find('manifest.json').text())
  manifest.records['records/pictures.ndjson'] = await hashOf(new Blob([lines]))
  const changed: Record<string, string> = {
    'records/pictures.ndjson': lines,
    'manifest.json': JSON.stringify(manifest),
  }
  return good.map(({ name, data }) => ({ name, data: changed[name] ?? data }))
}

async function restored(archive: Blob) {
  const store = await open()
  const backup = await openBackup(archive)
  const done = await backup.restore(await store.backup(), ignore, never)
  return { store, done }
}

async function isRefused(archive: Blob, words: RegExp) {
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  await expect(openBackup(archive)).rejects.toThrow(words)
  expect(put).not.toHaveBeenCalled()
}

describe('names', () => {
  it.each(['../../x', '/abs', 'C:\\x', '..\\..\\x', 'originals/../../x'])(
    'I01 an archive with an entry called %j is refused',
    async (name) => {
      await isRefused(rawZip([...(await rawOf()), { name, data: text.encode('x') }]), /The archive is damaged/)
    },
  )

  it.each(['a\u0000b', 'con', 'images/x.png'])('I01 an entry called %j is never looked at', async (name) => {
    const { done, store } = await restored(rawZip([...(await rawOf()), { name, data: text.encode('x') }]))
    expect(done).toMatchObject({ fresh: 3, damaged: [] })
    expect((await recordsOf(store.name, 'pictures')).length).toBe(3)
  })

  it('I01 a name of a thousand levels is refused', async () => {
    await isRefused(rawZip([...(await rawOf()), { name: 'a/'.repeat(1_000) }]), /name that is too long/)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'I02 an entry and a member called %s change nothing but themselves',
    async (name) => {
      const entries = await withRecords(([first = '', ...rest]) => [
        first.replace('{', `{"${name}":{"polluted":1},`),
        ...rest,
      ])
      const { done } = await restored(await zipFrom([...entries, { name, data: 'x' }]))
      expect(done.fresh + done.damaged.length).toBe(3)
      expect(({} as { polluted?: number }).polluted).toBeUndefined()
      expect(typeof {}.toString).toBe('function')
    },
  )
})

describe('sizes', () => {
  it('I03 data that grows two hundredfold is refused before it is unpacked', async () => {
    const bomb = deflateRawSync(Buffer.alloc(20_000_000))
    const archive = rawZip([...(await rawOf()), { name: 'bomb', data: bomb, method: 8, says: 20_000_000 }])
    await isRefused(archive, /"bomb" is compressed/)
  })

  it.each([100_000n, 2n ** 64n - 1n])(
    'I04 a list that says it has %i entries is refused before it is read',
    async (count) => {
      const end = new DataView(new ArrayBuffer(56 + 20))
      end.setUint32(0, 0x06064b50, true)
      end.setBigUint64(24, count, true)
      end.setBigUint64(32, count, true)
      end.setUint32(56, 0x07064b50, true)
      const archive = await zipFrom(good)
      end.setBigUint64(64, BigInt(archive.size - 22), true)
      const parts = [archive.slice(0, -22), end.buffer, archive.slice(-22)]
      await isRefused(new Blob(parts), /more than 100,000 entries/)
    },
  )

  it('I04 entries that share bytes are refused', async () => {
    const raw = await rawOf()
    await isRefused(
      rawZip([...raw, { name: 'again', data: raw[0]?.data ?? new Uint8Array(), at: 0 }]),
      /overlap|damaged/,
    )
  })

  it('I04 an archive in place of an image is reported, and the others are restored', async () => {
    const archive = await archiveOf(before)
    const sha256 = await hashOf(archive)
    const entries = await withRecords(([first = '', ...rest]) => [
      JSON.stringify({ ...JSON.parse(first), sha256 }),
      ...rest,
    ])
    const { done } = await restored(await zipFrom([...entries, { name: originalName(sha256, 'png'), data: archive }]))
    expect(done).toMatchObject({ fresh: 2, damaged: [{ reason: expect.stringContaining('could not be kept') }] })
  })

  it.each([0, 10, 4_000_000_000])('I05 an entry that says it has %i bytes is refused', async (says) => {
    const raw = await rawOf()
    const image = raw.findIndex(({ name }) => name.startsWith('originals/'))
    await isRefused(
      rawZip(raw.map((each, index) => (index === image ? { ...each, says } : each))),
      /compressed|beyond|damaged/,
    )
  })

  it('I06 a size that should be in a ZIP64 field, and is not, ends in an error', async () => {
    const raw = await rawOf()
    await isRefused(
      rawZip(raw.map((each, index) => (index === 1 ? { ...each, says: 0xffffffff } : each))),
      /damaged|compressed/,
    )
    await isRefused(
      rawZip(raw.map((each, index) => (index === 1 ? { ...each, at: 0xffffffff } : each))),
      /damaged|beyond/,
    )
  })
})

describe('damage', () => {
  it('I07 a flipped bit is found by the checksum: that image is reported, the others are restored', async () => {
    const archive = new Uint8Array(await (await zipFrom(good)).arrayBuffer())
    const image = good.find(({ name }) => name.startsWith('originals/'))
    const pattern = Buffer.from(await (image?.data ?? new Blob()).arrayBuffer())
    const at = Buffer.from(archive.buffer).indexOf(pattern) + pattern.length - 20
    archive[at] = (archive[at] ?? 0) ^ 4
    const { done, store } = await restored(new Blob([archive]))
    expect(done).toMatchObject({ fresh: 2, damaged: [{ reason: expect.stringContaining('is damaged') }] })
    expect(await recordsOf(store.name, 'originals')).toHaveLength(2)
  })

  it.each<[string, (archive: Blob) => Promise<Blob> | Blob]>([
    ['half of it', (archive) => archive.slice(0, Math.floor(archive.size / 2))],
    ['all but the end', (archive) => archive.slice(0, -22)],
    ['an encrypted entry', async () => rawZip((await rawOf()).map((each) => ({ ...each, flags: 0x0801 })))],
    ['an unknown method', async () => rawZip((await rawOf()).map((each) => ({ ...each, method: 99 })))],
  ])('I08 %s is refused in a sentence, before anything is written', async (_, make) => {
    await isRefused(await make(await zipFrom(good)), /^(This is|The archive|".*" is)/)
  })

  const manifests: [string, unknown][] = [
    ['a newer schema', { format: 'atelier-backup', version: 9, createdAt: 1, counts: {}, records: {} }],
    ['no members', {}],
    ['members of other types', { format: 'atelier-backup', version: '1', createdAt: 'now', counts: [], records: 7 }],
    ['null', null],
    ['50 MB', ' '.repeat(50_000_000)],
    ['10,000 levels', '['.repeat(10_000)],
  ]
  it.each(manifests)('I09 a manifest of %s is refused', async (_, value) => {
    const data = typeof value === 'string' ? value : JSON.stringify(value)
    await isRefused(
      await zipFrom([...good.filter(({ name }) => name !== 'manifest.json'), { name: 'manifest.json', data }]),
      /manifest|newer|backup/,
    )
  })

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
  ])('I10 %s in place of a PNG is named, and the others are restored', async (_, data) => {
    const sha256 = await hashOf(new Blob([data]))
    const entries = await withRecords(([first = '', ...rest]) => [
      JSON.stringify({ ...JSON.parse(first), sha256 }),
      ...rest,
    ])
    const { done } = await restored(await zipFrom([...entries, { name: originalName(sha256, 'png'), data }]))
    expect(done).toMatchObject({ fresh: 2, damaged: [{ reason: expect.stringContaining('could not be kept') }] })
  })
})

describe('a record', () => {
  const withMember = async (member: object) => {
    const change = (line: string) => {
      const { picture, ...rest } = JSON.parse(line)
      return JSON.stringify({ ...rest, picture: { ...picture, ...member } })
    }
    return zipFrom(await withRecords(([first = '', ...others]) => [change(first), ...others]))
  }

  it.each<[string, object]>([
    ['marks that are a number', { marks: 7 }],
    ['tags that are no list', { marks: { tags: 'client', changedAt: 1 } }],
    ['a note that is a list', { marks: { note: ['x'], changedAt: 1 } }],
    ['marks without a time', { marks: { star: true } }],
    ['a rating of 900', { marks: { rating: 900, changedAt: 1 } }],
    ['a batch without an id', { batch: { index: 1 } }],
    ['file facts that are text', { file: 'x' }],
    ['an origin without a model', { origin: { kind: 'sample', recipe: { family: 'x', draft: {}, sources: [] } } }],
    ['a recipe without sources', { origin: { kind: 'sample', model: 'x', recipe: { family: 'x', draft: {} } } }],
    ['a hash that is none', { sha256: 'x' }],
  ])('with %s is reported, and the others are restored', async (_, member) => {
    const { done, store } = await restored(await withMember(member))
    expect(done).toMatchObject({ fresh: 2, damaged: [{ name: 'line 1 of records/pictures.ndjson' }] })
    expect(await recordsOf(store.name, 'pictures')).toHaveLength(2)
  })

  it.each([['red'], [7], [[-1]], [[40_000]], [[0.5]], [Array.from({ length: 17 }, () => 1)], [null]])(
    'with the palette %j is restored, and its colours are computed from its bytes',
    async (palette) => {
      const { done, store } = await restored(await withMember({ palette }))
      expect(done).toMatchObject({ fresh: 3, damaged: [] })
      for (const id of pictureIds('fox', 'owl', 'dog')) {
        const computed = (await before.picture(id))?.palette
        expect(computed).toBeDefined()
        expect((await store.picture(id))?.palette).toEqual(computed)
      }
    },
  )
})

describe('the present library', () => {
  it('I11 is unchanged if an archive has other images with the same ids, also if it is restored twice', async () => {
    const store = await open()
    await store.addPicture(
      newPicture('fox', await paintedImage('png', { width: 50, height: 50 }), { prompt: 'my fox' }),
    )
    const mine = await (await store.original('fox' as PictureId))?.bytes()
    const target = await store.backup()
    const archive = await zipFrom(good)
    expect(await (await openBackup(archive)).restore(target, ignore, never)).toMatchObject({ fresh: 3 })
    expect(await (await store.original('fox' as PictureId))?.bytes()).toEqual(mine)
    expect((await store.picture('fox' as PictureId))?.prompt).toBe('my fox')
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    await (await openBackup(archive)).restore(target, ignore, never)
    expect(put).not.toHaveBeenCalled()
    expect(await recordsOf(store.name, 'pictures')).toHaveLength(4)
  })

  it('I12 is unchanged if the disk is full in the middle, and the same archive restores the rest later', async () => {
    const store = await open()
    const { put } = IDBObjectStore.prototype
    let images = 0
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
      if (this.name === 'originals') images += 1
      if (images > 2) (this.transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError')
      return put.call(this, value, key)
    })
    const archive = await zipFrom(good)
    const done: number[] = []
    const backup = await openBackup(archive)
    const target = await store.backup()
    const restoring = backup.restore(target, (progress) => done.push(progress.done), never)
    await expect(restoring).rejects.toThrow(
      /^The disk is full: “(fox|owl|dog)” did not fit\. What was restored until then stays\. Free space and restore again\.$/,
    )
    vi.restoreAllMocks()
    expect(done).toEqual([1, 2])
    for (const kind of ['pictures', 'originals', 'thumbnails'] as const)
      expect(await recordsOf(store.name, kind)).toHaveLength(2)
    expect(await (await openBackup(archive)).restore(target, ignore, never)).toMatchObject({ fresh: 1, known: 2 })
  })
})

it('I15 a backup holds no address of a proxy, no link to a result and no key', async () => {
  const store = await open()
  const secret = 'https://user:pass@proxy.example/api'
  const link = 'https://results.example/one.png?token=s3cret'
  const working = workingRun('w')
  await store.saveRun({ ...queuedRun('q'), marks: { ...queuedRun('q').marks, proxy: secret } })
  await store.saveRun({
    ...working,
    marks: { ...working.marks, proxy: secret },
    state: { ...working.state, phase: 'ready', finishedAt: 2, imageUrls: [link], spareUrls: [link] },
  })
  expect(await store.recentRuns(5)).toHaveLength(2)
  const archive = await (await archiveOf(store)).text()
  for (const word of ['proxy.example', 'pass@', 'results.example', 's3cret']) expect(archive).not.toContain(word)
  const other = await open()
  await (await openBackup(await archiveOf(store))).restore(await other.backup(), ignore, never)
  expect((await other.recentRuns(5)).map(({ id, state }) => [id, state.phase, 'task' in state])).toEqual(
    expect.arrayContaining([
      ['q', 'failed', false],
      ['w', 'failed', true],
    ]),
  )
  expect(await other.picturesById(pictureIds('none'))).toEqual(new Map())
})

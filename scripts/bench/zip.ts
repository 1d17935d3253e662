import { spawnSync } from 'node:child_process'
import { createWriteStream, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { openBackup } from '#library/backup/read-backup.ts'
import { backupEntries } from '#library/backup/write-backup.ts'
import { zipOf } from '#library/zip.ts'
import { readConfig } from '#server/config.ts'
import { startServer } from '#server/start.ts'
import { openProfile } from './browser.ts'
import type { Row } from './report.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pageFolder = `${root}node_modules/.cache/bench/zip`

/** Backups that are too large for the first form of ZIP, and what a large export costs the browser. */
export async function benchZip(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-zip-'))
  try {
    return [
      ...(await benchBackup(folder, '70,000 images', 70_000, 600)),
      ...(await benchBackup(folder, '4.5 GB', 75, 60_000_000)),
      await benchMemory(),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchBackup(folder: string, what: string, count: number, bytes: number): Promise<Row[]> {
  const file = join(folder, 'backup.zip')
  const startedAt = performance.now()
  const stream = await zipOf(
    backupEntries(
      generated(count, bytes),
      () => 1,
      () => undefined,
      new AbortController().signal,
    ),
  )
  await pipeline(Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file))
  const seconds = (performance.now() - startedAt) / 1000
  const { size } = await stat(file)
  const backup = await openBackup(asBlob(file, size))
  const nothing = { known: async () => undefined } as unknown as Parameters<typeof backup.plan>[0]
  const { fresh } = await backup.plan(nothing)
  await backup.close()
  const rows: Row[] = [
    {
      what: `${what}: written`,
      ours: size / 1e6 / seconds,
      unit: 'MB/s',
      goal: '',
      holds: true,
      note: `${(size / 1e9).toFixed(2)} GB`,
    },
    {
      what: `${what}: images that our own reader finds`,
      ours: fresh,
      unit: '',
      goal: `${count}`,
      holds: fresh === count,
    },
    ...readers.map(({ name, command, args, counted }): Row => {
      const { stdout, stderr, status } = spawnSync(command, [...args, file], { encoding: 'utf8', maxBuffer: 2 ** 28 })
      // README, three files of records, the index and the manifest come with the images.
      const found = status === 0 ? counted(stdout) : Number.NaN
      if (Number.isNaN(found)) throw new Error(`${name} did not read the archive: ${stderr.slice(0, 300) || status}`)
      return {
        what: `${what}: entries that ${name} reads, checksums too`,
        ours: found,
        unit: '',
        goal: `${count + 6}`,
        holds: found === count + 6,
      }
    }),
  ]
  await rm(file)
  return rows
}

/** A file as a page sees one. Node's own cannot be cut beyond 4 GB. */
function asBlob(file: string, size: number): Blob {
  const opened = openSync(file, 'r')
  const slice = (from = 0, to = size) => {
    const bytes = Buffer.alloc(Math.max(0, Math.min(to, size) - from))
    readSync(opened, bytes, 0, bytes.length, from)
    return new Blob([bytes])
  }
  return { size, slice } as unknown as Blob
}

const python =
  'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(len(z.infolist()))'
/** Other programs, each with checksums. */
const readers = [
  { name: 'Python', command: 'python3', args: ['-c', python], counted: (text: string) => Number(text) },
  { name: 'unzip', command: 'unzip', args: ['-t'], counted: (text: string) => text.match(/ OK *$/gm)?.length ?? 0 },
]

/** So many images of so many bytes, each another one, made when they are asked for. */
function generated(count: number, bytes: number): Parameters<typeof backupEntries>[0] {
  const ids = Array.from({ length: count }, (_, index) => `image-${index}` as PictureId)
  const whole = new Uint8Array(bytes)
  const numberOf = (id: PictureId) => Number(id.slice('image-'.length))
  return {
    pictureIds: async () => ids,
    async picture(id): Promise<Picture> {
      const origin = { kind: 'dropped', fileName: `${id}.png`, notes: [] } as const
      const about = { id, shelf: 'gallery', createdAt: numberOf(id), prompt: `prompt of ${id}`, origin } as const
      return { ...about, mime: 'image/png', width: 8, height: 8, sizeBytes: bytes, parents: [] }
    },
    async bytes(id) {
      return new Blob([new Uint32Array([numberOf(id)]), whole.subarray(4)], { type: 'image/png' })
    },
    runs: async () => [],
    collections: async () => [],
  }
}

/** MB that an export adds to all processes of a browser together. */
async function benchMemory(): Promise<Row> {
  await build({
    root: `${root}scripts/bench/zip-page`,
    configFile: false,
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: pageFolder, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  })
  const server = await startServer(readConfig({ PORT: '0' }), { pageFolder })
  const profile = await mkdtemp(join(tmpdir(), 'atelier-bench-'))
  const context = await openProfile(profile)
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    await page.goto(server.origin)
    await page.waitForFunction(() => 'zipping' in globalThis)
    // The first export loads what each further one needs as well.
    await page.evaluate(() => zipping(10, 10_000_000))
    const before = memoryMb(profile)
    let most = before
    const looking = setInterval(() => {
      most = Math.max(most, memoryMb(profile))
    }, 100)
    const download = page.waitForEvent('download')
    await page.evaluate(() => zipping(1_000, 500_000))
    await (await download).path()
    clearInterval(looking)
    most = Math.max(most, memoryMb(profile))
    const added = most - before
    return {
      what: 'Export of 1,000 × 500 KB: more memory in page and browser together, at most',
      ours: added,
      unit: 'MB',
      goal: '≤ 150 MB',
      holds: added <= 150,
      note: `${Math.round(before)} MB before`,
    }
  } finally {
    await context.close()
    await server.close()
    await rm(profile, { recursive: true, force: true })
  }
}

/** Private and shared memory of the browser that has this profile, each page of memory counted once for each process. */
function memoryMb(profile: string): number {
  const statuses = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, status: readIfThere(`/proc/${pid}/status`), command: readIfThere(`/proc/${pid}/cmdline`) }))
  const parentOf = new Map(statuses.map(({ pid, status }) => [pid, /PPid:\s+(\d+)/.exec(status)?.[1] ?? '0']))
  const roots = new Set(statuses.filter(({ command }) => command.includes(profile)).map(({ pid }) => pid))
  const isOurs = (pid: string | undefined): boolean =>
    pid !== undefined && pid !== '0' && (roots.has(pid) || isOurs(parentOf.get(pid)))
  return statuses
    .filter(({ pid }) => isOurs(pid))
    .reduce(
      (sum, { status }) =>
        sum +
        Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024 +
        Number(/RssShmem:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
      0,
    )
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

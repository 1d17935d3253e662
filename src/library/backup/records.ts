import * as z from 'zod/mini'
import { depthOf } from '#domain/json-depth.ts'
import type { Shelf } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { fileMimes } from '#domain/source-file.ts'
import { type Archive, ArchiveError } from './archive.ts'
import { type BackupCollection, type Damage, hashOf, type Manifest, names, type PictureLine } from './backup.ts'

const mostManifestBytes = 2 ** 20
/** The records of 100,000 images take less. */
const mostRecordsBytes = 512 * 2 ** 20
/** An area that was painted with the brush for minutes has hundreds of thousands of letters. */
const mostLineLetters = 16 * 2 ** 20
const mostDepth = 32

const id = z.string().check(z.minLength(1), z.maxLength(200))
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/))
const time = z.number().check(z.gte(0))
const side = z.int().check(z.gte(1), z.lte(1_000_000))
const shelves: readonly Shelf[] = ['gallery', 'sources', 'bin', 'answers']

const ManifestShape = z.object({
  format: z.literal('atelier-backup'),
  version: z.number(),
  createdAt: time,
  counts: z.object({ pictures: z.number(), runs: z.number(), collections: z.number(), files: z.number() }),
  records: z.record(z.string(), hash),
})

const text = z.string()
const RecipeShape = z.looseObject({ family: text, draft: z.record(text, z.unknown()), sources: z.array(id) })
const OriginShape = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('made'), run: id, recipe: RecipeShape, model: text }),
  z.looseObject({ kind: z.literal('dropped'), fileName: text, notes: z.array(text) }),
  z.looseObject({ kind: z.literal('derived'), from: z.enum(['answer', 'frame']), model: z.optional(text) }),
  z.looseObject({ kind: z.literal('sample'), recipe: RecipeShape, model: text }),
])
const MarksShape = z.looseObject({
  rating: z.optional(z.int().check(z.gte(0), z.lte(5))),
  colour: z.optional(text),
  note: z.optional(text),
  tags: z.optional(z.array(text)),
  collections: z.optional(z.array(id)),
  changedAt: time,
})
const FileShape = z.looseObject({
  name: text,
  orientation: z.int().check(z.gte(1), z.lte(8)),
  profile: z.enum(['srgb', 'p3', 'other']),
  hasAlpha: z.boolean(),
})
/** Colours in 15 bits each. They can be computed again, so wrong ones are left out. */
const PaletteShape = z.array(z.int().check(z.gte(0), z.lte(32_767))).check(z.maxLength(16))

const PictureShape = z.looseObject({
  id,
  shelf: z.enum(shelves),
  createdAt: time,
  prompt: z.string(),
  mime: z.enum(fileMimes),
  width: side,
  height: side,
  sizeBytes: z.number().check(z.gte(0)),
  parents: z.array(id),
  origin: OriginShape,
  batch: z.optional(z.looseObject({ id, index: z.number(), of: z.number() })),
  file: z.optional(FileShape),
  sha256: z.optional(hash),
  laying: z.optional(z.looseObject({ kind: text })),
  marks: z.optional(MarksShape),
  palette: z.catch(z.optional(PaletteShape), undefined),
})

const LineShape = z.object({ picture: PictureShape, sha256: z.optional(hash) })
const CollectionShape = z.looseObject({
  id,
  name: text,
  kind: z.optional(text),
  rule: z.optional(text),
  order: z.optional(z.number()),
  parent: z.optional(id),
  cover: z.optional(id),
  sequence: z.optional(z.array(id)),
})
const FailureShape = z
  .looseObject({ kind: text, issues: z.optional(z.array(z.looseObject({ field: text, message: text }))) })
  .check(z.refine(({ kind, issues }) => kind !== 'invalid' || issues !== undefined))
const RunShape = z.looseObject({
  id,
  recipe: RecipeShape,
  marks: z.looseObject({ createdAt: time, priceCredits: z.number() }),
  state: z.discriminatedUnion('phase', [
    z.looseObject({ phase: z.enum(['queued', 'sending', 'working', 'ready']) }),
    z.looseObject({ phase: z.literal('saved'), pictures: z.array(id) }),
    z.looseObject({ phase: z.literal('failed'), failure: FailureShape, chargePossible: z.boolean() }),
  ]),
})

const FolderLineShape = z.union([
  z.object({
    ...LineShape.shape,
    file: z.optional(z.string().check(z.regex(/^images\/[^/\\]{1,40}\/[^/\\]{1,300}$/))),
  }),
  z.object({ run: RunShape }),
  z.object({ collection: CollectionShape }),
])

/** Rejects with an `ArchiveError` if the archive is not a complete backup that this version can read. */
export async function readManifest(archive: Archive): Promise<Manifest> {
  if (!archive.names.has(names.manifest))
    throw new ArchiveError('This is no whole backup of Atelier: its last entry, manifest.json, is missing.')
  const text = await (await archive.read(names.manifest, mostManifestBytes)).text()
  const read = ManifestShape.safeParse(parse(text))
  if (!read.success) throw new ArchiveError('This is no backup of Atelier: manifest.json is not one.')
  if (read.data.version !== 1) throw new ArchiveError('This backup was made by a newer version of Atelier.')
  return { ...read.data, version: 1 }
}

/** A line that cannot be read is left out and reported; the others are restored. */
export async function readPictures(
  archive: Archive,
  manifest: Manifest,
): Promise<{ lines: readonly PictureLine[]; damaged: readonly Damage[] }> {
  const lines: PictureLine[] = []
  const damaged: Damage[] = []
  for (const [number, text] of (await linesOf(archive, manifest, names.pictures)).entries()) {
    const read = text.length > mostLineLetters ? undefined : LineShape.safeParse(parse(text))
    if (read?.success) lines.push(read.data as unknown as PictureLine)
    else damaged.push({ name: `line ${number + 1} of ${names.pictures}`, reason: 'It is no record of an image.' })
  }
  return { lines, damaged }
}

/** One line of a folder's records: an image with the path of its bytes, a run, or a collection. `undefined` for anything else. */
export function readFolderLine(
  text: string,
): { picture: PictureLine } | { run: Run } | { collection: BackupCollection } | undefined {
  const read = text.length > mostLineLetters ? undefined : FolderLineShape.safeParse(parse(text))
  if (!read?.success) return undefined
  const { data } = read
  if ('run' in data) return { run: data.run as unknown as Run }
  if ('collection' in data) return { collection: data.collection as unknown as BackupCollection }
  return { picture: data as unknown as PictureLine }
}

export async function readRuns(archive: Archive, manifest: Manifest): Promise<readonly Run[]> {
  const lines = await linesOf(archive, manifest, names.runs)
  return lines.flatMap((text) => {
    const read = text.length > mostLineLetters ? undefined : RunShape.safeParse(parse(text))
    return read?.success ? [read.data as unknown as Run] : []
  })
}

export async function readCollections(archive: Archive, manifest: Manifest): Promise<readonly BackupCollection[]> {
  const lines = await linesOf(archive, manifest, names.collections)
  return lines.flatMap((text) => {
    const read = CollectionShape.safeParse(parse(text))
    return read.success ? [read.data as unknown as BackupCollection] : []
  })
}

async function linesOf(archive: Archive, { records }: Manifest, name: string): Promise<readonly string[]> {
  const bytes = await archive.read(name, mostRecordsBytes)
  if ((await hashOf(bytes)) !== records[name]) throw new ArchiveError(`${name} is not what was backed up.`)
  const text = await bytes.text()
  return text === '' ? [] : text.split('\n')
}

/** `undefined` for text that is not JSON, or is nested deeper than any record. */
function parse(text: string): unknown {
  if (depthOf(text) > mostDepth) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * A run for export, without addresses: neither that of its proxy, nor links to its result, which anyone who has
 * them could open. Its task is known, so that its result can be fetched through any proxy with the same key.
 */
export function withoutAddresses(run: Run): Run {
  const { proxy: _proxy, ...marks } = run.marks
  if (run.state.phase !== 'ready') return { ...run, marks }
  const { sentAt, task } = run.state
  return { ...run, marks, state: { phase: 'working', sentAt, task } }
}

/**
 * A run as it is restored. A run that was under way counts as ended: it must never be sent again, and the window that
 * made the backup may have its result by now.
 */
export function asEnded(run: Run): Run {
  const { phase } = run.state
  if (phase === 'saved' || phase === 'failed') return run
  const task = 'task' in run.state ? run.state.task : undefined
  return {
    ...run,
    marks: { ...run.marks, dismissed: true },
    state: {
      phase: 'failed',
      failure: { kind: 'unexpected', detail: 'Restored from a backup that was made while it ran.' },
      chargePossible: phase !== 'queued',
      ...(task ? { task } : {}),
    },
  }
}

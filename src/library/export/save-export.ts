import type { Box } from '#domain/edit.ts'
import { isAbort } from '#domain/failure.ts'
import { imageMimes } from '#domain/picture.ts'
import type { Exported, ExportJob } from '#imaging/export/make-export.ts'
import { saveFile } from '#platform/save-file.ts'
import { openSaveTarget } from '#platform/save-stream.ts'
import type { GalleryStore } from '#store/store.ts'
import { type OnProgress, runJob } from '../jobs.ts'
import { modelOf } from '../picture-words.ts'
import { saveZip } from '../zip.ts'
import { aboutBytes, type ExportItem, metadataOf } from './export-plan.ts'

export interface ExportPorts {
  store: Pick<GalleryStore, 'original' | 'drawable'>
  /** Makes one file, outside the page's thread. */
  make(job: ExportJob, signal: AbortSignal): Promise<Exported>
}

export interface ExportOptions {
  quality: number
  withRecipe: boolean
  /** Name of the archive, used for several images. */
  archive: string
}

export interface ExportResult {
  saved: number
  /** Images that could not be exported, each with the reason as a sentence. */
  failed: readonly { name: string; reason: string }[]
}

/**
 * Saves one image to the user's downloads, or several as one ZIP archive with an index. `undefined`: the user chose no
 * file. An image that cannot be exported is left out and reported. Rejects as aborted when it was stopped, with
 * `NoRoomToSave`, or with the error; no file is left then.
 */
export function saveExport(
  { store, make }: ExportPorts,
  items: readonly ExportItem[],
  options: ExportOptions,
): Promise<ExportResult | undefined> {
  return runJob('export', async (onProgress, signal) => {
    const makeOne = (item: ExportItem) => bytesOf(store, make, item, options, signal)
    const [first] = items
    if (items.length === 1 && first) {
      const bytes = await makeOne(first)
      signal.throwIfAborted()
      saveFile(bytes, first.name)
      return { saved: 1, failed: [] }
    }
    const target = await openSaveTarget(options.archive, aboutBytes(items))
    if (!target) return undefined
    const failed: { name: string; reason: string }[] = []
    const entries = entriesOf(items, makeOne, options.withRecipe, failed, onProgress, signal)
    await saveZip(target, options.archive, entries)
    return { saved: items.length - failed.length, failed }
  })
}

async function* entriesOf(
  items: readonly ExportItem[],
  makeOne: (item: ExportItem) => Promise<Blob>,
  withRecipe: boolean,
  failed: { name: string; reason: string }[],
  onProgress: OnProgress,
  signal: AbortSignal,
) {
  onProgress({ done: 0, total: items.length })
  const rows = [withRecipe ? 'file\twidth\theight\tprompt\tmodel\tdate' : 'file\twidth\theight']
  for (const [index, item] of items.entries()) {
    signal.throwIfAborted()
    try {
      const bytes = await makeOne(item)
      yield { name: item.name, input: bytes, lastModified: new Date(item.picture.createdAt) }
      rows.push(rowOf(item, withRecipe))
    } catch (error) {
      if (isAbort(error)) throw error
      failed.push({ name: item.name, reason: error instanceof Error ? error.message : String(error) })
    }
    onProgress({ done: index + 1, total: items.length })
  }
  if (failed.length === items.length) throw new Error(failed[0]?.reason ?? 'Nothing could be exported.')
  yield { name: 'index.tsv', input: rows.join('\n') }
}

function rowOf({ name, size, picture }: ExportItem, withRecipe: boolean): string {
  const cells = [name, size.width, size.height]
  if (!withRecipe) return cells.join('\t')
  const prompt = picture.prompt.replace(/\s+/g, ' ').trim()
  return [...cells, prompt, modelOf(picture) ?? '', new Date(picture.createdAt).toISOString()].join('\t')
}

async function bytesOf(
  store: ExportPorts['store'],
  make: ExportPorts['make'],
  { picture, resize, size, format }: ExportItem,
  { quality, withRecipe }: ExportOptions,
  signal: AbortSignal,
): Promise<Blob> {
  const isKnown = imageMimes.some((mime) => mime === picture.mime)
  // A file that not every browser can read has a rendition that every browser can.
  const file = await (isKnown ? store.original(picture.id) : store.drawable(picture.id))
  if (!file) throw new Error('Its data is missing in this browser.')
  const metadata = metadataOf(picture, size, withRecipe)
  const job: ExportJob = {
    file,
    format,
    quality,
    withoutRecipe: !withRecipe,
    isImported: picture.origin.kind === 'dropped',
    ...(resize ? { size: { target: resize.target, box: resize.box as Box } } : {}),
    ...(metadata ? { metadata } : {}),
  }
  return (await make(job, signal)).bytes
}

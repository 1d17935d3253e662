import { isPlainFrame } from '#domain/edit.ts'
import { isAbort } from '#domain/failure.ts'
import type { Picture } from '#domain/picture.ts'
import type { HandOverWork } from '#imaging/hand-over/hand-over.ts'
import type { PsdJob } from '#imaging/hand-over/layers.ts'
import { type PdfPage, pdfOf } from '#imaging/hand-over/pdf.ts'
import { layOutSheet, type SheetCell } from '#imaging/hand-over/sheet-layout.ts'
import type { DigitalSource } from '#imaging/metadata/image-metadata.ts'
import { writeMetadata } from '#imaging/metadata/write-metadata.ts'
import { xmpPacket } from '#imaging/metadata/xmp.ts'
import { newId } from '#platform/ids.ts'
import { saveFile } from '#platform/save-file.ts'
import { openSaveTarget } from '#platform/save-stream.ts'
import type { GalleryStore } from '#store/store.ts'
import { metadataOf } from '../export/export-plan.ts'
import { fileNameBy, withoutTwins } from '../export/file-names.ts'
import { writeEntries } from '../full-disk.ts'
import { type OnProgress, runJob } from '../jobs.ts'
import { modelOf } from '../picture-words.ts'
import { saveZip } from '../zip.ts'
import { type PageSettings, paperSizes, type SheetSettings } from './hand-over-settings.ts'
import { type PageImage, picksPage } from './picks-page.ts'

export interface HandOverPorts {
  store: Pick<GalleryStore, 'drawable' | 'original' | 'picture'>
  work: HandOverWork
}

export interface HandedOver {
  /** The file that was saved. */
  file: string
  /** Images that could not be included, with the reason in a sentence. */
  failed: readonly { name: string; reason: string }[]
}

/** Ports that all kinds of hand-over use. */
interface Work extends HandOverPorts {
  images: readonly Picture[]
  failed: { name: string; reason: string }[]
  onProgress: OnProgress
  signal: AbortSignal
}

/**
 * Each call saves one file to the user's downloads. `undefined`: the user chose no file. An image that fails is left
 * out and named. Rejects with an abort error if stopped, with `NoRoomToSave`, or with the cause; then no file is left.
 */
export interface HandOver {
  /** A PDF, or a PNG; several pages of PNG are one ZIP archive. */
  contactSheet(images: readonly Picture[], settings: SheetSettings): Promise<HandedOver | undefined>
  /** One HTML file in which a client picks images. */
  picksPage(images: readonly Picture[], settings: PageSettings): Promise<HandedOver | undefined>
  /** A Photoshop file; of several images one ZIP archive. */
  photoshop(images: readonly Picture[]): Promise<HandedOver | undefined>
}

export function createHandOver(ports: HandOverPorts): HandOver {
  const run = <S>(
    images: readonly Picture[],
    settings: S,
    work: (work: Work, settings: S) => Promise<string | undefined>,
  ): Promise<HandedOver | undefined> =>
    runJob('hand-over', async (onProgress, signal) => {
      const failed: { name: string; reason: string }[] = []
      onProgress({ done: 0, total: images.length })
      const file = await work({ ...ports, images, failed, onProgress, signal }, settings)
      return file === undefined ? undefined : { file, failed }
    })
  return {
    contactSheet: (images, settings) => run(images, settings, saveSheet),
    picksPage: (images, settings) => run(images, settings, savePage),
    photoshop: (images) => run(images, undefined, savePhotoshop),
  }
}

/** "03", or "03 · fox.png" for a file that the user brought. */
function nameOf({ origin }: Picture, index: number, count: number): string {
  const number = String(index + 1).padStart(Math.max(2, String(count).length), '0')
  return origin.kind === 'dropped' ? `${number} · ${origin.fileName}` : number
}

/** "spring-campaign", from a title with any characters. */
function stemOf(title: string, otherwise: string): string {
  const facts = { project: title, prompt: '', model: '', createdAt: 0, number: 1, count: 1, width: 1, height: 1 }
  return fileNameBy(title.trim() === '' ? otherwise : '{project}', { ...facts, ending: '' }).replace(/\.$/, '')
}

function sourceOf(images: readonly Picture[]): { digitalSource?: DigitalSource } {
  const isMade = images.some((picture) => metadataOf(picture, picture, false) !== undefined)
  return isMade ? { digitalSource: 'compositeWithTrainedAlgorithmicMedia' } : {}
}

async function fileOf({ store }: Work, { id }: Picture): Promise<Blob> {
  const file = await store.drawable(id)
  if (!file) throw new Error('Its data is missing in this browser.')
  return file
}

/** Processes one image; a failure is recorded with the image's name, unless everything was stopped. */
async function attempt<T>({ failed, signal }: Work, name: string, make: () => Promise<T>): Promise<T | undefined> {
  signal.throwIfAborted()
  try {
    return await make()
  } catch (error) {
    if (isAbort(error)) throw error
    failed.push({ name, reason: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

function layOut(images: readonly Picture[], { paper, columns, captions }: Omit<SheetSettings, 'title'>): SheetCell[][] {
  const page = paperSizes[paper].pixels
  return layOutSheet(images, { page, columns, hasCaptions: captions !== 'none', hasTitle: true })
}

/** Of a contact sheet. */
export function countPages(images: readonly Picture[], settings: Omit<SheetSettings, 'title'>): number {
  return layOut(images, settings).length
}

async function saveSheet(work: Work, settings: SheetSettings): Promise<string | undefined> {
  const { images, failed, signal } = work
  const { pixels, points } = paperSizes[settings.paper]
  const pages = layOut(images, settings)
  const drawn = drawPages(work, settings, pages)
  const stem = stemOf(settings.title, 'contact-sheet')
  const about = { ...sourceOf(images), ...pixels }
  if (settings.kind === 'png' && pages.length === 1) {
    for await (const page of drawn) {
      checkSome(failed, images)
      const bytes = writeMetadata(new Uint8Array(await page.arrayBuffer()), 'image/png', about)
      saveFile(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' }), `${stem}.png`)
    }
    return `${stem}.png`
  }
  const file = settings.kind === 'pdf' ? `${stem}.pdf` : `${stem}.zip`
  const target = await openSaveTarget(file, pages.length * pixels.width * pixels.height)
  if (!target) return undefined
  signal.throwIfAborted()
  if (settings.kind === 'pdf') {
    const told = { entries: jpegsOf(drawn, pixels), title: titleOfPage, outcome: 'No file was written.' }
    await writeEntries(file, told, async (entries) => {
      const parts = pdfOf(entries, { title: settings.title || stem, page: points, xmp: xmpPacket(about) })
      await target.write(streamOf(endedBy(parts, () => checkSome(failed, images))))
    })
    return file
  }
  await saveZip(
    target,
    file,
    pngEntries(drawn, stem, about, () => checkSome(failed, images)),
  )
  return file
}

async function* drawPages(work: Work, settings: SheetSettings, pages: readonly SheetCell[][]): AsyncGenerator<Blob> {
  const { images, onProgress, signal } = work
  const { pixels } = paperSizes[settings.paper]
  let done = 0
  for (const [index, cells] of pages.entries()) {
    const shown = []
    for (const cell of cells) {
      const picture = images[cell.index]
      if (!picture) continue
      const name = nameOf(picture, cell.index, images.length)
      const mostSide = Math.ceil(Math.max(cell.width, cell.height))
      const small = await attempt(work, name, async () =>
        work.work.shrink({ file: await fileOf(work, picture), mostSide, quality: 95 }, signal),
      )
      const caption =
        settings.captions === 'prompt' ? `${name} · ${picture.prompt}` : settings.captions === 'none' ? '' : name
      shown.push({ ...cell, image: small?.bytes ?? new Blob(), caption })
      done += 1
      onProgress({ done, total: images.length })
    }
    const number = pages.length === 1 ? '' : `${index + 1} of ${pages.length}`
    const type = settings.kind === 'pdf' ? 'image/jpeg' : 'image/png'
    yield await work.work.drawSheet({ page: pixels, title: settings.title, number, cells: shown, type }, signal)
  }
}

type NumberedPage = PdfPage & { number: number }

const titleOfPage = ({ number }: NumberedPage) => `page ${number}`

async function* jpegsOf(pages: AsyncIterable<Blob>, pixels: PdfPage['pixels']): AsyncGenerator<NumberedPage> {
  let number = 0
  for await (const page of pages) {
    number += 1
    yield { jpeg: new Uint8Array(await page.arrayBuffer()), pixels, number }
  }
}

async function* pngEntries(
  pages: AsyncIterable<Blob>,
  stem: string,
  about: Parameters<typeof writeMetadata>[2],
  atEnd: () => void,
) {
  let number = 0
  for await (const page of pages) {
    number += 1
    const input = writeMetadata(new Uint8Array(await page.arrayBuffer()), 'image/png', about)
    yield { name: `${stem}-${String(number).padStart(2, '0')}.png`, input }
  }
  atEnd()
}

async function savePage(work: Work, settings: PageSettings): Promise<string | undefined> {
  const stem = stemOf(settings.title, 'picks')
  const file = `${stem}.html`
  // Base64 is about a third larger than the JPEG files.
  const target = await openSaveTarget(file, work.images.length * settings.mostSide ** 2 * 0.25)
  if (!target) return undefined
  const title = settings.title.trim() || 'Picks'
  const told = {
    entries: pageImages(work, settings),
    title: ({ name }: PageImage) => name,
    outcome: 'No file was written.',
  }
  await writeEntries(file, told, async (entries) => {
    const parts = picksPage(entries, { title, sheet: newId(), fileStem: stem })
    await target.write(streamOf(encoded(endedBy(parts, () => checkSome(work.failed, work.images)))))
  })
  return file
}

async function* pageImages(work: Work, { mostSide, showsPrompts }: PageSettings): AsyncGenerator<PageImage> {
  const { images, onProgress, signal } = work
  for (const [index, picture] of images.entries()) {
    const name = nameOf(picture, index, images.length)
    const source = metadataOf(picture, picture, false)?.digitalSource
    const metadata = source ? { digitalSource: source } : undefined
    const small = await attempt(work, name, async () =>
      work.work.shrink(
        { file: await fileOf(work, picture), mostSide, quality: 82, ...(metadata ? { metadata } : {}) },
        signal,
      ),
    )
    onProgress({ done: index + 1, total: images.length })
    if (!small) continue
    const caption = showsPrompts && picture.origin.kind !== 'dropped' ? picture.prompt : ''
    yield { id: picture.id, name, caption, ...small.size, jpeg: small.bytes }
  }
}

async function savePhotoshop(work: Work): Promise<string | undefined> {
  const { images, failed } = work
  const names = withoutTwins(images.map((picture, index) => psdName(picture, index, images.length)))
  const [first] = images
  if (images.length === 1 && first) {
    const name = names[0] ?? 'image.psd'
    const bytes = await attempt(work, name, () => psdOfOne(work, first))
    if (!bytes) throw new Error(failed[0]?.reason)
    saveFile(bytes, name)
    return name
  }
  const file = `atelier-${images.length}-psd.zip`
  const about = images.reduce((sum, { width, height }) => sum + width * height * 6, 0)
  const target = await openSaveTarget(file, about)
  if (!target) return undefined
  await saveZip(target, file, psdEntries(work, names))
  return file
}

async function* psdEntries(work: Work, names: readonly string[]) {
  const { images, onProgress, failed } = work
  for (const [index, picture] of images.entries()) {
    const name = names[index] ?? `${index}.psd`
    const input = await attempt(work, name, () => psdOfOne(work, picture))
    if (input) yield { name, input, lastModified: new Date(picture.createdAt) }
    onProgress({ done: index + 1, total: images.length })
  }
  checkSome(failed, images)
}

async function psdOfOne(work: Work, picture: Picture): Promise<Blob> {
  const { work: pixels, signal } = work
  const aligned = alignmentOf(picture)
  const source = aligned && (await work.store.drawable(aligned.source).catch(() => undefined))
  const job: PsdJob = {
    result: await fileOf(work, picture),
    xmp: xmpPacket(metadataOf(picture, picture, true) ?? picture),
    ...(source ? { source } : {}),
    ...(source && aligned?.edit ? { edit: aligned.edit } : {}),
  }
  return pixels.psdFrom(job, signal)
}

/** The source that an image was laid into, and how. `undefined` if the image does not line up with its source. */
function alignmentOf({ origin, parents }: Picture): { source: Picture['id']; edit?: PsdJob['edit'] } | undefined {
  const [source] = parents
  if (source === undefined) return undefined
  if (origin.kind === 'derived') {
    // An extended image is larger than its source.
    return origin.from === 'answer' && origin.edit.way !== 'extend' ? { source, edit: origin.edit } : undefined
  }
  // The answer to a part of an image, or to a framed one, does not line up with it.
  const edit = 'recipe' in origin ? origin.recipe.edits?.find(({ document }) => document.base === source) : undefined
  if (edit && (edit.way !== 'whole' || !isPlainFrame(edit.document.frame))) return undefined
  return origin.kind === 'dropped' ? undefined : { source }
}

function psdName(picture: Picture, index: number, count: number): string {
  const { prompt, origin, createdAt, width, height } = picture
  const words = origin.kind === 'dropped' ? prompt.replace(/\.[a-z0-9]{2,5}$/i, '') : prompt
  const facts = { project: '', prompt: words, model: modelOf(picture) ?? '', createdAt, number: index + 1, count }
  return fileNameBy(count === 1 ? '{prompt}' : '{prompt}-{nn}', { ...facts, width, height, ending: 'psd' })
}

/** Throws if none of the images could be included. */
function checkSome(failed: Work['failed'], images: readonly Picture[]): void {
  if (images.length > 0 && failed.length === images.length)
    throw new Error(failed[0]?.reason ?? 'Nothing could be made.')
}

async function* endedBy<T>(parts: AsyncIterable<T>, atEnd: () => void): AsyncGenerator<T> {
  yield* parts
  atEnd()
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const text of texts) yield encoder.encode(text)
}

/** A replacement for `ReadableStream.from`, which Chromium and Safari do not have. */
function streamOf(parts: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel(reason) {
      await parts.return(reason).catch(() => undefined)
    },
  })
}

import type { SentCut } from '#domain/edit.ts'
import { GenerationError } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import { extensionOf, imageMimes, type Picture } from '#domain/picture.ts'
import { markedEditOf, type Recipe, type Run } from '#domain/run.ts'
import { cutOf } from '#domain/sent-cut.ts'
import type { FileToSend } from '#imaging/sent-file.ts'
import { serviceLimits } from '#imaging/source-limits.ts'
import { loadPart } from '#platform/load-part.ts'
import type { Provider, Send } from '#providers/provider.ts'
import type { GalleryStore } from '#store/store.ts'
import { type RunnerPorts, type ToSent, withDeadline } from './ports.ts'

const uploadMs = 180_000

interface Upload {
  url: Promise<string>
  /** The number of runs that wait for this upload. When the last of them is stopped, the upload is ended. */
  waiting: number
  ending: AbortController
  /** Epoch ms until which its address can be used. Infinite while it is under way; 0 if there will be no address. */
  usableUntil: number
}

/**
 * Public addresses for the sources of runs, in order. Uploads are free, so they are repeated after a reload. Each
 * content is uploaded once for all runs that use it, also for runs started at the same moment, and again when its
 * address has expired.
 */
export function createUploads({
  store,
  send,
  now,
  newId,
  toSent = deriveHere,
}: Pick<RunnerPorts, 'store' | 'send' | 'now' | 'newId' | 'toSent'>) {
  const known = new Map<string, Upload>()
  /** The content hash of each source that was sent, by the part of it that was wanted: the key into `known`. */
  const contents = new Map<string, string>()

  function dropUnusable() {
    for (const [key, { usableUntil }] of known) if (usableUntil <= now()) known.delete(key)
  }

  async function upload(
    wanted: Wanted,
    picture: Picture | undefined,
    provider: Provider,
    through: Send,
    message: string,
    signal: AbortSignal,
  ) {
    const image = await imageOf(store, wanted, picture, toSent)
    if (!image) throw missingSource(message)
    const mime = imageMimes.find((known) => known === image.type) ?? 'image/png'
    const fileName = `${newId()}.${extensionOf(mime)}`
    return withDeadline(uploadMs, signal, (soon) => provider.upload(image, fileName, { send: through, signal: soon }))
  }

  async function urlOf(
    wanted: Wanted,
    provider: Provider,
    gateway: string | undefined,
    through: Send,
    signal: AbortSignal,
  ): Promise<string> {
    const message = goneMessage(wanted)
    const picture = await store.picture(wanted.id)
    signal.throwIfAborted()
    const content = nameOf(wanted, picture?.sha256)
    contents.set(nameOf(wanted), content)
    const key = keyOf(provider, gateway, content)
    dropUnusable()
    const before = known.get(key)
    if (before) return waitWithOthers(before, signal)
    const ending = new AbortController()
    const url = upload(wanted, picture, provider, through, message, ending.signal)
    const made: Upload = { url, waiting: 0, ending, usableUntil: Number.POSITIVE_INFINITY }
    known.set(key, made)
    const end = (usableUntil: number) => {
      made.usableUntil = usableUntil
      dropUnusable()
    }
    url.then(
      () => end(now() + provider.uploadsKeptMs),
      () => end(0),
    )
    return waitWithOthers(made, signal)
  }

  return {
    /** Rejects with the signal's reason, with the failure of an upload, or with `invalid` if a source is missing. */
    async urls(
      recipe: Recipe,
      provider: Provider,
      gateway: string | undefined,
      signal: AbortSignal,
      through: Send = send,
    ): Promise<string[]> {
      const urls: string[] = []
      for (const wanted of uploadsFor(recipe)) {
        urls.push(await urlOf(wanted, provider, gateway, through, signal))
      }
      return urls
    },
    /** The service could not read one of them: the next try uploads again. */
    forget({ recipe, marks: { gateway } }: Run, provider: Provider) {
      for (const wanted of uploadsFor(recipe)) {
        known.delete(keyOf(provider, gateway, contents.get(nameOf(wanted)) ?? wanted.id))
      }
    },
  }
}

/**
 * The files to upload for a recipe's sources, in order, each content made once. Also used by the preview of what will
 * be sent. Rejects with `invalid` if a source is missing or cannot be read.
 */
export async function imagesToSend(
  store: Pick<GalleryStore, 'original' | 'picture'>,
  recipe: Pick<Recipe, 'edits' | 'sources'>,
  toSent: ToSent = deriveHere,
): Promise<Blob[]> {
  const images: Blob[] = []
  for (const wanted of uploadsFor(recipe)) {
    const image = await imageOf(store, wanted, await store.picture(wanted.id), toSent)
    if (!image) throw missingSource(goneMessage(wanted))
    images.push(image)
  }
  return images
}

/** The bytes to send for a source; `undefined` if they are missing. */
async function imageOf(
  store: Pick<GalleryStore, 'original'>,
  { id, cut }: Wanted,
  picture: Picture | undefined,
  toSent: ToSent,
): Promise<Blob | undefined> {
  const kept = await store.original(id)
  if (!kept) return undefined
  const derives = picture && (needsDeriving(picture) || cut !== undefined)
  return derives ? (await toSent(fileOf(picture, kept), serviceLimits, cut)).bytes : kept
}

/** A gateway does not accept images that were uploaded to another one. docs/services.md 7. */
function keyOf(provider: Provider, gateway: string | undefined, content: string): string {
  return JSON.stringify([provider.id, gateway, content])
}

function goneMessage({ place }: Wanted): string {
  return `Image ${place + 1} is no longer in this browser. Remove it or add it again.`
}

/** An image that is sent: a whole source, or a source with its edit applied. */
interface Wanted {
  id: PictureId
  /** Index of the source among the sources, from 0. */
  place: number
  cut: SentCut | undefined
}

/** In the order of sending: the sources, then the copy of the first one with marks drawn on it. */
function uploadsFor(recipe: Pick<Recipe, 'edits' | 'sources'>): Wanted[] {
  const { sources, edits = [] } = recipe
  const marked = markedEditOf(recipe)
  const copy = marked && cutOf(marked, true)
  const [first] = sources
  return [
    ...sources.map((id, place) => {
      const edit = edits.find(({ document }) => document.base === id)
      return { id, place, cut: edit && cutOf(edit) }
    }),
    ...(first && copy ? [{ id: first, place: 0, cut: copy }] : []),
  ]
}

/** The source of each image that is sent, in order; two may have the same source. */
export function sentSources(recipe: Pick<Recipe, 'edits' | 'sources'>): { id: PictureId; isMarked: boolean }[] {
  return uploadsFor(recipe).map(({ id, cut }) => ({ id, isMarked: cut !== undefined && cut.marks.length > 0 }))
}

/** By the hash of its bytes, where that is known, or by the id of its record. */
function nameOf({ id, cut }: Wanted, sha256?: string): string {
  const name = sha256 ?? id
  return cut ? `${name} ${JSON.stringify(cut)}` : name
}

/**
 * Images made by a service, and those prepared by earlier versions, are sent as they are. A laid-in image has the size
 * and colours of the user's file, so it is prepared like one.
 */
function needsDeriving({ file, origin }: Picture): boolean {
  return file !== undefined || origin.kind === 'derived'
}

function fileOf({ id, prompt, file, sha256 = id }: Picture, bytes: Blob): FileToSend {
  return { bytes, name: file?.name ?? prompt, sha256 }
}

const loadDeriving = () => import('#imaging/sent-file.ts')

const deriveHere: ToSent = async (file, limits, cut) => (await loadPart(loadDeriving)).toSent(file, limits, cut)

/**
 * Waits for an upload together with other runs. Stopping one of them does not end it for the others; stopping the last
 * one does.
 */
function waitWithOthers(upload: Upload, signal: AbortSignal): Promise<string> {
  upload.waiting += 1
  return new Promise<string>((resolve, reject) => {
    const leave = () => {
      upload.waiting -= 1
      reject(signal.reason)
      if (upload.waiting > 0) return
      upload.usableUntil = 0
      upload.ending.abort(signal.reason)
    }
    signal.addEventListener('abort', leave)
    upload.url.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

function missingSource(message: string): GenerationError {
  return new GenerationError({ kind: 'invalid', issues: [{ field: 'sources', message }] })
}

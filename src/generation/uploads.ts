import type { Box } from '#domain/edit.ts'
import { GenerationError } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import { extensionOf, imageMimes, type Picture } from '#domain/picture.ts'
import { areaEditOf, type Recipe, type Run } from '#domain/run.ts'
import type { FileToSend } from '#imaging/sent-file.ts'
import { serviceLimits } from '#imaging/source-limits.ts'
import { loadPart } from '#platform/load-part.ts'
import type { Provider, Send } from '#providers/provider.ts'
import type { GalleryStore } from '#store/store.ts'
import { type RunnerPorts, type ToSent, within } from './ports.ts'

const uploadMs = 180_000

interface Upload {
  url: Promise<string>
  /** Runs that wait for it. With the last one that is stopped it ends too. */
  waiting: number
  ending: AbortController
  /** Epoch ms when it was done; absent while it is under way. */
  at?: number
}

/**
 * Public addresses for the sources of runs, in order. Free, so it is repeated after a reload. One content is uploaded once
 * for all runs that use it, also for runs started in the same moment, and again when its address has expired.
 */
export function createUploads({
  store,
  send,
  now,
  newId,
  toSent = deriveHere,
}: Pick<RunnerPorts, 'store' | 'send' | 'now' | 'newId' | 'toSent'>) {
  const known = new Map<string, Upload>()
  /** The content of each source that was sent, by what was wanted of it: what `known` is asked by. */
  const contents = new Map<string, string>()
  // A gateway takes no images that were uploaded to another. docs/services.md 7.
  const keyOf = (provider: Provider, gateway: string, content: string) => `${provider.id} ${gateway} ${content}`

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
    return within(uploadMs, signal, (soon) => provider.upload(image, fileName, { send: through, signal: soon }))
  }

  async function urlOf(
    wanted: Wanted,
    index: number,
    provider: Provider,
    gateway: string,
    through: Send,
    signal: AbortSignal,
  ): Promise<string> {
    const message = goneMessage(index)
    const { id, part } = wanted
    const picture = await store.picture(id)
    signal.throwIfAborted()
    const content = [picture?.sha256 ?? id, ...(part ?? [])].join(' ')
    contents.set(nameOf(wanted), content)
    const key = keyOf(provider, gateway, content)
    const before = known.get(key)
    const isAlive = before && !before.ending.signal.aborted
    if (isAlive && (before.at === undefined || now() - before.at < provider.uploadsKeptMs))
      return joined(before, signal)
    const ending = new AbortController()
    const url = upload(wanted, picture, provider, through, message, ending.signal)
    const made: Upload = { url, waiting: 0, ending }
    known.set(key, made)
    const forget = () => {
      if (known.get(key) === made) known.delete(key)
    }
    made.url.then(() => {
      made.at = now()
      if (provider.uploadsKeptMs <= 0) forget()
    }, forget)
    return joined(made, signal)
  }

  return {
    /** Rejects with the signal's reason, with the failure of an upload, or with `invalid` where a source is gone. */
    async urls(
      recipe: Recipe,
      provider: Provider,
      gateway: string,
      signal: AbortSignal,
      through: Send = send,
    ): Promise<string[]> {
      const urls: string[] = []
      for (const [index, wanted] of wantedBy(recipe).entries()) {
        urls.push(await urlOf(wanted, index, provider, gateway, through, signal))
      }
      return urls
    },
    /** The service could not read one of them: the next try uploads afresh. */
    forget({ recipe, marks: { gateway = '' } }: Run, provider: Provider) {
      for (const wanted of wantedBy(recipe)) {
        known.delete(keyOf(provider, gateway, contents.get(nameOf(wanted)) ?? wanted.id))
      }
    },
  }
}

/**
 * What is uploaded for a recipe's sources, in order. The same code makes it that makes what is sent; one content is made
 * once. Rejects with `invalid` where a source is gone or cannot be read.
 */
export async function imagesToSend(
  store: Pick<GalleryStore, 'original' | 'picture'>,
  recipe: Pick<Recipe, 'edits' | 'sources'>,
  toSent: ToSent = deriveHere,
): Promise<Blob[]> {
  const images: Blob[] = []
  for (const [index, wanted] of wantedBy(recipe).entries()) {
    const image = await imageOf(store, wanted, await store.picture(wanted.id), toSent)
    if (!image) throw missingSource(goneMessage(index))
    images.push(image)
  }
  return images
}

/** The bytes to send of a source; nothing where they are gone. */
async function imageOf(
  store: Pick<GalleryStore, 'original'>,
  { id, part }: Wanted,
  picture: Picture | undefined,
  toSent: ToSent,
): Promise<Blob | undefined> {
  const kept = await store.original(id)
  if (!kept) return undefined
  const derives = picture && (needsDeriving(picture) || part !== undefined)
  return derives ? (await toSent(fileOf(picture, kept), serviceLimits, part)).bytes : kept
}

function goneMessage(index: number): string {
  return `Image ${index + 1} is no longer in this browser. Remove it or add it again.`
}

/** A source as it is sent: all of it, or a part of the upright image. */
interface Wanted {
  id: PictureId
  part?: Box
}

function wantedBy(recipe: Pick<Recipe, 'edits' | 'sources'>): Wanted[] {
  const edit = areaEditOf(recipe)
  return recipe.sources.map((id, index) => (index === 0 && edit?.way === 'part' ? { id, part: edit.rect } : { id }))
}

function nameOf({ id, part }: Wanted): string {
  return [id, ...(part ?? [])].join(' ')
}

/**
 * What a service made, and what earlier versions prepared, is sent as it is. What was made here of a user's file has its
 * size and its colours.
 */
function needsDeriving({ file, origin }: Picture): boolean {
  return file !== undefined || origin.kind === 'derived'
}

function fileOf({ id, prompt, file, sha256 = id }: Picture, bytes: Blob): FileToSend {
  return { bytes, name: file?.name ?? prompt, sha256 }
}

const loadDeriving = () => import('#imaging/sent-file.ts')

const deriveHere: ToSent = async (file, limits, part) => (await loadPart(loadDeriving)).toSent(file, limits, part)

/** Waits for an upload with other runs. One run that is stopped does not end it for the others; the last one does. */
function joined(upload: Upload, signal: AbortSignal): Promise<string> {
  upload.waiting += 1
  return new Promise<string>((resolve, reject) => {
    const leave = () => {
      upload.waiting -= 1
      reject(signal.reason)
      if (upload.waiting === 0) upload.ending.abort(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    upload.url.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

function missingSource(message: string): GenerationError {
  return new GenerationError({ kind: 'invalid', issues: [{ field: 'sources', message }] })
}

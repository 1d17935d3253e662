import { type Failure, GenerationError, isNamed } from '#domain/failure.ts'
import { isNonEmpty, type PictureId } from '#domain/ids.ts'
import { sniffImage } from '#domain/picture.ts'
import { isAdopted, isIn, type Run, type RunIn } from '#domain/run.ts'
import { step } from '#domain/run-machine.ts'
import type { ModelFamily } from '#models/model.ts'
import type { Provider } from '#providers/provider.ts'
import { readRefusal } from '#providers/proxy.ts'
import { parseJson, proxyPaths } from '#providers/send.ts'
import type { NewPicture } from '#store/store.ts'
import { partsOf } from './parts-of.ts'
import { type RunnerPorts, withDeadline } from './ports.ts'
import { lostContact } from './sending.ts'
import type { Slots } from './slots.ts'

/** `freshLink`: a fresh address for the image is tried before its own. */
export interface Way {
  freshLink?: boolean
}

export interface SavingPorts extends RunnerPorts {
  /** Places for downloads: see `mostDownloads`. */
  downloads: Slots
}

/**
 * Browsers open six connections to a proxy. On a slow network a batch of images would take all of them for minutes, and
 * the next submission would wait until it counts as not answered.
 */
export const mostDownloads = 3
const retrySavingMs = [2_000, 5_000, 15_000]
const longestRetryMs = 60_000
const downloadMs = 150_000
const linkMs = 30_000
const mostBytes = 50 * 1024 * 1024
/**
 * Pauses after the first addresses. The order is: the image's own twice, a fresh link to it, the short-lived copy
 * (docs/services.md 6). There are at least three, so there is no pause after the last one.
 */
const pausesMs = [1_000, 3_000]

/**
 * The run's images as bytes, checked by their first bytes and size. Rejects if no address gave a usable image.
 * `freshLink`: tries a fresh link before the image's own address.
 */
export async function fetchPictures(
  ports: SavingPorts,
  run: RunIn<'ready'>,
  family: ModelFamily,
  provider: Provider,
  signal: AbortSignal,
  { freshLink = false }: Way = {},
): Promise<NewPicture[]> {
  const made: NewPicture[] = []
  for (const [index, url] of run.state.imageUrls.entries()) {
    const spareUrls = index === 0 ? run.state.spareUrls : []
    const bytes = await fetchPicture(ports, provider, url, spareUrls, signal, freshLink)
    made.push(toPicture(run, family, index, bytes))
  }
  return made
}

async function fetchPicture(
  ports: SavingPorts,
  provider: Provider,
  url: string,
  spareUrls: readonly string[],
  signal: AbortSignal,
  freshFirst: boolean,
): Promise<Blob> {
  const own = () => download(ports, url, signal)
  const fresh = async () =>
    download(
      ports,
      await withDeadline(linkMs, signal, (soon) => provider.freshLink(url, { send: ports.send, signal: soon })),
      signal,
    )
  const spares = spareUrls.map((spare) => () => download(ports, spare, signal))
  const attempts = [...(freshFirst ? [fresh, own, own] : [own, own, fresh]), ...spares]
  let trouble: unknown
  for (const [index, attempt] of attempts.entries()) {
    try {
      return await attempt()
    } catch (error) {
      signal.throwIfAborted()
      // If the network is down, all addresses fail alike, and the first error says most.
      if (!isNamed(error, 'GenerationError')) throw error
      trouble ??= error
      const pauseMs = pausesMs[index]
      if (pauseMs !== undefined) await ports.wait(pauseMs, signal)
    }
  }
  throw trouble
}

/**
 * Downloads and stores until it works. Continues as long as the problem may pass. An image that was made is never given
 * up: at the end the run is left for "Save again", and this rejects.
 */
export async function saveWithRetries(
  ports: SavingPorts,
  run: RunIn<'ready'>,
  signal: AbortSignal,
  how: Way,
): Promise<Run | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await save(ports, run, signal, how)
    } catch (error) {
      signal.throwIfAborted()
      const trouble = lostContact(error)
      await ports.store.amendRun(run.id, (stored) => step(stored, { type: 'trouble', trouble }) ?? stored)
      const passing = trouble.kind === 'unavailable' || trouble.kind === 'rate-limited'
      if (!passing && attempt >= 1) throw new GenerationError(trouble)
      await ports.wait(retrySavingMs[attempt] ?? longestRetryMs, signal)
    }
  }
}

async function save(ports: SavingPorts, run: RunIn<'ready'>, signal: AbortSignal, how: Way): Promise<Run | undefined> {
  const { family, provider } = partsOf(run)
  const made = await fetchPictures(ports, run, family, provider, signal, how)
  const ids = made.map((picture) => picture.id)
  const saved = isNonEmpty(ids) && step(run, { type: 'save', pictures: ids })
  if (!saved || !isIn(saved, 'saved')) return run
  await ports.store.settle(saved, made)
  return ports.store.run(run.id)
}

async function download({ send, downloads }: SavingPorts, url: string, signal: AbortSignal): Promise<Blob> {
  const leave = await downloads.acquire(signal)
  const bytes = await withDeadline(downloadMs, signal, async (soon) => {
    soon.throwIfAborted()
    // An address of the proxy itself is requested directly.
    const path = url.startsWith('/api/') ? url : `${proxyPaths.image}?url=${encodeURIComponent(url)}`
    const response = await send(path, { signal: soon })
    if (!response.ok) throw new GenerationError(refused(response.status, await response.text()))
    return response.blob()
  }).finally(leave)
  const mime = sniffImage(new Uint8Array(await bytes.slice(0, 16).arrayBuffer()))
  if (mime === undefined || bytes.size > mostBytes) {
    throw new GenerationError({ kind: 'unexpected', detail: 'what it sent is not an image that can be kept.' })
  }
  return bytes.type === mime ? bytes : new Blob([bytes], { type: mime })
}

function refused(status: number, body: string): Failure {
  if (status === 403 || status === 404 || status === 410) return { kind: 'expired', code: status }
  const failure = readRefusal(parseJson(body))?.failure
  const detail = `its image could not be fetched (${status}).`
  return failure && failure.kind !== 'unconfirmed' ? failure : { kind: 'unexpected', detail, code: status }
}

function toPicture(run: RunIn<'ready'>, family: ModelFamily, index: number, bytes: Blob): NewPicture {
  const { recipe } = run
  const quote = family.quote(recipe.draft, recipe.sources.length)
  const adopted = isAdopted(run)
  const brief = run.marks.standsIn && family.brief(recipe.draft, recipe.sources.length)
  const convertTo = brief ? brief.format : family.convertTo(recipe.draft)
  return {
    // The same for every try, so that saving twice stores one image.
    id: `${run.id}-${index}` as PictureId,
    shelf: 'gallery',
    // The time of submission, so that the gallery keeps the order in which the user asked, after a reload too.
    createdAt: run.marks.createdAt,
    prompt: String(recipe.draft.prompt ?? ''),
    parents: recipe.sources,
    ...(run.marks.batch ? { batch: run.marks.batch } : {}),
    bytes,
    ...(convertTo === undefined ? {} : { convertTo }),
    origin: {
      kind: 'made',
      run: run.id,
      recipe,
      // For an adopted task only the family is known.
      model: run.marks.standsIn?.model ?? (adopted ? family.title : quote.model),
      ...(run.marks.standsIn ? { insteadOf: quote.model } : {}),
      provider: run.state.task.provider,
      ...(run.marks.gateway === undefined || run.marks.standsIn ? {} : { gateway: run.marks.gateway }),
      task: run.state.task,
      index,
      durationMs: adopted ? 0 : Math.max(0, run.state.finishedAt - run.state.sentAt),
      simulated: run.marks.simulated === true,
      ...(adopted ? {} : { asked: quote.asked }),
    },
  }
}

import type { Edit, Fit } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { type Laying, laidInId } from '#domain/laying.ts'
import { awaitsLaying, type MadePicture, type Picture } from '#domain/picture.ts'
import { laidEditOf, markedEditOf } from '#domain/run.ts'
import type { LayInJob, LayInResult, LayInStep, MarkJob } from '#imaging/edit/chain.ts'
import type { GalleryStore, NewPicture } from '#store/store.ts'

/** Processes answers to edits after they are stored. Costs nothing; the answers themselves never change. */
export interface AnswerLaying {
  /**
   * Lays an answer into its source, or only searches it for marks. Done once, in all windows and across
   * reloads. Never rejects; the result or the failure is stored.
   */
  lay(answer: PictureId): Promise<void>
  /**
   * Lays it in again with other options and keeps that as another image. Gives its id; the same options give the image
   * that already exists. Rejects with an Error whose message can be shown.
   */
  layInAgain(answer: PictureId, options: LayInOptions): Promise<PictureId>
  /** Where the answer differs from its source, aligned by this fit. Stores nothing. */
  findChanges(answer: PictureId, fit: Fit): Promise<LayInResult['changeMap']>
  /** The current step of each answer. The same object until something changes. */
  progress(): ReadonlyMap<PictureId, LayInStep>
  subscribe(listener: () => void): () => void
}

export type LayInOptions = Pick<LayInJob, 'view' | 'feather' | 'fit' | 'area'>

type JobOptions = LayInOptions & Pick<LayInJob, 'compareOnly'>

export interface AnswerLayingPorts {
  store: GalleryStore
  layIn(job: LayInJob, onStep: (step: LayInStep) => void, signal: AbortSignal): Promise<LayInResult>
  /** The numbers of the marks that an answer still shows. */
  findMarks(job: Omit<MarkJob, 'task'>, signal: AbortSignal): Promise<readonly number[]>
  /** Runs `work` while no other window holds the name. */
  lock<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Epoch ms, for records. */
  now(): number
}

const sourceGone = 'The source image was deleted.'

export function createAnswerLaying(ports: AnswerLayingPorts): AnswerLaying {
  const { store, lock, now } = ports
  const { showStep, ...progress } = createProgress()
  const underWay = new Map<PictureId, Promise<void>>()
  const layIn = (answer: MadePicture, options: JobOptions) => layInByWorker(ports, showStep, answer, options)
  const record = (id: PictureId, outcome: Laying) => store.recordLaying(id, outcome)

  async function layOnce(id: PictureId): Promise<void> {
    const answer = await store.picture(id)
    if (!answer || !awaitsLaying(answer)) return
    if (!laidEditOf(answer.origin.recipe)) return record(id, await checkMarks(ports, answer))
    const laidIn = laidInId(id)
    if (!(await store.picture(laidIn))) {
      const result = await layIn(answer, {})
      if (result.objection) return record(id, { kind: 'refused', objection: result.objection, fit: result.fit })
      await store.addPicture(toDerived(laidIn, answer, result, {}, now()))
      // The answer was deleted meanwhile, for example with the samples.
      if (!(await store.picture(id))) return void (await store.deleteForEver([laidIn]))
    }
    await record(id, { kind: 'laid', picture: laidIn })
  }

  async function answerOf(id: PictureId): Promise<MadePicture> {
    const answer = await store.picture(id)
    if (!answer || !isMade(answer)) throw new Error('The answer was deleted.')
    return answer
  }

  return {
    ...progress,
    lay(id) {
      const present = underWay.get(id)
      if (present) return present
      const laying = lock(`atelier-lay ${id}`, () => layOnce(id))
        .catch((error: unknown) => record(id, { kind: 'failed', reason: reasonOf(error) }))
        // If the store cannot write now, it is tried again after a reload.
        .catch(() => undefined)
        .finally(() => underWay.delete(id))
      underWay.set(id, laying)
      return laying
    },
    async layInAgain(id, options) {
      const answer = await answerOf(id)
      const version = versionId(answer, options, await store.picture(laidInId(id)))
      if (await store.picture(version)) return version
      await store.addPicture(toDerived(version, answer, await layIn(answer, options), options, now()))
      if (answer.laying && answer.laying.kind !== 'laid') await record(id, { kind: 'laid', picture: version })
      return version
    },
    async findChanges(id, fit) {
      return (await layIn(await answerOf(id), { fit, compareOnly: true })).changeMap
    },
  }
}

function isMade(picture: Picture): picture is MadePicture {
  return picture.origin.kind === 'made' || picture.origin.kind === 'sample'
}

/** The current step of each answer. */
function createProgress() {
  let steps: ReadonlyMap<PictureId, LayInStep> = new Map()
  const listeners = new Set<() => void>()
  return {
    showStep(answer: PictureId, step: LayInStep | undefined) {
      const next = new Map(steps)
      if (step) next.set(answer, step)
      else next.delete(answer)
      steps = next
      for (const listener of listeners) listener()
    },
    progress: () => steps,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

/** Searches an answer for the marks that were sent to the model. Finds none if a file cannot be read. */
async function checkMarks({ store, findMarks }: AnswerLayingPorts, answer: MadePicture): Promise<Laying> {
  // What awaits laying has an area, or marks.
  const edit = markedEditOf(answer.origin.recipe) as Edit
  const source = await store.original(edit.document.base)
  const bytes = await store.original(answer.id)
  if (!source || !bytes) return { kind: 'checked', marksLeft: [] }
  const found = findMarks({ source, answer: bytes, edit }, new AbortController().signal)
  return { kind: 'checked', marksLeft: await found.catch(() => []) }
}

/** Has the worker lay the answer into its source. Rejects with a sentence if a file is missing. */
async function layInByWorker(
  { store, layIn }: AnswerLayingPorts,
  showStep: (answer: PictureId, step: LayInStep | undefined) => void,
  answer: MadePicture,
  options: JobOptions,
): Promise<LayInResult> {
  const edit = areaEditOf(answer)
  const source = await store.original(edit.document.base)
  const bytes = await store.original(answer.id)
  if (!source) throw new Error(sourceGone)
  if (!bytes) throw new Error("The answer's data is missing in this browser.")
  try {
    const onStep = (step: LayInStep) => showStep(answer.id, step)
    return await layIn({ source, answer: bytes, edit, ...options }, onStep, new AbortController().signal)
  } finally {
    showStep(answer.id, undefined)
  }
}

/** Throws an Error with a sentence if the image is no answer to an edit of an area. */
function areaEditOf({ origin }: MadePicture): Edit {
  const edit = laidEditOf(origin.recipe)
  if (!edit) throw new Error('This image is no answer to an edit of an area.')
  return edit
}

/** Throws an Error with a sentence where there is nothing to keep. */
function toDerived(
  id: PictureId,
  answer: MadePicture,
  { png, fit, places, losses, marksLeft, leftEmpty }: LayInResult,
  { view = 'area', feather, area }: LayInOptions,
  at: number,
): NewPicture {
  const { origin, prompt } = answer
  if (!png) throw new Error('The answer could not be laid in.')
  const { recipe, model } = origin
  const simulated = origin.kind === 'sample' || origin.simulated
  const edit = areaEditOf(answer)
  const document = {
    ...edit.document,
    ...(feather === undefined ? {} : { rim: feather }),
    ...(area === undefined ? {} : { area }),
  }
  return {
    id,
    shelf: 'gallery',
    // Just before its answer in the list, which is sorted newest first. Later versions have their own time.
    createdAt: id === laidInId(answer.id) ? answer.createdAt + 1 : at,
    prompt,
    // Of the images that are made from one answer, the first takes its place in the batch.
    ...(answer.batch && answer.laying?.kind !== 'laid' ? { batch: answer.batch } : {}),
    parents: [edit.document.base, answer.id],
    bytes: png,
    origin: {
      kind: 'derived',
      from: 'answer',
      edit: { ...edit, document },
      fit,
      view,
      places: places.slice(0, mostPlaces),
      ...(losses.length > 0 ? { losses } : {}),
      ...(marksLeft.length > 0 ? { marksLeft } : {}),
      ...(leftEmpty ? { leftEmpty } : {}),
      model,
      recipe,
      simulated,
    },
  }
}

/** A longer list of places would not help the user. */
const mostPlaces = 24

/**
 * The id of the image for these options: the same options give the same id, so that returning to them makes no further
 * image. `first`: the image that was laid in automatically.
 */
function versionId(answer: MadePicture, options: LayInOptions, first: Picture | undefined): PictureId {
  const { view = 'area', feather, fit, area } = options
  const { document } = areaEditOf(answer)
  const firstMap = first && 'fit' in first.origin ? first.origin.fit.map : undefined
  const isFirstMap = fit?.map.every((part, index) => part === firstMap?.[index])
  const parts = [
    laidInId(answer.id),
    ...(view === 'area' ? [] : [view]),
    ...(feather === undefined || feather === document.rim ? [] : [`rim${feather}`]),
    ...(area === undefined || isSame(area, document.area) ? [] : [`area${hashOf(JSON.stringify(area))}`]),
    ...(fit && !isFirstMap ? fit.map.map((part) => part.toFixed(4)) : []),
  ]
  return parts.join('-') as PictureId
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** A digest of a text, in characters that fit into an id: FNV-1a, 32 bits twice. */
function hashOf(text: string): string {
  return [0x811c9dc5, 0x01000193]
    .map((start) => {
      let hash = start
      for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
      return (hash >>> 0).toString(36)
    })
    .join('')
}

function reasonOf(error: unknown): string {
  const known = error instanceof Error && error.name === 'Error' ? error.message : undefined
  if (known === sourceGone) return 'The source image was deleted, so the answer is kept whole.'
  return known ?? 'The answer could not be laid into its source.'
}

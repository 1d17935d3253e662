import type { PictureId } from '#domain/ids.ts'
import { type Laying, laidId } from '#domain/laying.ts'
import { awaitsLaying, type Picture } from '#domain/picture.ts'
import { areaEditOf, type Recipe } from '#domain/run.ts'
import type { LayInJob, LayInResult, LayInStep } from '#imaging/edit/chain.ts'
import type { GalleryStore, NewPicture } from '#store/store.ts'

/** What happens to answers of edits of an area, once they are kept. Costs nothing; the answers themselves never change. */
export interface Layers {
  /** Lays an answer into its source, once over all windows and reloads. Never rejects: what came of it is stored. */
  lay(answer: PictureId): Promise<void>
  /**
   * Lays it in again with other wishes and keeps that as an image of its own. Gives its id; the same wishes give the image
   * that is there already. Rejects with an Error whose message can be shown.
   */
  layAnew(answer: PictureId, wishes: LayWishes): Promise<PictureId>
  /** What is being done, by answer. The same object until something changes. */
  progress(): ReadonlyMap<PictureId, LayInStep>
  subscribe(listener: () => void): () => void
}

export type LayWishes = Pick<LayInJob, 'view' | 'feather' | 'fit'>

export interface LayingPorts {
  store: GalleryStore
  layIn(job: LayInJob, onStep: (step: LayInStep) => void, signal: AbortSignal): Promise<LayInResult>
  /** Runs `work` while no other window holds the name. */
  lock<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Epoch ms, for records. */
  now(): number
}

const noArea = 'This image is no answer to an edit of an area.'
const sourceGone = 'The source image was deleted, so the answer is kept whole.'

export function createLayers({ store, layIn, lock, now }: LayingPorts): Layers {
  let steps: ReadonlyMap<PictureId, LayInStep> = new Map()
  const listeners = new Set<() => void>()
  const going = new Map<PictureId, Promise<void>>()

  function show(answer: PictureId, step: LayInStep | undefined) {
    const next = new Map(steps)
    if (step) next.set(answer, step)
    else next.delete(answer)
    steps = next
    for (const listener of listeners) listener()
  }

  /** The answer with its source, laid in by the worker. Rejects with a sentence where a file is missing. */
  async function work(answer: Picture, recipe: Recipe, wishes: LayWishes): Promise<LayInResult> {
    const edit = areaEditOf(recipe)
    const [id] = recipe.sources
    if (!edit || id === undefined) throw new Error(noArea)
    const [source, bytes] = [await store.original(id), await store.original(answer.id)]
    if (!source) throw new Error(sourceGone)
    if (!bytes) throw new Error("The answer's data is missing in this browser.")
    try {
      return await layIn(
        { source, answer: bytes, edit, ...wishes },
        (step) => show(answer.id, step),
        new AbortController().signal,
      )
    } finally {
      show(answer.id, undefined)
    }
  }

  async function layNow(id: PictureId): Promise<void> {
    const answer = await store.picture(id)
    if (answer?.origin.kind !== 'made' || !awaitsLaying(answer)) return
    const laid = laidId(id)
    if (!(await store.picture(laid))) {
      const result = await work(answer, answer.origin.recipe, {})
      if (result.objection) return note(id, { kind: 'refused', objection: result.objection, fit: result.fit })
      await store.addPicture(toDerived(laid, answer, result, {}, now()))
    }
    await note(id, { kind: 'laid', picture: laid })
  }

  const note = (id: PictureId, laying: Laying) => store.noteLaying(id, laying)

  return {
    lay(id) {
      const known = going.get(id)
      if (known) return known
      const work = lock(`atelier-lay ${id}`, () => layNow(id))
        .catch((error: unknown) => note(id, { kind: 'failed', reason: reasonOf(error) }))
        // A store that takes nothing now is asked again after a reload.
        .catch(() => undefined)
        .finally(() => going.delete(id))
      going.set(id, work)
      return work
    },
    async layAnew(id, wishes) {
      const answer = await store.picture(id)
      if (answer?.origin.kind !== 'made') throw new Error('The answer was deleted.')
      const { recipe } = answer.origin
      const made = anewId(id, wishes)
      if (await store.picture(made)) return made
      const result = await work(answer, recipe, wishes)
      await store.addPicture(toDerived(made, answer, result, wishes, now()))
      const { laying } = answer
      if (laying && laying.kind !== 'laid') await note(id, { kind: 'laid', picture: made })
      return made
    },
    progress: () => steps,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Throws an Error with a sentence where there is nothing to keep. */
function toDerived(
  id: PictureId,
  answer: Picture,
  { png, fit, places }: LayInResult,
  { view = 'area', feather }: LayWishes,
  at: number,
): NewPicture {
  const { origin, prompt } = answer
  if (!png || origin.kind !== 'made') throw new Error('The answer could not be laid in.')
  const { recipe, model, simulated } = origin
  const edit = areaEditOf(recipe)
  const [source] = recipe.sources
  if (!edit || source === undefined) throw new Error(noArea)
  const document = feather === undefined ? edit.document : { ...edit.document, rim: feather }
  return {
    id,
    shelf: 'gallery',
    // Just before its answer in the list, which shows the newest first; what is made later has its own time.
    createdAt: id === laidId(answer.id) ? answer.createdAt + 1 : at,
    prompt,
    parents: [source, answer.id],
    bytes: png,
    origin: {
      kind: 'derived',
      from: 'answer',
      edit: { ...edit, document },
      fit,
      view,
      places: places.slice(0, mostPlaces),
      model,
      recipe,
      simulated,
    },
  }
}

/** Places beyond these say nothing more. */
const mostPlaces = 24

/** One image for one set of wishes, so that going back to earlier ones makes no other image. */
function anewId(answer: PictureId, { view = 'area', feather, fit }: LayWishes): PictureId {
  const wishes = [
    view,
    feather === undefined ? '' : `rim${feather}`,
    ...(fit?.map ?? []).map((part) => part.toFixed(4)),
  ]
  return `${laidId(answer)}-${wishes.filter(Boolean).join('-')}` as PictureId
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.name === 'Error'
    ? error.message
    : 'The answer could not be laid into its source.'
}

import { type Edit, emptyDocument, type Fit } from '#domain/edit.ts'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Origin, Picture } from '#domain/picture.ts'
import type { Recipe, RunIn } from '#domain/run.ts'
import type { NewPicture } from '#store/store.ts'

const recipe = { family: 'flux-kontext', draft: { prompt: 'a fox' }, sources: [] }
const task = { provider: 'kie-kontext', taskId: 'task-1' as TaskId }

export function queuedRun(id: string, createdAt = 1_000): RunIn<'queued'> {
  return {
    id: id as RunId,
    recipe,
    marks: { createdAt, priceCredits: 5, pace: 'flux-kontext-pro' },
    state: { phase: 'queued' },
  }
}

export function sendingRun(id: string, createdAt = 1_000): RunIn<'sending'> {
  return { ...queuedRun(id, createdAt), state: { phase: 'sending', sentAt: 1_500 } }
}

export function workingRun(id: string, createdAt = 1_000): RunIn<'working'> {
  return { ...queuedRun(id, createdAt), state: { phase: 'working', sentAt: 1_500, task } }
}

export function savedRun(id: string, pictures: readonly [string, ...string[]], createdAt = 1_000): RunIn<'saved'> {
  const [first, ...rest] = pictures as readonly string[] as readonly [PictureId, ...PictureId[]]
  return {
    ...queuedRun(id, createdAt),
    state: { phase: 'saved', sentAt: 1_500, finishedAt: 2_000, task, pictures: [first, ...rest] },
  }
}

export function failedRun(id: string, createdAt = 1_000): RunIn<'failed'> {
  const failure = { kind: 'rejected', reason: 'no' } as const
  return { ...queuedRun(id, createdAt), state: { phase: 'failed', failure, chargePossible: false } }
}

export function newPicture(id: string, bytes: Blob, about: Partial<Omit<NewPicture, 'id' | 'bytes'>> = {}): NewPicture {
  return {
    id: id as PictureId,
    shelf: 'gallery',
    createdAt: 1_000,
    prompt: 'a fox',
    parents: [],
    origin: { kind: 'dropped', fileName: 'fox.png', notes: [] },
    bytes,
    ...about,
  }
}

/** The origin of an image that a run has made. */
export function madeOrigin(run: string): Origin {
  return {
    kind: 'made',
    run: run as RunId,
    recipe,
    model: 'Flux Kontext Pro',
    provider: 'kie-kontext',
    task,
    index: 0,
    durationMs: 1,
    simulated: false,
  }
}

const area = [{ op: 'add', shape: { kind: 'box', box: [1, 1, 5, 5] } }] as const

/** The recipe of an edit of an area of this image. */
function areaRecipe(source: PictureId): Recipe {
  const edit: Edit = {
    document: { ...emptyDocument(source), area },
    way: 'whole',
    rect: [0, 0, 40, 30],
    sent: { width: 40, height: 30 },
    marks: 'none',
  }
  return { family: 'flux-kontext', draft: { prompt: 'a hat' }, sources: [source], edits: [edit] }
}

/** An answer in its place, moved by three pixels. */
export const alignedFit: Fit = {
  engine: 1,
  map: [1, 0, 0, 1, 0, 0],
  verdict: 'aligned',
  shift: 3,
  residual: 0,
  zoom: 1,
  colour: { offset: [0, 0, 0], curves: [], matrix: [] },
  changedOutside: 0.12,
}

/** The origin of an answer to an edit of an area, and of the image that is made when it is laid into its source. */
export function areaOrigins(source: string, run: string): { answer: Origin; laid: Origin } {
  const recipe = areaRecipe(source as PictureId)
  const [edit] = recipe.edits ?? []
  if (!edit) throw new Error('The recipe has no edit.')
  const shared = { recipe, model: 'Flux Kontext Pro', simulated: true }
  return {
    answer: { ...madeOrigin(run), ...shared } as Origin,
    laid: { kind: 'derived', from: 'answer', edit, fit: alignedFit, view: 'area', places: [], ...shared },
  }
}

export function pictureIds(...ids: string[]): PictureId[] {
  return ids as PictureId[]
}

export function idsOf(pictures: readonly Picture[]): string[] {
  return pictures.map(({ id }) => id)
}

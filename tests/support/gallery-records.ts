import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Origin, Picture } from '#domain/picture.ts'
import type { RunIn } from '#domain/run.ts'
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

export function pictureIds(...ids: string[]): PictureId[] {
  return ids as PictureId[]
}

export function idsOf(pictures: readonly Picture[]): string[] {
  return pictures.map(({ id }) => id)
}

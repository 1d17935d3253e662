import { GenerationError } from '#domain/failure.ts'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Picture, Shelf } from '#domain/picture.ts'
import { adoptedPace, type Run, taskOf } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import { adoptDraft } from '#models/model.ts'
import { taskIdPattern } from '#providers/kie.ts'
import type { GalleryStore } from '#store/store.ts'
import type { RunnerPorts } from './ports.ts'

/** `known`: this browser already has the task, as a run, a picture, or both. */
export type Adopted = { known: false; run: Run } | { known: true; run?: Run; picture?: PictureId }

/** Old enough that a missing record will not appear any more, young enough not to be polled only once a minute. */
const ageMs = 120_000
const allRuns = 100_000
const pageLength = 1_000
const shelves: readonly Shelf[] = ['gallery', 'answers', 'bin']

/**
 * Stores a run for a task of the same account that was submitted elsewhere, so that its image is downloaded. Sends
 * nothing and costs nothing. A task that is already here is returned instead. Rejects with `invalid`.
 */
export async function adoptTask(
  { store, now, newId }: Pick<RunnerPorts, 'store' | 'now' | 'newId'>,
  pasted: string,
  familyId: string,
): Promise<Adopted> {
  const taskId = pasted.trim()
  const family = findFamily(familyId)
  if (taskId === '') throw invalid('Paste a task ID.')
  if (!taskIdPattern.test(taskId)) throw invalid("That isn't a task ID. It has letters and digits, and no spaces.")
  if (!family) throw invalid('This version of Atelier does not know the model.')
  const known = await findTask(store, taskId)
  if (known) return { known: true, ...known }
  const run = await store.saveRun({
    id: newId() as RunId,
    recipe: { family: family.id, draft: adoptDraft(family, { prompt: `Task ${taskId}` }), sources: [] },
    marks: { createdAt: now(), priceCredits: 0, pace: adoptedPace },
    state: { phase: 'working', sentAt: now() - ageMs, task: { provider: family.provider, taskId: taskId as TaskId } },
  })
  return { known: false, run }
}

async function findTask(store: GalleryStore, taskId: string): Promise<{ run?: Run; picture?: PictureId } | undefined> {
  const runs = await store.recentRuns(allRuns)
  const run = runs.find((past) => taskOf(past)?.taskId === taskId)
  if (run) return { run, ...(run.state.phase === 'saved' ? { picture: run.state.pictures[0] } : {}) }
  // A picture may have been imported without its run.
  for (const shelf of shelves) {
    let page: readonly Picture[] = []
    do {
      page = await store.pictures(shelf, pageLength, page.at(-1))
      const made = page.find(({ origin }) => origin.kind === 'made' && origin.task.taskId === taskId)
      if (made) return { picture: made.id }
    } while (page.length === pageLength)
  }
  return undefined
}

function invalid(message: string): GenerationError {
  return new GenerationError({ kind: 'invalid', issues: [{ field: 'task', message }] })
}

import { expect } from 'vitest'
import type { PictureId, RunId } from '#domain/ids.ts'
import { isOver, type Run } from '#domain/run.ts'
import { mayLookAgain } from '#runs/failure-fix.ts'
import type { SimulatorState } from '#simulator/simulator.ts'
import type { Page } from './model-window.ts'
import type { Setting, World } from './model-world.ts'

/** Actions of the user, and contents of the store so far. */
export interface Story {
  world: World
  setting: Setting
  /** Number of runs started, by prompt. */
  asked: Map<string, number>
  seen: Map<RunId, Run>
  pictures: Set<PictureId>
  removed: Set<RunId>
  dismissed: Set<RunId>
  /** Removed runs that have left the store. */
  gone: Set<RunId>
  /** Runs sent to the fallback service, and whether the user was told that they may be paid twice. */
  pressed: Map<RunId, { prompt: string; mayBeTwice: boolean }>
  /** Prompts whose image may be lost with a killed proxy. */
  spoilt: Set<string>
  wasFrozen: boolean
}

type Submissions = SimulatorState['submissions']

/** Time in which a window stores an answer that it received, ms. */
const longEnoughMs = 100
const order = ['queued', 'sending', 'working', 'ready', 'failed', 'saved']

export function promptOf(run: Run): string {
  return String(run.recipe.draft.prompt)
}

/** No run leaves the store or returns to an earlier phase, except that the user removes one that was not sent. */
export function expectNothingLost({ seen, removed, gone, pictures, world }: Story, runs: readonly Run[]): void {
  const now = new Map(runs.map((run) => [run.id, run]))
  for (const [id, before] of seen) {
    const run = now.get(id)
    if (run)
      expect(isStepBack(before, run) && !world.wasFull(), `${before.state.phase} became ${run.state.phase}`).toBe(false)
    else {
      // If the disk was too full to store a failure, the stored run is still waiting.
      const isUnsent = before.state.phase === 'queued' || (world.wasFull() && isFree(before))
      expect(removed.has(id) && isUnsent, `a run that was ${before.state.phase} is gone`).toBe(true)
      gone.add(id)
    }
  }
  for (const run of runs) {
    expect(gone.has(run.id), `${run.id} was taken back, and is ${run.state.phase}`).toBe(false)
    seen.set(run.id, run)
    if (run.state.phase === 'saved') for (const id of run.state.pictures) pictures.add(id)
  }
}

function isStepBack(before: Run, now: Run): boolean {
  if (before.state.phase === 'failed') return !mayLookAgain(before) && now.state.phase !== 'failed'
  const waitsForTheLimit =
    before.state.phase === 'sending' && now.state.phase === 'queued' && now.state.trouble?.kind === 'rate-limited'
  return order.indexOf(now.state.phase) < order.indexOf(before.state.phase) && !waitsForTheLimit
}

/** A submission that the service received is never shown as not sent, and there are never more than the user started. */
export function expectHonesty({ asked }: Story, runs: readonly Run[], submissions: Submissions): void {
  for (const [prompt, wishes] of asked) {
    const sent = sentFor(prompt, submissions)
    const own = ownOf(prompt, runs)
    const shown = own.filter((run) => run.state.phase !== 'queued' && !isFree(run))
    expect(sent.length, `submissions of "${prompt}"`).toBeLessThanOrEqual(wishes)
    const made = sent.filter(({ taskId }) => taskId !== undefined)
    expect(made.length, `tasks of "${prompt}", against runs that say so`).toBeLessThanOrEqual(shown.length)
  }
}

/** Runs sent to the main service. */
function ownOf(prompt: string, runs: readonly Run[]): Run[] {
  return runs.filter((run) => promptOf(run) === prompt && !run.marks.standsIn)
}

/** Whether a run says that it cost nothing and that nothing was made. */
export function isFree(run: Run): boolean {
  return run.state.phase === 'failed' && !run.state.task && !run.state.chargePossible
}

/** Whether a run was refused because of the rate limit: it was not accepted, and may be sent again. */
export function sentFor(prompt: string, submissions: Submissions): Submissions {
  return submissions.filter(({ body, code }) => promptIn(body) === prompt && code !== 429)
}

function promptIn(body: unknown): string | undefined {
  const { prompt, input } = body as { prompt?: string; input?: { prompt?: string } }
  return prompt ?? input?.prompt
}

/** A window shows an answer that it received as long as it is open, also if the disk could not store it. */
export async function expectKnowledge({ world }: Story): Promise<void> {
  const shownBy = new Map<Page, readonly Run[]>()
  for (const { run, taskId, livedMs, page } of world.told) {
    if (livedMs() <= longEnoughMs || page().isGone()) continue
    const runs = shownBy.get(page()) ?? (await page().store.recentRuns(100))
    shownBy.set(page(), runs)
    const shown = runs.find(({ id }) => id === run)
    expect(
      shown && 'task' in shown.state && shown.state.task?.taskId,
      `the task of a run that is ${shown?.state.phase}`,
    ).toBe(taskId)
  }
}

/** Every run ends without the user's help, except those that were stopped or cannot be fetched. */
export function expectAllEnded(runs: readonly Run[]): void {
  for (const run of runs) {
    const isLeft = run.marks.stopped || isOver(run) || (run.state.phase === 'ready' && run.state.trouble)
    expect(isLeft, `"${promptOf(run)}" is still ${run.state.phase}`).toBeTruthy()
  }
}

/** When nothing is under way: every paid task is saved, offered for download, or shown as unconfirmed. */
export async function judge({ world, asked, pictures }: Story): Promise<void> {
  const { store } = world.pages[0] as Page
  const runs = await store.recentRuns(100)
  const { submissions, charges } = await world.simulator.state()
  const paid = new Set(charges.filter(({ refunded }) => !refunded).map(({ taskId }) => taskId))

  for (const prompt of asked.keys()) {
    const own = ownOf(prompt, runs)
    const known = new Set(
      own.flatMap((run) => ('task' in run.state && run.state.task ? [run.state.task.taskId as string] : [])),
    )
    const doubtful = own.filter((run) => run.state.phase === 'failed' && !run.state.task && run.state.chargePossible)
    const unknown = sentFor(prompt, submissions).filter(
      ({ taskId }) => taskId && paid.has(taskId) && !known.has(taskId),
    )
    expect(unknown.length, `tasks of "${prompt}" that no run offers`).toBeLessThanOrEqual(doubtful.length)
    // The main service is not asked again about a run that moved to the fallback.
    const given = doubtful.filter((run) => run.state.phase === 'failed' && run.state.yieldsTo)
    const called = unknown.filter(({ taskId }) => taskId && world.heard.has(taskId))
    expect(called.length, `tasks of "${prompt}" that the service has called about`).toBeLessThanOrEqual(given.length)
  }
  for (const { run, taskId } of world.told.filter(({ livedMs }) => livedMs() > longEnoughMs)) {
    const stored = runs.find(({ id }) => id === run)
    if (world.wasFull() && stored?.state.phase === 'failed' && stored.state.chargePossible) continue
    expect(
      stored && 'task' in stored.state && stored.state.task?.taskId,
      `the task of a run that is ${stored?.state.phase}`,
    ).toBe(taskId)
  }
  for (const run of runs) {
    expect(run.marks.stopped, `"${promptOf(run)}" was looked at`).toBeUndefined()
    if (run.state.phase !== 'saved' && 'task' in run.state && run.state.task && paid.has(run.state.task.taskId))
      expectReason(run)
  }
  expectAllEnded(runs)
  for (const id of pictures) {
    expect(await store.picture(id), `picture ${id}`).toBeDefined()
    expect((await store.original(id))?.size, `bytes of ${id}`).toBeGreaterThan(0)
  }
}

/** A paid task is unsaved only if it cannot be fetched, and is never shown as free. */
function expectReason(run: Run): void {
  const nothingToFetch = run.recipe.family === 'flux-2' ? /\[\[(gone|nourl|spare)\]\]/ : /\[\[(gone|nourl)\]\]/
  expect(promptOf(run)).toMatch(nothingToFetch)
  if (run.state.phase === 'failed') expect(run.state.chargePossible).toBe(true)
}

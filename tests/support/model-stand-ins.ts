import { expect } from 'vitest'
import type { RunId } from '#domain/ids.ts'
import type { Run, RunIn, StandIn } from '#domain/run.ts'
import type { SimulatorState } from '#simulator/simulator.ts'
import { isFree, promptOf, type Story, sentFor } from './model-rules.ts'

type StandInRun = Run & { marks: { standsIn: StandIn } }

/** Answers that refuse a submission for reasons other than its content. */
const refusals = new Set([402, 429, 455])
const mayAlwaysGoOn = new Set([402, 455])

const isStandIn = (run: Run): run is StandInRun => run.marks.standsIn !== undefined
const yields = (run: Run): run is RunIn<'failed'> => run.state.phase === 'failed' && run.state.yieldsTo !== undefined
const paidFor = (prompt: string, { gemini, charges, submissions }: SimulatorState) => {
  const tasks = new Set(sentFor(prompt, submissions).map(({ taskId }) => taskId))
  return {
    first: charges.filter(({ taskId, refunded }) => !refunded && tasks.has(taskId)).length,
    second: gemini.charges.filter((charge) => charge.prompt === prompt).length,
  }
}

/** The fallback receives only permitted runs, only as often as permitted, and the user was told the possible cost. */
export function expectEntitled(story: Story, runs: readonly Run[], state: SimulatorState): void {
  const { asked, pressed, setting, world } = story
  const byId = new Map(runs.map((run) => [run.id, run]))
  const standIns = runs.filter(isStandIn)
  const byItself = standIns.filter((run) => !pressed.has(run.marks.standsIn.for))
  if (setting.rule !== 'always') expect(byItself, 'stand-ins that nobody asked for').toEqual([])
  for (const { id, marks } of standIns) {
    const { standsIn } = marks
    const refused = byId.get(standsIn.for)
    const isKept = refused !== undefined && yields(refused)
    if (!isKept && world.wasFull()) continue
    expect(isKept && refused.state.yieldsTo, `the successor of ${standsIn.for}`).toBe(id)
    if (pressed.has(standsIn.for)) continue
    expect(isKept && isFree(refused) && !refused.marks.standsIn, `${standsIn.for} goes on by itself`).toBe(true)
  }
  for (const [prompt, wishes] of asked) {
    const own = runs.filter((run) => promptOf(run) === prompt)
    const goneOn = byItself.filter((run) => promptOf(run) === prompt).length
    const stayed = sentFor(prompt, state.submissions).filter((one) => !mayGoOn(prompt, one.code)).length
    const first = own.filter((run) => !run.marks.standsIn).length
    expect(goneOn + stayed, `"${prompt}": gone on by itself, or taken or refused for what it is`).toBeLessThanOrEqual(
      first,
    )
    const paid = paidFor(prompt, state)
    expect(paid.second, `pictures of "${prompt}" elsewhere, against stand-ins`).toBeLessThanOrEqual(own.length - first)
    const told = [...pressed.values()].filter((press) => press.prompt === prompt && press.mayBeTwice).length
    expect(paid.first + paid.second, `"${prompt}" is paid for`).toBeLessThanOrEqual(wishes + told)
  }
}

function mayGoOn(prompt: string, code: number | undefined): boolean {
  return code !== undefined && (refusals.has(code) || (code === 500 && prompt.includes('[[submit:busy]]')))
}

/** Runs that are to continue at the fallback do so, unless the proxy could not be reached, or only one window knew. */
export function expectGoingOn({ world, seen, setting, pressed, wasFrozen }: Story, runs: readonly Run[]): void {
  if (world.wasCut() || world.wasFull() || wasFrozen) return
  for (const run of runs) {
    const before = seen.get(run.id)
    if (before && yields(before)) expect(yields(run), `${run.id} goes on as ${before.state.yieldsTo}`).toBe(true)
    if (setting.rule !== 'always' || run.state.phase !== 'failed' || run.marks.standsIn || pressed.has(run.id)) continue
    if (isFree(run) && mayAlwaysGoOn.has(run.state.failure.code ?? 0))
      expect(yields(run), `${run.id} goes on`).toBe(true)
  }
}

/** Images and calls under way are lost when a proxy is killed. */
export function spoilUnsaved({ seen, spoilt }: Story, { gemini }: SimulatorState): void {
  const saved = (prompt: string) => countSaved(prompt, [...seen.values()])
  const unanswered = gemini.calls.filter(({ status }) => status === undefined)
  for (const { prompt } of [...gemini.charges, ...unanswered]) {
    const open = [...gemini.charges, ...unanswered].filter((one) => one.prompt === prompt).length
    if (open > saved(prompt)) spoilt.add(prompt)
  }
}

function countSaved(prompt: string, runs: readonly Run[]): number {
  return runs.filter((run) => isStandIn(run) && promptOf(run) === prompt && run.state.phase === 'saved').length
}

/** When nothing is under way: every image paid at the fallback is saved, or shown as lost or unconfirmed. */
export function judgeStandIns(story: Story, runs: readonly Run[], { gemini }: SimulatorState): void {
  const { asked, removed, dismissed, spoilt, world } = story
  const ids = new Set<RunId>(runs.map(({ id }) => id))
  for (const run of runs.filter(yields)) {
    const {
      state: { yieldsTo },
    } = run
    const isThere = yieldsTo && (ids.has(yieldsTo) || removed.has(yieldsTo))
    expect(isThere || dismissed.has(run.id), `${run.id} goes on as ${yieldsTo}`).toBe(true)
    expect(run.marks.dismissed, `${run.id} leaves its place to ${yieldsTo}`).toBe(true)
  }
  for (const prompt of asked.keys()) {
    const paid = gemini.charges.filter((charge) => charge.prompt === prompt).length
    const own = runs.filter((run) => isStandIn(run) && promptOf(run) === prompt)
    const mayBeLost = spoilt.has(prompt) || world.spoilt.has(prompt) || prompt.includes('[[gemini:hang]]')
    const said = mayBeLost ? own.filter(isSaidToBeLost).length : 0
    expect(paid, `pictures of "${prompt}" elsewhere that are saved, or said to be lost`).toBeLessThanOrEqual(
      countSaved(prompt, runs) + said,
    )
  }
}

function isSaidToBeLost(run: Run): boolean {
  if (run.state.phase === 'failed') return run.state.chargePossible
  return run.state.phase === 'ready' && run.state.trouble?.kind === 'expired'
}

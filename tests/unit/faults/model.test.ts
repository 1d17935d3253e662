import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Run, RunIn } from '#domain/run.ts'
import { mayFallBack } from '#generation/fallback.ts'
import { findFamily } from '#models/catalogue.ts'
import { fallbackWords, mayLookAgain } from '#runs/failure-fix.ts'
import {
  expectAllEnded,
  expectHonesty,
  expectKnowledge,
  expectNothingLost,
  judge,
  promptOf,
  type Story,
} from '../../support/model-rules.ts'
import { expectEntitled, expectGoingOn, judgeStandIns, spoilUnsaved } from '../../support/model-stand-ins.ts'
import { type Act, type Press, type Step, setting, story } from '../../support/model-steps.ts'
import type { Page } from '../../support/model-window.ts'
import { lateCallMs, openWorld, type Setting, type World } from '../../support/model-world.ts'

const numRuns = Number(process.env.MODEL_RUNS ?? 300)
const seed = Number(process.env.MODEL_SEED ?? 2026)
/** Seed and path of a printed counter-example. */
const path = process.env.MODEL_PATH

const fallback = { provider: 'gemini', model: 'gemini-nano-banana-2.1', mode: 'live' } as const
/** Time after which everything under way has ended. */
const timeoutMs = 20 * 60_000

test(
  `P26 in any order of acts, crashes and faults nothing is sent twice and nothing paid is lost, ${numRuns} times from ${seed}`,
  async () => {
    const property = fc.asyncProperty(fc.nat(), setting, story, (chance, given, [first, rest]) =>
      live(chance, given, [first, ...rest]),
    )
    await fc.assert(property, { numRuns, seed, ...(path ? { path } : {}) })
  },
  60_000 + numRuns * 1_000,
)

async function live(chance: number, given: Setting, steps: readonly Step[]): Promise<void> {
  const world = await openWorld(chance, given)
  const story = openStory(world, given)
  try {
    await world.openPage()
    for (const step of steps) {
      await perform(story, step)
      await observe(story)
    }
    await calmDown(story)
    await judge(story)
    judgeStandIns(story, await (await pageOf(story, 0)).store.recentRuns(100), await world.simulator.state())
  } finally {
    await world.close()
  }
}

function openStory(world: World, given: Setting): Story {
  return {
    world,
    setting: given,
    asked: new Map(),
    seen: new Map(),
    pictures: new Set(),
    removed: new Set(),
    dismissed: new Set(),
    gone: new Set(),
    pressed: new Map(),
    spoilt: new Set(),
    wasFrozen: false,
  }
}

async function perform(story: Story, step: Step): Promise<void> {
  const { world } = story
  switch (step.do) {
    case 'generate':
      await generateIn(await pageOf(story, step.window), story, step)
      return world.pass(step.thenMs)
    case 'crash':
      return world.crash()
    case 'open a window':
      if (world.pages.length < 3) await world.openPage()
      return
    case 'close a window':
      // Its runs are taken over by another window or by the next one that is opened.
      return world.pages.shift()?.crash()
    case 'restart the proxy':
      return killProxy(story)
    case 'stop the proxy':
      spoilUnsaved(story, await world.simulator.state())
      world.stopProxy()
      await world.pass(step.ms)
      return world.restartProxy()
    case 'power cut':
      world.crash()
      return killProxy(story)
    case 'crash at a write':
      return world.crashAtWrite(step.nth, step.written)
    case 'hide':
      return (await pageOf(story, step.window)).hide(step.yes)
    case 'freeze':
      story.wasFrozen = true
      return (await pageOf(story, step.window)).freeze(step.yes)
    case 'break':
      return world.faults.add(step.what, step.times)
    case 'set the clock':
      return world.setClock(step.byMs)
    case 'pass':
      return world.pass(step.ms)
    default:
      return press(await pageOf(story, step.window), story, step)
  }
}

async function killProxy(story: Story): Promise<void> {
  spoilUnsaved(story, await story.world.simulator.state())
  await story.world.restartProxy()
}

/** The nth window; if none is open, opens one. */
async function pageOf({ world }: Story, nth: number): Promise<Page> {
  if (world.pages.length === 0) await world.openPage()
  return world.pages[nth % world.pages.length] as Page
}

async function generateIn(page: Page, { asked }: Story, step: Extract<Step, { do: 'generate' }>): Promise<void> {
  const prompt = `wish ${asked.size} ${step.token}`.trim()
  const draft = { ...findFamily(step.family)?.defaults, prompt }
  const sources = step.withSource ? await sourceOf(page) : []
  asked.set(prompt, 1)
  void page.generator.generate({ family: step.family, draft, sources })
}

/** The source that is added once and sent with every edit. */
async function sourceOf({ store }: Page): Promise<PictureId[]> {
  const id = 'source' as PictureId
  const bytes = new Blob([Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64')], { type: 'image/png' })
  const origin = { kind: 'dropped', fileName: 'a.png', notes: [] } as const
  const about = { id, shelf: 'sources', createdAt: 1, prompt: '', parents: [], origin, bytes } as const
  const added = await store.addPicture(about as never).catch(() => undefined)
  return added ? [id] : []
}

/** Presses a button of a run if the run has it in its present state. */
async function press(page: Page, story: Story, { do: act, nth, afterMs }: Press): Promise<void> {
  const { asked, removed, dismissed, world } = story
  const offered = (await page.store.recentRuns(100)).filter((run) => !run.marks.dismissed && offers(run, act, story))
  const run = offered[nth % offered.length]
  if (!run) return
  await world.pass(afterMs)
  if (page.isGone()) return
  if (act === 'stand in') return pressStandIn(page, story, run)
  if (act === 'again') asked.set(promptOf(run), (asked.get(promptOf(run)) ?? 0) + 1)
  if (act === 'remove') removed.add(run.id)
  if (act === 'again' || act === 'dismiss') dismissed.add(run.id)
  page.generator[act](run)
}

function pressStandIn(page: Page, { pressed }: Story, run: Run): void {
  const { label } = fallbackWords(run as RunIn<'failed'>, fallback)
  pressed.set(run.id, { prompt: promptOf(run), mayBeTwice: label.includes('may be paid twice') })
  page.generator.standIn(run)
}

function offers(run: Run, act: Act, { setting: { rule } }: Story): boolean {
  switch (act) {
    case 'stand in':
      return rule !== 'never' && mayFallBack(run) !== 'no'
    case 'remove':
      return run.state.phase === 'queued'
    case 'stop':
      return run.state.phase === 'working' && !run.marks.stopped
    case 'look':
      return mayLookAgain(run) && !(run.state.phase === 'saved' || run.state.phase === 'sending')
    case 'again':
    case 'dismiss':
      return run.state.phase === 'failed'
  }
}

async function observe(story: Story): Promise<void> {
  // The store must contain everything that the service had received before the store was read.
  const state = await story.world.simulator.state()
  const page = await pageOf(story, 0)
  const runs = await page.store.recentRuns(100)
  if (page.isGone()) return
  expectGoingOn(story, runs)
  expectNothingLost(story, runs)
  expectHonesty(story, runs, state.submissions)
  expectEntitled(story, runs, state)
  await expectKnowledge(story)
}

/** Ends all faults, reloads the page, and presses "Check again" wherever it is offered. */
async function calmDown(story: Story): Promise<void> {
  const { world } = story
  world.endFaults()
  world.crash()
  const page = await world.openPage()
  await idle(story, page)
  expectAllEnded(await page.store.recentRuns(100))
  if (story.setting.callbacks) await world.pass(lateCallMs)
  for (const run of await page.store.recentRuns(100))
    if (run.state.phase !== 'saved' && mayLookAgain(run)) page.generator.look(run)
  await idle(story, page)
  await observe(story)
}

async function idle({ world }: Story, page: Page): Promise<void> {
  let leftMs = timeoutMs
  do {
    await world.pass(1_000)
    leftMs -= 1_000
  } while (page.busy() > 0 && leftMs > 0)
  expect(page.busy(), 'runs that are still driven').toBe(0)
}

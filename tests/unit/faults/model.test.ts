import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { mayLookAgain } from '#gallery/failure-fix.ts'
import { findFamily } from '#models/catalogue.ts'
import {
  expectAllEnded,
  expectHonesty,
  expectKnowledge,
  expectNothingLost,
  judge,
  promptOf,
  type Story,
} from '../../support/model-rules.ts'
import type { Page } from '../../support/model-window.ts'
import { type Faults, openWorld } from '../../support/model-world.ts'

const numRuns = Number(process.env.MODEL_RUNS ?? 300)
const seed = Number(process.env.MODEL_SEED ?? 2026)
/** Of a counter-example that was printed. */
const path = process.env.MODEL_PATH

/** All that is under way has ended by then. */
const patienceMs = 20 * 60_000

/** What the service does with a prompt; the empty one is an ordinary day. */
const tokens = [
  '[[policy]]',
  '[[fail500]]',
  '[[createfail]]',
  '[[submit:500]]',
  '[[submit:402]]',
  '[[submit:429]]',
  '[[null]]',
  '[[hang]]',
  '[[html]]',
  '[[expired]]',
  '[[gone]]',
  '[[nourl]]',
  '[[spare]]',
  '[[slow:25]]',
]
const kinds: (keyof Faults)[] = [
  'lostBefore',
  'lostAfter',
  'free',
  'refused',
  'brokenOff',
  'answerLost',
  'outage',
  'silence',
  'crowded',
  'fullDisk',
  'refusedWrites',
]

type Act = 'stop' | 'look' | 'again' | 'remove' | 'dismiss'
type Press = { do: Act; nth: number; window: number; afterMs: number }
type Step =
  | Press
  | { do: 'generate'; window: number; token: string; family: string; withSource: boolean; thenMs: number }
  | { do: 'crash' | 'open a window' | 'close a window' | 'restart the proxy' | 'power cut' }
  | { do: 'crash at a write'; nth: number; written: boolean }
  | { do: 'hide' | 'freeze'; window: number; yes: boolean }
  | { do: 'break'; what: keyof Faults; times: number }
  | { do: 'set the clock'; byMs: number }
  | { do: 'pass'; ms: number }

const one = <T extends Step['do']>(...names: readonly T[]) => fc.constantFrom(...names)
const window = fc.nat({ max: 1 })
const generate = fc.record({
  do: one('generate'),
  window,
  token: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 3, arbitrary: fc.constantFrom(...tokens) }),
  family: fc.constantFrom('flux-kontext', 'flux-kontext', 'flux-2'),
  withSource: fc.boolean(),
  thenMs: fc.oneof(fc.nat({ max: 600 }), fc.nat({ max: 12_000 })),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: generate },
  {
    weight: 5,
    arbitrary: fc.record({
      do: one('stop', 'look', 'again', 'remove', 'dismiss'),
      nth: fc.nat({ max: 5 }),
      window,
      afterMs: fc.nat({ max: 300 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: one('crash', 'open a window', 'close a window', 'restart the proxy', 'power cut') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: one('crash at a write'), nth: fc.integer({ min: 1, max: 12 }), written: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: one('hide', 'freeze'), window, yes: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: one('break'), what: fc.constantFrom(...kinds), times: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: one('set the clock'), byMs: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
  },
  { weight: 5, arbitrary: fc.record({ do: one('pass'), ms: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 40_000 })) }) },
)

test(
  `P26 in any order of acts, crashes and faults nothing is sent twice and nothing paid is lost, ${numRuns} times from ${seed}`,
  async () => {
    const story = fc.array(step, { minLength: 1, maxLength: 16, size: 'max' })
    const property = fc.asyncProperty(fc.nat(), generate, story, (chance, first, rest) =>
      live(chance, [first, ...rest]),
    )
    await fc.assert(property, { numRuns, seed, ...(path ? { path } : {}) })
  },
  60_000 + numRuns * 1_000,
)

async function live(chance: number, steps: readonly Step[]): Promise<void> {
  const world = await openWorld(chance)
  const story: Story = { world, asked: new Map(), seen: new Map(), pictures: new Set(), removed: new Set() }
  try {
    await world.openPage()
    for (const step of steps) {
      await perform(story, step)
      await observe(story)
    }
    await calmDown(story)
    await judge(story)
  } finally {
    await world.close()
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
      // Whatever it drove is taken over, by another one or by the next to be opened.
      return world.pages.shift()?.crash()
    case 'restart the proxy':
      return world.restartProxy()
    case 'power cut':
      world.crash()
      return world.restartProxy()
    case 'crash at a write':
      return world.crashAtWrite(step.nth, step.written)
    case 'hide':
      return (await pageOf(story, step.window)).hide(step.yes)
    case 'freeze':
      return (await pageOf(story, step.window)).freeze(step.yes)
    case 'break':
      world.faults[step.what] += step.times
      return
    case 'set the clock':
      return world.setClock(step.byMs)
    case 'pass':
      return world.pass(step.ms)
    default:
      return press(await pageOf(story, step.window), story, step)
  }
}

/** The nth of the windows; where all are gone, the user opens one. */
async function pageOf({ world }: Story, nth: number): Promise<Page> {
  if (world.pages.length === 0) await world.openPage()
  return world.pages[nth % world.pages.length] as Page
}

async function generateIn(page: Page, { asked }: Story, step: Extract<Step, { do: 'generate' }>): Promise<void> {
  const prompt = `wish ${asked.size} ${step.token}`.trim()
  const draft = { ...findFamily(step.family)?.defaults, prompt }
  const sources = step.withSource ? await sourceOf(page) : []
  asked.set(prompt, 1)
  page.generator.generate({ family: step.family, draft, sources })
}

/** Dropped in once, and sent with every edit. */
async function sourceOf({ store }: Page): Promise<PictureId[]> {
  const id = 'source' as PictureId
  const bytes = new Blob([Buffer.from('iVBORw0KGgoAAAANSUhEUg==', 'base64')], { type: 'image/png' })
  const origin = { kind: 'dropped', fileName: 'a.png', notes: [] } as const
  const about = { id, shelf: 'sources', createdAt: 1, prompt: '', parents: [], origin, bytes } as const
  const added = await store.addPicture(about as never).catch(() => undefined)
  return added ? [id] : []
}

/** Presses a button, if it is there: what a run offers depends on how it stood when the user looked. */
async function press(page: Page, story: Story, { do: act, nth, afterMs }: Press): Promise<void> {
  const { asked, removed, world } = story
  const run = (await page.store.recentRuns(100))[nth]
  if (!run || run.dismissed || !offers(run, act)) return
  await world.pass(afterMs)
  if (page.isGone()) return
  if (act === 'again') asked.set(promptOf(run), (asked.get(promptOf(run)) ?? 0) + 1)
  if (act === 'remove') removed.add(run.id)
  page.generator[act](run)
}

function offers(run: Run, act: Act): boolean {
  switch (act) {
    case 'remove':
      return run.phase === 'queued'
    case 'stop':
      return run.phase === 'working' && !run.stopped
    case 'look':
      return mayLookAgain(run) && !(run.phase === 'saved' || run.phase === 'sending')
    case 'again':
    case 'dismiss':
      return run.phase === 'failed'
  }
}

async function observe(story: Story): Promise<void> {
  // What the service had got before the store was read, the store must tell.
  const { submissions } = await story.world.simulator.state()
  const page = await pageOf(story, 0)
  const runs = await page.store.recentRuns(100)
  if (page.isGone()) return
  expectNothingLost(story, runs)
  expectHonesty(story, runs, submissions)
  await expectKnowledge(story)
}

/** All faults end, the page starts anew, and the user looks again wherever that is offered. */
async function calmDown(story: Story): Promise<void> {
  const { world } = story
  world.endFaults()
  world.crash()
  const page = await world.openPage()
  await idle(story, page)
  expectAllEnded(await page.store.recentRuns(100))
  for (const run of await page.store.recentRuns(100))
    if (run.phase !== 'saved' && mayLookAgain(run)) page.generator.look(run)
  await idle(story, page)
  await observe(story)
}

async function idle({ world }: Story, page: Page): Promise<void> {
  let leftMs = patienceMs
  do {
    await world.pass(1_000)
    leftMs -= 1_000
  } while (page.busy() > 0 && leftMs > 0)
  expect(page.busy(), 'runs that are still driven').toBe(0)
}

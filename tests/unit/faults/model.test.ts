import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunId } from '#domain/ids.ts'
import { isOver, mayFollow, type Run } from '#domain/run.ts'
import { mayLookAgain } from '#gallery/failure-fix.ts'
import { findFamily } from '#models/catalogue.ts'
import { type ServedSimulator, serveSimulator } from '#simulator/serve.ts'
import { speedUp } from '../../support/fast-time.ts'
import { lightPainter } from '../../support/light-studio.ts'
import { machineKey } from '../../support/machine.ts'
import { type Faults, openWorld, type Page, type World } from '../../support/model-world.ts'

/** Deadlines and pauses pass so many times faster; what is really done takes the time it takes. */
const speed = 100
const numRuns = Number(process.env.MODEL_RUNS ?? 300)

/** What the service does with a prompt; the empty one is an ordinary day. */
const tokens = ['[[policy]]', '[[fail500]]', '[[createfail]]', '[[submit:500]]', '[[submit:402]]', '[[submit:429]]']
const answers = ['[[null]]', '[[hang]]', '[[html]]', '[[expired]]', '[[gone]]', '[[nourl]]', '[[spare]]', '[[slow:3]]']

type Act = 'stop' | 'look' | 'again' | 'remove' | 'dismiss'
type Step =
  | { do: 'generate'; token: string }
  | { do: Act; nth: number }
  | { do: 'crash' | 'second window' | 'restart the proxy' }
  | { do: 'break'; what: keyof Faults; times: number }
  | { do: 'pass'; ms: number }

const nth = fc.nat({ max: 5 })
const token = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.constantFrom(...tokens, ...answers) },
)
const act = fc.record({ do: fc.constantFrom<Act>('stop', 'look', 'again', 'remove', 'dismiss'), nth })
const what = fc.constantFrom<keyof Faults>('lostBefore', 'lostAfter', 'free', 'fullDisk')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('generate' as const), token }) },
  { weight: 5, arbitrary: act },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('crash', 'second window', 'restart the proxy') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('break' as const), what, times: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 4_000 }) }) },
)

/** What the user did, and what the store has shown so far. */
interface Story {
  world: World
  pages: Page[]
  /** How many runs were asked for, by prompt. */
  asked: Map<string, number>
  seen: Map<RunId, Run>
  removed: Set<RunId>
}

let service: ServedSimulator
let slowDown: () => void

beforeAll(async () => {
  slowDown = speedUp(speed)
  const switches = { durationMs: [500, 3_000] as [number, number] }
  service = await serveSimulator({ key: machineKey, painter: lightPainter, switches })
})

afterAll(async () => {
  await service.close()
  slowDown()
})

test(
  `P26 in any order of acts, crashes and faults nothing is sent twice and nothing that was paid for is lost, ${numRuns} times`,
  async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 16, size: 'max' })
    await fc.assert(fc.asyncProperty(steps, live), { numRuns })
  },
  60_000 + numRuns * 1_000,
)

async function live(steps: Step[]): Promise<void> {
  const world = await openWorld(service)
  const story: Story = { world, pages: [await world.openPage()], asked: new Map(), seen: new Map(), removed: new Set() }
  try {
    for (const one of steps) {
      await perform(story, one)
      await observe(story)
    }
    await calmDown(story)
    await judge(story)
  } finally {
    await world.close()
  }
}

async function perform(story: Story, one: Step): Promise<void> {
  const { world, pages, asked } = story
  const page = pages[0] as Page
  switch (one.do) {
    case 'generate': {
      const prompt = `wish ${asked.size} ${one.token}`.trim()
      const recipe = { family: 'flux-kontext', draft: { ...findFamily('flux-kontext')?.defaults, prompt }, sources: [] }
      asked.set(prompt, 1)
      return page.generator.generate(recipe)
    }
    case 'crash':
      for (const each of pages.splice(0)) each.crash()
      pages.push(await world.openPage())
      return
    case 'second window':
      // The older of two closes: whatever it drove is taken over.
      if (pages.length > 1) pages.shift()?.crash()
      pages.push(await world.openPage())
      return
    case 'restart the proxy':
      return world.restartProxy()
    case 'break':
      world.faults[one.what] += one.times
      return
    case 'pass':
      return pass(one.ms)
    default:
      return press(story, page, one.do, one.nth)
  }
}

/** Presses a button, if it is there: what a run offers depends on how it stands. */
async function press({ asked, removed }: Story, page: Page, act: Act, nth: number): Promise<void> {
  const run = (await page.store.recentRuns(100))[nth]
  if (!run || run.dismissed || !offers(run, act)) return
  if (act === 'again') asked.set(promptOf(run), (asked.get(promptOf(run)) ?? 0) + 1)
  if (act === 'remove') removed.add(run.id)
  await page.generator[act](run)
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

/** Nothing that was ever in the store leaves it or goes back, except by the user's own hand while nothing was sent. */
async function observe({ pages, seen, removed }: Story): Promise<void> {
  const runs = new Map((await (pages[0] as Page).store.recentRuns(100)).map((run) => [run.id, run]))
  for (const [id, before] of seen) {
    const run = runs.get(id)
    if (run) expect(mayFollow(before, run), `${before.phase} became ${run.phase}`).toBe(true)
    else expect(removed.has(id) && before.phase === 'queued', `a run that was ${before.phase} is gone`).toBe(true)
  }
  for (const run of runs.values()) seen.set(run.id, run)
}

/** All faults end, the page starts anew, and the user looks again wherever that is offered. */
async function calmDown(story: Story): Promise<void> {
  const { world, pages } = story
  Object.assign(world.faults, { lostBefore: 0, lostAfter: 0, free: 0, fullDisk: 0 })
  for (const page of pages.splice(0)) page.crash()
  const page = await world.openPage()
  pages.push(page)
  await idle(page)
  for (const run of await page.store.recentRuns(100))
    if (run.phase !== 'saved' && mayLookAgain(run)) page.generator.look(run)
  await idle(page)
  await observe(story)
}

async function idle(page: Page): Promise<void> {
  do await pass(200)
  while (page.busy() > 0)
}

async function judge({ pages, asked }: Story): Promise<void> {
  const { store } = pages[0] as Page
  const runs = await store.recentRuns(100)
  const { submissions, charges } = await service.simulator.state()
  const paid = new Set(charges.filter(({ refunded }) => !refunded).map(({ taskId }) => taskId))

  for (const [prompt, wishes] of asked) {
    const sent = submissions.filter(({ body, code }) => (body as { prompt: string }).prompt === prompt && code !== 429)
    expect(sent.length, `submissions of "${prompt}"`).toBeLessThanOrEqual(wishes)
    // Every task that was made is known to a run, or a run says that it may have been made.
    const own = runs.filter((run) => promptOf(run) === prompt)
    const known = new Set(own.flatMap((run) => ('task' in run && run.task ? [run.task.taskId as string] : [])))
    const doubtful = own.filter((run) => run.phase === 'failed' && !run.task && run.chargePossible)
    const unknown = sent.filter(({ taskId }) => taskId !== undefined && paid.has(taskId) && !known.has(taskId))
    expect(unknown.length, `tasks of "${prompt}" that no run offers`).toBeLessThanOrEqual(doubtful.length)
  }
  for (const run of runs) {
    expect(
      isOver(run) || (run.phase === 'ready' && run.trouble),
      `"${promptOf(run)}" is still ${run.phase}`,
    ).toBeTruthy()
    if (run.phase === 'saved')
      for (const id of run.pictures) expect((await store.original(id))?.size).toBeGreaterThan(0)
    if (run.phase !== 'saved' && 'task' in run && run.task && paid.has(run.task.taskId)) expectReason(run)
  }
}

/** A task that was paid for is not saved only where there is nothing to be fetched; and it is never called free. */
function expectReason(run: Run): void {
  expect(promptOf(run)).toMatch(/\[\[(gone|nourl)\]\]/)
  if (run.phase === 'failed') expect(run.chargePossible).toBe(true)
}

function promptOf(run: Run): string {
  return String(run.recipe.draft.prompt)
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

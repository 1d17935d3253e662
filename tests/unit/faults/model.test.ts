import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunId } from '#domain/ids.ts'
import { isOver, type Run } from '#domain/run.ts'
import { mayLookAgain } from '#gallery/failure-fix.ts'
import { findFamily } from '#models/catalogue.ts'
import { type ServedSimulator, serveSimulator } from '#simulator/serve.ts'
import { speedUp } from '../../support/fast-time.ts'
import { lightPainter } from '../../support/light-studio.ts'
import { machineKey } from '../../support/machine.ts'
import { type Faults, openWorld, type Page, type World } from '../../support/model-world.ts'

/** Deadlines and pauses pass so many times faster; what is really done takes the time it takes. */
const speed = 100
/** A window that lived on for so many turns has stored what it was told. */
const longEnough = 20
const numRuns = Number(process.env.MODEL_RUNS ?? 300)
const shares = [1, 2, 3, 4]

/** What the service does with a prompt; the empty one is an ordinary day. */
const tokens = ['[[policy]]', '[[fail500]]', '[[createfail]]', '[[submit:500]]', '[[submit:402]]', '[[submit:429]]']
const answers = [
  '[[null]]',
  '[[hang]]',
  '[[html]]',
  '[[expired]]',
  '[[gone]]',
  '[[nourl]]',
  '[[spare]]',
  '[[slow:8]]',
  '[[slow:8]]',
]

type Act = 'stop' | 'look' | 'again' | 'remove' | 'dismiss'
type Press = { do: Act; nth: number; afterMs: number }
type Step =
  | Press
  | { do: 'generate'; token: string }
  | { do: 'crash' | 'second window' | 'restart the proxy' | 'power cut' }
  | { do: 'break'; what: keyof Faults; times: number }
  | { do: 'pass'; ms: number }

const nth = fc.nat({ max: 5 })
const token = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.constantFrom(...tokens, ...answers) },
)
const act = fc.record({
  do: fc.constantFrom<Act>('stop', 'look', 'again', 'remove', 'dismiss'),
  nth,
  afterMs: fc.nat({ max: 500 }),
})
const what = fc.constantFrom<keyof Faults>('lostBefore', 'lostAfter', 'free', 'fullDisk')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('generate' as const), token }) },
  { weight: 5, arbitrary: act },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('crash', 'second window', 'restart the proxy', 'power cut') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('break' as const), what, times: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 4_000 }) }) },
)

/** What the user did, and what the store has shown so far. */
interface Story {
  service: ServedSimulator
  world: World
  pages: Page[]
  /** How many runs were asked for, by prompt. */
  asked: Map<string, number>
  seen: Map<RunId, Run>
  removed: Set<RunId>
}

let slowDown: () => void

beforeAll(() => {
  slowDown = speedUp(speed)
})

afterAll(() => slowDown())

// Most of the time is waiting: several stories at once take hardly longer than one.
test.concurrent.each(shares)(
  `P26 in any order of acts, crashes and faults nothing is sent twice and nothing paid is lost, ${numRuns} times, part %i`,
  async () => {
    const switches = { durationMs: [500, 3_000] as [number, number] }
    const service = await serveSimulator({ key: machineKey, painter: lightPainter, switches })
    const steps = fc.array(step, { minLength: 1, maxLength: 16, size: 'max' })
    const property = fc.asyncProperty(token, steps, fc.boolean(), (...given) => live(service, ...given))
    try {
      await fc.assert(property, { numRuns: Math.ceil(numRuns / shares.length) })
    } finally {
      await service.close()
    }
  },
  60_000 + numRuns * 1_000,
)

async function live(service: ServedSimulator, first: string, steps: Step[], proxyDies: boolean): Promise<void> {
  const world = await openWorld(service)
  const pages = [await world.openPage()]
  const story: Story = { service, world, pages, asked: new Map(), seen: new Map(), removed: new Set() }
  try {
    for (const one of [{ do: 'generate', token: first } as const, ...steps]) {
      await perform(story, one)
      await observe(story)
    }
    if (proxyDies) await world.restartProxy()
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
    case 'power cut':
      await world.restartProxy()
      return perform(story, { do: 'crash' })
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
      return press(story, page, one)
  }
}

/** Presses a button, if it is there: what a run offers depends on how it stood when the user looked. */
async function press({ asked, removed }: Story, page: Page, { do: act, nth, afterMs }: Press): Promise<void> {
  const run = (await page.store.recentRuns(100))[nth]
  if (!run || run.dismissed || !offers(run, act)) return
  await pass(afterMs)
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
    if (run) expect(isStepBack(before, run), `${before.phase} became ${run.phase}`).toBe(false)
    else expect(removed.has(id) && before.phase === 'queued', `a run that was ${before.phase} is gone`).toBe(true)
  }
  for (const run of runs.values()) seen.set(run.id, run)
}

const order = ['queued', 'sending', 'working', 'ready', 'failed', 'saved']

function isStepBack(before: Run, now: Run): boolean {
  if (before.phase === 'failed') return !mayLookAgain(before) && now.phase !== 'failed'
  const waitsForTheLimit = before.phase === 'sending' && now.phase === 'queued' && now.trouble?.kind === 'rate-limited'
  return order.indexOf(now.phase) < order.indexOf(before.phase) && !waitsForTheLimit
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

async function judge({ service, world, pages, asked }: Story): Promise<void> {
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
  for (const { run, taskId } of world.told.filter(({ ticks }) => ticks() > longEnough)) {
    const stored = runs.find(({ id }) => id === run)
    expect(stored && 'task' in stored && stored.task?.taskId, `the task of a run that is ${stored?.phase}`).toBe(taskId)
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

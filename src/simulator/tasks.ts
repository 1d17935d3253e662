import { type Faults, readFaults, type TaskFault, withoutTokens } from './faults.ts'
import type { Files } from './files.ts'
import type { Ledger } from './ledger.ts'
import type { Order } from './orders.ts'
import type { Painter } from './painter.ts'
import type { Switches } from './switches.ts'

/** The two record families of the service; a task is invisible to the other one. */
export type DialectName = 'kontext' | 'jobs'

export interface Task {
  id: string
  dialect: DialectName
  order: Order
  /** As it was sent. */
  body: unknown
  faults: Faults
  createdAt: number
  visibleAt: number
  /** Never, for a stuck task. */
  endsAt: number
  fileName: string
  /** Settled when the picture is painted, or cannot be. */
  painting: Promise<TaskFault | undefined>
  outcome?: Outcome
}

export type Outcome = { kind: 'success' } | { kind: 'fail'; fault: TaskFault }

export interface TasksOptions {
  painter: Painter
  files: Files
  ledger: Ledger
  now: () => number
  random: () => number
  switches: () => Switches
  newId: () => string
}

export interface Tasks {
  /** Takes the price and begins to paint; nothing where the balance is too low. */
  start(dialect: DialectName, order: Order, body: unknown, sources: readonly Uint8Array[]): Task | undefined
  /** The task as it is now; nothing where it is unknown to this dialect or not visible yet. */
  find(dialect: DialectName, id: string): Promise<Task | undefined>
  /** Ids of tasks without an outcome. */
  open(): Promise<readonly string[]>
}

const paintedAtOnce = 2
const paintFault: TaskFault = { code: 500, msg: 'Internal Error, Please try again later.' }

/** Tasks end by the clock: asked at any time, each has the outcome that was due by then. */
export function createTasks({ painter, files, ledger, now, random, switches, newId }: TasksOptions): Tasks {
  const tasks = new Map<string, Task>()
  const deliver = createStudio(painter)

  async function settle(task: Task): Promise<void> {
    if (task.outcome || now() < task.endsAt) return
    const fault = await task.painting
    if (task.outcome) return
    task.outcome = fault ? { kind: 'fail', fault } : { kind: 'success' }
    if (fault) ledger.refund(task.id)
  }

  return {
    start(dialect, order, body, sources) {
      const id = newId()
      if (!ledger.charge(id, order.priceCredits)) return undefined
      const faults = readFaults(order.prompt)
      const createdAt = now()
      const endsAt = faults.stuck
        ? Number.POSITIVE_INFINITY
        : createdAt + (faults.slowMs ?? duration(switches(), random))
      const fileName = `${id}_${Math.floor(createdAt / 1000)}.${order.format}`
      const painting = deliver(order, faults, sources, (bytes) =>
        files.storeResult(fileName, { bytes, finishedAt: endsAt, lifetime: faults.lifetime }),
      )
      const visibleAt = createdAt + switches().visibilityLagMs
      const task: Task = { id, dialect, order, body, faults, createdAt, visibleAt, endsAt, fileName, painting }
      tasks.set(id, task)
      return task
    },

    async find(dialect, id) {
      const task = tasks.get(id)
      if (!task || task.dialect !== dialect || now() < task.visibleAt) return undefined
      await settle(task)
      return task
    },

    async open() {
      await Promise.all([...tasks.values()].map(settle))
      return [...tasks.values()].filter((task) => !task.outcome).map((task) => task.id)
    },
  }
}

/** Paints orders, two at a time, and hands the bytes on; resolves with the fault of a task that ends badly. */
function createStudio(painter: Painter) {
  const queue = createQueue(paintedAtOnce)
  const painted = new Map<string, number>()

  function paint({ prompt: words, format, frame }: Order, sources: readonly Uint8Array[]): Promise<Uint8Array> {
    const prompt = withoutTokens(words)
    const variation = painted.get(prompt) ?? 0
    painted.set(prompt, variation + 1)
    const wish = { prompt, format, variation }
    return queue(() =>
      sources.length > 0 || 'pixels' in frame ? painter.edit(wish, sources, frame) : painter.create(wish, frame),
    )
  }

  return async (
    order: Order,
    faults: Faults,
    sources: readonly Uint8Array[],
    store: (bytes: Uint8Array) => void,
  ): Promise<TaskFault | undefined> => {
    if (faults.task || faults.stuck) return faults.task
    try {
      store(await paint(order, sources))
      return undefined
    } catch {
      return paintFault
    }
  }
}

export function duration({ durationMs }: Switches, random: () => number): number {
  if (typeof durationMs === 'number') return durationMs
  const [least, most] = durationMs
  return Math.round(least + random() * (most - least))
}

/** Runs at most `limit` pieces of work at a time, first come first served. */
function createQueue(limit: number): <Value>(work: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

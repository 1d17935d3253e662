import type { Painter } from '#simulator/painter/painter.ts'
import { type Faults, readFaults, type TaskFault } from './faults.ts'
import type { Files } from './files.ts'
import type { Ledger } from './ledger.ts'
import type { Order } from './orders.ts'
import { createPaintQueue } from './paint-queue.ts'
import type { Switches } from './switches.ts'

/** The two record families of the service; a task of one is invisible to the other. */
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
  /** Infinity for a stuck task. */
  endsAt: number
  fileName: string
  /** Settled when the image is painted, or has failed. */
  painting: Promise<TaskFault | undefined>
  outcome?: Outcome
}

export type Outcome = { kind: 'success' } | { kind: 'fail'; fault: TaskFault }

/** The facts of an accepted task, from which it has the same outcome again. */
export interface KeptTask {
  id: string
  dialect: DialectName
  order: Order
  body: unknown
  createdAt: number
  durationMs: number
  /** The number of earlier tasks with the same prompt. */
  variation: number
  sources: readonly Uint8Array[]
}

/** Keeps tasks when the simulator ends, because one in a page ends with every reload. */
export interface TaskMemory {
  keep(task: KeptTask): void
  find(id: string): Promise<KeptTask | undefined>
}

export interface TasksOptions {
  painter: Painter
  files: Files
  ledger: Ledger
  now: () => number
  random: () => number
  switches: () => Switches
  newId: () => string
  memory?: TaskMemory | undefined
}

export interface Tasks {
  /** Takes the price and starts to paint; `undefined` if the balance is too low. */
  start(dialect: DialectName, order: Order, body: unknown, sources: readonly Uint8Array[]): Task | undefined
  /** The task as it is now; `undefined` if it is unknown to this dialect or not visible yet. */
  find(dialect: DialectName, id: string): Promise<Task | undefined>
  /**
   * Resumes a task of an earlier simulator and waits until its image is painted. Does nothing if it is here or unknown.
   */
  recall(id: string): Promise<void>
  /** Gives the task its outcome, if that is due. */
  settle(task: Task): Promise<void>
  /** Ids of tasks without an outcome. */
  open(): Promise<readonly string[]>
}

const paintFault: TaskFault = { code: 500, msg: 'Internal Error, Please try again later.' }

/** Tasks end by the clock: asked at any time, each has the outcome that was due by then. */
export function createTasks({ painter, files, ledger, now, random, switches, newId, memory }: TasksOptions): Tasks {
  const tasks = new Map<string, Task>()
  const paintQueue = createPaintQueue(painter, switches)

  async function settle(task: Task): Promise<void> {
    if (task.outcome || now() < task.endsAt) return
    const fault = await task.painting
    if (task.outcome) return
    task.outcome = fault ? { kind: 'fail', fault } : { kind: 'success' }
    if (fault) ledger.refund(task.id)
  }

  /** Resolves with the fault of a task that fails. */
  async function deliver(kept: KeptTask, faults: Faults, store: (bytes: Uint8Array) => void) {
    if (faults.task || faults.stuck) return faults.task
    const { order, sources, variation } = kept
    try {
      store(await paintQueue.paint({ ...order, sources, variation }))
      return undefined
    } catch {
      return paintFault
    }
  }

  function begin(kept: KeptTask): Task {
    const { id, dialect, order, body, createdAt } = kept
    const faults = readFaults(order.prompt)
    const endsAt = faults.stuck ? Number.POSITIVE_INFINITY : createdAt + (faults.slowMs ?? kept.durationMs)
    const fileName = `${id}_${Math.floor(createdAt / 1000)}.${order.format}`
    const painting = deliver(kept, faults, (bytes) =>
      files.storeResult(fileName, { bytes, finishedAt: endsAt, lifetime: faults.lifetime }),
    )
    const visibleAt = createdAt + switches().visibilityLagMs
    const task: Task = { id, dialect, order, body, faults, createdAt, visibleAt, endsAt, fileName, painting }
    tasks.set(id, task)
    return task
  }

  async function findKept(id: string): Promise<Task | undefined> {
    const known = tasks.get(id)
    if (known || !memory) return known
    const kept = await memory.find(id)
    const meanwhile = tasks.get(id)
    if (meanwhile || !kept) return meanwhile
    ledger.charge(id, kept.order.priceCredits)
    return begin(kept)
  }

  return {
    settle,
    start(dialect, order, body, sources) {
      const id = newId()
      if (!ledger.charge(id, order.priceCredits)) return undefined
      const durationMs = duration(switches(), random)
      const variation = paintQueue.nextVariation(order.prompt)
      const kept: KeptTask = { id, dialect, order, body, createdAt: now(), durationMs, variation, sources }
      memory?.keep(kept)
      return begin(kept)
    },

    async find(dialect, id) {
      const task = await findKept(id)
      if (!task || task.dialect !== dialect || now() < task.visibleAt) return undefined
      await settle(task)
      return task
    },

    async recall(id) {
      await (await findKept(id))?.painting
    },

    async open() {
      await Promise.all([...tasks.values()].map(settle))
      return [...tasks.values()].filter((task) => !task.outcome).map((task) => task.id)
    },
  }
}

export function duration({ durationMs }: Switches, random: () => number): number {
  if (typeof durationMs === 'number') return durationMs
  const [least, most] = durationMs
  return Math.round(least + random() * (most - least))
}

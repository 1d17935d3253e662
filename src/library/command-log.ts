import {
  type Change,
  type Command,
  type ComposedChange,
  invertAll,
  isComposed,
  isStored,
  type Outcome,
  sumOutcomes,
} from '#domain/command.ts'
import type { ActRecords } from '#store/store.ts'

/** What the log can do next, for buttons and notices. */
export interface LogState {
  /** The act that "Undo" reverses, and the one that "Redo" repeats. */
  undo: Command | undefined
  redo: Command | undefined
}

export interface NewCommand {
  label: string
  changes: readonly Change[]
  renames?: Command['renames']
  /** A later command with the same value, within a second, is merged into this one: dragging a slider is one act. */
  run?: string
}

/** The result of doing, undoing or redoing. `command`: as it is in the log afterwards. */
export interface Performed {
  command: Command
  outcome: Outcome
}

/**
 * The acts of one window, in order. Calls run one after another. They reject with a `GenerationError` of kind
 * `storage`, and have then changed nothing.
 */
export interface CommandLog {
  state(): LogState
  subscribe(listener: () => void): () => void
  /** Does the command and logs it. */
  perform(command: NewCommand): Promise<Performed>
  /** Logs what was done already; it may only hold changes of the window's own composition. */
  record(command: NewCommand): Promise<Command>
  /** Undoes the newest act, or the named one. `undefined` if there is none. */
  undo(id?: string): Promise<Performed | undefined>
  /** Repeats the act that was undone last. */
  redo(): Promise<Performed | undefined>
}

interface LogPorts {
  store: ActRecords
  /** The id of this window; the same after a reload. */
  window(): string
  /** What changes of the window's composition would do now. */
  plan(changes: readonly ComposedChange[]): ComposedPlan
  now(): number
  newId(): string
}

export interface ComposedPlan {
  /** The changes that will be made, with the present value as `from`. */
  made: readonly ComposedChange[]
  outcome: Outcome
  commit(): void
}

/** Changes with the same `run` that follow each other within this time are one act. */
const runMs = 1_000

interface Entry {
  command: Command
  run?: string | undefined
}

/** The acts of the window, oldest first, and which are next for "Undo" and "Redo". */
function createTimeline() {
  let entries: readonly Entry[] = []
  let shown: LogState = { undo: undefined, redo: undefined }
  const listeners = new Set<() => void>()
  return {
    entries: () => entries,
    done: () => entries.filter(({ command }) => command.undoneAt === undefined),
    undone: () => entries.filter(({ command }) => command.undoneAt !== undefined),
    state: () => shown,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    show(next: readonly Entry[]) {
      entries = next
      const last = Math.max(...entries.map(({ command }) => command.undoneAt ?? 0))
      shown = {
        undo: this.done().at(-1)?.command,
        redo: this.undone().findLast(({ command }) => command.undoneAt === last)?.command,
      }
      for (const listener of listeners) listener()
    },
  }
}

export function createCommandLog(ports: LogPorts): CommandLog {
  const { store, window, plan, now, newId } = ports
  const timeline = createTimeline()
  let turn: Promise<unknown> = readBack().catch(() => undefined)

  async function readBack() {
    const own = (await store.commands()).filter((command) => command.window === window())
    timeline.show(own.map((command) => ({ command })))
  }

  /** One after another, so that two presses never undo the same act. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work)
    turn = next.catch(() => undefined)
    return next
  }

  function toCommand({ label, changes, renames }: NewCommand): Command {
    const about = { id: newId(), label, at: now(), window: window(), ...(renames ? { renames } : {}) }
    return { ...about, apply: changes, invert: invertAll(changes) }
  }

  /** After a new act nothing can be redone any more. */
  async function add(command: Command, run: string | undefined): Promise<Performed> {
    const performed = await store.carryOut(
      command,
      'do',
      timeline.undone().map((entry) => entry.command.id),
    )
    follow(performed.command, run)
    return performed
  }

  function follow(command: Command, run: string | undefined) {
    timeline.show([...timeline.done().filter((entry) => entry.command.id !== command.id), { command, run }])
  }

  async function turnBack(entry: Entry | undefined, way: 'undo' | 'redo'): Promise<Performed | undefined> {
    if (!entry) return undefined
    const { command } = entry
    const composed = plan((way === 'undo' ? command.invert : command.apply).filter(isComposed))
    const { undoneAt: _undoneAt, ...done } = { ...command, ...refreshed(command, way, composed.made) }
    const next = way === 'undo' ? { ...done, undoneAt: undoTime(timeline.entries(), now()) } : done
    const stored = await keep(store, next, way)
    composed.commit()
    timeline.show(timeline.entries().map((other) => (other === entry ? { command: next } : other)))
    return { command: next, outcome: sumOutcomes(stored.outcome, composed.outcome) }
  }

  return {
    state: timeline.state,
    subscribe: timeline.subscribe,
    perform: (given) =>
      inTurn(async () => {
        const performed = await add(toCommand(given), given.run)
        const composed = plan(given.changes.filter(isComposed))
        composed.commit()
        return { ...performed, outcome: sumOutcomes(performed.outcome, composed.outcome) }
      }),
    record: (given) =>
      inTurn(async () => {
        const command = joined(timeline.entries().at(-1), toCommand(given), given.run)
        // Changes of the composition can be undone even if the log cannot be written.
        await add(command, given.run).catch(() => follow(command, given.run))
        return command
      }),
    undo: (id) => inTurn(() => turnBack(find(timeline.done(), id ?? timeline.state().undo?.id), 'undo')),
    redo: () => inTurn(() => turnBack(find(timeline.undone(), timeline.state().redo?.id), 'redo')),
  }
}

function find(entries: readonly Entry[], id: string | undefined): Entry | undefined {
  return entries.find(({ command }) => command.id === id)
}

/** The last act with this one merged into it, if both have the same `run`. */
function joined(last: Entry | undefined, next: Command, run: string | undefined): Command {
  if (run === undefined || last?.run !== run || last.command.undoneAt !== undefined) return next
  if (next.at - last.command.at > runMs) return next
  const apply = collapsed([...last.command.apply, ...next.apply])
  return { ...last.command, at: next.at, apply, invert: invertAll(apply) }
}

/** If the log cannot be written, only commands with stored changes fail. */
async function keep(store: ActRecords, command: Command, way: 'undo' | 'redo'): Promise<Performed> {
  try {
    return await store.carryOut(command, way)
  } catch (error) {
    if (command.apply.some(isStored)) throw error
    return { command, outcome: { changed: 0, left: 0 } }
  }
}

/** Later than every other undo, even within the same millisecond. */
function undoTime(entries: readonly Entry[], now: number): number {
  return Math.max(now, ...entries.map(({ command }) => (command.undoneAt ?? 0) + 1))
}

/**
 * Undoing also replaces what was typed since the act, and redoing must bring that back. So the changes of the
 * composition are kept as they were really made.
 */
function refreshed(
  command: Command,
  way: 'undo' | 'redo',
  made: readonly ComposedChange[],
): Pick<Command, 'apply' | 'invert'> {
  const back = invertAll(made)
  if (way === 'undo') {
    return {
      invert: [...command.invert.filter(isStored), ...made],
      apply: [...command.apply.filter(isStored), ...back],
    }
  }
  return { apply: [...command.apply.filter(isStored), ...made], invert: [...command.invert.filter(isStored), ...back] }
}

/** Consecutive changes of one field become one, from the first value to the last. */
function collapsed(changes: readonly Change[]): Change[] {
  const fields = new Map<string, Change>()
  for (const change of changes) {
    const key = change.kind === 'draft' ? `${change.family} ${change.field}` : `${fields.size}`
    const first = fields.get(key)
    fields.set(key, first?.kind === 'draft' && change.kind === 'draft' ? { ...change, from: first.from } : change)
  }
  return [...fields.values()]
}

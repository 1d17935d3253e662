import type { Outcome } from '#domain/command.ts'
import { describeFailure, toFailure } from '#domain/failure.ts'
import { type CommandLog, createCommandLog, type NewCommand, type Performed } from '#library/command-log.ts'
import { newId } from '#platform/ids.ts'
import type { GalleryStore } from '#store/store.ts'
import { announce } from '#ui/announce.tsx'
import { closeOffers, notify } from '#ui/notices.tsx'

import { type Composed, diffComposed, planComposed } from './composed-changes.ts'
import { windowName } from './window-name.ts'

const logs = new WeakMap<GalleryStore, CommandLog>()

/** The log of this window's acts. It lives as long as the store. */
export function logOf(store: GalleryStore): CommandLog {
  const known = logs.get(store)
  if (known) return known
  const log = createCommandLog({
    store: store.acts,
    window: windowName,
    plan: planComposed,
    now: () => Date.now(),
    newId,
  })
  logs.set(store, log)
  return log
}

/**
 * Logs a change of the composition that was already made. Gives the function that undoes it; `undefined` if nothing has
 * changed.
 */
export async function recordComposed(
  store: GalleryStore,
  { label, before, after, run }: { label: string; before: Composed; after: Composed; run?: string | undefined },
): Promise<(() => Promise<void>) | undefined> {
  const changes = diffComposed(before, after)
  if (changes.length === 0) return undefined
  const { id } = await logOf(store).record({ label, changes, ...(run === undefined ? {} : { run }) })
  return () => undo(store, id)
}

/** Performs a command. A failure is shown, with the words of `failed` before the reason, and has changed nothing. */
export async function perform(
  store: GalleryStore,
  command: NewCommand,
  failed: string,
): Promise<Performed | undefined> {
  try {
    return await logOf(store).perform(command)
  } catch (error) {
    sayFailure(failed, error)
    return undefined
  }
}

/** Undoes the newest act of this window, or the named one. */
export async function undo(store: GalleryStore, id?: string): Promise<void> {
  await turn('Undone', 'Nothing was undone', async () => {
    const performed = await logOf(store).undo(id)
    if (performed) closeOffers('Undo')
    return performed
  })
}

export async function redo(store: GalleryStore): Promise<void> {
  await turn('Redone', 'Nothing was redone', () => logOf(store).redo())
}

async function turn(done: string, failed: string, work: () => Promise<Performed | undefined>): Promise<void> {
  try {
    const performed = await work()
    if (!performed) return
    announce(`${done}: ${performed.command.label}`)
    sayLeft(performed.outcome)
  } catch (error) {
    sayFailure(failed, error)
  }
}

/** What was changed or deleted since, here or in another window, stays as it is. */
export function sayLeft(outcome: Outcome): void {
  const text = describeLeft(outcome)
  if (text !== '') notify({ text })
}

/** The same for the end of a longer notice, because a second notice would replace the first. Empty: nothing was left. */
export function withLeft(done: string, outcome: Outcome): string {
  const left = describeLeft(outcome)
  return left === '' ? done : `${done.replace(/\.$/, '')}. ${left}`
}

function describeLeft({ left }: Outcome): string {
  if (left === 0) return ''
  return `${left.toLocaleString('en')} left as ${left === 1 ? 'it is' : 'they are'}: changed or deleted since.`
}

export function sayFailure(what: string, error: unknown): void {
  const failure = toFailure(error)
  const reason = 'detail' in failure ? failure.detail : describeFailure(failure)
  notify({ text: `${what}: ${reason}`, tone: 'error' })
}

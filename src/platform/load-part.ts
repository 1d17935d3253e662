/** Why a part of the page cannot be loaded until the page is reloaded. */
export type PartTrouble =
  /** The host serves a newer build, which does not have this file. */
  | 'updated'
  /** The host answers, but this browser does not request a file again that failed once. */
  | 'stuck'

/** A part of the page could not be loaded. The message is for users. */
export class PartError extends Error {
  override readonly name = 'PartError'
}

type Load<T> = () => Promise<T>

const loaded = new WeakMap<Load<unknown>, unknown>()
const troubles = new Map<Load<unknown>, PartTrouble>()
const listeners = new Set<() => void>()

/** What `load` returned before, so that the first render has it at once. */
export function findPart<T>(load: Load<T>): T | undefined {
  return loaded.get(load) as T | undefined
}

/**
 * Imports a part of the page; every `import()` of the page goes through here. `load` must always be the same function.
 * Rejects with `PartError`, and `partTrouble` then says whether only a reload helps.
 */
export async function loadPart<T>(load: Load<T>): Promise<T> {
  try {
    return keep(load, await load())
  } catch {
    const build = await findServedBuild()
    if (build === 'same') return loadAgain(load)
    if (build === 'other') tell(load, 'updated')
    throw new PartError(
      build === 'other' ? 'Atelier was updated. Reload this page.' : 'A part of Atelier did not load. Try again.',
    )
  }
}

/** The problem to show; an update comes before the others. */
export function partTrouble(): PartTrouble | undefined {
  const all = [...troubles.values()]
  return all.find((trouble) => trouble === 'updated') ?? all[0]
}

export function watchPartTrouble(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * The host answers. Chromium requests the file again; Firefox and WebKit remember the failure for the life of the page.
 */
async function loadAgain<T>(load: Load<T>): Promise<T> {
  try {
    return keep(load, await load())
  } catch {
    tell(load, 'stuck')
    throw new PartError('A part of Atelier did not load. Reload this page.')
  }
}

function keep<T>(load: Load<T>, part: T): T {
  loaded.set(load, part)
  tell(load, undefined)
  return part
}

function tell(load: Load<unknown>, trouble: PartTrouble | undefined): void {
  const before = partTrouble()
  if (trouble) troubles.set(load, trouble)
  else troubles.delete(load)
  if (partTrouble() === before) return
  for (const listener of [...listeners]) listener()
}

/** Whether the host serves this page's build. `undefined`: it does not answer. */
async function findServedBuild(): Promise<'same' | 'other' | undefined> {
  try {
    const response = await fetch(location.pathname, { cache: 'no-store' })
    if (!response.ok) return undefined
    const served = /<script\b[^>]*\btype="module"[^>]*\bsrc="([^"]+)"/.exec(await response.text())?.[1]
    const own = document.querySelector('script[type="module"][src]')?.getAttribute('src')
    return served && own && served !== own ? 'other' : 'same'
  } catch {
    return undefined
  }
}

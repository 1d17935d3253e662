import type { PictureId } from '#domain/ids.ts'
import { isDemo } from './edition.ts'

/** The stored name needs a migration to change. */
const name = isDemo ? 'atelier-demo-staged' : 'atelier-staged'

/** The image that this window had on the stage before it was reloaded. */
export function readStaged(): PictureId | undefined {
  try {
    return (sessionStorage.getItem(name) || undefined) as PictureId | undefined
  } catch {
    // Storage is blocked: every start is a first one.
    return undefined
  }
}

/** Remembers it for this window only: another window has a stage of its own. */
export function rememberStaged(id: PictureId | undefined): void {
  try {
    if (id === undefined) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, id)
  } catch {
    // As above.
  }
}

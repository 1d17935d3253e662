import { newId } from '#platform/ids.ts'
import { isDemo } from '#workspace/edition.ts'
import { keptValues } from '#workspace/kept-values.ts'

interface WindowPlaces {
  /** The stored key. */
  key: string
  /** Of this window only; a duplicated tab starts with a copy of it. */
  own: () => Storage | undefined
  /** Web Locks; absent if the browser has none. */
  locks: Pick<LockManager, 'request'> | undefined
  newId: () => string
  /** How long another window may take to release the name: the page before a reload does so at once. */
  timeoutMs: number
}

/**
 * The name of a window in stored records: the same after its reload, different in every other window. A duplicated tab
 * has the name of its original until `timeoutMs` have passed; then it gets its own.
 */
export function createWindowName({ key, own, locks, newId, timeoutMs }: WindowPlaces): () => string {
  const kept = keptValues(own)
  const stored = kept.read(key)
  let name = typeof stored === 'string' ? stored : newId()
  claim()

  function claim() {
    kept.write(key, name)
    const timeout = AbortSignal.timeout(timeoutMs)
    let isHeld = false
    const hold = () => {
      isHeld = true
      return new Promise<never>(() => undefined)
    }
    locks?.request(`${key}-${name}`, { signal: timeout }, hold).catch(() => {
      // WebKit rejects every lock request of a page that is being left, also new ones, so retrying would never end.
      if (isHeld || !timeout.aborted) return
      name = newId()
      claim()
    })
  }
  return () => name
}

let own: (() => string) | undefined

/** The name of this window. */
export function windowName(): string {
  own ??= createWindowName({
    key: isDemo ? 'atelier-demo-window' : 'atelier-window',
    own: () => globalThis.sessionStorage,
    locks: globalThis.navigator?.locks,
    newId,
    timeoutMs: 2_000,
  })
  return own()
}

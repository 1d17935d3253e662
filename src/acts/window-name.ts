import { newId } from '#platform/ids.ts'
import { isDemo } from '#workspace/edition.ts'
import { keptValues } from '#workspace/kept-values.ts'

const key = isDemo ? 'atelier-demo-window' : 'atelier-window'

let name: string | undefined

/** What this window is called in stored records: the same after its reload, another one in every other window. */
export function windowName(): string {
  const own = keptValues(() => globalThis.sessionStorage)
  const kept = own.read(key)
  name ??= typeof kept === 'string' ? kept : newId()
  if (kept !== name) own.write(key, name)
  return name
}

import { afterEach, expect, test } from 'vitest'
import { createWindowName } from '#acts/window-name.ts'
import { eventually } from '../../support/eventually.ts'

const key = 'a-window'
let names = 0
/** Who holds which lock; each window of the browser that is open. */
const held = new Map<string, () => void>()

afterEach(() => held.clear())

/** Web Locks, as far as a window's name needs them: one holder, the others wait until their patience ends. */
const locks = {
  request: (name: string, { signal }: LockOptions) =>
    new Promise<never>((_, reject) => {
      if (held.has(name)) signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      else held.set(name, () => held.delete(name))
    }),
} as unknown as LockManager

function createStorage(kept: Record<string, string> = {}): Storage & { kept: Record<string, string> } {
  const getItem = (name: string) => kept[name] ?? null
  const setItem = (name: string, value: string) => {
    kept[name] = value
  }
  return { kept, getItem, setItem } as unknown as Storage & { kept: Record<string, string> }
}

const open = (own: Storage) =>
  createWindowName({
    key,
    own: () => own,
    locks,
    newId: () => {
      names += 1
      return `name-${names}`
    },
    patienceMs: 20,
  })

test('a duplicated tab, which begins with a copy of the storage, comes to a name of its own and keeps it', async () => {
  const first = createStorage()
  const name = open(first)
  const copy = createStorage({ ...first.kept })
  const duplicate = open(copy)
  await eventually(() => expect(duplicate()).not.toBe(name()))
  expect(JSON.parse(copy.kept[key] ?? '')).toBe(duplicate())
  expect(JSON.parse(first.kept[key] ?? '')).toBe(name())
})

test('a window is called the same after its reload', () => {
  const own = createStorage()
  const before = open(own)()
  held.get(`${key}-${before}`)?.()
  expect(open(own)()).toBe(before)
})

test('two new windows have different names', () => {
  expect(open(createStorage())()).not.toBe(open(createStorage())())
})

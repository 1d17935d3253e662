import { afterEach, expect, test } from 'vitest'
import { createWindowName } from '#acts/window-name.ts'
import { eventually } from '../../support/eventually.ts'

const key = 'a-window'
let names = 0
/** Holders of locks, and the open windows of the browser. */
const held = new Map<string, () => void>()

afterEach(() => held.clear())

/** A fake of Web Locks: one holder, the others wait until their signal aborts. */
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

const open = (own: Storage, locksOfIt = locks) =>
  createWindowName({
    key,
    own: () => own,
    locks: locksOfIt,
    newId: () => {
      names += 1
      return `name-${names}`
    },
    timeoutMs: 20,
  })

test('a duplicated tab, which starts with a copy of the storage, gets its own name and keeps it', async () => {
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

/** Locks of a page that WebKit is closing: all requests are rejected at once. */
function locksOfLeftPage() {
  let leave: () => void = () => undefined
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(new DOMException('The page was left.', 'AbortError'))
  })
  const patience: AbortSignal[] = []
  const request = (_name: string, { signal }: Required<LockOptions>, isHeld: () => Promise<never>) => {
    patience.push(signal)
    // If the window kept retrying, this test would never end.
    return patience.length > 10 ? new Promise<never>(() => undefined) : Promise.race([isHeld(), left])
  }
  return { locks: { request } as unknown as LockManager, patience, leave: () => leave() }
}

test.each([
  ['at once', false],
  ['after its patience', true],
])(
  'a page that is left %s asks for no other name, and its reload is called the same',
  async (_when, isPatienceOver) => {
    const own = createStorage()
    const { locks, patience, leave } = locksOfLeftPage()
    const name = open(own, locks)()
    if (isPatienceOver) await eventually(() => expect(patience[0]?.aborted).toBe(true))
    leave()
    await new Promise((resolve) => setImmediate(resolve))
    expect(patience).toHaveLength(1)
    expect(JSON.parse(own.kept[key] ?? '')).toBe(name)
  },
)

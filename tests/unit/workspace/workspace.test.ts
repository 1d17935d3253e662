import { describe, expect, it } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { createWorkspace } from '#workspace/workspace.ts'

type Listener = (event: Pick<StorageEvent, 'key' | 'newValue'>) => void

/** One browser: a storage shared by its windows, and one per window. `isLate`: events wait for `deliver`. */
function openBrowser(stored: Readonly<Record<string, string>> = {}) {
  const waiting: (() => void)[] = []
  const listeners = new Map<number, Listener>()
  const shared = new Map(Object.entries(stored))
  let windows = 0

  function openWindow(own: Storage = toStorage(new Map())) {
    windows += 1
    const number = windows
    const storage = toStorage(shared, (key, newValue) => {
      for (const [other, listener] of listeners) if (other !== number) waiting.push(() => listener({ key, newValue }))
    })
    const { useWorkspace, settingsNow } = createWorkspace({
      name: 'w',
      shared: () => storage,
      own: () => own,
      watch: (listener) => listeners.set(number, listener),
    })
    return { own, settingsNow, state: () => useWorkspace.getState() }
  }
  const deliver = () => {
    for (const event of waiting.splice(0)) event()
  }
  return { openWindow, deliver, shared }
}

function toStorage(values: Map<string, string>, onSet: (key: string, value: string) => void = () => undefined) {
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem(key: string, value: string) {
      values.set(key, value)
      onSet(key, value)
    },
  } as Storage
}

describe('settings of two windows', () => {
  it('are not taken back by a window that only writes a prompt (A1)', () => {
    const { openWindow, deliver } = openBrowser()
    const [a, b] = [openWindow(), openWindow()]
    a.state().adjust({ fallback: 'never', askAboveDay: 100 })
    b.state().editDraft('flux-kontext', { prompt: 'a' })
    deliver()
    expect(b.state()).toMatchObject({ fallback: 'never', askAboveDay: 100 })
    expect(openWindow().state()).toMatchObject({ fallback: 'never', askAboveDay: 100 })
  })

  it('are read again at the moment of sending, before the event has come', () => {
    const { openWindow } = openBrowser()
    const [a, b] = [openWindow(), openWindow()]
    a.state().adjust({ askAbovePrice: 5 })
    expect(b.state().askAbovePrice).toBe(0)
    expect(b.settingsNow().askAbovePrice).toBe(5)
    expect(b.state().askAbovePrice).toBe(5)
  })

  it('are not written back by the window that follows', () => {
    const { openWindow, deliver } = openBrowser()
    const [a, b] = [openWindow(), openWindow()]
    a.state().adjust({ theme: 'dark' })
    a.state().adjust({ theme: 'light' })
    deliver()
    expect(b.state().theme).toBe('light')
    expect(openWindow().state().theme).toBe('light')
  })

  it('keep both changes when both windows change something', () => {
    const { openWindow } = openBrowser()
    const [a, b] = [openWindow(), openWindow()]
    a.state().adjust({ proxyUrl: 'https://proxy.example' })
    b.state().adjust({ runsAtOnce: 2 })
    expect(openWindow().state()).toMatchObject({ proxyUrl: 'https://proxy.example', runsAtOnce: 2 })
  })
})

describe('what is composed', () => {
  it('belongs to its window and survives its reload', () => {
    const { openWindow } = openBrowser()
    const [a, b] = [openWindow(), openWindow()]
    a.state().editDraft('flux-kontext', { prompt: 'in a' })
    a.state().setSources('flux-kontext', ['one' as PictureId])
    a.state().select('one' as PictureId)
    b.state().editDraft('flux-kontext', { prompt: 'in b' })
    const again = openWindow(a.own).state()
    expect(again.drafts['flux-kontext']).toMatchObject({ prompt: 'in a' })
    expect(again.sources['flux-kontext']).toEqual(['one'])
    expect(again.selected).toBe('one')
  })

  it('is where a new window starts from, the newest', () => {
    const { openWindow } = openBrowser()
    const [a, b] = [openWindow(), openWindow()]
    b.state().editDraft('flux-kontext', { prompt: 'earlier' })
    a.state().editDraft('flux-kontext', { prompt: 'newest' })
    const fresh = openWindow().state()
    expect(fresh.drafts['flux-kontext']).toMatchObject({ prompt: 'newest' })
    expect(fresh.selected).toBeUndefined()
  })
})

describe('a stored workspace', () => {
  it('of an earlier version is taken over', () => {
    const state = {
      theme: 'dark',
      askAboveDay: 40,
      family: 'flux-2',
      drafts: { 'flux-2': { prompt: 'kept' } },
      sources: {},
    }
    const { openWindow } = openBrowser({ w: JSON.stringify({ state, version: 1 }) })
    const opened = openWindow().state()
    expect(opened).toMatchObject({ theme: 'dark', askAboveDay: 40, family: 'flux-2' })
    expect(opened.drafts['flux-2']).toMatchObject({ prompt: 'kept' })
  })

  const damaged: readonly unknown[] = [
    null,
    7,
    'text',
    [],
    { drafts: { 'flux-2': null } },
    { drafts: { 'flux-2': { prompt: { text: 'a' }, size: '2K' } } },
    { drafts: [], sources: { 'flux-2': 'one' } },
    { family: 'gone', sources: { 'flux-2': [null, 4, 'one', 'one'] } },
    { theme: 'pink', runsAtOnce: 0, askAboveDay: -1, fallback: 'sometimes', createWidth: 'wide', hasKept: 1 },
  ]
  it.each(damaged)('that is damaged never keeps the page from opening (B8): %j', (state) => {
    for (const record of [{ state }, state]) {
      const { openWindow } = openBrowser({
        w: JSON.stringify(record),
        'w.composition': JSON.stringify(state),
        'w.fallback': JSON.stringify(state),
        'w.theme': '{',
      })
      const opened = openWindow().state()
      expect(opened).toMatchObject({ theme: 'system', runsAtOnce: 8, askAboveDay: 0, fallback: 'ask' })
      for (const draft of Object.values(opened.drafts)) expect(typeof draft).toBe('object')
      expect(opened.sources['flux-2'] ?? ['one']).toEqual(['one'])
    }
  })

  it('may be impossible to read or write: all works, nothing is kept', () => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    const { useWorkspace, settingsNow } = createWorkspace({
      name: 'w',
      shared: refuse,
      own: refuse,
      watch: () => undefined,
    })
    useWorkspace.getState().adjust({ askAbovePrice: 3 })
    useWorkspace.getState().editDraft('flux-kontext', { prompt: 'a' })
    expect(settingsNow().askAbovePrice).toBe(3)
    expect(useWorkspace.getState().drafts['flux-kontext']).toMatchObject({ prompt: 'a' })
  })
})

import type { TaskMemory } from '#simulator/tasks.ts'

/** Answers of the demo, kept by name for a day, because a page forgets its state with a reload. */
export interface Shelf extends TaskMemory {
  keepAnswer(run: string, status: number, body: string): void
  findAnswer(run: string): Promise<{ status: number; body: string } | undefined>
  /** Resolves when everything so far is written. */
  written(): Promise<void>
}

const cacheName = 'atelier-demo'
const origin = 'https://demo.invalid'
const keptMs = 24 * 60 * 60 * 1000
const ageHeader = 'x-kept-at'

type Drawer = Pick<Cache, 'put' | 'match' | 'keys' | 'delete'>

/** In the browser's cache, which all windows share; in memory if the page has none. Never rejects. */
export async function openShelf(): Promise<Shelf> {
  const drawer = await openDrawer()
  const writing = new Set<Promise<void>>()
  // What cannot be stored is lost with a reload, as it would be without a shelf.
  const put = (name: string, body: BodyInit, headers: Record<string, string> = {}) => {
    const kept = new Response(body, { headers: { ...headers, [ageHeader]: String(Date.now()) } })
    const write = drawer.put(`${origin}/${name}`, kept).catch(() => undefined)
    writing.add(write)
    void write.finally(() => writing.delete(write))
  }
  const find = (name: string) => drawer.match(`${origin}/${name}`).catch(() => undefined)
  dropOld(drawer).catch(() => undefined)

  return {
    keep({ sources, ...task }) {
      const form = new FormData()
      form.append('task', JSON.stringify(task))
      for (const bytes of sources) form.append('source', new Blob([bytes as Uint8Array<ArrayBuffer>]))
      put(`tasks/${task.id}`, form)
    },
    async find(id) {
      const form = await (await find(`tasks/${id}`))?.formData().catch(() => undefined)
      const task = form?.get('task')
      if (!form || typeof task !== 'string') return undefined
      const files = form.getAll('source').filter((part) => part instanceof Blob)
      const sources = await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())))
      return { ...JSON.parse(task), sources }
    },
    keepAnswer: (run, status, body) => put(`runs/${run}`, body, { 'x-status': String(status) }),
    async findAnswer(run) {
      const kept = await find(`runs/${run}`)
      return kept && { status: Number(kept.headers.get('x-status')), body: await kept.text() }
    },
    async written() {
      await Promise.all(writing)
    },
  }
}

async function openDrawer(): Promise<Drawer> {
  // Pages over plain http have no cache.
  const cache = 'caches' in globalThis ? await caches.open(cacheName).catch(() => undefined) : undefined
  if (cache) return cache
  const kept = new Map<string, Response>()
  return {
    put: async (name, response) => void kept.set(String(name), response),
    match: async (name) => kept.get(String(name))?.clone(),
    keys: async () => [],
    delete: async (name) => kept.delete(String(name)),
  }
}

async function dropOld(drawer: Drawer): Promise<void> {
  for (const request of await drawer.keys()) {
    const keptAt = Number((await drawer.match(request))?.headers.get(ageHeader))
    if (Date.now() - keptAt > keptMs) await drawer.delete(request)
  }
}

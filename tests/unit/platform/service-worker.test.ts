import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, it } from 'vitest'

const source = readFileSync('public/service-worker.js', 'utf8')
const scope = 'https://atelier.test/app/'

/** A fake of Cache Storage in memory. Shared by all builds, like the browser's. */
class Caches {
  readonly stores = new Map<string, Map<string, Response>>()
  constructor(readonly fetch: (address: string) => Promise<Response>) {}
  async open(name: string) {
    const store = this.stores.get(name) ?? new Map<string, Response>()
    this.stores.set(name, store)
    return {
      addAll: async (addresses: string[]) => {
        const all = await Promise.all(addresses.map(async (each) => [each, await this.fetch(each)] as const))
        for (const [each, response] of all) {
          if (!response.ok) throw new TypeError('not stored')
          store.set(each, response)
        }
      },
      put: async (address: string, response: Response) => void store.set(address, response),
    }
  }
  keys = async () => [...this.stores.keys()]
  delete = async (name: string) => this.stores.delete(name)
  async match(request: string | { url: string }, { cacheName }: { cacheName: string }) {
    const address = typeof request === 'string' ? request : request.url
    return this.stores.get(cacheName)?.get(address)?.clone()
  }
}

interface Asked {
  url: string
  method?: string
  mode?: string
  formData?: () => Promise<FormData>
}

let caches: Caches
let network: Map<string, () => Response>
let fetched: string[]

beforeEach(() => {
  network = new Map()
  fetched = []
  caches = new Caches(async (address) => fetchNow(address))
})

function fetchNow(request: string | Asked): Response {
  const address = typeof request === 'string' ? request : request.url
  fetched.push(address)
  const answer = network.get(address)
  if (!answer) throw new TypeError('Failed to fetch')
  return answer()
}

/** The files of a build on the host. */
function serve(build: string) {
  network.set(scope, () => new Response(`page of ${build}`))
  network.set(`${scope}precache.json`, () => Response.json({ build, files: [`assets/${build}.js`] }))
  network.set(`${scope}assets/${build}.js`, () => new Response(`script of ${build}`))
}

/** The worker of a build. `skipped`: whether it took over before the pages of the previous build were closed. */
function startWorker(build: string) {
  const listeners = new Map<string, (event: unknown) => void>()
  const state = { skipped: false }
  const self = {
    registration: { scope },
    location: { href: `${scope}service-worker.js?build=${build}` },
    addEventListener: (kind: string, listener: (event: unknown) => void) => listeners.set(kind, listener),
    skipWaiting: () => {
      state.skipped = true
    },
    clients: {
      claim: () => {
        state.skipped = true
      },
    },
  }
  runInNewContext(source, {
    self,
    caches,
    fetch: async (request: Asked) => fetchNow(request),
    URL,
    Response,
    File,
    AbortSignal,
    FormData,
  })
  const lifetime = async (kind: 'install' | 'activate') => {
    let work: Promise<unknown> = Promise.resolve()
    listeners.get(kind)?.({ waitUntil: (promise: Promise<unknown>) => (work = promise) })
    await work
  }
  return {
    state,
    install: () => lifetime('install'),
    activate: () => lifetime('activate'),
    /** `undefined`: the worker does not answer the request. */
    async answer({ method = 'GET', mode = 'cors', ...asked }: Asked): Promise<Response | undefined> {
      let answer: Promise<Response> | undefined
      listeners.get('fetch')?.({
        request: { method, mode, ...asked },
        respondWith: (given: Promise<Response>) => (answer = given),
      })
      return answer
    },
  }
}

const openPage = { url: scope, mode: 'navigate' }

describe('the service worker', () => {
  it('T08 a new build waits until the pages of the last one are closed, and takes no file away from them', async () => {
    serve('one')
    const one = startWorker('one')
    await one.install()
    await one.activate()
    serve('two')
    const two = startWorker('two')
    await two.install()
    expect(two.state.skipped).toBe(false)
    network.clear()
    expect(await (await one.answer({ url: `${scope}assets/one.js` }))?.text()).toBe('script of one')
    await two.activate()
    expect(await (await two.answer(openPage))?.text()).toBe('page of two')
    expect([...caches.stores.keys()]).toEqual([`atelier ${scope} two`])
  })

  it('is not installed when a file of the build is missing', async () => {
    serve('one')
    network.delete(`${scope}assets/one.js`)
    await expect(startWorker('one').install()).rejects.toThrow()
  })

  it('asks the network for the page first, and gives the kept one where there is none, or the server is down', async () => {
    serve('one')
    const worker = startWorker('one')
    await worker.install()
    network.set(scope, () => new Response('newer page'))
    expect(await (await worker.answer(openPage))?.text()).toBe('newer page')
    network.set(scope, () => new Response('bad gateway', { status: 502 }))
    expect(await (await worker.answer(openPage))?.text()).toBe('page of one')
    network.delete(scope)
    expect(await (await worker.answer({ ...openPage, url: `${scope}?samples=6` }))?.text()).toBe('page of one')
    expect(await (await worker.answer(openPage))?.text()).toBe('page of one')
  })

  it.each([
    ['an answer of the proxy', { url: `${scope}api/health` }],
    ['an answer of the proxy to a page', { url: `${scope}api/access`, mode: 'navigate' }],
    ['a submission', { url: `${scope}api/submit`, method: 'POST' }],
    ['another host', { url: 'https://elsewhere.test/app/assets/one.js' }],
    ['another page of the same host', { url: 'https://atelier.test/' }],
    ['a sample', { url: `${scope}samples/1.jpg` }],
  ])('leaves %s to the browser, and keeps nothing of it', async (_, asked) => {
    expect(await startWorker('one').answer(asked)).toBeUndefined()
    expect(caches.stores.size).toBe(0)
  })

  it('puts images aside that another app shares, and sends the page to fetch them', async () => {
    const form = new FormData()
    form.append('images', new File(['a'], 'füchse 狐.png', { type: 'image/png' }))
    form.append('images', 'no file')
    for (let index = 0; index < 30; index += 1) form.append('images', new File(['b'], `${index}.png`))
    const shared = { url: `${scope}share`, method: 'POST', formData: async () => form }
    const answer = await startWorker('one').answer(shared)
    expect([answer?.status, answer?.headers.get('location')]).toEqual([303, `${scope}?shared`])
    const kept = caches.stores.get(`atelier-shared ${scope}`) ?? new Map<string, Response>()
    const answers = [...kept.values()]
    const named = (response: Response | undefined) => decodeURIComponent(response?.headers.get('X-Name') ?? '')
    expect([named(answers[0]), await answers[0]?.text()]).toEqual(['füchse 狐.png', 'a'])
    // The page tells which are left out.
    const leftOut = answers.filter(({ headers }) => headers.get('X-Left-Out') === 'count')
    expect(leftOut.map(named)).toEqual([
      '19.png',
      '20.png',
      ...Array.from({ length: 9 }, (_, index) => `${index + 21}.png`),
    ])
    expect(answers).toHaveLength(31)
    expect(fetched).toEqual([])
  })

  it('keeps what was shared before beside what is shared now, and notes what it cannot keep', async () => {
    const worker = startWorker('one')
    const share = async (...given: readonly (File | string)[]) => {
      const form = new FormData()
      for (const each of given) form.append('images', each)
      return worker.answer({ url: `${scope}share`, method: 'POST', formData: async () => form })
    }
    await share(new File(['a'], 'a.png'))
    await share(new File(['b'], 'b.png'))
    await share('only text')
    const large = new File([], 'large.tif')
    Object.defineProperty(large, 'size', { value: 64_000_001 })
    const form = { getAll: () => [large] } as unknown as FormData
    await worker.answer({ url: `${scope}share`, method: 'POST', formData: async () => form })
    const kept = [...(caches.stores.get(`atelier-shared ${scope}`)?.values() ?? [])]
    expect(kept.map(({ headers }) => [headers.get('X-Name'), headers.get('X-Left-Out')])).toEqual([
      ['a.png', null],
      ['b.png', null],
      ['', 'none'],
      ['large.tif', 'size'],
    ])
  })

  it('sends the page to say so if the disk is full, or the form cannot be read', async () => {
    const worker = startWorker('one')
    const broken = async () => Promise.reject(new TypeError('not a form'))
    const answer = await worker.answer({ url: `${scope}share`, method: 'POST', formData: broken })
    expect(answer?.headers.get('location')).toBe(`${scope}?shared`)
    caches.open = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'))
    const full = await worker.answer({ url: `${scope}share`, method: 'POST', formData: broken })
    expect([full?.status, full?.headers.get('location')]).toEqual([303, `${scope}?shared=full`])
  })
})

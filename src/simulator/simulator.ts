import { checkedFamilies } from '#models/catalogue.ts'
import type { CheckedFamily } from '#models/model.ts'
import type { Fetch } from '#providers/provider.ts'
import type { Painter } from '#simulator/painter/painter.ts'
import { createCallbacks } from './callbacks.ts'
import { createFiles, mimeOf } from './files.ts'
import { createGemini, type GeminiState } from './gemini.ts'
import { count, createJournal, type Journal } from './journal.ts'
import { createKie } from './kie.ts'
import { type Charge, createLedger, createLimiter } from './ledger.ts'
import { defaultSwitches, Setting, type Switches } from './switches.ts'
import { createTasks, type TaskMemory } from './tasks.ts'
import { createUploads } from './uploads.ts'

export interface SimulatorOptions {
  /** Its own address without a path, for the addresses of uploads and results: "http://127.0.0.1:4010". */
  origin: () => string
  painter: Painter
  /** The only key it accepts; "simulated" by default. */
  key?: string
  /** Epoch ms. */
  now?: () => number
  /** 0 to 1; used for ids and durations. */
  random?: () => number
  wait?: (ms: number) => Promise<void>
  /** Sends callbacks to their addresses; the network by default. */
  call?: Fetch
  switches?: Partial<Switches>
  families?: readonly CheckedFamily[]
  /** Keeps tasks beyond the life of the simulator; nowhere by default. */
  memory?: TaskMemory
}

export interface SimulatorState extends Journal {
  credits: number
  charges: readonly Charge[]
  openTasks: readonly string[]
  gemini: GeminiState
  switches: Switches
}

export interface Simulator {
  /** Every host of the service in one. Rejects only if a hanging request is aborted, or `close` is called. */
  fetch: Fetch
  /** The same as `POST /__sim/switches`, typed. */
  set(setting: Setting): void
  /** The same as `GET /__sim/state`. */
  state(): Promise<SimulatorState>
  /** Forgets tasks, files, charges and counts, and resets the switches. */
  reset(): void
  /** Ends requests that hang. */
  close(): void
}

const startCredits = 1000
const libraryAgents = /^$|curl|wget|python|node|undici|axios|okhttp|go-http/i

/**
 * A simulation of the image services: the same paths, envelopes, refusals, timing and prices, with tasks in memory and
 * images from a painter. Prompts control it (`[[fail:501]]`, `[[slow:20]]`, …); everything else is set at `/__sim`.
 */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = options
  const closing = new AbortController()
  const initial: Switches = { ...defaultSwitches, ...options.switches }
  let switches = initial
  const parts = { switches: () => switches, wait, closed: closing.signal }
  let world = createWorld(options, parts)

  const set = ({ credits, ...changes }: Setting) => {
    switches = { ...switches, ...(changes as Partial<Switches>) }
    if (credits !== undefined) world.ledger.setBalance(credits)
    if (switches.callbacks !== 'held') world.callbacks.release()
  }
  const reset = () => {
    switches = initial
    world.callbacks.stop()
    world = createWorld(options, parts)
  }
  const state = async () => {
    const openTasks = await world.tasks.open()
    const { journal, ledger, gemini } = world
    const money = { credits: ledger.balance(), charges: ledger.charges(), gemini: gemini.state() }
    return { ...structuredClone(journal), ...money, openTasks, switches }
  }

  const control: Readonly<Record<string, Fetch>> = {
    'GET /__sim/state': async () => Response.json(await state()),
    'POST /__sim/reset': async () => {
      reset()
      return Response.json(await state())
    },
    'POST /__sim/switches': async (request) => {
      const setting = Setting.safeParse(await request.json().catch(() => undefined))
      if (!setting.success) {
        return Response.json(
          { issues: setting.error.issues.map(({ path, message }) => ({ path, message })) },
          { status: 400 },
        )
      }
      set(setting.data)
      return Response.json(switches)
    },
  }

  return {
    set,
    reset,
    state,
    close() {
      world.callbacks.stop()
      closing.abort(new DOMException('The simulator was closed.', 'AbortError'))
    },
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const controlRoute = control[`${request.method} ${pathname}`]
      // A page of another origin in the same browser must not change anything here.
      if (controlRoute && request.headers.has('origin')) return new Response('no pages', { status: 403 })
      if (controlRoute) return controlRoute(request)
      if (switches.latencyMs > 0) await wait(switches.latencyMs)
      return world.answer(request, pathname)
    },
  }
}

interface WorldParts {
  switches: () => Switches
  wait: (ms: number) => Promise<void>
  closed: AbortSignal
}

function createWorld(options: SimulatorOptions, { switches, wait, closed }: WorldParts) {
  const {
    origin,
    painter,
    key = 'simulated',
    now = Date.now,
    random = Math.random,
    families = checkedFamilies,
  } = options
  const { memory } = options
  const newId = () => Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('')
  const journal = createJournal()
  const ledger = createLedger(startCredits)
  const files = createFiles({ origin, now, switches, newId })
  const tasks = createTasks({ painter, files, ledger, now, random, switches, newId, memory })
  const isAuthorized = (request: Request) => request.headers.get('authorization') === `Bearer ${key}`
  const shared = { files, journal, now, isAuthorized }
  const uploads = createUploads({ ...shared, newId })
  const { call = (request: Request) => fetch(request) } = options
  const callbacks = createCallbacks({ files, ledger, journal, tasks, now, switches, wait, call })
  const kie = createKie({ ...shared, families, tasks, callbacks, ledger, switches, admit: createLimiter(now), closed })

  const gemini = createGemini({ painter, key, switches, random, wait, closed })

  const serveFile = (request: Request, pathname: string) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    const found = files.serve(pathname)
    if (!found) return undefined
    count(journal.requests, `${request.method} /${pathname.split('/')[1]}`)
    if (request.headers.has('authorization')) journal.fileRequestsWithKey++
    if (switches().refuseAgents && libraryAgents.test(request.headers.get('user-agent') ?? '')) {
      return new Response('error code: 1010', { status: 403 })
    }
    const { status, bytes } = found
    if (!bytes) return new Response(status === 403 ? 'AccessDenied' : 'NoSuchKey', { status })
    const headers = { 'content-type': mimeOf(bytes), 'content-length': String(bytes.byteLength) }
    if (request.method === 'HEAD') return new Response(null, { headers })
    journal.bytesServed += bytes.byteLength
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers })
  }

  const answer = async (request: Request, pathname: string) => {
    const task = /^\/[ro]\/([0-9a-f]{32})_/.exec(pathname)?.[1]
    if (task !== undefined && memory) await tasks.recall(task)
    const file = serveFile(request, pathname)
    if (file) return file
    const own = Object.hasOwn(uploads, pathname) ? uploads[pathname] : kie[`${request.method} ${pathname}`]
    const route = own ?? gemini.find(request.method, pathname)
    count(journal.requests, route ? `${request.method} ${pathname}` : 'unknown')
    return route ? route(request) : notFound(pathname)
  }

  return { answer, tasks, callbacks, ledger, journal, gemini }
}

function notFound(path: string): Response {
  const body = { timestamp: new Date().toISOString(), status: 404, error: 'Not Found', path }
  return Response.json(body, { status: 404 })
}

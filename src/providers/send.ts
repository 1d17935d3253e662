import type { Send } from './provider.ts'

/** The proxy's own routes, below its base address (`/api` by default). */
export const proxyPaths = {
  health: '/api/health',
  image: '/api/image',
  submissions: '/api/submissions',
} as const

/** A sender for a proxy at `base`: "/api", or an absolute address of another one that forwards the same paths. */
export function createSend(base: () => string, fetchImpl: typeof fetch = (...args) => fetch(...args)): Send {
  return (path, init) => fetchImpl(base().replace(/\/+$/, '') + path.replace(/^\/api(?=\/)/, ''), init)
}

/** What `GET /api/health` answers. */
export interface Health {
  mode: 'live' | 'simulated'
  gateway: string
  /** The proxy asks for its access token, and has not been given it. */
  locked?: true
  /** The service is asked to call back, and pages are told of it as a stream. */
  callbacks?: true
}

export function readHealth(json: unknown): Health | undefined {
  const { mode, gateway, locked, callbacks } = (json ?? {}) as Partial<Health>
  if ((mode !== 'live' && mode !== 'simulated') || typeof gateway !== 'string') return undefined
  return { mode, gateway, ...(locked === true ? { locked } : {}), ...(callbacks === true ? { callbacks } : {}) }
}

/** JSON, or `undefined` where it is none: services answer with HTML pages when they are down. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

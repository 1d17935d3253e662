import type { Send } from './provider.ts'

/** The proxy's own routes, relative to its base address (`/api` by default). */
export const proxyPaths = {
  health: '/api/health',
  image: '/api/image',
  submissions: '/api/submissions',
  access: '/api/access',
} as const

/**
 * A sender for a proxy at `base`: "/api", or the absolute address of another one with the same paths. `hasEntered`:
 * whether a cookie of that proxy is sent to another origin. A proxy that does not ask for a token need not allow that.
 */
export function createSend(
  base: () => string,
  fetchImpl: typeof fetch = (...args) => fetch(...args),
  hasEntered: (base: string) => boolean = () => false,
): Send {
  return (path, init) => {
    const address = base()
    const url = address.replace(/\/+$/, '') + path.replace(/^\/api(?=\/)/, '')
    return fetchImpl(url, hasEntered(address) ? { ...init, credentials: 'include' } : init)
  }
}

/** What `GET /api/health` answers. */
export interface Health {
  mode: 'live' | 'simulated'
  gateway: string
  /** The proxy asks for its access token, which was not sent. */
  locked?: true
  /** The service calls back, and pages are told of it by an event stream. */
  callbacks?: true
  /** Who makes what the gateway refuses; absent if nobody does. */
  fallback?: Fallback
}

export interface Fallback {
  provider: string
  /** The id of the model that is asked first. */
  model: string
  mode: Health['mode']
}

export function readHealth(json: unknown): Health | undefined {
  const { mode, gateway, locked, callbacks, fallback } = (json ?? {}) as Partial<Health>
  if (!isMode(mode) || typeof gateway !== 'string') return undefined
  return {
    mode,
    gateway,
    ...(locked === true ? { locked } : {}),
    ...(callbacks === true ? { callbacks } : {}),
    ...(isFallback(fallback) ? { fallback } : {}),
  }
}

function isMode(value: unknown): value is Health['mode'] {
  return value === 'live' || value === 'simulated'
}

function isFallback(value: unknown): value is Fallback {
  const { provider, model, mode } = (value ?? {}) as Partial<Fallback>
  return typeof provider === 'string' && typeof model === 'string' && isMode(mode)
}

/** The parsed JSON, or `undefined` if it is not JSON: services answer with HTML pages when they are down. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

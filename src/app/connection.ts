import { type Health, parseJson, proxyPaths, readHealth } from '#providers/send.ts'

export type Connection = ({ ok: true } & Health) | { ok: false; message: string }

const timeoutMs = 8000

/** Asks the proxy at `address` for its health and says plainly what is wrong. Costs nothing, never rejects. */
export async function testConnection(
  address: string,
  fetchImpl: typeof fetch = (...args) => fetch(...args),
  hasEntered = false,
): Promise<Connection> {
  if (!/^(https?:\/\/[^/]|\/(?!\/))/.test(address)) {
    return { ok: false, message: `That isn't an address. It looks like "http://localhost:3000/api".` }
  }
  const url = address.replace(/\/+$/, '') + proxyPaths.health.replace(/^\/api/, '')
  const blocked = watchPolicy()
  try {
    const response = await fetchImpl(url, {
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
      ...(hasEntered ? { credentials: 'include' } : {}),
    })
    return readAnswer(response, await response.text())
  } catch (error) {
    return { ok: false, message: await explain(error, url, blocked.seen, fetchImpl) }
  } finally {
    blocked.end()
  }
}

function readAnswer(response: Response, body: string): Connection {
  if (response.status === 401 || response.status === 403) {
    return { ok: false, message: `The proxy is there but refuses this page (${response.status}).` }
  }
  const json = parseJson(body)
  const health = readHealth(json)
  if (response.ok && health) return { ok: true, ...health }
  if (json !== undefined)
    return { ok: false, message: `Something answers here, but it is not this proxy (${response.status}).` }
  if (/^\s*<(!doctype|html)/i.test(body)) {
    return {
      ok: false,
      message: `A web page answers here, not the proxy (${response.status}). Does the address end in "/api"?`,
    }
  }
  return {
    ok: false,
    message: `The answer is not from a proxy (${response.status}). Is this the address of the proxy?`,
  }
}

async function explain(
  error: unknown,
  url: string,
  isBlocked: () => boolean,
  fetchImpl: typeof fetch,
): Promise<string> {
  const name = (error as { name?: unknown } | null)?.name
  if (name === 'TimeoutError') return `No answer within ${timeoutMs / 1000} seconds.`
  if (isBlocked()) return "This page's security policy blocks that address. Set VITE_PROXY_URL, build and restart."
  // A browser does not distinguish a refused origin from an unreachable host; a request without CORS does.
  const isThere = await fetchImpl(url, {
    mode: 'no-cors',
    cache: 'no-store',
    signal: AbortSignal.timeout(timeoutMs),
  }).then(
    () => true,
    () => false,
  )
  return isThere
    ? `The proxy is there but does not allow pages from ${location.origin}. Add it to ALLOWED_ORIGINS.`
    : 'The proxy cannot be reached: nothing answers at this address. Is it started?'
}

/** Whether the page's own content security policy has blocked a request since. */
function watchPolicy(): { seen: () => boolean; end: () => void } {
  let seen = false
  const note = (event: SecurityPolicyViolationEvent) => {
    if (event.effectiveDirective === 'connect-src') seen = true
  }
  document.addEventListener('securitypolicyviolation', note)
  return { seen: () => seen, end: () => document.removeEventListener('securitypolicyviolation', note) }
}

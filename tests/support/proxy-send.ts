import type { Send } from '#providers/provider.ts'
import { askProxy } from './ask-proxy.ts'

/**
 * Sends requests to a proxy like its own page in a browser, with cookies. `keepsCookies: false`: without cookies,
 * as for a page on another site without https.
 */
export function createProxySend(port: number, { keepsCookies = true } = {}): Send {
  let cookie = ''
  return async (path, init = {}) => {
    const given = Object.fromEntries(new Headers(init.headers))
    const headers = { ...given, cookie, 'sec-fetch-site': 'same-origin' }
    const body = typeof init.body === 'string' ? { body: init.body } : {}
    const told = await askProxy(port, path, { method: init.method ?? 'GET', headers, ...body })
    if (keepsCookies) cookie = told.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie
    const bytes = told.status === 204 ? null : (told.bytes as Uint8Array<ArrayBuffer>)
    return new Response(bytes, { status: told.status })
  }
}

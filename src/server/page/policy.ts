import { createHash } from 'node:crypto'

interface Exceptions {
  wasm?: boolean
  /** Hosts, besides its own, that the page may connect to. By default any, because the proxy can be set in Settings. */
  connect?: string
}

/**
 * The page's content security policy, one directive per entry: it runs its own scripts only, and connects to its own
 * host or a proxy.
 */
export function pagePolicy(html: string, { wasm = false, connect = anyProxy }: Exceptions = {}): string[] {
  return [
    "default-src 'none'",
    `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ''}${inlineHashes(html, 'script')}`,
    `style-src 'self'${inlineHashes(html, 'style')}`,
    "img-src 'self' blob: data:",
    "font-src 'self'",
    `connect-src 'self'${connect}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types app',
  ]
}

/** The same as a meta element, for a host that sends no headers; frame-ancestors works in headers only. */
export function policyInPage(html: string, exceptions: Exceptions): string {
  const rules = pagePolicy(html, exceptions)
  return rules.filter((rule) => !rule.startsWith('frame-ancestors')).join('; ')
}

const anyProxy = ' https: http://localhost:* http://127.0.0.1:*'

/** Inline elements of index.html are allowed by hash, so that the first paint needs no further file. */
function inlineHashes(html: string, element: 'script' | 'style'): string {
  const inline = new RegExp(`<${element}(?![^>]*\\ssrc=)[^>]*>([\\s\\S]*?)</${element}>`, 'g')
  const hashes = [...html.matchAll(inline)].map(([, text = '']) => createHash('sha256').update(text).digest('base64'))
  return hashes.map((hash) => ` 'sha256-${hash}'`).join('')
}

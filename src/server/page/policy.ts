import { createHash } from 'node:crypto'

interface Exceptions {
  wasm?: boolean
  /** Hosts beyond its own that it may ask: by default any, for the proxy may be named in Settings. */
  connect?: string
}

/** What the page may do, one rule an entry: it runs its own scripts only, and asks its own host or a proxy. */
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

/** The same for a page whose host sends no headers; who frames it, only a header could say. */
export function policyInPage(html: string, exceptions: Exceptions): string {
  const rules = pagePolicy(html, exceptions)
  return rules.filter((rule) => !rule.startsWith('frame-ancestors')).join('; ')
}

const anyProxy = ' https: http://localhost:* http://127.0.0.1:*'

/** What stands in index.html itself is allowed by its content, so that the shell can be drawn before any file arrives. */
function inlineHashes(html: string, element: 'script' | 'style'): string {
  const inline = new RegExp(`<${element}(?![^>]*\\ssrc=)[^>]*>([\\s\\S]*?)</${element}>`, 'g')
  const hashes = [...html.matchAll(inline)].map(([, text = '']) => createHash('sha256').update(text).digest('base64'))
  return hashes.map((hash) => ` 'sha256-${hash}'`).join('')
}

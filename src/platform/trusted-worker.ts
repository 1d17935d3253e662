/** Only the members used here: `tsc` does not know Trusted Types. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown }
}

let policy: { createScriptURL(url: string): unknown } | undefined

/**
 * Starts a module worker of this page. The content security policy allows script addresses only from the Trusted Types
 * policy `app`, which can be created only once, so every worker is started here. Throws for an address of another
 * origin.
 */
export function openWorker(url: string, name: string): Worker {
  return new Worker(trustScript(url) as string, { type: 'module', name })
}

/** An address of this origin that a browser accepts as a script: a `TrustedScriptURL` where Trusted Types exist. */
export function trustScript(url: string): unknown {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  if (!trustedTypes) return ownUrl(url)
  policy ??= trustedTypes.createPolicy('app', { createScriptURL: ownUrl })
  return policy.createScriptURL(url)
}

function ownUrl(url: string): string {
  const { href, origin } = new URL(url, location.href)
  if (origin !== location.origin) throw new TypeError(`a script of another origin: ${origin}`)
  return href
}

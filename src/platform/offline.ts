import { trustScript } from './trusted-worker.ts'

/** The name of this page's build, from its first script; `undefined` in development. */
function ownBuild(): string | undefined {
  const script = document.querySelector('script[type="module"][src*="assets/"]')
  return /([\w-]+)\.js$/.exec(script?.getAttribute('src') ?? '')?.[1]
}

/**
 * Lets the page start without a network from the next visit on, and lets it be installed. Does nothing if the browser
 * has no service workers, or the page comes over plain http from another computer.
 */
export async function prepareOffline(): Promise<void> {
  const build = ownBuild()
  if (!build || !globalThis.isSecureContext || !('serviceWorker' in navigator)) return
  addManifest()
  const url = trustScript(new URL(`service-worker.js?build=${build}`, document.baseURI).href)
  await navigator.serviceWorker.register(url as string, { updateViaCache: 'none' })
}

/** Added after the first load, so that it does not delay it. */
function addManifest(): void {
  if (document.querySelector('link[rel="manifest"]')) return
  const link = document.createElement('link')
  link.rel = 'manifest'
  link.href = './manifest.webmanifest'
  document.head.append(link)
}

/** Whether the host serves another build than this page's. `false` if it does not answer. */
export async function isNewBuildServed(): Promise<boolean> {
  const build = ownBuild()
  if (!build) return false
  try {
    const response = await fetch(new URL('precache.json', document.baseURI), { cache: 'no-store' })
    if (!response.ok) return false
    const { build: served } = (await response.json()) as { build?: unknown }
    return typeof served === 'string' && served !== build
  } catch {
    return false
  }
}

import type { Route } from '#generation/ports.ts'
import type { Send } from '#providers/provider.ts'
import { createSend } from '#providers/send.ts'
import { settingsNow } from '#workspace/workspace.ts'
import { builtProxyUrl } from './config.ts'

const addressNow = () => settingsNow().proxyUrl || builtProxyUrl
const hasEntered = (address: string) => settingsNow().enteredProxy === address

/** The proxies by their addresses; `undefined` in the demo, whose proxy is inside the page. */
export function openRoute(): Route | undefined {
  if (import.meta.env.MODE === 'demo') return undefined
  return { current: addressNow, to: (address) => createSend(() => address, undefined, hasEntered) }
}

/**
 * The way to the proxy. In the demo, proxy and service are a part of the page that is loaded with the first request.
 */
export function openSend(): Send {
  // Written out here, so that no other build contains that part.
  if (import.meta.env.MODE !== 'demo') {
    return createSend(addressNow, undefined, hasEntered)
  }
  let demo: Promise<Send> | undefined
  const open = async () => (await import('#simulator/demo/demo.ts')).openDemo()
  return async (path, init) => {
    demo ??= open().catch((error: unknown) => {
      demo = undefined
      throw error
    })
    return (await demo)(path, init)
  }
}

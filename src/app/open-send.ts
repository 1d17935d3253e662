import type { Send } from '#providers/provider.ts'
import { createSend } from '#providers/send.ts'
import { settingsNow } from '#workspace/workspace.ts'
import { builtProxyUrl } from './config.ts'

/** The way to the proxy. In the demo, proxy and service are a part of the page that comes with the first question. */
export function openSend(): Send {
  // Written out here, so that no other build holds that part.
  if (import.meta.env.MODE !== 'demo') {
    return createSend(
      () => settingsNow().proxyUrl || builtProxyUrl,
      undefined,
      (address) => settingsNow().enteredProxy === address,
    )
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

/** Whether the browser is sure that there is no network. A proxy on this computer may still answer. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false
}

/** Calls back when `isOffline` has changed. Gives a function that stops it. */
export function watchNetwork(listener: () => void): () => void {
  const listening = new AbortController()
  for (const type of ['online', 'offline']) globalThis.addEventListener(type, listener, { signal: listening.signal })
  return () => listening.abort()
}

/** Resolves when the network is back, at once if it is there. Rejects with the signal's reason. */
export function backOnline(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    if (!isOffline()) return resolve()
    const settled = new AbortController()
    const settle = (done: () => void) => () => {
      settled.abort()
      done()
    }
    globalThis.addEventListener('online', settle(resolve), { signal: settled.signal })
    signal.addEventListener(
      'abort',
      settle(() => reject(signal.reason)),
      { signal: settled.signal },
    )
  })
}

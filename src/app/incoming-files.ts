import { bringFiles } from '#acts/brought-files.ts'

/** As far as it is used here: `tsc` does not know it. Chromium, for an installed app that a file is opened with. */
interface LaunchWindow {
  launchQueue?: { setConsumer(consume: (launch: { files?: readonly FileSystemFileHandle[] }) => void): void }
}

const sharedParam = 'shared'

let isWatching = false

/** Gives the form the files that the system has opened the app with, and those that another app has shared to it. */
export async function takeIncomingFiles(): Promise<void> {
  if (isWatching) return
  isWatching = true
  ;(globalThis as LaunchWindow).launchQueue?.setConsumer(({ files = [] }) => {
    Promise.all(files.map((file) => file.getFile())).then(
      (opened) => opened.length > 0 && bringFiles(opened),
      () => undefined,
    )
  })
  const address = new URL(location.href)
  if (!address.searchParams.has(sharedParam)) return
  // A reload must not bring them again.
  address.searchParams.delete(sharedParam)
  history.replaceState(history.state, '', address)
  const files = await takeShared()
  if (files.length > 0) bringFiles(files)
}

/** What the service worker has put aside (public/service-worker.js). It is kept no longer. */
async function takeShared(): Promise<File[]> {
  const scope = new URL('./', document.baseURI).href
  const name = `atelier-shared ${scope}`
  const cache = await caches.open(name)
  const files: File[] = []
  for (const request of await cache.keys()) {
    const response = await cache.match(request)
    if (!response) continue
    const bytes = await response.blob()
    files.push(new File([bytes], nameFrom(response.headers.get('X-Name')), { type: bytes.type }))
  }
  await caches.delete(name)
  return files
}

function nameFrom(header: string | null): string {
  try {
    return decodeURIComponent(header ?? '') || 'image'
  } catch {
    return 'image'
  }
}

import { bringFiles } from '#acts/brought-files.ts'

/** Chromium's `launchQueue`: files opened with the installed app. TypeScript has no types for it. */
interface LaunchWindow {
  launchQueue?: { setConsumer(consume: (launch: { files?: readonly FileSystemFileHandle[] }) => void): void }
}

const sharedParam = 'shared'

let isWatching = false

/** Passes the files that the app was opened with, or that another app shared to it, to the form. */
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
  // So that a reload does not add them again.
  address.searchParams.delete(sharedParam)
  history.replaceState(history.state, '', address)
  const files = await takeShared()
  if (files.length > 0) bringFiles(files)
}

/** Takes the shared files that the service worker stored (public/service-worker.js), and deletes them there. */
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

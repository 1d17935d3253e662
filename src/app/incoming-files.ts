import { bringFiles } from '#acts/brought-files.ts'
import { quoteName } from '#domain/file-name.ts'
import { notify } from '#ui/notices.tsx'
import { topDialog } from '#ui/top-dialog.ts'

/** Chromium's `launchQueue`: files opened with the installed app. TypeScript has no types for it. */
interface LaunchWindow {
  launchQueue?: { setConsumer(consume: (launch: Launch) => void): void }
}

interface Launch {
  files?: readonly FileSystemFileHandle[]
  targetURL?: string
}

const sharedParam = 'shared'

let isWatching = false

/** Passes the files that the app was opened with, or that another app shared to it, to the form. */
export async function takeIncomingFiles(): Promise<void> {
  if (isWatching) return
  isWatching = true
  ;(globalThis as LaunchWindow).launchQueue?.setConsumer((launch) => void takeLaunched(launch))
  const address = new URL(location.href)
  const shared = address.searchParams.get(sharedParam)
  if (shared === null) return
  // So that a reload does not add them again.
  address.searchParams.delete(sharedParam)
  history.replaceState(history.state, '', address)
  if (shared === 'full') notify({ text: 'The disk is full: the shared images were not taken.', tone: 'error' })
  const { files, leftOut } = await takeShared()
  if (files.length > 0) bring(files)
  const text = describeLeftOut(leftOut)
  if (text !== '') notify({ text, tone: 'error' })
}

function bring(files: readonly File[]): void {
  bringFiles(files)
  const [first] = files
  // An open dialog hides the form.
  if (!first || !topDialog()) return
  notify({
    text: files.length === 1 ? `${quoteName(first.name)} is in Create.` : `${files.length} images are in Create.`,
  })
}

/** A file that cannot be read is told by its name, and the others are taken. */
async function takeLaunched({ files = [], targetURL }: Launch): Promise<void> {
  const opened = await Promise.all(files.map((file) => file.getFile().catch(() => undefined)))
  const whole = opened.filter((file) => file !== undefined)
  if (whole.length > 0) bring(whole)
  const gone = files.filter((_file, index) => opened[index] === undefined)
  const [first, ...more] = gone
  if (first) {
    const others = more.length === 0 ? '' : ` and ${more.length} more`
    notify({
      text: `${quoteName(first.name)}${others} could not be opened: moved, or not allowed to be read.`,
      tone: 'error',
    })
  }
  // Where Chromium only brings an open window to the front, it does not pass what was shared on.
  if (targetURL?.startsWith(new URL('share', document.baseURI).href)) {
    notify({ text: 'The browser did not pass the shared images on. Drop or paste them here.', tone: 'error' })
  }
}

interface Shared {
  files: File[]
  leftOut: readonly { name: string; reason: string }[]
}

/**
 * Takes the shared files that the service worker stored (public/service-worker.js), and deletes them there. One window at
 * a time, so that each is taken once.
 */
async function takeShared(): Promise<Shared> {
  const name = `atelier-shared ${new URL('./', document.baseURI).href}`
  return navigator.locks.request(name, async () => {
    const cache = await caches.open(name)
    const files: File[] = []
    const leftOut: { name: string; reason: string }[] = []
    for (const request of await cache.keys()) {
      const response = await cache.match(request)
      if (!response) continue
      const called = nameFrom(response.headers.get('X-Name'))
      const reason = response.headers.get('X-Left-Out')
      const bytes = await response.blob()
      if (reason === null) files.push(new File([bytes], called, { type: bytes.type }))
      else leftOut.push({ name: called, reason })
      await cache.delete(request)
    }
    return { files, leftOut }
  })
}

function describeLeftOut(leftOut: Shared['leftOut']): string {
  const large = leftOut.filter(({ reason }) => reason === 'size')
  const surplus = leftOut.filter(({ reason }) => reason === 'count').length
  return [
    ...large.map(({ name }) => `${quoteName(name)} is larger than 64 MB and was not taken.`),
    ...(surplus > 0 ? [`Only 20 images can be shared at once: ${surplus} more were left out.`] : []),
    ...(leftOut.some(({ reason }) => reason === 'none') ? ['Only images can be shared to Atelier.'] : []),
  ].join(' ')
}

function nameFrom(header: string | null): string {
  try {
    return decodeURIComponent(header ?? '') || 'image'
  } catch {
    return 'image'
  }
}

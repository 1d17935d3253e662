import { act, cleanup, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { onBroughtFiles } from '#acts/brought-files.ts'
import { takeIncomingFiles } from '#app/incoming-files.ts'
import { Dialog } from '#ui/dialog.tsx'
import { closeNotices, openTestGallery, renderOver } from '../support/render-gallery.tsx'

interface Launch {
  files?: readonly { name: string; getFile(): Promise<File> }[]
  targetURL?: string
}

/** The system's side: what the page registered, and what the service worker has stored. */
let launch: (launch: Launch) => void = () => undefined
const stored = new Map<string, Response>()
const taken: string[] = []

const handleOf = (name: string) => ({ name, getFile: async () => new File(['x'], name) })
const goneHandle = (name: string) => ({ name, getFile: () => Promise.reject(new DOMException('', 'NotFoundError')) })
const sharedAnswer = (name: string, leftOut?: string) =>
  new Response('x', {
    headers: {
      'X-Name': encodeURIComponent(name),
      'Content-Type': 'image/png',
      ...(leftOut && { 'X-Left-Out': leftOut }),
    },
  })

afterEach(() => {
  closeNotices()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it('files that are opened with the app, or shared to it, reach the form, and the others are told by name', async () => {
  vi.stubGlobal('launchQueue', { setConsumer: (consume: typeof launch) => (launch = consume) })
  vi.stubGlobal('caches', {
    open: async () => ({
      keys: async () => [...stored.keys()],
      match: async (key: string) => stored.get(key),
      delete: async (key: string) => stored.delete(key),
    }),
  })
  const locks = { request: (_name: string, work: () => unknown) => work() }
  vi.spyOn(navigator, 'locks', 'get').mockReturnValue(locks as unknown as LockManager)
  history.replaceState(null, '', '/?shared&kept=1')
  stored.set('a', sharedAnswer('füchse.png'))
  stored.set('b', sharedAnswer('large.tif', 'size'))
  for (const each of ['c', 'd']) stored.set(each, sharedAnswer(`${each}.png`, 'count'))
  stored.set('e', sharedAnswer('', 'none'))
  renderOver(await openTestGallery(), <div />)
  const stop = onBroughtFiles((files) => void taken.push(...files.map(({ name }) => name)))

  await takeIncomingFiles()
  expect(taken).toEqual(['füchse.png'])
  // A reload does not add them again.
  expect([stored.size, location.search]).toEqual([0, '?kept=1'])
  expect(
    await screen.findByText(
      '“large.tif” is larger than 64 MB and was not taken. Only 20 images can be shared at once: 2 more were left out. Only images can be shared to Atelier.',
    ),
  ).toBeVisible()
  act(closeNotices)

  launch({ files: [handleOf('one.png'), goneHandle('gone.png'), handleOf('two.png')] })
  await waitFor(() => expect(taken).toEqual(['füchse.png', 'one.png', 'two.png']))
  expect(await screen.findByText('“gone.png” could not be opened: moved, or not allowed to be read.')).toBeVisible()
  act(closeNotices)

  launch({ targetURL: new URL('share', document.baseURI).href })
  expect(
    await screen.findByText('The browser did not pass the shared images on. Drop or paste them here.'),
  ).toBeVisible()

  act(closeNotices)
  cleanup()
  renderOver(
    await openTestGallery(),
    <Dialog open title="Settings" onClose={() => undefined}>
      <p>Open</p>
    </Dialog>,
  )
  launch({ files: [handleOf('behind.png')] })
  expect(await screen.findByText('“behind.png” is in Create.')).toBeVisible()
  expect(taken.at(-1)).toBe('behind.png')
  stop()
})

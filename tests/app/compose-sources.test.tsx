import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { fakePictureWorkers, imageFile, renderForm, transferOf } from '../support/render-compose.tsx'

beforeEach(emptyWorkspace)
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const submit = () => screen.getByRole('button', { name: /^(Generate|Edit)/ })
const items = () => within(screen.getByRole('list', { name: 'Source images' })).getAllByRole('listitem')
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }))
/** Presses Undo in a notice; notices of earlier tests may still be there. */
async function undo(notice: string) {
  const told = screen.getAllByRole('status').findLast((status) => status.textContent.includes(notice))
  await userEvent.click(within(told as HTMLElement).getByRole('button', { name: 'Undo' }))
}
const sourcesOf = (family: string) => useWorkspace.getState().sources[family] ?? []
const choose = (...files: File[]) => userEvent.upload(screen.getByLabelText('Add images'), files)
/** The first files of a form. Resolves when each has its tile: they are read a moment after the choice. */
async function choosePrepared(...files: File[]) {
  await choose(...files)
  await waitFor(() => expect(items()).toHaveLength(files.length))
}
/** The source images in order, by their accessible names. */
const expectShown = (...names: string[]) =>
  waitFor(() => {
    const shown = items().map((item) => within(item).queryByRole('img')?.getAttribute('alt'))
    expect(shown).toEqual(names.map((name, index) => `Image ${index + 1}: ${name}`))
  })

/** A real event, because the listener is on the window. */
function dragEvent(type: string, dataTransfer: DataTransfer): Event {
  return Object.assign(new Event(type, { bubbles: true, cancelable: true }), { dataTransfer })
}

async function dropOn(target: Element | Window, dataTransfer: DataTransfer): Promise<Event> {
  const drop = dragEvent('drop', dataTransfer)
  fireEvent(target, drop)
  return drop
}

function paste(target: Element, clipboardData: DataTransfer): Event {
  const event = Object.assign(new Event('paste', { bubbles: true, cancelable: true }), { clipboardData })
  fireEvent(target, event)
  return event
}

async function openFlux2(...names: string[]) {
  const form = await renderForm()
  useWorkspace.getState().chooseFamily('flux-2')
  useWorkspace.getState().editDraft('flux-2', { prompt: 'one poster' })
  const ids = await form.keep(names, 'flux-2')
  form.show()
  if (names.length > 0) await waitFor(() => expect(items()).toHaveLength(names.length))
  return { ...form, ids }
}

describe('an image that comes in', () => {
  const photo = () => imageFile('street.jpg')

  test.each([
    ['chosen', () => choose(photo())],
    ['dropped', () => dropOn(window, transferOf([photo()]))],
    ['pasted', async () => void paste(document.body, transferOf([photo()]))],
  ])('is shown on the stage when it is %s, and the prompt has the focus', async (_, bring) => {
    fakePictureWorkers()
    await (await renderForm()).show()
    await bring()
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveFocus())
    await waitFor(() => expect(sourcesOf('flux-kontext')).toHaveLength(1))
    expect(useWorkspace.getState().selected).toBe(sourcesOf('flux-kontext')[0])
  })

  test('leaves the stage to the first one where several come in at once', async () => {
    fakePictureWorkers()
    await openFlux2()
    await choose(imageFile('a.jpg'), imageFile('b.jpg'), imageFile('c.jpg'))
    await waitFor(() => expect(sourcesOf('flux-2')).toHaveLength(3))
    expect(useWorkspace.getState().selected).toBe(sourcesOf('flux-2')[0])
  })

  test('is shown again by a press on its tile, whole and without a comparison', async () => {
    const { ids } = await openFlux2('a', 'b')
    useWorkspace.getState().select(ids[0])
    useWorkspace.getState().compare({ a: ids[1] })
    await press('Show image 2')
    const { selected, comparing, wholeRequests, view } = useWorkspace.getState()
    expect({ selected, comparing, wholeRequests, view }).toEqual({
      selected: ids[1],
      comparing: undefined,
      wholeRequests: 1,
      view: 'stage',
    })
    expect(screen.getByRole('button', { name: 'Show image 2' })).toHaveAttribute('aria-current', 'true')
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveFocus())
  })
})

describe('the order of sources', () => {
  test('is what is shown and what is sent', async () => {
    const { ids, sent } = await openFlux2('a', 'b', 'c')
    await expectShown('a.jpg', 'b.jpg', 'c.jpg')
    await press('Move image 3 earlier')
    await press('Move image 1 later')
    await expectShown('c.jpg', 'a.jpg', 'b.jpg')
    await userEvent.click(submit())
    const [a, b, c] = ids
    expect(sent[0]?.sources).toEqual([c, a, b])
  })

  test('changes by Alt and the arrows; the focus goes with the picture', async () => {
    const { ids } = await openFlux2('a', 'b', 'c')
    screen.getByRole('button', { name: 'Remove image 3' }).focus()
    await userEvent.keyboard('{Alt>}{ArrowLeft}{/Alt}')
    expect(screen.getByRole('button', { name: 'Remove image 2' })).toHaveFocus()
    await userEvent.keyboard('{Alt>}{ArrowLeft}{ArrowLeft}{/Alt}')
    const [a, b, c] = ids
    expect(sourcesOf('flux-2')).toEqual([c, a, b])
    expect(screen.getByRole('button', { name: 'Remove image 1' })).toHaveFocus()
  })

  test('changes by dragging one onto the place of another', async () => {
    const { ids } = await openFlux2('a', 'b', 'c')
    const [a, b, c] = ids
    const kept = new Map<string, string>()
    const dataTransfer = {
      setData: (type: string, value: string) => kept.set(type, value),
      getData: (type: string) => kept.get(type) ?? '',
      get types() {
        return [...kept.keys()]
      },
    }
    const [first, , third] = items()
    if (!first || !third) throw new Error('three items expected')
    fireEvent.dragStart(third, { dataTransfer })
    expect(fireEvent.dragOver(first, { dataTransfer }), 'the place takes it').toBe(false)
    fireEvent.drop(first, { dataTransfer })
    expect(sourcesOf('flux-2')).toEqual([c, a, b])
  })

  test('cannot be changed with a single image', async () => {
    await openFlux2('a')
    expect(screen.queryByRole('button', { name: /^Move image/ })).toBeNull()
    expect(await screen.findByText('Turned upright')).toBeVisible()
  })
})

test('a picture taken out can be put back', async () => {
  const { ids } = await openFlux2('a', 'b')
  await press('Remove image 1')
  expect(sourcesOf('flux-2')).toEqual([ids[1]])
  await undo('Image removed')
  await waitFor(() => expect(sourcesOf('flux-2')).toEqual(ids))
})

test('an image that is missing in the store is named, and blocks until it is removed', async () => {
  const { store, ids, sent } = await openFlux2('a', 'b')
  await store.deleteForEver([ids[1] as PictureId])
  await waitFor(() => expect(submit()).toHaveAccessibleDescription('Image 2 is no longer in this browser. Remove it.'))
  expect(screen.getByText(/This image is no longer in this browser/)).toBeVisible()
  await press('Remove image 2')
  await userEvent.click(submit())
  expect(sent[0]?.sources).toEqual([ids[0]])
})

describe('added files', () => {
  test('are kept as sources, in the order they came in', async () => {
    fakePictureWorkers()
    const { store } = await openFlux2()
    await choose(imageFile('one.png'), imageFile('two.png'))
    await waitFor(() => expect(sourcesOf('flux-2')).toHaveLength(2))
    await expectShown('one.png', 'two.png')
    const [first] = sourcesOf('flux-2')
    expect(await store.picture(first as PictureId)).toMatchObject({ shelf: 'sources', origin: { fileName: 'one.png' } })
    expect(submit()).toHaveAccessibleName(/^Edit/)
  })

  test('beyond the limit are left out with the limit named; the rest is kept', async () => {
    fakePictureWorkers()
    await openFlux2('a', 'b', 'c', 'd', 'e', 'f', 'g')
    await choose(imageFile('eighth.png'), imageFile('ninth.png'))
    await waitFor(() => expect(sourcesOf('flux-2')).toHaveLength(8))
    expect(items()).toHaveLength(8)
    expect(screen.getByText('Flux 2 takes up to 8 images; “ninth.png” was left out.')).toBeVisible()
    await press('Remove image 8')
    expect(screen.queryByText(/was left out/)).toBeNull()
  })

  test('that cannot be read are named with the reason, and block until they are taken out', async () => {
    fakePictureWorkers()
    const { sent } = await openFlux2('a')
    await choose(imageFile('notes.png', 'bad'))
    await waitFor(() =>
      expect(submit()).toHaveAccessibleDescription('Image 2 cannot be used: “notes.png” holds text, not an image.'),
    )
    await userEvent.click(submit())
    expect(sent).toEqual([])
    await press('Remove image 2')
    await userEvent.click(submit())
    expect(sent).toHaveLength(1)
  })

  test('SEC D15 whose reader does not finish are refused after a minute and a half, and the reader is stopped', async () => {
    const workers = fakePictureWorkers()
    const late = new AbortController()
    const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal)
    await openFlux2('a')
    await choose(imageFile('bomb.heic', 'slow'))
    await waitFor(() => expect(limit.mock.calls).toEqual([[90_000]]))
    expect([submit().getAttribute('aria-disabled'), workers.ended()]).toEqual(['true', 0])
    late.abort()
    await waitFor(() =>
      expect(submit()).toHaveAccessibleDescription(
        'Image 2 cannot be used: “bomb.heic” is more than this browser could open.',
      ),
    )
    expect(workers.ended()).toBe(1)
  })

  test('count while they are prepared: the form edits already, and says what it waits for', async () => {
    const workers = fakePictureWorkers()
    await openFlux2()
    await choosePrepared(imageFile('large.png', 'slow'))
    expect(submit()).toHaveAccessibleName(/^Edit/)
    expect(submit()).toHaveAccessibleDescription('Preparing 1 image…')
    await userEvent.click(screen.getByRole('tab', { name: 'Flux Kontext' }))
    expect(submit(), 'the other tab has no part in it').toHaveAccessibleName(/^Generate/)
    await userEvent.click(screen.getByRole('tab', { name: 'Flux 2' }))
    expect(items()).toHaveLength(1)
    await waitFor(() => {
      workers.finish()
      expect(sourcesOf('flux-2')).toHaveLength(1)
    })
    await waitFor(() => expect(submit()).not.toHaveAttribute('aria-disabled'))
  })

  test('delay a press in the meantime, which then submits once', async () => {
    const workers = fakePictureWorkers()
    const { sent } = await openFlux2()
    await choosePrepared(imageFile('large.png', 'slow'))
    await userEvent.keyboard('{Control>}{Enter}{Enter}{/Control}')
    expect(submit()).toHaveAccessibleDescription('Preparing 1 image… Submits when ready.')
    expect(sent).toEqual([])
    await waitFor(() => {
      workers.finish()
      expect(sent).toHaveLength(1)
    })
    expect(sent[0]?.sources).toEqual(sourcesOf('flux-2'))
    expect(sourcesOf('flux-2')).toHaveLength(1)
  })

  test('of which one cannot be used: a press in the meantime says so and submits nothing', async () => {
    const workers = fakePictureWorkers()
    const { sent } = await openFlux2()
    await choosePrepared(imageFile('large.png', 'slow'), imageFile('text.png', 'bad'))
    await userEvent.keyboard('{Control>}{Enter}{/Control}')
    await waitFor(() => {
      workers.finish()
      expect(sourcesOf('flux-2')).toHaveLength(1)
    })
    await waitFor(() => expect(submit()).toHaveAccessibleDescription(/^Image 2 cannot be used/))
    expect(sent).toEqual([])
  })

  test('no longer delay a press after the prompt has changed', async () => {
    const workers = fakePictureWorkers()
    const { sent } = await openFlux2()
    await choosePrepared(imageFile('large.png', 'slow'))
    await userEvent.keyboard('{Control>}{Enter}{/Control}')
    await userEvent.type(screen.getByRole('textbox', { name: 'Prompt' }), ' at night')
    await waitFor(() => {
      workers.finish()
      expect(sourcesOf('flux-2')).toHaveLength(1)
    })
    await waitFor(() =>
      expect(screen.getByText('Not submitted: the form was changed. Submit again.')).toBeInTheDocument(),
    )
    expect(sent).toEqual([])
  })

  test('that are taken out while they are prepared never arrive', async () => {
    const workers = fakePictureWorkers()
    await openFlux2()
    await choosePrepared(imageFile('large.png', 'slow'))
    await press('Remove image 1')
    expect(screen.queryByRole('list', { name: 'Source images' })).toBeNull()
    workers.finish()
    await choose(imageFile('next.png'))
    await waitFor(() => expect(sourcesOf('flux-2')).toHaveLength(1))
    await expectShown('next.png')
  })

  test('take the place of the only source of Flux Kontext while they are prepared', async () => {
    const workers = fakePictureWorkers()
    const { keep, show } = await renderForm()
    await keep(['old'], 'flux-kontext')
    show()
    await expectShown('old.jpg')
    await choose(imageFile('large.png', 'slow'))
    await waitFor(() => expect(items()[0]).toHaveTextContent('Preparing large.png'))
    // A second tile would move the prompt down for a moment.
    expect(items()).toHaveLength(1)
    expect(screen.getByText('1 of 1')).toBeVisible()
    await press('Remove image 1')
    await expectShown('old.jpg')
    workers.finish()
  })

  test('replace the only source of Flux Kontext, which can be restored', async () => {
    fakePictureWorkers()
    const { keep, show } = await renderForm()
    const before = await keep(['old'], 'flux-kontext')
    show()
    await choose(imageFile('new.png'))
    await waitFor(() => expect(sourcesOf('flux-kontext')).not.toEqual(before))
    await expectShown('new.png')
    await undo('replaced')
    await waitFor(() => expect(sourcesOf('flux-kontext')).toEqual(before))
  })
})

describe('the window', () => {
  test('takes a dropped file anywhere and never opens it in place of the page', async () => {
    fakePictureWorkers()
    await openFlux2()
    const over = Object.assign(new Event('dragover', { bubbles: true, cancelable: true }), {
      dataTransfer: transferOf([imageFile('street.png')]),
    })
    fireEvent(document.body, over)
    expect(over.defaultPrevented).toBe(true)
    expect(await screen.findByText('Add as reference')).toBeVisible()
    const drop = await dropOn(document.body, transferOf([imageFile('street.png')]))
    expect(drop.defaultPrevented).toBe(true)
    expect(screen.queryByText('Add as reference')).toBeNull()
    await waitFor(() => expect(sourcesOf('flux-2')).toHaveLength(1))
  })

  test('offers a drop zone for images that are only added to the gallery', async () => {
    fakePictureWorkers()
    const { store } = await openFlux2()
    const dataTransfer = transferOf([imageFile('mood.png')])
    fireEvent(window, Object.assign(new Event('dragenter', { cancelable: true }), { dataTransfer }))
    await dropOn(await screen.findByText('Add to gallery'), dataTransfer)
    expect(await screen.findByText('“mood.png” is in the gallery.')).toBeVisible()
    expect(await store.pictures('gallery', 5)).toMatchObject([{ prompt: 'mood.png' }])
    expect(sourcesOf('flux-2')).toEqual([])
    expect(screen.queryByText('Add to gallery')).toBeNull()
  })

  /** Drops files on the zone for the gallery. */
  async function dropOnGallery(...files: File[]) {
    const dataTransfer = transferOf(files)
    fireEvent(window, Object.assign(new Event('dragenter', { cancelable: true }), { dataTransfer }))
    await dropOn(await screen.findByText('Add to gallery'), dataTransfer)
  }

  test('adds many images to the gallery with one notice, and names what was refused', async () => {
    fakePictureWorkers()
    const { store } = await openFlux2()
    const bad = ['b.txt', 'c.txt', 'd.txt', 'e.txt'].map((name) => imageFile(name, 'bad'))
    await dropOnGallery(imageFile('a.png', 'one'), ...bad, imageFile('f.png', 'two'))
    expect(
      await screen.findByText(
        /^2 of 6 images are in the gallery\. Not added: “b\.txt”, “c\.txt”, “d\.txt” and 1 more\. .*holds text, not an image\.$/,
      ),
    ).toBeVisible()
    expect((await store.pictures('gallery', 9)).map(({ prompt }) => prompt).toSorted()).toEqual(['a.png', 'f.png'])
    expect(screen.queryByText(/^Adding/)).toBeNull()
  })

  test('stops adding many images to the gallery, asks before it is closed meanwhile, and keeps those that are there', async () => {
    fakePictureWorkers()
    const { store } = await openFlux2()
    await dropOnGallery(imageFile('a.png', 'one'), imageFile('b.png', 'slow'), imageFile('c.png', 'three'))
    await waitFor(async () => expect(await store.countPictures('gallery')).toBe(1))
    const told = (await screen.findByText('Adding 3 images to the gallery …')).closest('[role=status]')
    const leaving = new Event('beforeunload', { cancelable: true })
    window.dispatchEvent(leaving)
    expect(leaving.defaultPrevented).toBe(true)
    await userEvent.click(within(told as HTMLElement).getByRole('button', { name: 'Stop' }))
    expect(await screen.findByText('Stopped. 1 of 3 images are in the gallery.')).toBeVisible()
    expect(await store.countPictures('gallery')).toBe(1)
    const later = new Event('beforeunload', { cancelable: true })
    window.dispatchEvent(later)
    expect(later.defaultPrevented).toBe(false)
    await userEvent.click(screen.getByRole('button', { name: 'Undo' }))
    await waitFor(async () => expect(await store.countPictures('gallery')).toBe(0))
    expect(await store.countPictures('bin')).toBe(1)
  })

  test('takes a pasted picture, but leaves text with a picture of it to the prompt', async () => {
    fakePictureWorkers()
    await openFlux2()
    const prompt = screen.getByRole('textbox', { name: 'Prompt' })
    expect(paste(prompt, transferOf([imageFile('text.png')], { 'text/plain': 'words' })).defaultPrevented).toBe(false)
    const remote = { 'text/html': '<img src="https://images.example/a.png">' }
    expect(paste(prompt, transferOf([imageFile('image.png')], remote)).defaultPrevented).toBe(true)
    await waitFor(() => expect(sourcesOf('flux-2')).toHaveLength(1))
    await expectShown('image.png')
  })

  test('SEC E10 takes only the image from a pasted piece of a web page, and fetches nothing from it', async () => {
    fakePictureWorkers()
    const fetched = vi.fn(() => Promise.reject(new TypeError('Failed to fetch')))
    vi.stubGlobal('fetch', fetched)
    await openFlux2()
    const html = { 'text/html': '<p>A fox <img src="https://images.example/a.png"></p>' }
    expect(paste(document.body, transferOf([], { ...html, 'text/plain': 'A fox' })).defaultPrevented).toBe(false)
    const link = { 'text/uri-list': 'https://images.example/a.png', 'text/plain': 'https://images.example/a.png' }
    paste(document.body, transferOf([imageFile('image.png')], { ...html, ...link }))
    await waitFor(() => expect(sourcesOf('flux-2')).toHaveLength(1))
    await expectShown('image.png')
    expect(fetched).not.toHaveBeenCalled()
  })

  test('fetches a dropped link, without cookies', async () => {
    fakePictureWorkers()
    const fetched = vi.fn(async () => new Response(new Blob(['fine'], { type: 'image/png' })))
    vi.stubGlobal('fetch', fetched)
    await openFlux2()
    await dropOn(
      document.body,
      transferOf([], { 'text/uri-list': '# a comment\r\nhttps://images.example/a/street%20view.png?w=9' }),
    )
    await waitFor(() => expect(sourcesOf('flux-2')).toHaveLength(1))
    await expectShown('street view.png')
    expect(fetched).toHaveBeenCalledWith(
      'https://images.example/a/street%20view.png?w=9',
      expect.objectContaining({ credentials: 'omit', referrerPolicy: 'no-referrer' }),
    )
  })

  test('says what to do with a link that the browser may not read', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    await openFlux2()
    await dropOn(document.body, transferOf([], { 'text/uri-list': 'https://images.example/street.png' }))
    expect(
      await screen.findByText(
        'The link to “street.png” cannot be read from the browser. Save the image first, then drop the file.',
      ),
    ).toBeVisible()
  })

  test('ignores drags that begin inside the page', async () => {
    await openFlux2()
    const texts: Record<string, string> = { 'text/uri-list': 'https://images.example/street.png' }
    const setData = (type: string, value: string) => {
      texts[type] = value
    }
    fireEvent(document.body, dragEvent('dragstart', { setData } as unknown as DataTransfer))
    expect((await dropOn(document.body, transferOf([], texts))).defaultPrevented).toBe(false)
    expect(screen.queryByRole('list', { name: 'Source images' })).toBeNull()
  })

  test('takes a file after a dragged tile has left the page without an end of its drag (B7)', async () => {
    await openFlux2()
    fireEvent(document.body, dragEvent('dragstart', { setData: () => undefined } as unknown as DataTransfer))
    const drop = await dropOn(document.body, transferOf([imageFile('a.png')]))
    expect(drop.defaultPrevented).toBe(true)
    await waitFor(() => expect(items()).toHaveLength(1))
  })
})

test('a picture of the gallery dropped on the form becomes a source, once', async () => {
  const { keep } = await openFlux2('a')
  const [made] = await keep(['made'])
  const dataTransfer = transferOf([], { 'application/x-atelier-picture': made ?? '' })
  const panel = screen.getByRole('tabpanel')
  expect(fireEvent.dragOver(panel, { dataTransfer }), 'the form takes it').toBe(false)
  fireEvent.drop(panel, { dataTransfer })
  fireEvent.drop(panel, { dataTransfer })
  await expectShown('a.jpg', 'made.jpg')
  expect(sourcesOf('flux-2')).toHaveLength(2)
})

describe('after an image was brought in, typing goes to the prompt (B2)', () => {
  const expectPromptFocused = () => waitFor(() => expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveFocus())

  test.each([
    ['chosen', async () => void (await choose(imageFile('a.png')))],
    ['dropped', async () => void (await dropOn(document.body, transferOf([imageFile('a.png')])))],
    ['pasted', async () => void paste(document.body, transferOf([imageFile('a.png')]))],
    [
      'dragged from the gallery',
      async () => void fireEvent.drop(screen.getByRole('tabpanel'), { dataTransfer: transferOf([], tile) }),
    ],
  ])('%s', async (_way, bring) => {
    fakePictureWorkers()
    await openFlux2()
    await bring()
    await expectPromptFocused()
    await userEvent.keyboard(' Fix the sky')
    expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('one poster Fix the sky')
  })
})

const tile = { 'application/x-atelier-picture': 'any' }

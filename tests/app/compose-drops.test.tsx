import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { fakePictureWorkers, imageFile, renderForm, transferOf } from '../support/render-compose.tsx'

beforeEach(emptyWorkspace)
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const sources = () => useWorkspace.getState().sources['flux-2'] ?? []
const overlay = () => screen.queryByText('Add as reference')

function fire(type: string, members: object, target: Element | Window = document.body): Event {
  const event = Object.assign(new Event(type, { bubbles: true, cancelable: true }), members)
  fireEvent(target, event)
  return event
}

async function openForm() {
  fakePictureWorkers()
  const form = await renderForm()
  useWorkspace.getState().chooseFamily('flux-2')
  form.show()
  return form
}

async function dragIn(dataTransfer: DataTransfer) {
  await openForm()
  fire('dragover', { dataTransfer })
  expect(await screen.findByText('Add as reference')).toBeVisible()
}

const links = {
  'a mail address': { 'text/uri-list': 'mailto:someone@example.org' },
  'a blob of another page': { 'text/uri-list': 'blob:https://images.example/1' },
  'a data link that is no image': { 'text/uri-list': 'data:text/plain,words' },
  nothing: { 'text/uri-list': '' },
}

describe('the drop overlay goes (E1)', () => {
  test.each(Object.entries(links))('after a drop of %s on a zone, which says what can be dropped', async (_, texts) => {
    const dataTransfer = transferOf([], texts)
    await dragIn(dataTransfer)
    const zone = screen.getByText('Add to gallery')
    expect(fire('drop', { dataTransfer }, zone).defaultPrevented).toBe(true)
    await waitFor(() => expect(overlay()).toBeNull())
    expect(sources()).toEqual([])
    expect(screen.getAllByText('Only images can be dropped here.').at(-1)).toBeVisible()
  })

  const ends: [string, () => unknown][] = [
    ['leaves the window', () => fire('dragleave', { relatedTarget: null })],
    ['ends with Escape', () => fire('keydown', { key: 'Escape' })],
    ['ends outside and the pointer moves again', () => fire('pointermove', {})],
    ['takes the focus to another window', () => fire('blur', {}, window)],
    ['is heard of no more', () => vi.advanceTimersByTime(2_000)],
  ]
  test.each(ends)('when the drag %s', async (_, end) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
    await dragIn(transferOf([imageFile('a.png')]))
    end()
    await waitFor(() => expect(overlay()).toBeNull())
  })
})

describe('an image of another page (E1)', () => {
  const page = 'https://shop.example/lamp'
  const shown = (html: string) => transferOf([], { 'text/uri-list': page, 'text/html': html })

  test.each([
    ['inside a link', `<a href="${page}"><img alt="a > b" src="https://images.example/lamp.png?a=1&amp;b=2"></a>`],
    ['without quotes', '<meta charset=utf-8><IMG SRC=https://images.example/lamp.png?a=1&amp;b=2 width=9>'],
    ['lazily', `<img data-src="x.png" src='https://images.example/lamp.png?a=1&#38;b=2'/>`],
  ])('comes in by its own address when it stands %s', async (_, html) => {
    const fetched = vi.fn(async () => new Response(new Blob(['fine'], { type: 'image/png' })))
    vi.stubGlobal('fetch', fetched)
    await openForm()
    fire('drop', { dataTransfer: shown(html) })
    await waitFor(() => expect(sources()).toHaveLength(1))
    expect(fetched).toHaveBeenCalledWith('https://images.example/lamp.png?a=1&b=2', expect.anything())
  })

  test('falls back on the link where the piece of the page holds no image', async () => {
    const fetched = vi.fn(async () => new Response(new Blob(['fine'], { type: 'image/png' })))
    vi.stubGlobal('fetch', fetched)
    await openForm()
    fire('drop', { dataTransfer: shown('<a href="x">words about an img src</a>') })
    await waitFor(() => expect(sources()).toHaveLength(1))
    expect(fetched).toHaveBeenCalledWith(page, expect.anything())
  })

  test.each([
    ['in base64', { 'text/html': '<img src="data:image/png;base64,aGVsbG8=">', 'text/uri-list': page }],
    ['as a link', { 'text/uri-list': 'data:image/png;base64,aGVsbG8=' }],
    ['in plain letters', { 'text/uri-list': 'data:image/svg+xml,hel%6Co' }],
  ])('that is a data address %s is read without asking anybody', async (_, texts) => {
    const fetched = vi.fn()
    vi.stubGlobal('fetch', fetched)
    const { store } = await openForm()
    fire('drop', { dataTransfer: transferOf([], texts) })
    await waitFor(() => expect(sources()).toHaveLength(1))
    expect(fetched).not.toHaveBeenCalled()
    const [id] = sources()
    expect((id && (await store.picture(id)))?.prompt).toMatch(/^image\.(png|svg)$/)
  })

  test('that is a damaged data address is refused in words', async () => {
    await openForm()
    fire('drop', { dataTransfer: transferOf([], { 'text/uri-list': 'data:image/png;base64,???' }) })
    expect(await screen.findByText('The image could not be read. Save it first, then drop the file.')).toBeVisible()
  })
})

describe('a file copied in a file manager and pasted into the prompt (E4)', () => {
  const pasteInto = (texts: Record<string, string>, ...names: string[]) =>
    fire(
      'paste',
      {
        clipboardData: transferOf(
          names.map((name) => imageFile(name)),
          texts,
        ),
      },
      screen.getByRole('textbox', { name: 'Prompt' }),
    )

  test.each([
    ['its name', { 'text/plain': 'street.png' }, ['street.png']],
    ['its path', { 'text/plain': '/Users/me/street.png' }, ['street.png']],
    ['several names', { 'text/plain': 'a.png\nb.png\n' }, ['a.png', 'b.png']],
    ['a name in another Unicode form', { 'text/plain': 'e\u0301t\u00e9.png' }, ['\u00e9te\u0301.png']],
  ])('with %s as text becomes a source', async (_, texts, names) => {
    await openForm()
    expect(pasteInto(texts, ...names).defaultPrevented).toBe(true)
    await waitFor(() => expect(sources()).toHaveLength(names.length))
  })

  test.each([
    ['other words', { 'text/plain': 'a street' }],
    ['its name and a rich form of it', { 'text/plain': 'street.png', 'text/html': '<b>street.png</b>' }],
    ['its name and RTF', { 'text/plain': 'street.png', 'text/rtf': '{\\rtf1 street.png}' }],
  ])('with %s is left to the prompt', async (_, texts) => {
    await openForm()
    expect(pasteInto(texts, 'street.png').defaultPrevented).toBe(false)
    expect(within(document.body).queryByRole('list', { name: 'Source images' })).toBeNull()
  })
})

describe('a drop while a dialog is open', () => {
  const withDialog = async () => {
    await openForm()
    const dialog = document.createElement('dialog')
    dialog.open = true
    document.body.append(dialog)
    return () => dialog.remove()
  }

  test('is refused in a sentence, and never replaces the page', async () => {
    const close = await withDialog()
    expect(fire('drop', { dataTransfer: transferOf([imageFile('fox.png')]) }).defaultPrevented).toBe(true)
    expect(await screen.findByText('Close the dialog, then drop it again.')).toBeVisible()
    expect(sources()).toEqual([])
    close()
  })

  test("of a client's picks is taken", async () => {
    const close = await withDialog()
    fire('drop', { dataTransfer: transferOf([new File(['no picks'], 'picks.json')]) })
    expect(await screen.findByText('This is no file of picks that a page of Atelier has saved.')).toBeVisible()
    expect(
      screen.queryAllByText('Close the dialog, then drop it again.').filter(({ isConnected }) => isConnected),
    ).toHaveLength(0)
    close()
  })
})

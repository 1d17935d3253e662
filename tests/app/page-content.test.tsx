import { act, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { imageCommandsOf } from '#acts/image-commands.ts'
import { offerReuse } from '#acts/reuse-found.ts'
import type { Failure } from '#domain/failure.ts'
import type { PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { Gallery } from '#gallery/gallery.tsx'
import { families } from '#models/catalogue.ts'
import { findProvider } from '#providers/registry.ts'
import { runScreens } from '#runs/run-screens.ts'
import { TaskList } from '#runs/tasks.tsx'
import { Stage } from '#stage/stage.tsx'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { newPicture } from '../support/gallery-records.ts'
import { paintedImage } from '../support/images.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { expectOnlyText, markup } from '../support/markup.ts'
import { nodeProcessor } from '../support/node-processor.ts'
import { putRaw } from '../support/raw-database.ts'
import { closeNotices, gridcell, keep, recipeOf, renderOver } from '../support/render-gallery.tsx'

let store: GalleryStore
let database = ''
let galleries = 0
const now = Date.now()
/** Parts of the page are loaded when they are first shown. */
const patience = { timeout: 15_000 }
const task = { provider: 'kie-kontext', taskId: 'task-7' as TaskId }

beforeEach(async () => {
  galleries += 1
  database = `page-content-${galleries}`
  emptyWorkspace()
  store = await openGallery({ name: database, processor: nodeProcessor })
})
afterEach(() => {
  vi.restoreAllMocks()
  closeNotices()
})

function failedRun(id: string, prompt: string, failure: Failure): Run {
  const marks = { createdAt: now - 9_000, priceCredits: 5, pace: 'kontext' }
  const state = { phase: 'failed', failure, chargePossible: false } as const
  return { id: id as RunId, recipe: recipeOf(prompt), marks, state }
}

function showAll() {
  renderOver(
    store,
    <>
      <Stage />
      <Gallery runScreens={runScreens} simulated={false} onSettings={() => undefined} />
      <TaskList onSettings={() => undefined} />
    </>,
  )
}

describe('text that is markup', () => {
  it.each(markup)('SEC E01 of a prompt are shown as they were written, wherever it is shown: %s', async (prompt) => {
    await keep(store, 'p1', { prompt, createdAt: now })
    await store.saveRun(failedRun('r1', prompt, { kind: 'rejected', reason: '' }))
    showAll()
    act(() => useWorkspace.getState().select('p1' as PictureId))
    // On the stage, on the card of its run, and in the ledger.
    await waitFor(() => expect(screen.getAllByText(prompt, { selector: 'p' })).toHaveLength(3), patience)
    expect(gridcell.names().filter((name) => name.startsWith(prompt))).toHaveLength(2)
    expectOnlyText()
  })

  it('SEC E02 of the service and of a file’s name is shown as text', async () => {
    for (const [index, said] of markup.entries()) {
      const failure: Failure = { kind: 'unexpected', detail: said, said }
      await store.saveRun(failedRun(`r${index}`, `a fox ${index}`, failure))
      const about = { shelf: 'gallery', createdAt: now - index, prompt: said } as const
      const origin = { kind: 'dropped', fileName: said, notes: [said] } as const
      await store.addPicture(newPicture(`f${index}`, await paintedImage('png'), { ...about, origin }))
    }
    showAll()
    for (const [index, said] of markup.entries()) {
      act(() => useWorkspace.getState().select(`f${index}` as PictureId))
      act(() => notify({ text: said, tone: 'error' }))
      expect(await screen.findByText(said, { selector: '[role=alert] *' })).toBeVisible()
      closeNotices()
      expect((await screen.findAllByText(said, { selector: 'details p' })).length).toBeGreaterThan(0)
      expect(await screen.findByText(said, { selector: 'p[title]' }, patience)).toHaveAttribute('title', said)
      expectOnlyText()
    }
  })

  it.each(markup)('SEC E02 in the metadata of a file are shown as they came: %s', async (said) => {
    const found = { program: 'ComfyUI', prompt: said, model: said } as const
    const origin = { kind: 'dropped', fileName: 'owl.png', notes: [], found } as const
    const owl = await store.addPicture(newPicture('owl', await paintedImage('png'), { origin, prompt: 'owl.png' }))
    showAll()
    act(() => useWorkspace.getState().select(owl.id))
    act(() => void offerReuse(store, owl))
    expect(await screen.findByText('Image added. It holds a prompt from ComfyUI.')).toBeVisible()
    act(() => imageCommandsOf(store).reuse(owl))
    expect(await screen.findByText((text) => text.includes(`Its model was ${said}`))).toBeVisible()
    const { drafts, family } = useWorkspace.getState()
    expect(drafts[family]?.prompt).toBe(said)
    expectOnlyText()
  })
})

describe('what is stored as a picture and is none', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="globalThis.ran=1"><script>ran=1</script></svg>'
  const html = '<!doctype html><script>globalThis.ran=1</script>'

  it.each([
    ['an SVG that says so', 'image/svg+xml', btoa(svg)],
    ['an SVG called a PNG', 'image/png', btoa(svg)],
    ['HTML', 'text/html', btoa(html)],
    ['a kind that ends the address', 'image/png,x" onerror="ran=1', btoa(svg)],
    ['no base64', 'image/png', '"><script>ran=1</script>'],
  ])('SEC E04 is never shown: %s', async (_, mime, base64) => {
    await keep(store, 'p1', { prompt: 'a fox', createdAt: now })
    await keep(store, 'p2', { prompt: 'a sound one', createdAt: now - 1 })
    await putRaw(database, 'thumbnails', { id: 'p1', mime, base64 })
    await putRaw(database, 'originals', { id: 'p1', mime, base64 })
    expect(await store.original('p1' as PictureId)).toBeUndefined()
    showAll()
    const sound = await gridcell.find(/^a sound one/)
    await waitFor(() => expect(sound.querySelector('img')).toBeInTheDocument())
    act(() => useWorkspace.getState().select('p1' as PictureId))
    expect(await screen.findByText(/The original cannot be read/, undefined, patience)).toBeVisible()
    expect((await gridcell.find(/^a fox/)).querySelector('img')).toBeNull()
    expectOnlyText()
  })

  it('SEC E04 is recognised by its bytes: an image with a wrong name or type is shown correctly', async () => {
    const jpeg = await paintedImage('jpeg')
    const base64 = Buffer.from(await jpeg.arrayBuffer()).toString('base64')
    await keep(store, 'p1', { prompt: 'a fox', createdAt: now })
    await putRaw(database, 'thumbnails', { id: 'p1', mime: 'text/html', base64 })
    await putRaw(database, 'originals', { id: 'p1', mime: 'text/html', base64 })
    expect((await store.original('p1' as PictureId))?.type).toBe('image/jpeg')
    expect([...(await store.thumbnails(['p1' as PictureId])).values()]).toEqual([`data:image/jpeg;base64,${base64}`])
  })
})

describe('addresses', () => {
  it.each([
    'javascript:globalThis.ran=1',
    'data:text/html,<script>ran=1</script>',
    'JaVaScRiPt:ran=1',
    ' javascript:ran=1',
    'vbscript:x',
    'blob:http://localhost/1',
    '//evil.test/a.png',
  ])('SEC E03 of a result that are no web addresses are not taken from the service: %s', async (address) => {
    const records = {
      'kie-kontext': { successFlag: 1, response: { resultImageUrl: address, originImageUrl: address } },
      'kie-jobs': { state: 'success', resultJson: JSON.stringify({ resultUrls: [address] }) },
    }
    const ids = [...new Set(families.map(({ provider }) => provider))].filter((id) => id in records)
    expect(ids).toEqual(Object.keys(records))
    for (const id of ids) {
      const data = records[id as keyof typeof records]
      const send = async () => Response.json({ code: 200, msg: 'success', data })
      const call = { send, signal: new AbortController().signal }
      const provider = findProvider(id)
      expect(await provider?.check('task-7' as TaskId, 0, call)).toEqual({ state: 'empty', spareUrls: [] })
      const links = async () => Response.json({ code: 200, msg: 'success', data: address })
      await expect(provider?.freshLink('https://files.example/1.png', { ...call, send: links })).rejects.toThrow()
    }
  })

  it('SEC E03 stored with a run are never used in the page', async () => {
    const address = 'javascript:globalThis.ran=1'
    const state = { phase: 'ready', sentAt: now, finishedAt: now, task, imageUrls: [address], spareUrls: [address] }
    const trouble: Failure = { kind: 'storage', detail: 'the browser has no room left' }
    const marks = { createdAt: now, priceCredits: 5, pace: 'kontext' }
    const run = { id: 'r1', recipe: recipeOf('a fox'), marks, state: { ...state, trouble } }
    await store.saveRun(run as unknown as Run)
    showAll()
    await screen.findAllByText('a fox')
    expect(document.body.innerHTML).not.toContain('javascript:')
    expectOnlyText()
  })
})

describe('characters that cannot be seen', () => {
  // A direction override, a zero-width space, a byte order mark, and tag characters.
  const turned = 'photo \u202egnp.exe\u202c'
  const hidden = 'a\u200b red\ufeff fox\u{e0069}\u{e0067}'

  it('SEC E08 are made visible in prompts, in words of the service and in file names', async () => {
    await keep(store, 'p1', { prompt: turned, createdAt: now })
    await store.saveRun(failedRun('r1', hidden, { kind: 'unexpected', detail: turned, said: turned }))
    showAll()
    act(() => useWorkspace.getState().select('p1' as PictureId))
    const shown = 'photo [U+202E]gnp.exe[U+202C]'
    expect(await screen.findByText(shown, { selector: 'p[title]' }, patience)).toHaveAttribute('title', shown)
    expect(screen.getAllByText('a[U+200B] red[U+FEFF] fox[U+E0069][U+E0067]').length).toBeGreaterThanOrEqual(2)
    act(() => notify({ text: `The service says: ${turned}` }))
    expect(await screen.findByText(`The service says: ${shown}`)).toBeVisible()
    expect(document.body.textContent).not.toMatch(/[\u200b\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u)
  })

  it('SEC E08 leave the text around them alone: each prompt is read in its own direction', async () => {
    await keep(store, 'p1', { prompt: 'שועל אדום, 16:9', createdAt: now })
    await store.saveRun(failedRun('r1', 'ثعلب أحمر', { kind: 'rejected', reason: '' }))
    showAll()
    act(() => useWorkspace.getState().select('p1' as PictureId))
    for (const element of [
      await screen.findByText('שועל אדום, 16:9', { selector: 'p' }),
      ...(await screen.findAllByText('ثعلب أحمر', { selector: 'p' })),
    ]) {
      expect(element).toHaveAttribute('dir', 'auto')
    }
  })

  it('SEC E08 that belong to a script or to a picture sign stay as they are', async () => {
    const sound = 'می\u200cخواهم 👩\u200d🎨 \u200fשלום'
    await keep(store, 'p1', { prompt: sound, createdAt: now })
    showAll()
    act(() => useWorkspace.getState().select('p1' as PictureId))
    expect(await screen.findByText(sound, { selector: 'p' })).toBeVisible()
  })
})

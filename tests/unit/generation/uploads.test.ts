import { describe, expect, test } from 'vitest'
import { type Edit, emptyDocument, type Mark, plainFrame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import type { Recipe, Run } from '#domain/run.ts'
import type { ToSent } from '#generation/ports.ts'
import { createUploads, imagesToSend, sentSources } from '#generation/uploads.ts'
import type { Provider } from '#providers/provider.ts'
import { findProvider } from '#providers/registry.ts'
import type { GalleryStore } from '#store/store.ts'
import { json, type Scripted, scriptSend, silent } from '../../support/scripted-send.ts'
import { settled } from '../../support/windows.ts'

const never = new AbortController().signal
const kontext = findProvider('kie-kontext') as Provider
const gemini = findProvider('gemini') as Provider
const upload = '/api/file-stream-upload'
const recipeOf = (...ids: string[]): Recipe => ({ family: 'flux-kontext', draft: {}, sources: ids as PictureId[] })
const uploaded = (url: string) => () => json({ code: 200, success: true, msg: 'ok', data: { downloadUrl: url } })
const away = new TypeError('Failed to fetch')

/** Uploads of the user's files, stored with the given content. */
function openUploads(answers: Scripted[], contents: Record<string, string>) {
  const { send, asked } = scriptSend({ [upload]: answers })
  const derived: string[] = []
  const toSent: ToSent = async ({ name, sha256 }, _limits, cut) => {
    const marks = cut?.marks.map(({ kind }) => kind) ?? []
    derived.push([name, sha256, ...(cut?.rect ?? []), ...marks].join(' '))
    return { bytes: new Blob([sha256], { type: 'image/jpeg' }) }
  }
  const pictureOf = (id: string) => {
    const file = { name: `${id}.heic`, orientation: 6, profile: 'p3', hasAlpha: false }
    if (contents[id] === undefined) return undefined
    const kept = { id, prompt: id, sha256: contents[id] }
    if (id.startsWith('made')) return { ...kept, origin: { kind: 'made' } } as unknown as Picture
    if (id.startsWith('derived')) return { ...kept, origin: { kind: 'derived' } } as unknown as Picture
    return { ...kept, file, origin: { kind: 'dropped' } } as unknown as Picture
  }
  const store = {
    original: async (id: string) => (contents[id] ? new Blob([id], { type: 'image/heic' }) : undefined),
    picture: async (id: string) => pictureOf(id),
  } as unknown as GalleryStore
  let files = 0
  const newId = () => `file-${++files}`
  const clock = { at: 0 }
  const uploads = createUploads({ store, send, now: () => clock.at, newId, toSent })
  return { uploads, asked, derived, clock, store, toSent }
}

describe('the upload of a source', () => {
  test('A8 is one for eight runs that start in the same moment', async () => {
    const { uploads, asked, derived } = openUploads([uploaded('https://a.example/1')], { a: 'content' })
    const runs = Array.from({ length: 8 }, () => uploads.urls(recipeOf('a'), kontext, 'kie', never))
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 8 }, () => ['https://a.example/1']))
    expect(asked).toHaveLength(1)
    expect(derived).toEqual(['a.heic content'])
  })

  test('is made of what is kept, also of an image that was made here of a file; not of what a service made', async () => {
    const answers = [uploaded('https://a.example/1'), uploaded('https://a.example/2')]
    const { uploads, derived } = openUploads(answers, { derived: 'crop', made: 'answer' })
    await uploads.urls(recipeOf('derived', 'made'), kontext, 'kie', never)
    expect(derived).toEqual(['derived crop'])
  })

  test('is of a part of the first source where an area in it is sent as a crop', async () => {
    const answers = [uploaded('https://a.example/1'), uploaded('https://a.example/2'), uploaded('https://a.example/3')]
    const { uploads, asked, derived } = openUploads(answers, { a: 'content', b: 'other' })
    const area = [{ op: 'add', shape: { kind: 'box', box: [9, 9, 9, 9] } }] as const
    const document = { ...emptyDocument('a' as PictureId), area }
    const edits = [
      { document, way: 'part', rect: [4, 4, 20, 20], sent: { width: 20, height: 20 }, marks: 'none' },
    ] as const
    await uploads.urls({ ...recipeOf('a', 'b'), edits }, kontext, 'kie', never)
    await uploads.urls(recipeOf('a'), kontext, 'kie', never)
    expect(derived).toEqual(['a.heic content 4 4 20 20', 'b.heic other', 'a.heic content'])
    expect(asked).toHaveLength(3)
  })

  const whole = { way: 'whole', rect: [0, 0, 60, 40], sent: { width: 60, height: 40 } } as const
  const pin: Mark = { id: 'm', n: 1, colour: 'red', note: '', kind: 'pin', at: [9, 9] }
  const marked: Edit = { ...whole, document: { ...emptyDocument('a' as PictureId), marks: [pin] }, marks: 'burnt' }
  const links = () => ['1', '2', '3', '4'].map((name) => uploaded(`https://a.example/${name}`))

  test('shows marks on the source, or on a copy after all sources, and the other sources as they are cropped', async () => {
    const { uploads, derived } = openUploads(links(), { a: 'content', b: 'other' })
    const frame = { ...plainFrame, crop: [0, 0, 30, 20] } as const
    const cropped: Edit = {
      ...whole,
      document: { ...emptyDocument('b' as PictureId), frame },
      rect: [0, 0, 30, 20],
      marks: 'none',
    }
    const recipe = { ...recipeOf('a', 'b'), edits: [{ ...marked, marks: 'reference' as const }, cropped] }
    expect(sentSources(recipe).map(({ isMarked }) => isMarked)).toEqual([false, false, true])
    expect(await uploads.urls(recipe, kontext, 'kie', never)).toHaveLength(3)
    expect(derived).toEqual(['a.heic content', 'b.heic other 0 0 30 20', 'a.heic content 0 0 60 40 pin'])
    await uploads.urls({ ...recipeOf('a'), edits: [marked] }, kontext, 'kie', never)
    // The marked image was uploaded already.
    expect(derived).toHaveLength(3)
  })

  test('is cropped also where the source was made by a service', async () => {
    const { uploads, derived } = openUploads(links(), { made: 'answer' })
    const document = { ...emptyDocument('made' as PictureId), frame: { ...plainFrame, crop: [0, 0, 30, 20] } } as const
    const edits: Edit[] = [{ ...whole, document, rect: [0, 0, 30, 20], marks: 'none' }]
    await uploads.urls({ ...recipeOf('made'), edits }, kontext, 'kie', never)
    expect(derived).toEqual(['made answer 0 0 30 20'])
  })

  test('A8 is one for two sources of the same content', async () => {
    const { uploads, asked } = openUploads([uploaded('https://a.example/1')], { a: 'content', b: 'content' })
    const urls = await uploads.urls(recipeOf('a', 'b'), kontext, 'kie', never)
    expect(urls).toEqual(['https://a.example/1', 'https://a.example/1'])
    expect(asked).toHaveLength(1)
  })

  test('A8 that fails fails for all that wait for it, and is tried afresh by the next', async () => {
    const { uploads, asked } = openUploads([away, uploaded('https://a.example/2')], { a: 'content' })
    const both = [1, 2].map(() => uploads.urls(recipeOf('a'), kontext, 'kie', never))
    const ends = await Promise.allSettled(both)
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(asked).toHaveLength(1)
    expect(await uploads.urls(recipeOf('a'), kontext, 'kie', never)).toEqual(['https://a.example/2'])
  })

  test('A8 goes on for the others when one run is stopped', async () => {
    const { uploads, asked } = openUploads([uploaded('https://a.example/1')], { a: 'content' })
    const stopping = new AbortController()
    const stopped = uploads.urls(recipeOf('a'), kontext, 'kie', stopping.signal)
    const other = uploads.urls(recipeOf('a'), kontext, 'kie', never)
    stopping.abort()
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    expect(await other).toEqual(['https://a.example/1'])
    expect(asked).toHaveLength(1)
  })

  test('A8 that the service could not read is done afresh', async () => {
    const answers = [uploaded('https://a.example/1'), uploaded('https://a.example/2')]
    const { uploads } = openUploads(answers, { a: 'content' })
    await uploads.urls(recipeOf('a'), kontext, 'kie', never)
    uploads.forget({ recipe: recipeOf('a'), marks: { gateway: 'kie' } } as unknown as Run, kontext)
    expect(await uploads.urls(recipeOf('a'), kontext, 'kie', never)).toEqual(['https://a.example/2'])
  })

  test('is used for 20 hours from its end, at the gateway that took it', async () => {
    const { uploads, asked, clock } = openUploads(links(), { a: 'content' })
    const urlAt = async (at: number, gateway = 'kie') => {
      clock.at = at
      return (await uploads.urls(recipeOf('a'), kontext, gateway, never))[0]
    }
    const hours = 3_600_000
    expect(await urlAt(hours)).toBe('https://a.example/1')
    expect(await urlAt(21 * hours - 1)).toBe('https://a.example/1')
    expect(await urlAt(21 * hours - 1, 'apikley')).toBe('https://a.example/2')
    expect(await urlAt(21 * hours)).toBe('https://a.example/3')
    expect(await urlAt(22 * hours)).toBe('https://a.example/3')
    expect(asked).toHaveLength(3)
  })

  test('is ended when the last run that waits for it is stopped; the next one starts afresh', async () => {
    const { uploads, asked } = openUploads([silent, uploaded('https://a.example/2')], { a: 'content' })
    const stops = [new AbortController(), new AbortController()]
    const both = stops.map(({ signal }) => uploads.urls(recipeOf('a'), kontext, 'kie', signal))
    const ends = Promise.allSettled(both)
    await expect.poll(() => asked.length).toBe(1)
    stops[0]?.abort(new Error('first'))
    await expect(both[0]).rejects.toThrow('first')
    // The other one still waits for the same upload.
    stops[1]?.abort(new Error('second'))
    expect(await uploads.urls(recipeOf('a'), kontext, 'kie', never)).toEqual(['https://a.example/2'])
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(both[1]).rejects.toThrow('second')
  })

  test('that was given up and ends late does not end the one that was begun after it', async () => {
    let failLate: (reason: unknown) => void = () => undefined
    const late: Scripted = () => new Promise((_, reject) => (failLate = reject))
    const { uploads, asked } = openUploads([late, uploaded('https://a.example/2')], { a: 'content' })
    const stop = new AbortController()
    const first = uploads.urls(recipeOf('a'), kontext, 'kie', stop.signal)
    await expect.poll(() => asked.length).toBe(1)
    stop.abort(new Error('stopped'))
    await expect(first).rejects.toThrow('stopped')
    expect(await uploads.urls(recipeOf('a'), kontext, 'kie', never)).toEqual(['https://a.example/2'])
    failLate(away)
    await settled()
    expect(await uploads.urls(recipeOf('a'), kontext, 'kie', never)).toEqual(['https://a.example/2'])
  })

  test('is used by the next run also if the one that made it is stopped later', async () => {
    const { uploads, asked } = openUploads([uploaded('https://a.example/1')], { a: 'content' })
    const stop = new AbortController()
    await uploads.urls(recipeOf('a'), kontext, 'kie', stop.signal)
    await settled()
    stop.abort()
    expect(await uploads.urls(recipeOf('a'), kontext, 'kie', never)).toEqual(['https://a.example/1'])
    expect(asked).toHaveLength(1)
  })

  test('that is not needed any more is not begun', async () => {
    const { uploads, asked } = openUploads([], { a: 'content' })
    await expect(uploads.urls(recipeOf('a'), kontext, 'kie', AbortSignal.abort(new Error('no')))).rejects.toThrow('no')
    expect(asked).toEqual([])
  })

  test('is called by its type', async () => {
    const names: (string | undefined)[] = []
    const named: Scripted = (init) => {
      const form = init?.body as FormData
      names.push((form.get('file') as File).name)
      return json({ code: 200, success: true, msg: 'ok', data: { downloadUrl: 'https://a.example/1' } })
    }
    const { uploads } = openUploads([named, named], { a: 'content', made: 'x' })
    await uploads.urls(recipeOf('a', 'made'), kontext, 'kie', never)
    // HEIC is no type that a service makes.
    expect(names).toEqual(['file-1.jpg', 'file-2.png'])
  })

  test('of an image that is gone fails with its number', async () => {
    const { uploads, store, toSent } = openUploads(links(), { a: 'content' })
    const gone = {
      failure: {
        kind: 'invalid',
        issues: [{ field: 'sources', message: 'Image 2 is no longer in this browser. Remove it or add it again.' }],
      },
    }
    await expect(uploads.urls(recipeOf('a', 'b'), kontext, 'kie', never)).rejects.toMatchObject(gone)
    await expect(imagesToSend(store, recipeOf('a', 'b'), toSent)).rejects.toMatchObject(gone)
    expect(await imagesToSend(store, recipeOf('a'), toSent)).toHaveLength(1)
    const { uploads: withoutBytes } = openUploads(links(), { a: '' })
    await expect(withoutBytes.urls(recipeOf('a'), kontext, 'kie', never)).rejects.toThrow('Image 1 is no longer')
  })

  test('is named in a preview, marked or not', () => {
    const copied = { ...recipeOf('a', 'b'), edits: [{ ...marked, marks: 'reference' as const }] }
    expect(sentSources(copied)).toEqual([
      { id: 'a', isMarked: false },
      { id: 'b', isMarked: false },
      { id: 'a', isMarked: true },
    ])
    expect(sentSources({ ...recipeOf('a'), edits: [marked] })).toEqual([{ id: 'a', isMarked: true }])
    expect(sentSources(recipeOf())).toEqual([])
  })

  test('for Gemini is made for each run, because it is part of its request', async () => {
    const { uploads, derived } = openUploads([], { a: 'content' })
    await uploads.urls(recipeOf('a'), gemini, undefined, never)
    await uploads.urls(recipeOf('a'), gemini, undefined, never)
    expect(derived).toEqual(['a.heic content', 'a.heic content'])
  })

  test('is what was derived of the file, never the file itself', async () => {
    const { uploads } = openUploads([], { a: 'content' })
    const [url = ''] = await uploads.urls(recipeOf('a'), gemini, undefined, never)
    expect(url).toBe(`data:image/jpeg;base64,${btoa('content')}`)
  })
})

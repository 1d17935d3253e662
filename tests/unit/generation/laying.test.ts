import { describe, expect, test } from 'vitest'
import { type Edit, emptyDocument, type Fit, type Mark } from '#domain/edit.ts'
import type { BatchId, PictureId, RunId, TaskId } from '#domain/ids.ts'
import type { Laying } from '#domain/laying.ts'
import { awaitsLaying, type Origin } from '#domain/picture.ts'
import { type AnswerLayingPorts, createAnswerLaying } from '#generation/laying.ts'
import { openMemoryStore } from '#store/memory-store.ts'
import { alignedFit, newPicture, pictureIds } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { nodeProcessor } from '../../support/node-processor.ts'

const [photo, answer, laid] = pictureIds('photo', 'run-1-0', 'run-1-0-laid') as [PictureId, PictureId, PictureId]
const fit: Fit = { ...alignedFit, residual: 0.1 }
const edit: Edit = {
  document: { ...emptyDocument(photo), area: [{ op: 'add', shape: { kind: 'box', box: [5, 5, 20, 20] } }] },
  way: 'whole',
  rect: [0, 0, 60, 40],
  sent: { width: 60, height: 40 },
  marks: 'none',
}
const origin: Extract<Origin, { kind: 'made' }> = {
  kind: 'made',
  run: 'run-1' as RunId,
  recipe: { family: 'flux-kontext', draft: { prompt: 'a hat' }, sources: [photo], edits: [edit] },
  model: 'Flux Kontext Pro',
  provider: 'kie-kontext',
  task: { provider: 'kie-kontext', taskId: 't' as TaskId },
  index: 0,
  durationMs: 1,
  simulated: true,
}

async function open(change: Partial<AnswerLayingPorts> = {}) {
  const store = openMemoryStore(nodeProcessor)
  const png = await paintedImage('png', { width: 60, height: 40 })
  await store.addPicture(newPicture(photo, await paintedImage('jpeg', { width: 60, height: 40 }), { shelf: 'sources' }))
  await store.addPicture(
    newPicture(answer, await paintedImage('jpeg', { width: 48, height: 32 }), { origin, parents: [photo] }),
  )
  const jobs: Parameters<AnswerLayingPorts['layIn']>[0][] = []
  const ports: AnswerLayingPorts = {
    store,
    async layIn(job, onStep) {
      jobs.push(job)
      onStep('align')
      return {
        png,
        size: { width: 60, height: 40 },
        verdict: 'aligned',
        fit,
        places: [],
        changedOutside: 0.12,
        changedInside: 0.5,
        restyled: false,
        protectedShare: 0.8,
        changeMap: { data: new Uint8Array(), width: 0, height: 0, box: [0, 0, 0, 0] },
        losses: [],
        marksLeft: [],
        leftEmpty: false,
      }
    },
    findMarks: async () => [2],
    lock: (_name, work) => work(),
    now: () => 5_000,
    ...change,
  }
  return { store, jobs, layers: createAnswerLaying(ports), ports }
}

const refusing: AnswerLayingPorts['layIn'] = async () => ({
  size: { width: 60, height: 40 },
  verdict: 'lost',
  objection: 'framing',
  fit,
  places: [],
  changedOutside: 1,
  changedInside: 1,
  restyled: true,
  protectedShare: 0.8,
  changeMap: { data: new Uint8Array(), width: 0, height: 0, box: [0, 0, 0, 0] },
  losses: [],
  marksLeft: [],
  leftEmpty: false,
})

describe('an answer to an edit of an area', () => {
  test('becomes an image of its own, of source and answer, and stays as it came', async () => {
    const { store, layers } = await open()
    const before = await (await store.original(answer))?.arrayBuffer()
    await layers.lay(answer)
    const made = await store.picture(laid)
    expect(made).toMatchObject({ mime: 'image/png', width: 60, height: 40, parents: [photo, answer], prompt: 'a fox' })
    expect(made?.origin).toMatchObject({
      kind: 'derived',
      from: 'answer',
      fit,
      view: 'area',
      model: 'Flux Kontext Pro',
    })
    expect(await store.picture(answer)).toMatchObject({ laying: { kind: 'laid', picture: laid }, shelf: 'answers' })
    expect(await (await store.original(answer))?.arrayBuffer()).toEqual(before)
  })

  test('is laid in once, also when two windows ask, and after a reload', async () => {
    const { store, layers, jobs, ports } = await open()
    let line: Promise<unknown> = Promise.resolve()
    const lock: AnswerLayingPorts['lock'] = (_name, work) => {
      const turn = line.then(work)
      line = turn
      return turn
    }
    const windows = [createAnswerLaying({ ...ports, lock }), createAnswerLaying({ ...ports, lock })]
    await Promise.all(windows.map((each) => each.lay(answer)))
    await layers.lay(answer)
    expect(jobs).toHaveLength(1)
    expect((await store.pictures('gallery', 9)).map(({ id }) => id)).toEqual([laid])
  })

  test('leaves no image if it is deleted while it is laid in', async () => {
    const { store, layers } = await open({
      async layIn(...job) {
        await store.deleteForEver([answer])
        return given(...job)
      },
    })
    const { layIn: given } = (await open()).ports
    await layers.lay(answer)
    expect(await store.picturesById([answer, laid])).toEqual(new Map())
  })

  test('is not computed again after a reload between saving the image and recording it', async () => {
    const { store, layers, jobs } = await open()
    await store.addPicture(newPicture(laid, await paintedImage('png', { width: 60, height: 40 })))
    await layers.lay(answer)
    expect(jobs).toHaveLength(0)
    expect((await store.picture(answer))?.laying).toEqual({ kind: 'laid', picture: laid })
  })

  test('is not laid in again when the user has decided to use it whole', async () => {
    const { store, layers, jobs } = await open()
    const decided: Laying = { kind: 'refused', objection: 'framing', fit, accepted: true }
    await store.recordLaying(answer, decided)
    await layers.lay(answer)
    expect(jobs).toHaveLength(0)
    expect((await store.picture(answer))?.laying).toEqual(decided)
  })

  test('is kept whole where it does not fit, and that is noted', async () => {
    const { store, layers } = await open({ layIn: refusing })
    await layers.lay(answer)
    const kept = await store.picture(answer)
    expect(kept?.laying).toEqual({ kind: 'refused', objection: 'framing', fit })
    expect(kept?.shelf).toBe('gallery')
    expect(kept && awaitsLaying(kept)).toBe(false)
    expect(await store.picture(laid)).toBeUndefined()
  })

  test('is kept whole where its source was deleted', async () => {
    const { store, layers, jobs } = await open()
    await store.deleteForEver([photo])
    await layers.lay(answer)
    expect((await store.picture(answer))?.laying).toEqual({
      kind: 'failed',
      reason: 'The source image was deleted, so the answer is kept whole.',
    })
    expect(jobs).toHaveLength(0)
  })

  test('is laid in again with other options, once for each', async () => {
    const { store, layers, jobs } = await open()
    await layers.lay(answer)
    const first = await layers.layInAgain(answer, { view: 'changed', feather: 20 })
    const again = await layers.layInAgain(answer, { view: 'changed', feather: 20 })
    expect(again).toBe(first)
    expect(jobs).toHaveLength(2)
    expect(jobs[1]).toMatchObject({ view: 'changed', feather: 20 })
    const made = await store.picture(first)
    expect((await store.picture(answer))?.laying).toEqual({ kind: 'laid', picture: laid })
    expect(made?.origin).toMatchObject({ view: 'changed', edit: { document: { rim: 20 } } })
  })

  test('gives its place in a batch to the first image that is made from it', async () => {
    const { store, layers } = await open()
    const [other, otherLaid] = pictureIds('run-2-0', 'run-2-0-laid') as [PictureId, PictureId]
    const batch = { id: 'batch-1' as BatchId, index: 1, of: 3 }
    const bytes = await paintedImage('jpeg', { width: 48, height: 32 })
    await store.addPicture(newPicture(other, bytes, { origin, parents: [photo], batch }))
    await layers.lay(other)
    expect((await store.picture(otherLaid))?.batch).toEqual(batch)
    const version = await layers.layInAgain(other, { feather: 20 })
    expect((await store.picture(version))?.batch).toBeUndefined()
  })

  test('that was placed by hand takes the alert away', async () => {
    const { store, ports } = await open()
    await createAnswerLaying({ ...ports, layIn: refusing }).lay(answer)
    const made = await createAnswerLaying(ports).layInAgain(answer, {
      fit: { map: [1, 0, 0, 1, 4, 0], verdict: 'aligned' },
    })
    expect((await store.picture(answer))?.laying).toEqual({ kind: 'laid', picture: made })
  })
})

test('an answer to marks alone is searched for them, and nothing is laid in', async () => {
  const sought: Parameters<AnswerLayingPorts['findMarks']>[0][] = []
  const { store, jobs, layers } = await open({
    findMarks: async (job) => {
      sought.push(job)
      return [2]
    },
  })
  const pin: Mark = { id: 'm', n: 2, colour: 'red', note: '', kind: 'pin', at: [9, 9] }
  const marked: Edit = { ...edit, document: { ...emptyDocument(photo), marks: [pin] }, marks: 'burnt' }
  const [other] = pictureIds('run-2-0') as [PictureId]
  const recipe = { family: 'flux-kontext', draft: { prompt: 'a hat' }, sources: [photo], edits: [marked] }
  const bytes = await paintedImage('jpeg', { width: 48, height: 32 })
  await store.addPicture(newPicture(other, bytes, { origin: { ...origin, recipe }, parents: [photo] }))
  await layers.lay(other)
  expect(jobs).toEqual([])
  expect(sought).toEqual([{ source: await store.original(photo), answer: await store.original(other), edit: marked }])
  expect((await store.picture(other))?.laying).toEqual({ kind: 'checked', marksLeft: [2] })
})

test('an answer to an area is laid in also if it has marks', async () => {
  const { store, layers } = await open()
  const [other, made] = pictureIds('run-4-0', 'run-4-0-laid') as [PictureId, PictureId]
  const recipe = { ...origin.recipe, edits: [{ ...edit, marks: 'burnt' as const }] }
  const bytes = await paintedImage('jpeg', { width: 48, height: 32 })
  await store.addPicture(newPicture(other, bytes, { origin: { ...origin, recipe }, parents: [photo] }))
  await layers.lay(other)
  expect((await store.picture(other))?.laying).toEqual({ kind: 'laid', picture: made })
})

test.each<[string, Partial<AnswerLayingPorts['store']>, Partial<AnswerLayingPorts>]>([
  ['its source is gone', { original: async (id) => (id === photo ? undefined : new Blob()) }, {}],
  ['its own data is gone', { original: async (id) => (id === photo ? new Blob() : undefined) }, {}],
  ['a file cannot be read', {}, { findMarks: () => Promise.reject(new Error('no image')) }],
])('marks are not found where %s', async (_, gone, change) => {
  const { store, ports } = await open(change)
  const pin: Mark = { id: 'm', n: 2, colour: 'red', note: '', kind: 'pin', at: [9, 9] }
  const marked: Edit = { ...edit, document: { ...emptyDocument(photo), marks: [pin] }, marks: 'burnt' }
  const [other] = pictureIds('run-2-0') as [PictureId]
  const recipe = { ...origin.recipe, edits: [marked] }
  const bytes = await paintedImage('jpeg', { width: 48, height: 32 })
  await store.addPicture(newPicture(other, bytes, { origin: { ...origin, recipe }, parents: [photo] }))
  await createAnswerLaying({ ...ports, store: { ...store, ...gone } }).lay(other)
  expect((await store.picture(other))?.laying).toEqual({ kind: 'checked', marksLeft: [] })
})

test('an answer may be laid in by hand before it was laid in by itself', async () => {
  const { store, layers } = await open()
  const made = await layers.layInAgain(answer, { fit })
  expect(made).toBe(`${laid}-${fit.map.map((part) => part.toFixed(4)).join('-')}`)
  expect((await store.picture(answer))?.laying).toBeUndefined()
})

test.each([
  [{ ...origin, simulated: true }, true],
  [{ ...origin, simulated: false }, false],
  [{ kind: 'sample', model: 'Flux', recipe: origin.recipe } as const, true],
])('an image that is laid in is simulated as its answer is: %#', async (from, simulated) => {
  const { store, layers } = await open()
  const [other, made] = pictureIds('run-3-0', 'run-3-0-laid') as [PictureId, PictureId]
  const bytes = await paintedImage('jpeg', { width: 48, height: 32 })
  await store.addPicture(newPicture(other, bytes, { origin: from, parents: [photo] }))
  await layers.lay(other)
  expect((await store.picture(made))?.origin).toMatchObject({ kind: 'derived', simulated })
})

describe('what is laid in', () => {
  const result =
    (more: object) =>
    async (...job: Parameters<AnswerLayingPorts['layIn']>): ReturnType<AnswerLayingPorts['layIn']> => {
      const { ports } = await open()
      return { ...(await ports.layIn(...job)), ...more }
    }

  test('stands before its answer, and later versions at the time when they were made', async () => {
    const { store, layers } = await open()
    await layers.lay(answer)
    const kept = await store.picture(answer)
    expect((await store.picture(laid))?.createdAt).toBe((kept?.createdAt ?? 0) + 1)
    expect((await store.picture(await layers.layInAgain(answer, { feather: 3 })))?.createdAt).toBe(5_000)
  })

  test('records what the model changed elsewhere, at most 24 places, and what it left', async () => {
    const place = { box: [0, 0, 1, 1], share: 0.1 }
    const found = { places: Array(30).fill(place), losses: [{ kind: 'colour' }], marksLeft: [1, 3], leftEmpty: true }
    const some = await open({ layIn: result(found) })
    await some.layers.lay(answer)
    expect((await some.store.picture(laid))?.origin).toMatchObject({ ...found, places: Array(24).fill(place) })
    const none = await open()
    await none.layers.lay(answer)
    const plain = (await none.store.picture(laid))?.origin
    for (const name of ['losses', 'marksLeft', 'leftEmpty']) expect(plain).not.toHaveProperty(name)
    expect(plain).toMatchObject({ edit: { document: { rim: edit.document.rim, area: edit.document.area } } })
  })

  test('is another image for each other placing, and the first one for the placing that was found', async () => {
    const { layers } = await open()
    await layers.lay(answer)
    const moved = (map: Fit['map']) => layers.layInAgain(answer, { fit: { ...fit, map } })
    expect(await moved(fit.map)).toBe(laid)
    const [a, b, c, d, e, f] = fit.map
    expect(await moved([a, b, c, d, e + 4, f])).toBe(
      `${laid}-${[a, b, c, d, e + 4, f].map((n) => n.toFixed(4)).join('-')}`,
    )
    expect(await layers.layInAgain(answer, { view: 'area' })).toBe(laid)
    expect(await layers.layInAgain(answer, { view: 'changed' })).toBe(`${laid}-changed`)
    expect(await layers.layInAgain(answer, { feather: edit.document.rim })).toBe(laid)
    expect(await layers.layInAgain(answer, { feather: 7 })).toBe(`${laid}-rim7`)
    expect(await layers.layInAgain(answer, { area: edit.document.area })).toBe(laid)
  })

  test('can be compared without keeping anything', async () => {
    const changeMap = { data: new Uint8Array([1]), width: 1, height: 1, box: [0, 0, 1, 1] }
    const asked: unknown[] = []
    const layIn: AnswerLayingPorts['layIn'] = (...given) => {
      asked.push(given[0].compareOnly)
      return result({ changeMap })(...given)
    }
    const { store, layers } = await open({ layIn })
    expect(await layers.findChanges(answer, fit)).toEqual(changeMap)
    // Painting and writing the file take most of the time, and nobody needs them.
    expect(asked).toEqual([true])
    expect((await store.pictures('gallery', 9)).map(({ id }) => id)).toEqual([answer])
  })

  test('is asked for once, by the name of its answer', async () => {
    const names: string[] = []
    const { layers, jobs } = await open({
      lock(name, work) {
        names.push(name)
        return work()
      },
    })
    const first = layers.lay(answer)
    expect(layers.lay(answer)).toBe(first)
    await first
    expect([names, jobs.length]).toEqual([['atelier-lay run-1-0'], 1])
    await layers.lay(answer)
    expect([names.length, jobs.length]).toEqual([2, 1])
  })

  test('needs an answer, with an area, and with its data', async () => {
    const { store, layers, ports } = await open()
    await store.addPicture(
      newPicture('plain', await paintedImage('jpeg', { width: 48, height: 32 }), {
        origin: { ...origin, recipe: { ...origin.recipe, edits: [] } },
      }),
    )
    await expect(layers.layInAgain('plain' as PictureId, {})).rejects.toThrow(
      'This image is no answer to an edit of an area.',
    )
    for (const id of ['nothing', photo] as PictureId[]) {
      await expect(layers.layInAgain(id, {})).rejects.toThrow('The answer was deleted.')
      await layers.lay(id)
    }
    const original = async (id: PictureId) => (id === answer ? undefined : store.original(id))
    const without = createAnswerLaying({ ...ports, store: { ...store, original } })
    await expect(without.layInAgain(answer, {})).rejects.toThrow("The answer's data is missing in this browser.")
    const empty = await open({ layIn: result({ png: undefined }) })
    await expect(empty.layers.layInAgain(answer, {})).rejects.toThrow('The answer could not be laid in.')
    expect(empty.layers.progress().size).toBe(0)
  })

  test('that fails is noted in words, or tried again later where that cannot be noted', async () => {
    const { store, layers } = await open({ layIn: () => Promise.reject(new TypeError('x is undefined')) })
    await layers.lay(answer)
    expect((await store.picture(answer))?.laying).toEqual({
      kind: 'failed',
      reason: 'The answer could not be laid into its source.',
    })
    const strange = await open({ layIn: () => Promise.reject() })
    await strange.layers.lay(answer)
    expect((await strange.store.picture(answer))?.laying).toMatchObject({ kind: 'failed' })
    const full = await open()
    const recordLaying = () => Promise.reject(new Error('full'))
    const away = createAnswerLaying({ ...full.ports, store: { ...full.store, recordLaying } })
    await away.lay(answer)
    expect((await full.store.picture(answer))?.laying).toBeUndefined()
    await full.layers.lay(answer)
    expect((await full.store.picture(answer))?.laying).toEqual({ kind: 'laid', picture: laid })
    expect(full.jobs).toHaveLength(1)
  })
})

test('the step of an answer is shown while it is laid in', async () => {
  const { layers } = await open()
  const shown: [PictureId, string][][] = []
  const stop = layers.subscribe(() => shown.push([...layers.progress()]))
  await layers.lay(answer)
  expect(shown).toEqual([[[answer, 'align']], []])
  stop()
  await layers.layInAgain(answer, { fit, feather: 3 })
  expect(shown).toHaveLength(2)
})

test('an answer that is laid in with another area is another image, the same for the same area', async () => {
  const { store, jobs, layers } = await open()
  await layers.lay(answer)
  const area = [{ op: 'add', shape: { kind: 'box', box: [1, 1, 9, 9] } }] as const
  const made = await layers.layInAgain(answer, { area, fit })
  // Stored ids: the same in every version of this code.
  expect(made).toBe(`${laid}-area1scr96m1li36bk`)
  expect(await layers.layInAgain(answer, { area, fit })).toBe(made)
  expect(await layers.layInAgain(answer, { area: edit.document.area, fit })).toBe(laid)
  expect(jobs.map((job) => job.area)).toEqual([undefined, area])
  expect((await store.picture(made))?.origin).toMatchObject({ edit: { document: { area } } })
})

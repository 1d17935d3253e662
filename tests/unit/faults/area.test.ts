import sharp from 'sharp'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { freezeRecipe } from '#acts/freeze-edit.ts'
import { type AreaStep, emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { laidInId } from '#domain/laying.ts'
import type { Phase, Recipe, Run } from '#domain/run.ts'
import { type AnswerLayingPorts, createAnswerLaying } from '#generation/laying.ts'
import { layInNow } from '#imaging/edit/lay-in-file.ts'
import { fluxKontext } from '#models/flux-kontext.ts'
import { createNodePainter } from '#simulator/painter/node-painter.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { type BreakableService, isPicture, openBreakableService } from '../../support/breakable-service.ts'
import { countsOf, interfere, isImagePath, isPollPath, isSubmitPath, never } from '../../support/broken-network.ts'
import { eventually } from '../../support/eventually.ts'
import { alignedFit, newPicture } from '../../support/gallery-records.ts'
import { type Machine, machineKey, openMachine } from '../../support/machine.ts'
import { addCanvas, pixelsOf } from '../../support/node-canvas.ts'
import { nodeProcessor } from '../../support/node-processor.ts'
import { cameraPhoto } from '../../support/photo.ts'
import { createWindows } from '../../support/windows.ts'

// An edit of an area from the button to the laid-in image: real stores, the real proxy, the simulator and the real chain.

const photo = 'photo' as PictureId
const size = { width: 240, height: 320 }
const rim = 8
const [left, top, right, bottom] = [70, 100, 150, 180]
const area: AreaStep[] = [{ op: 'add', shape: { kind: 'box', box: [left, top, right - left, bottom - top] } }]

/** The chain takes a second or two, and many times that on a busy machine. */
const patienceMs = 90_000

let service: BreakableService
let machine: Machine
let source: Blob

beforeEach(async () => {
  addCanvas()
  // A scene, because an answer of one colour cannot be aligned with its source.
  const painter = createNodePainter()
  service = await openBreakableService({ key: machineKey, painter, switches: { durationMs: 30 } })
  machine = await openMachine({ service })
  const upright = await sharp(await cameraPhoto(size.height, size.width))
    .autoOrient()
    .jpeg({ quality: 92 })
    .toBuffer()
  source = new Blob([new Uint8Array(upright)], { type: 'image/jpeg' })
  await machine.store.addPicture(newPicture(photo, source, { shelf: 'sources' }))
})

afterEach(async () => {
  await machine.close()
  await service.close()
  vi.unstubAllGlobals()
})

function areaRecipe(): Recipe {
  const plain = { ...machine.recipe({ prompt: 'Put a red hat there [[shift:4,-2]]' }), sources: [photo] }
  const edits = { [photo]: { document: { ...emptyDocument(photo), area, rim } } }
  const { recipe, objection } = freezeRecipe(plain, edits, new Map([[photo, size]]), fluxKontext)
  if (objection) throw new Error(objection)
  return recipe
}

/** The laying of one window. */
function openLaying(own: Pick<AnswerLayingPorts, 'layIn'> & Partial<AnswerLayingPorts>) {
  const lock: AnswerLayingPorts['lock'] = (_name, work) => work()
  return createAnswerLaying({ store: machine.store, lock, findMarks: async () => [], now: () => 5_000, ...own })
}

/** Stands in for the chain in tests that do not look at pixels: gives the source as a PNG, and counts its calls. */
function createBlend() {
  let count = 0
  const layIn: AnswerLayingPorts['layIn'] = async () => {
    count += 1
    const png = await sharp(await source.arrayBuffer())
      .png()
      .toBuffer()
    return {
      png: new Blob([new Uint8Array(png)], { type: 'image/png' }),
      size,
      verdict: 'aligned',
      fit: alignedFit,
      places: [],
      changedOutside: 0,
      changedInside: 1,
      restyled: false,
      protectedShare: 0.9,
      changeMap: { data: new Uint8Array(), width: 0, height: 0, box: [0, 0, 0, 0] },
      losses: [],
      marksLeft: [],
      leftEmpty: false,
    }
  }
  return { layIn, count: () => count }
}

async function answerOf(run: Run): Promise<PictureId> {
  const end = await machine.store.run(run.id)
  if (end?.state.phase !== 'saved') throw new Error(`The run ended as ${end?.state.phase}.`)
  return end.state.pictures[0]
}

/** One charge, the answer byte for byte as the service sent it, and one image made of it. */
async function expectLaidOnce(answer: PictureId, store: GalleryStore = machine.store): Promise<void> {
  expect(await countsOf(machine)).toMatchObject({ submissions: 1, charges: 1 })
  const path = service.seen.findLast(isPicture)?.url
  const sent = await (await fetch(`${service.origin}${path}`)).arrayBuffer()
  const kept = await store.original(answer)
  expect(kept && Buffer.from(await kept.arrayBuffer()).equals(Buffer.from(sent))).toBe(true)
  expect((await store.pictures('gallery', 9)).map(({ id }) => id)).toEqual([laidInId(answer)])
  expect(await store.picture(answer)).toMatchObject({ shelf: 'answers', laying: { kind: 'laid' } })
}

/** The laid-in image has the source's size, and its pixels outside the area and its rim. */
async function expectProtected(answer: PictureId): Promise<void> {
  const png = await machine.store.original(laidInId(answer))
  if (!png) throw new Error('The laid-in image is missing.')
  const [laid, before] = await Promise.all([png, source].map(pixelsOf))
  expect([laid?.width, laid?.height]).toEqual([size.width, size.height])
  const differing = { inside: 0, outside: 0 }
  laid?.data.forEach((level, at) => {
    if (level === before?.data[at]) return
    const [x, y] = [Math.floor(at / 4) % size.width, Math.floor(at / 4 / size.width)]
    const isInside = x >= left - rim && x < right + rim && y >= top - rim && y < bottom + rim
    differing[isInside ? 'inside' : 'outside'] += 1
  })
  expect(differing.outside).toBe(0)
  expect(differing.inside).toBeGreaterThan(1_000)
}

test(
  'a reload in every phase of an area edit: one charge, one blend, and the answer as it came',
  async () => {
    const run = await machine.create(areaRecipe())
    const holds: readonly (readonly [Phase, (path: string) => boolean, boolean])[] = [
      ['queued', (path) => path.endsWith('/health'), false],
      ['sending', isSubmitPath, true],
      ['working', isPollPath, true],
      ['ready', isImagePath, true],
    ]
    for (const [phase, isHeld, arrives] of holds) {
      let held = 0
      const restore = interfere(machine, isHeld, async (direct, path, init) => {
        if (arrives) await direct(path, init)
        held += 1
        return never()
      })
      const page = new AbortController()
      void machine.reload().drive(run.id, page.signal)
      await eventually(() => expect(held).toBeGreaterThan(0))
      expect((await machine.store.run(run.id))?.state.phase).toBe(phase)
      page.abort()
      restore()
    }
    await machine.reload().drive(run.id, machine.never)
    const answer = await answerOf(run)

    // The window in which the blend begins is closed before its end.
    const interrupted: AnswerLayingPorts['layIn'] = (_job, onStep) => {
      onStep('paint')
      return never()
    }
    const closed = openLaying({ layIn: interrupted })
    void closed.lay(answer)
    await eventually(() => expect(closed.progress().get(answer)).toBe('paint'))
    expect(await machine.store.picture(laidInId(answer))).toBeUndefined()
    let blends = 0
    const layIn: AnswerLayingPorts['layIn'] = (job, onStep) => {
      blends += 1
      return layInNow(job, onStep)
    }
    await openLaying({ layIn }).lay(answer)
    await openLaying({ layIn }).lay(answer)
    expect(blends).toBe(1)
    await expectLaidOnce(answer)
    await expectProtected(answer)
  },
  patienceMs,
)

test('the proxy killed while the service works, and again during the download: one charge, and the answer is kept', async () => {
  const run = await machine.create(areaRecipe())
  let asked = 0
  const mend = service.break(isPicture, (_incoming, outgoing) => {
    asked += 1
    outgoing.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': 50_000 })
    outgoing.write(Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'))
  })
  const restore = interfere(machine, isPollPath, never)
  const stateOf = async () => (await machine.store.run(run.id))?.state
  const driving = machine.runner.drive(run.id, machine.never)
  await eventually(async () => expect(await stateOf()).toMatchObject({ phase: 'working' }))
  await machine.killProxy()
  restore()
  await eventually(async () => expect(await stateOf()).toMatchObject({ trouble: { kind: 'unavailable' } }))
  expect(await stateOf()).toMatchObject({ phase: 'working' })
  await machine.restartProxy()

  await eventually(() => expect(asked).toBe(1))
  await machine.killProxy()
  await eventually(async () => expect(await stateOf()).toMatchObject({ trouble: { kind: 'unavailable' } }))
  expect(await stateOf()).toMatchObject({ phase: 'ready' })
  expect(await machine.store.countPictures('gallery')).toBe(0)
  mend()
  await machine.restartProxy()
  await driving

  const blend = createBlend()
  const answer = await answerOf(run)
  await openLaying(blend).lay(answer)
  expect(blend.count()).toBe(1)
  await expectLaidOnce(answer)
})

test('a second window that is open meanwhile: one charge, one blend, and both have the result', async () => {
  const other = await openGallery({ name: machine.databaseName, processor: nodeProcessor })
  const heard: PictureId[] = []
  other.subscribe((change) => {
    if (change.kind === 'pictures') heard.push(...change.ids)
  })
  const run = await machine.create(areaRecipe())
  const runners = [machine.runner, machine.window({ store: other })]
  await Promise.all(runners.map((runner) => runner.drive(run.id, machine.never)))
  const answer = await answerOf(run)

  const blend = createBlend()
  const windows = createWindows()
  const layers = [machine.store, other].map((store) => {
    const { locks } = windows.open()
    return openLaying({ ...blend, store, lock: (name, work) => locks.request(name, { signal: machine.never }, work) })
  })
  await Promise.all(layers.map((each) => each.lay(answer)))
  expect(blend.count()).toBe(1)
  await expectLaidOnce(answer)
  await expectLaidOnce(answer, other)
  await eventually(() => expect(heard).toContain(laidInId(answer)))
  other.close()
})

import { describe, expect, test } from 'vitest'
import { type Edit, emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { rasteriseArea } from '#imaging/edit/area.ts'
import { layIn } from '#imaging/edit/chain.ts'
import { padWithEdges } from '#imaging/edit/frame.ts'
import { frameImage } from '#imaging/edit/frame-image.ts'
import { readPng } from '#imaging/edit/png-reader.ts'
import { writePng } from '#imaging/edit/png-writer.ts'
import { deriveSent, readImage } from '#imaging/prepare-image.ts'
import { type Faults, repaint, withFaults } from '../support/answer-faults.ts'
import { madeScene } from '../support/made-scene.ts'

const width = 640
const height = 480
const kept: Faults = { shift: [5, -3], zoom: [1.01, 1.01], tint: [6, -4, 2] }

function editOf(box: readonly [number, number, number, number]): Edit {
  const document = {
    ...emptyDocument('p' as PictureId),
    area: [{ op: 'add' as const, shape: { kind: 'box' as const, box } }],
  }
  return { document, way: 'whole', rect: [0, 0, width, height], sent: { width, height }, marks: 'none' }
}

async function pixelsOf(png: Blob | undefined) {
  const read = png && (await readPng(new Uint8Array(await png.arrayBuffer())))
  if (!read) throw new Error('not a PNG')
  return read.pixels
}

describe('an answer that keeps the framing', () => {
  test('is laid in: outside the rim no byte differs, inside is the new content', async () => {
    const scene = madeScene(width, height, 1)
    const answer = withFaults(scene, kept, 1)
    repaint(answer, [260, 180, 120, 90], 1)
    const edit = editOf([240, 160, 160, 130])
    const steps: string[] = []
    const job = { source: await writePng(scene), answer: await writePng(answer), edit }
    const result = await layIn(job, (step) => steps.push(step), new AbortController().signal)

    expect(result.objection).toBeUndefined()
    expect(result.verdict).toBe('aligned')
    expect(result.fit.shift).toBeGreaterThan(3)
    expect(steps).toEqual(['decode', 'align', 'compare', 'paint', 'encode'])
    const laid = await pixelsOf(result.png)
    const area = rasteriseArea(edit.document.area, scene, edit.document.rim)
    let [differs, changed] = [0, 0]
    for (let at = 0; at < width * height; at += 1) {
      const [x, y] = [(at % width) - area.left, Math.floor(at / width) - area.top]
      const inside = x >= 0 && y >= 0 && x < area.width && y < area.height && (area.alpha[y * area.width + x] ?? 0) > 0
      const same = [0, 1, 2, 3].every((channel) => laid.data[at * 4 + channel] === scene.data[at * 4 + channel])
      if (inside && !same) changed += 1
      if (!inside && !same) differs += 1
    }
    expect(differs).toBe(0)
    expect(changed).toBeGreaterThan(9_000)
  })
})

describe('what a source has', () => {
  test('of transparency is kept outside the area, level by level', async () => {
    const scene = madeScene(width, height, 4)
    for (let at = 0; at < width * height; at += 1) if (at % width < 200) scene.data[at * 4 + 3] = at % 256
    const job = {
      source: await writePng(scene),
      answer: await writePng(withFaults(scene, kept, 2)),
      edit: editOf([400, 200, 120, 90]),
    }
    const laid = await pixelsOf((await layIn(job, () => undefined, new AbortController().signal)).png)
    const differs = Array.from({ length: 200 * height }, (_, index) => {
      const at = (Math.floor(index / 200) * width + (index % 200)) * 4
      return [0, 1, 2, 3].some((channel) => laid.data[at + channel] !== scene.data[at + channel])
    })
    expect(differs.filter(Boolean)).toHaveLength(0)
  })
})

test('an extended image holds the source exactly, and the answer around it', async () => {
  const scene = madeScene(width, height, 5)
  const wider = padWithEdges(scene, 120, 0, { width: 880, height })
  const answer = withFaults(wider, { tint: [5, 5, 0], shift: [2, 1] }, 3)
  const edit: Edit = { ...editOf([0, 0, 1, 1]), way: 'extend', rect: [-120, 0, 880, height] }
  const result = await layIn(
    { source: await writePng(scene), answer: await writePng(answer), edit },
    () => undefined,
    new AbortController().signal,
  )
  expect(result.objection).toBeUndefined()
  const laid = await pixelsOf(result.png)
  expect([laid.width, laid.height]).toEqual([880, height])
  let differs = 0
  for (let at = 0; at < scene.data.length; at += 1) {
    const [x, y] = [(at >> 2) % width, Math.floor((at >> 2) / width)]
    if (laid.data[(y * 880 + 120 + x) * 4 + (at & 3)] !== scene.data[at]) differs += 1
  }
  expect(differs).toBe(0)
})

test('an answer of another image is not laid in', async () => {
  const source = await writePng(madeScene(width, height, 2))
  const answer = await writePng(madeScene(width, height, 3))
  const job = { source, answer, edit: editOf([100, 100, 100, 100]) }
  const result = await layIn(job, () => undefined, new AbortController().signal)
  expect(result).toMatchObject({ verdict: 'lost', objection: 'framing' })
  expect(result.png).toBeUndefined()
})

test('can be stopped', async () => {
  const source = await writePng(madeScene(width, height, 2))
  const stop = new AbortController()
  const laying = layIn({ source, answer: source, edit: editOf([0, 0, 9, 9]) }, () => stop.abort(), stop.signal)
  await expect(laying).rejects.toThrow('aborted')
})

test('an answer to a HEIC photo is laid into it, and its profile is named as converted', async () => {
  const photo = await (await fetch('/tests/fixtures/inputs/p3.heic')).blob()
  const stop = new AbortController().signal
  const limits = { bytes: 10_000_000, pixels: 20_000_000, minSide: 64 }
  const { bytes } = await deriveSent(photo, 'p3.heic', { limits }, stop)
  const document = {
    ...emptyDocument('p' as PictureId),
    area: [{ op: 'add' as const, shape: { kind: 'box' as const, box: [200, 150, 100, 80] as const } }],
  }
  const size = { width: 600, height: 400 }
  const edit: Edit = { document, way: 'whole', rect: [0, 0, 600, 400], sent: size, marks: 'none' }
  const result = await layIn({ source: photo, answer: bytes, edit }, () => undefined, stop)
  expect(result).toMatchObject({ verdict: 'aligned', size, losses: ['profile'] })
  expect(await pixelsOf(result.png)).toMatchObject(size)
  const cropped = await frameImage({ source: photo, frame: { ...document.frame, turn: 90 } }, stop)
  expect(await pixelsOf(cropped)).toMatchObject({ width: 400, height: 600 })
})

describe('what is told of a file before the run', () => {
  test('a PNG of 16 bits is recorded as such, one of 8 bits is not', async () => {
    const stop = new AbortController().signal
    const deep = await (await fetch('/tests/fixtures/inputs/deep.png')).blob()
    expect((await readImage(deep, 'deep.png', stop)).facts.deep).toBe(true)
    const plain = await writePng(madeScene(64, 64, 1))
    expect((await readImage(plain, 'plain.png', stop)).facts.deep).toBeUndefined()
  })
})

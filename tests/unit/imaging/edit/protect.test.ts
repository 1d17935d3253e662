import { describe, expect, test } from 'vitest'
import type { Box } from '#domain/edit.ts'
import { mapPoint } from '#imaging/edit/affine.ts'
import { rasteriseArea } from '#imaging/edit/area.ts'
import { isRestyled, type LayJob, layPlan, planLay } from '#imaging/edit/lay-in.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { resize } from '#imaging/edit/resize.ts'
import {
  type Case,
  type CaseOptions,
  keptFraming,
  lay,
  makeCase,
  mapError,
} from '../../../../scripts/bench/protect-cases.ts'
import { edgeStep } from '../../../../scripts/bench/protect-figures.ts'
import { seededRandom } from '../../../../scripts/bench/report.ts'
import { repaint } from '../../../support/answer-faults.ts'
import { madeScene, madeSky } from '../../../support/made-scene.ts'

const size = { width: 448, height: 336 }
const scenes = [1, 2, 3, 4].map((seed) => madeScene(size.width, size.height, seed))
const sceneOf = (index: number) => scenes[index % scenes.length] ?? madeScene(size.width, size.height, 1)

const caseOf = (index: number, options: Partial<CaseOptions> = {}): Promise<Case> => {
  const faults = { ...keptFraming(seededRandom(index), index % 2 === 1), shift: [index % 5, -(index % 7)] as const }
  return makeCase(sceneOf(index), sceneOf(index), {
    faults,
    share: [0.05, 0.15, 0.4][index % 3] ?? 0.05,
    seed: index,
    ...options,
  })
}

describe('an answer that keeps the framing', () => {
  test.each(Array.from({ length: 14 }, (_, index) => index))(
    'is aligned, and no byte outside the rim differs (case %i)',
    async (index) => {
      const one = await caseOf(index)
      const { plan, differing } = lay(one)
      expect(plan.objection).toBeUndefined()
      expect(mapError(one, plan.fit.map)).toBeLessThan(0.6)
      expect(differing).toBe(0)
      expect(plan.changedInside).toBeGreaterThan(0.5)
    },
  )

  test('is another framing where it is zoomed far, and where it does not show the area', async () => {
    const none = { ...keptFraming(seededRandom(5), false), shift: [0, 0] as const, turn: 0 }
    const zoomed = await caseOf(5, { faults: { ...none, zoom: [1.36, 1.36] } })
    expect(lay(zoomed).plan).toMatchObject({ objection: 'framing', fit: { verdict: 'lost' } })
    const moved = await caseOf(1, { faults: { ...none, shift: [200, 0] } })
    const { width, height } = moved.source
    const area = rasteriseArea(
      [{ op: 'add', shape: { kind: 'box', box: [width - 90, 100, 80, 80] } }],
      { width, height },
      8,
    )
    const plan = planLay({ ...moved, rect: [0, 0, width, height], area })
    expect(plan.objection).toBe('framing')
  })

  test('leaves no step at the edge of the area, whatever its tint', async () => {
    const one = await caseOf(3, { content: 'same', share: 0.15 })
    // About one level is grain; these scenes have more grain than photographs.
    expect(edgeStep(one, lay(one).image)).toBeLessThan(1.5)
  })

  test('that changed nothing says so, and equals the source if only changes are applied', async () => {
    const one = await caseOf(2, { content: 'same', share: 0.15 })
    const { plan, image } = lay(one, 'changed')
    expect(plan.changedInside).toBeLessThan(0.02)
    expect(image.data.filter((level, at) => level !== one.source.data[at]).length).toBeLessThan(
      image.data.length * 0.002,
    )
  })

  test('and changed something outside has that change found', async () => {
    const spill = (answer: Pixels) => repaint(answer, [20, 270, 40, 30], 9)
    const { plan } = lay(await caseOf(6, { share: 0.05, spill }))
    const holds = plan.places.some(({ box: [x, y, w, h] }) => x < 40 && y < 285 && x + w > 40 && y + h > 285)
    expect(holds).toBe(true)
    expect(plan.fit.changedOutside).toBeGreaterThan(0.003)
  })
})

describe('what an answer changed outside the area is told', () => {
  const rect: Box = [0, 0, size.width, size.height]
  const area = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [180, 130, 80, 70] } }], size, 8)
  const planOf = (source: Pixels, change: (answer: Pixels) => void) => {
    const answer = { ...source, data: new Uint8ClampedArray(source.data) }
    change(answer)
    return planLay({ source, answer, area, rect })
  }

  test('where it painted over a large part of the image', () => {
    const plan = planOf(sceneOf(1), (answer) => repaint(answer, [100, 30, 330, 180], 2))
    expect(plan.objection).toBeUndefined()
    expect(plan.fit.changedOutside).toBeGreaterThan(0.3)
    expect(isRestyled(plan)).toBe(true)
  })

  test('but not an uneven tint', () => {
    const plan = planOf(sceneOf(2), (answer) => {
      for (let at = 0; at < answer.data.length; at += 4)
        answer.data[at + 1] = (answer.data[at + 1] ?? 0) + 8 * Math.sin(((at / 4) % size.width) / 90)
    })
    expect(plan.objection).toBeUndefined()
    expect(plan.fit.changedOutside).toBeLessThan(0.001)
  })
})

test('an area of nothing is no reason to refuse an answer, and nothing is laid in', () => {
  const source = sceneOf(3)
  const area = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [-90, -90, 20, 20] } }], size, 8)
  const plan = planLay({ source, answer: source, area, rect: [0, 0, size.width, size.height] })
  expect(plan.objection).toBeUndefined()
  const image = { ...source, data: source.data.slice() }
  layPlan(image, area, plan, 'area')
  expect(image.data).toEqual(source.data)
})

test.each([
  ['all', 0],
  ['99 %', 2],
])('an answer that cannot be checked, because %s of the image may change, keeps its place', (_, edge) => {
  const box: Box = [edge, edge, size.width - edge, size.height - edge]
  const area = rasteriseArea([{ op: 'add', shape: { kind: 'box', box } }], size, 8)
  const plan = planLay({ source: sceneOf(3), answer: sceneOf(2), area, rect: [0, 0, size.width, size.height] })
  expect(plan.objection).toBe('covered')
  expect(plan.fit).toMatchObject({ map: [1, 0, 0, 1, 0, 0], shift: 0, zoom: 1 })
})

test('an answer to a plain surface is placed by its faint detail, although its light is the same without a shift', async () => {
  const { width, height } = size
  const scene = madeScene(width, height, 2)
  const isDetailed = (at: number) => {
    const [x, y] = [at % width, Math.floor(at / width)]
    return x >= 74 && x < 259 && y >= 111 && y < 148
  }
  const levels = Uint8ClampedArray.from({ length: width * height * 4 }, (_, at) => {
    const pixel = at >> 2
    if (at % 4 === 3) return 255
    return isDetailed(pixel) ? 150 + 0.09 * ((scene.data[pixel * 4 + 1] ?? 0) - 128) : 150
  })
  const plain = { width, height, data: levels }
  const faults = { ...keptFraming(seededRandom(4), false), shift: [6, -4] as const, zoom: [1, 1] as const }
  const one = await makeCase(plain, plain, { faults, share: 0.05, seed: 4 })
  const { plan } = lay(one)
  expect(plan.objection).toBeUndefined()
  expect(mapError(one, plan.fit.map)).toBeLessThan(0.6)
})

test('detail far from the area does not turn or zoom an answer there that was only regrained and tinted', async () => {
  const wide = { width: 768, height: 576 }
  const data = new Uint8ClampedArray(wide.width * wide.height * 4).fill(250)
  // The letters of a logo: bars of different lengths in a corner.
  const bars: readonly Box[] = [
    [40, 40, 60, 7],
    [40, 40, 7, 40],
    [67, 53, 27, 27],
    [113, 40, 7, 40],
    [127, 40, 20, 7],
    [127, 73, 40, 7],
  ]
  for (const [left, top, width, height] of bars)
    for (let at = 0; at < width * height; at += 1)
      data.set([30, 30, 34], ((top + Math.floor(at / width)) * wide.width + left + (at % width)) * 4)
  const logo = { ...wide, data }
  const faults = { grain: 3, tint: [6, -4, 3], gain: 1.03 } as const
  const one = await makeCase(logo, logo, { faults, share: 0.05, seed: 9, content: 'same' })
  const area = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [466, 333, 200, 166] } }], wide, 8)
  const plan = planLay({ ...one, area })
  expect(plan.objection).toBeUndefined()
  const [x, y] = mapPoint(plan.fit.map, 666, 499)
  expect(Math.hypot(x - 666, y - 499)).toBeLessThan(0.5)
})

describe('an answer to a smooth sky', () => {
  const skyCase = (seed: number) => {
    const sky = madeSky(size.width, size.height, seed)
    const faults = { ...keptFraming(seededRandom(seed), seed % 2 === 1), shift: [seed % 5, -(seed % 7)] as const }
    return makeCase(sky, sky, { faults, share: [0.05, 0.15, 0.4][seed % 3] ?? 0.05, seed })
  }

  test.each([2, 3, 5])('is laid in, although it shows nothing but grain (sky %i)', async (seed) => {
    const { plan, differing } = lay(await skyCase(seed))
    expect(plan.objection).toBeUndefined()
    expect(plan.fit.verdict).toBe('aligned')
    expect(differing).toBe(0)
  })

  test('is refused if it has the brightness of another sky', async () => {
    const { source, ...one } = await skyCase(5)
    const turned = { ...source, data: source.data.slice() }
    for (let at = 0; at < source.data.length; at += 4)
      turned.data.set(source.data.subarray(source.data.length - at - 4, source.data.length - at), at)
    expect(lay({ ...one, source, answer: turned }).plan.objection).toBe('flat')
  })
})

test('an answer is marked as not aligned where nothing is visible to align it by', () => {
  const plain = (patch: Box | undefined): Pixels => {
    const data = new Uint8ClampedArray(size.width * size.height * 4).fill(180)
    const image = { ...size, data }
    if (patch) repaint(image, patch, 3)
    return image
  }
  const area = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [150, 100, 120, 90] } }], size, 8)
  const rect: Box = [0, 0, size.width, size.height]
  const plan = planLay({ source: plain(undefined), answer: plain([170, 110, 80, 60]), area, rect })
  expect(plan.objection).toBeUndefined()
  expect(plan.fit).toMatchObject({ verdict: 'aligned', isFaint: true, map: [1, 0, 0, 1, 0, 0] })
  const again = planLay({ source: plain(undefined), answer: plain([170, 110, 80, 60]), area, rect, fit: plan.fit })
  expect(again.fit.isFaint).toBe(true)
})

test('an answer to a graphic of four plain surfaces is laid in, because its pixels are the same', () => {
  const graphic = (noise: number): Pixels => {
    const random = seededRandom(noise)
    const data = new Uint8ClampedArray(size.width * size.height * 4).fill(255)
    for (let at = 0; at < size.width * size.height; at += 1) {
      const [x, y] = [at % size.width < 224, Math.floor(at / size.width) < 168]
      const colour = x ? (y ? [255, 0, 20] : [20, 90, 255]) : y ? [0, 232, 70] : [255, 170, 0]
      for (let channel = 0; channel < 3; channel += 1)
        data[at * 4 + channel] = (colour[channel] ?? 0) + 4 * random() - 2
    }
    return { ...size, data }
  }
  const area = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [150, 100, 120, 90] } }], size, 8)
  const rect: Box = [0, 0, size.width, size.height]
  const plan = planLay({ source: graphic(1), answer: graphic(2), area, rect })
  expect(plan.objection).toBeUndefined()
  expect(plan.fit).toMatchObject({ verdict: 'aligned', map: [1, 0, 0, 1, 0, 0] })
  expect(plan.fit.isFaint).toBeUndefined()
})

describe('an answer that does not belong to this source', () => {
  const source = sceneOf(0)
  const area = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [150, 100, 120, 90] } }], size, 8)
  const rect: Box = [0, 0, size.width, size.height]
  const objection = (answer: Pixels, more: Partial<LayJob> = {}) =>
    planLay({ source, answer, area, rect, ...more }).objection
  const moved = (from: (x: number, y: number) => [number, number]): Pixels => {
    const data = new Uint8ClampedArray(source.data.length)
    for (let at = 0; at < size.width * size.height; at += 1) {
      const [x, y] = from(at % size.width, Math.floor(at / size.width))
      data.set(source.data.subarray((y * size.width + x) * 4, (y * size.width + x) * 4 + 4), at * 4)
    }
    return { ...size, data }
  }
  const even = (level: number): Pixels => ({ ...size, data: new Uint8ClampedArray(source.data.length).fill(level) })

  test.each<[string, Pixels, string]>([
    ['of another image', sceneOf(1), 'framing'],
    ['mirrored', moved((x, y) => [size.width - 1 - x, y]), 'framing'],
    ['turned upside down', moved((x, y) => [size.width - 1 - x, size.height - 1 - y]), 'framing'],
    ['blank', even(255), 'blank'],
    ['tiny', resize(source, { width: 64, height: 48 }), 'tiny'],
    ['cropped to a square', resize(source, { width: 336, height: 336 }, [56, 0, 336, 336]), 'proportions'],
  ])('is not laid in: %s', (_, answer, why) => {
    expect(objection(answer)).toBe(why)
  })

  const isRight = (x: number) => x >= size.width / 2
  const isLow = (y: number) => y >= size.height / 2
  const mirrored: readonly [string, (x: number, y: number) => [number, number]][] = [
    ['right', (x, y) => [isRight(x) ? size.width - 1 - x : x, y]],
    ['left', (x, y) => [isRight(x) ? x : size.width - 1 - x, y]],
    ['lower', (x, y) => [x, isLow(y) ? size.height - 1 - y : y]],
    ['upper', (x, y) => [isLow(y) ? x : size.width - 1 - x, y]],
  ]
  test.each(mirrored)('is not laid in where its %s half is mirrored, although the other one agrees', (_, from) => {
    const small = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [200, 150, 60, 50] } }], size, 8)
    expect(objection(moved(from), { area: small })).toBe('partly')
  })

  const painted: readonly [string, Box][] = [
    ['left', [0, 0, 0.4 * size.width, size.height]],
    ['right', [0.6 * size.width, 0, 0.4 * size.width, size.height]],
    ['upper', [0, 0, size.width, 0.4 * size.height]],
    ['lower', [0, 0.6 * size.height, size.width, 0.4 * size.height]],
  ]
  test.each(painted)('is laid in although its %s side was painted over, 40 % of the image', (_, box) => {
    const small = rasteriseArea([{ op: 'add', shape: { kind: 'box', box: [190, 150, 60, 50] } }], size, 8)
    const answer = { ...source, data: new Uint8ClampedArray(source.data) }
    repaint(answer, box, 4)
    expect(objection(answer, { area: small })).toBeUndefined()
  })

  test('is laid in where the user places it', () => {
    const fit = { map: [1, 0, 0, 1, 3, 4] as const, verdict: 'lost' as const }
    const plan = planLay({ source, answer: sceneOf(1), area, rect, fit })
    expect([plan.objection, plan.fit.map]).toEqual([undefined, fit.map])
  })

  test('reports that a plain source has too little detail', () => {
    expect(objection(sceneOf(1), { source: even(180) })).toBe('flat')
  })

  test('but a blank one is laid in where the source is blank outside the area: an object was removed', () => {
    const plain = even(240)
    repaint(plain, [170, 120, 80, 50], 3)
    const plan = planLay({ source: plain, answer: even(240), area, rect })
    expect(plan.objection).toBeUndefined()
    expect(plan.fit).toMatchObject({ isFaint: true, map: [1, 0, 0, 1, 0, 0] })
    expect(objection(even(128), { source: plain })).toBe('blank')
  })

  test('is laid in by its size alone, although it has nine times the pixels', () => {
    const large = resize(source, { width: 1344, height: 1008 })
    const plan = planLay({ source, answer: large, area, rect })
    expect(plan.objection).toBeUndefined()
    const image = { ...source, data: source.data.slice() }
    layPlan(image, area, plan, 'area')
    const changed = image.data.reduce((most, level, at) => Math.max(most, Math.abs(level - (source.data[at] ?? 0))), 0)
    expect(changed).toBeLessThan(40)
  })
})

import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Deviations, noDeviations, readDeviations, usualDeviations } from '#simulator/painter/deviations.ts'
import { createNodePainter } from '#simulator/painter/node-painter.ts'

interface Seen {
  data: Uint8Array
  width: number
  height: number
}
interface Box {
  left: number
  top: number
  width: number
  height: number
}

const size = { width: 480, height: 320 }
// Without grain and mark, so that unchanged pixels are equal.
const painter = createNodePainter({ seed: 3, mark: false, grain: 0 })
let source: Uint8Array

async function look(bytes: Uint8Array): Promise<Seen> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

async function edit(prompt: string, change: Partial<Deviations> = {}, sources = [source], at = size): Promise<Seen> {
  const deviations = { ...noDeviations, ...change }
  return look(await painter.edit({ prompt, format: 'png', variation: 0, deviations }, sources, at))
}

const whole = (seen: Seen): Box => ({ left: 0, top: 0, width: seen.width, height: seen.height })

/** Mean difference in levels within a box. */
function difference(one: Seen, other: Seen, { left, top, width, height }: Box = whole(one)): number {
  let sum = 0
  for (let y = top; y < top + height; y++) {
    for (let at = (y * one.width + left) * 3, end = at + width * 3; at < end; at++)
      sum += Math.abs((one.data[at] ?? 0) - (other.data[at] ?? 0))
  }
  return sum / (width * height * 3)
}

/** Shift in whole pixels, right and down, at which `moved` differs least from `still`. */
function shiftOf(still: Seen, moved: Seen): readonly [number, number] {
  const inner = { left: 20, top: 20, width: still.width - 40, height: still.height - 40 }
  let [best, found] = [Number.POSITIVE_INFINITY, [0, 0] as readonly [number, number]]
  for (let down = -10; down <= 10; down++) {
    for (let right = -10; right <= 10; right++) {
      let sum = 0
      for (let y = inner.top; y < inner.top + inner.height; y += 5) {
        for (let x = inner.left; x < inner.left + inner.width; x += 5) {
          const at = (y * still.width + x) * 3
          sum += Math.abs((still.data[at] ?? 0) - (moved.data[at + (down * still.width + right) * 3] ?? 0))
        }
      }
      if (sum < best) [best, found] = [sum, [right, down]]
    }
  }
  return found
}

/** The source with a rectangle drawn on it, like a mark. */
async function marked(box: Box, colour: string): Promise<Uint8Array> {
  const rectangle = (stroke: string, width: number) =>
    `<rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}" fill="none" stroke="${stroke}" stroke-width="${width}"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${rectangle('#fff', 7)}${rectangle(colour, 4)}</svg>`
  return sharp(source)
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toBuffer()
}

const centre = { left: 190, top: 120, width: 100, height: 80 }
const corner = { left: 10, top: 10, width: 90, height: 60 }

beforeAll(async () => {
  source = await painter.create({ prompt: 'a harbour town below hills', format: 'png', variation: 0 }, size)
})

describe('the answer to an edit', () => {
  it('changes one thing at the centre where the words name no place, and nothing else', async () => {
    const [before, after] = [await look(source), await edit('add a red ball')]
    expect(difference(before, after, centre)).toBeGreaterThan(15)
    expect(difference(before, after, corner)).toBe(0)
  })

  it.each([
    ['add a red ball in the upper left third', { left: 40, top: 25, width: 60, height: 40 }, centre],
    ['a red ball on the right', { left: 320, top: 120, width: 80, height: 60 }, corner],
    [
      'Change the area from 5% to 25% across and from 60% to 95% down: a red ball',
      { left: 48, top: 210, width: 50, height: 60 },
      centre,
    ],
  ])('"%s" is changed there', async (prompt, there, elsewhere) => {
    const [before, after] = [await look(source), await edit(prompt)]
    expect(difference(before, after, there)).toBeGreaterThan(8)
    expect(difference(before, after, elsewhere)).toBe(0)
  })

  it('changes all of it where the words are about all of it', async () => {
    const [before, after] = [await look(source), await edit('make it night')]
    expect(difference(before, after, corner)).toBeGreaterThan(5)
    expect(difference(before, after, { left: 380, top: 250, width: 90, height: 60 })).toBeGreaterThan(5)
  })

  it('is moved a few pixels and a little tinted, as the real ones are', async () => {
    const exact = await edit('add a red ball')
    const usual = await edit('add a red ball', usualDeviations)
    const [right, down] = shiftOf(exact, usual)
    expect(Math.max(Math.abs(right), Math.abs(down))).toBeLessThanOrEqual(3)
    expect(difference(exact, usual)).toBeGreaterThan(0.5)
    expect(await edit('add a red ball', usualDeviations)).toEqual(usual)
  })

  it.each([
    [7, -4],
    [-5, 9],
  ] as const)('is moved by exactly %i, %i when that is asked', async (right, down) => {
    const exact = await edit('add a red ball')
    expect(shiftOf(exact, await edit('add a red ball', { shift: [right, down] }))).toEqual([right, down])
  })

  it.each<[string, Partial<Deviations>]>([
    ['enlarged', { zoom: 1.03 }],
    ['bent', { bend: 4 }],
    ['tinted', { drift: 'even' }],
    ['tinted unevenly', { drift: 'uneven' }],
    ['framed anew', { lost: true }],
  ])('is %s when that is asked', async (_, change) => {
    const [exact, after] = [await edit('add a red ball'), await edit('add a red ball', change)]
    expect(difference(exact, after)).toBeGreaterThan(1)
    expect([after.width, after.height]).toEqual([size.width, size.height])
  })

  it('spills over three more places when that is asked', async () => {
    const [exact, spilt] = [await edit('add a red ball'), await edit('add a red ball', { spill: true })]
    expect(difference(exact, spilt, centre)).toBe(0)
    expect(difference(exact, spilt)).toBeGreaterThan(0.1)
  })

  it.each<[Deviations['answer'], readonly [number, number]]>([
    ['turned', [320, 480]],
    ['tiny', [64, 43]],
    ['huge', [1358, 905]],
    ['blank', [480, 320]],
    ['mirrored', [480, 320]],
    ['other', [480, 320]],
  ])('can be %s', async (answer, [width, height]) => {
    const seen = await edit('add a red ball', { answer })
    expect([seen.width, seen.height]).toEqual([width, height])
    if (width === size.width) expect(difference(await edit('add a red ball'), seen)).toBeGreaterThan(8)
  })
})

describe('marks drawn on the source', () => {
  const box = { left: 320, top: 40, width: 110, height: 90 }
  const inside = { left: 345, top: 65, width: 60, height: 40 }

  it.each(['#ff0000', '#00ffff', '#ff00ff', '#00ff00', '#ff8000', '#ffff00', '#8000ff'])(
    'in %s say where the change goes, and are gone',
    async (colour) => {
      const before = await look(source)
      const after = await edit('In box 1: a green ball', {}, [await marked(box, colour)])
      expect(difference(before, after, inside)).toBeGreaterThan(8)
      expect(difference(before, after, centre)).toBe(0)
      // The pixels under the line are similar to the source again.
      expect(difference(before, after, { left: 340, top: 38, width: 70, height: 4 })).toBeLessThan(30)
    },
  )

  it('stay when that is asked', async () => {
    const copy = await marked(box, '#ff0000')
    const seen = await edit('In box 1: a green ball', { marks: true }, [copy])
    expect(difference(await look(copy), seen, { left: 340, top: 38, width: 70, height: 4 })).toBeLessThan(12)
  })

  it('on a second copy of the source say the same, and are not printed', async () => {
    const before = await look(source)
    const prompt = 'Edit image 1. Image 2 is image 1 with drawn marks that show the places: box 1: a green ball.'
    const after = await edit(prompt, {}, [source, await marked(box, '#ff0000')])
    expect(difference(before, after, inside)).toBeGreaterThan(8)
    expect(difference(before, after, centre)).toBe(0)
  })
})

describe('a border that is to be filled', () => {
  const wide = { width: 640, height: 320 }
  const stretched = () =>
    sharp(source).extend({ left: 80, right: 80, top: 0, bottom: 0, extendWith: 'copy' }).png().toBuffer()
  const prompt = 'Continue the scene into the blank border so that it fills the whole frame.'
  const added = { left: 0, top: 0, width: 78, height: 320 }
  const old = { left: 110, top: 0, width: 420, height: 320 }

  it('is filled, and the old image stays', async () => {
    const padded = await stretched()
    const before = await look(padded)
    const after = await edit(prompt, {}, [padded], wide)
    expect(difference(before, after, added)).toBeGreaterThan(3)
    expect(difference(before, after, old)).toBe(0)
  })

  it('is filled together with an area whose place is told, and nothing else changes', async () => {
    const padded = await stretched()
    const told = `${prompt} Add a green ball. Fill the border, and change only the area from 40% to 60% across and from 30% to 70% down.`
    const after = await edit(told, {}, [padded], wide)
    const before = await look(padded)
    expect(difference(before, after, added)).toBeGreaterThan(3)
    expect(difference(before, after, { left: 290, top: 130, width: 60, height: 60 })).toBeGreaterThan(8)
    expect(difference(before, after, { left: 110, top: 0, width: 140, height: 320 })).toBe(0)
  })

  it('stays empty when that is asked', async () => {
    const padded = await stretched()
    const after = await edit(prompt, { border: true }, [padded], wide)
    expect(difference(await look(padded), after)).toBe(0)
  })
})

describe('tokens of a prompt', () => {
  it('say how the answer differs, in place of what is set', () => {
    expect(
      readDeviations(['shift:7,-4', 'zoom:1.012', 'bent:3', 'drift:uneven', 'lost', 'answer:blank'], usualDeviations),
    ).toEqual({
      shift: [7, -4],
      zoom: 1.012,
      bend: 3,
      drift: 'uneven',
      lost: true,
      spill: false,
      marks: false,
      border: false,
      answer: 'blank',
    })
    expect(readDeviations(['exact', 'spill'], usualDeviations)).toEqual({ ...noDeviations, spill: true })
    expect(readDeviations(['shift:a,b', 'zoom:-1', 'slow:3'], usualDeviations)).toEqual(usualDeviations)
  })
})

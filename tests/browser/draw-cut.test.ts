import { describe, expect, test } from 'vitest'
import { type Edit, emptyDocument, type Mark, plainFrame, type SentCut } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { findMarks, layIn } from '#imaging/edit/chain.ts'
import { readPng } from '#imaging/edit/png-reader.ts'
import { writePng } from '#imaging/edit/png-writer.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { toSent } from '#imaging/sent-file.ts'
import { serviceLimits } from '#imaging/source-limits.ts'
import { withFaults } from '../support/answer-faults.ts'
import { madeScene } from '../support/made-scene.ts'

const size = { width: 320, height: 200 }
const scene = () => madeScene(size.width, size.height, 7)
const photo = 'photo' as PictureId
const kept = { shift: [3, -2], tint: [4, -3, 2] } as const
const box: Mark = { id: 'b', n: 1, colour: 'red', note: '', kind: 'box', box: [100, 60, 80, 70] }
const arrow: Mark = { id: 'a', n: 2, colour: 'cyan', note: '', kind: 'arrow', from: [40, 160], to: [90, 100] }
const never = new AbortController().signal

async function pixelsOf(png: Blob): Promise<Pixels> {
  const read = await readPng(new Uint8Array(await png.arrayBuffer()))
  if (!read) throw new Error('not a PNG')
  return read.pixels
}

let files = 0
async function sentAs(cut: SentCut): Promise<Pixels> {
  files += 1
  const file = { bytes: await writePng(scene()), name: 'scene.png', sha256: `scene ${files}` }
  return pixelsOf((await toSent(file, serviceLimits, cut)).bytes)
}

const levels = ({ data, width }: Pixels, x: number, y: number) => [
  ...data.slice((y * width + x) * 4, (y * width + x) * 4 + 3),
]

/** A line of one or two pixels is softened at its edges. */
const isRed = ([red = 0, green = 0, blue = 0]: readonly number[]) => red > 240 && green < 120 && blue < 120

describe('what is sent of an edited source', () => {
  test('is its crop, pixel by pixel', async () => {
    const sent = await sentAs({ frame: { ...plainFrame, crop: [40, 30, 100, 80] }, rect: [0, 0, 100, 80], marks: [] })
    expect([sent.width, sent.height]).toEqual([100, 80])
    for (const [x, y] of [
      [0, 0],
      [99, 0],
      [50, 40],
      [99, 79],
    ] as const) {
      expect(levels(sent, x, y)).toEqual(levels(scene(), x + 40, y + 30))
    }
  })

  test('is turned and mirrored', async () => {
    const frame = { ...plainFrame, turn: 90, flip: true } as const
    const sent = await sentAs({ frame, rect: [0, 0, 200, 320], marks: [] })
    expect([sent.width, sent.height]).toEqual([200, 320])
    // Turned clockwise the left column becomes the upper row, from bottom to top; mirrored, from top to bottom.
    expect(levels(sent, 10, 0)).toEqual(levels(scene(), 0, 10))
    expect(levels(sent, 10, 319)).toEqual(levels(scene(), 319, 10))
  })

  test('is extended by its edge pixels, which run outwards, and itself stays in place', async () => {
    const frame = { ...plainFrame, pad: { top: 30, right: 0, bottom: 0, left: 40 } }
    const sent = await sentAs({ frame, rect: [-40, -30, 360, 230], marks: [] })
    expect([sent.width, sent.height]).toEqual([360, 230])
    expect(levels(sent, 40 + 111, 30 + 77)).toEqual(levels(scene(), 111, 77))
    expect(levels(sent, 5, 30 + 77)).toEqual(levels(scene(), 0, 77))
    expect(levels(sent, 40 + 111, 3)).toEqual(levels(scene(), 111, 0))
    expect(levels(sent, 5, 3)).toEqual(levels(scene(), 0, 0))
  })

  test('shows its marks, also in a crop', async () => {
    const whole = await sentAs({ frame: plainFrame, rect: [0, 0, 320, 200], marks: [box, arrow] })
    expect(isRed(levels(whole, 140, 130))).toBe(true)
    expect(levels(whole, 140, 90)).toEqual(levels(scene(), 140, 90))
    const frame = { ...plainFrame, crop: [90, 50, 120, 100] } as const
    // A one-pixel line is spread over two rows, unless it is moved by half a pixel.
    const marks = [{ ...box, box: [100.5, 60.5, 80, 70] as const }]
    const crop = await sentAs({ frame, rect: [0, 0, 120, 100], marks })
    expect(isRed(levels(crop, 50, 80))).toBe(true)
  })
})

describe('marks in an answer', () => {
  const edit: Edit = {
    document: { ...emptyDocument(photo), marks: [box, arrow] },
    way: 'whole',
    rect: [0, 0, 320, 200],
    sent: size,
    marks: 'burnt',
  }

  test('that the model left, moved a little as it does, are named; those that it took away are not', async () => {
    const source = await writePng(scene())
    const marked = await sentAs({ frame: plainFrame, rect: edit.rect, marks: [arrow] })
    const left = { source, answer: await writePng(withFaults(marked, { shift: [2, -1] }, 1)), edit }
    expect(await findMarks(left, never)).toEqual([2])
    const clean = { source, answer: await writePng(withFaults(scene(), kept, 1)), edit }
    expect(await findMarks(clean, never)).toEqual([])
  })

  test('count only where the answer is laid in: elsewhere the source is put back', async () => {
    const wide = madeScene(640, 480, 1)
    const document = {
      ...emptyDocument(photo),
      area: [{ op: 'add', shape: { kind: 'box', box: [200, 150, 200, 160] } }] as const,
      marks: [
        { ...box, box: [240, 190, 100, 80] as const },
        { ...arrow, from: [40, 60] as const, to: [120, 100] as const },
      ],
    }
    const laid: Edit = { ...edit, document, rect: [0, 0, 640, 480], sent: wide }
    const file = { bytes: await writePng(wide), name: 'wide.png', sha256: 'wide' }
    const cut = { frame: plainFrame, rect: laid.rect, marks: document.marks }
    const answer = (await toSent(file, serviceLimits, cut)).bytes
    const result = await layIn({ source: file.bytes, answer, edit: laid }, () => undefined, never)
    expect(result.objection).toBeUndefined()
    expect(result.marksLeft).toEqual([1])
  })
})

test('new space that was left as it was filled is noticed, and an area inside is laid in as well', async () => {
  const wide = madeScene(480, 360, 3)
  const frame = { ...plainFrame, pad: { top: 0, right: 160, bottom: 0, left: 0 } }
  const area = [{ op: 'add', shape: { kind: 'box', box: [60, 80, 120, 90] } }] as const
  const edit: Edit = {
    document: { ...emptyDocument(photo), frame, area },
    way: 'extend',
    rect: [0, 0, 640, 360],
    sent: { width: 640, height: 360 },
    marks: 'none',
  }
  const file = { bytes: await writePng(wide), name: 'wide.png', sha256: 'to extend' }
  const answer = (await toSent(file, serviceLimits, { frame, rect: edit.rect, marks: [] })).bytes
  const result = await layIn({ source: file.bytes, answer, edit }, () => undefined, never)
  expect(result).toMatchObject({ size: { width: 640, height: 360 }, leftEmpty: true })
  expect(result.protectedShare).toBeCloseTo((480 * 360 - 120 * 90) / (640 * 360), 3)
})

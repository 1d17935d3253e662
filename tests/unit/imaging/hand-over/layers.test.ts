import { describe, expect, it } from 'vitest'
import { type Edit, emptyDocument, type Frame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { alignedByEdit, alignedBySize } from '#imaging/hand-over/layers.ts'

const grey = (width: number, height: number, level = 90): Pixels => ({
  width,
  height,
  data: new Uint8ClampedArray(width * height * 4).fill(level),
})

const editOf = (change: Partial<Edit>): Edit => ({
  document: { ...emptyDocument('source' as PictureId), rim: 0 },
  way: 'whole',
  rect: [0, 0, 40, 30],
  sent: { width: 40, height: 30 },
  marks: 'none',
  ...change,
})

describe('the layers of an edit', () => {
  it('of an area: the source below, the result above with the area as its mask', () => {
    const document = {
      ...emptyDocument('source' as PictureId),
      rim: 0,
      area: [{ op: 'add', shape: { kind: 'box', box: [10, 5, 20, 10] } }] as const,
    }
    const { canvas, layers } = alignedByEdit(grey(40, 30), grey(40, 30), editOf({ document }))
    expect(canvas).toMatchObject({ width: 40, height: 30 })
    expect(layers.map(({ name, left, top }) => [name, left, top])).toEqual([
      ['Source', 0, 0],
      ['Result', 0, 0],
    ])
    expect(layers[1]?.area).toMatchObject({ left: 10, top: 5, width: 20, height: 10 })
  })

  it('extended: the source lies where it was, and the mask is all around it', () => {
    const { layers } = alignedByEdit(grey(60, 50), grey(40, 30), editOf({ way: 'extend', rect: [-15, -12, 60, 50] }))
    expect(layers[0]).toMatchObject({ left: 15, top: 12, pixels: { width: 40, height: 30 } })
    const { alpha, width } = layers[1]?.area ?? { alpha: new Uint8Array(), width: 1 }
    expect(alpha.filter((value) => value === 0)).toHaveLength(40 * 30)
    expect([alpha[12 * width + 14], alpha[12 * width + 15], alpha[41 * width + 54], alpha[42 * width + 54]]).toEqual([
      255, 0, 0, 255,
    ])
  })

  it('turned and cropped: the source is turned and cropped too', () => {
    const frame: Frame = { turn: 90, flip: false, tilt: 0, crop: [2, 3, 20, 25] }
    const document = { ...emptyDocument('source' as PictureId), frame }
    const { layers } = alignedByEdit(grey(20, 25), grey(40, 30), editOf({ document }))
    expect(layers[0]?.pixels).toMatchObject({ width: 20, height: 25 })
  })
})

describe('the layers of a result without an area', () => {
  it('have the size of the larger image, and the other fills it where only rounding differs', () => {
    const { canvas, layers } = alignedBySize(grey(101, 76), grey(400, 300))
    expect(canvas).toMatchObject({ width: 400, height: 300 })
    expect(layers[1]).toMatchObject({ name: 'Result', left: 0, top: 0, pixels: { width: 400, height: 300 } })
  })

  it('of other proportions: the other is uncropped and centred', () => {
    const { canvas, layers, flat } = alignedBySize(grey(200, 200), grey(100, 50))
    expect(canvas).toMatchObject({ width: 200, height: 200 })
    expect(layers[0]).toMatchObject({ name: 'Source', left: 0, top: 50, pixels: { width: 200, height: 100 } })
    expect(flat).toMatchObject({ width: 200, height: 200 })
  })

  it('too large for layers is answered in a sentence', () => {
    const huge = { width: 10_000, height: 10_000, data: new Uint8Array() }
    expect(() => alignedBySize(huge, grey(10, 10))).toThrow('100 megapixels are too many for layers. 60 is the most.')
  })
})

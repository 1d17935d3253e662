import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { panBy, percentOf, pinch, placeFit, placePart, toPicture, zoomTo } from '#stage/zoom-matrix.ts'

const viewport = { width: 600, height: 400 }
const picture = { width: 2000, height: 1000 }

describe('a fitted picture', () => {
  it('is whole and in the middle', () => {
    const { x, y, scale } = placeFit(picture, viewport)
    expect(scale).toBeCloseTo((600 - 14.4) / 2000)
    expect(x).toBeCloseTo(7.2)
    expect(y + (picture.height * scale) / 2).toBeCloseTo(200)
  })

  it('leaves room for the space that it will be extended into', () => {
    const { x, y, scale } = placeFit(picture, viewport, { top: 0, right: 600, bottom: 100, left: 400 })
    expect(scale).toBeCloseTo((600 - 14.4) / 3000)
    expect(x).toBeCloseTo(7.2 + 400 * scale)
    expect(y + (1100 * scale) / 2).toBeCloseTo(200)
    const smaller = zoomTo({ x, y, scale }, scale / 1.4, picture, viewport, 1, { x: 300, y: 200 })
    expect(smaller.scale).toBe(scale)
  })

  it('is never drawn larger than it is', () => {
    expect(placeFit({ width: 64, height: 64 }, viewport)).toEqual({ x: 268, y: 168, scale: 1 })
  })
})

describe('a part that is looked at', () => {
  const middleOf = (part: readonly [number, number, number, number]) => {
    const { x, y, scale } = placePart(part, picture, viewport, 1)
    return { scale, x: x + (part[0] + part[2] / 2) * scale, y: y + (part[1] + part[3] / 2) * scale }
  }

  it('is in the middle, and fills part of the viewport', () => {
    expect(middleOf([700, 400, 400, 100])).toEqual({ scale: 0.6, x: 300, y: 200 })
  })

  it('that is small is shown pixel by pixel, and one that is large with the whole image', () => {
    expect(middleOf([1000, 500, 4, 4]).scale).toBe(1)
    expect(placePart([0, 0, 2000, 900], picture, viewport, 1)).toEqual(placeFit(picture, viewport))
  })

  it('at the edge does not pull the image away from the edge of the viewport', () => {
    expect(placePart([0, 0, 4, 4], picture, viewport, 1)).toEqual({ scale: 1, x: 16, y: 16 })
  })
})

describe('zooming', () => {
  it('keeps what is under the pointer where it is', () => {
    const from = zoomTo(placeFit(picture, viewport), 1, picture, viewport, 1, { x: 300, y: 200 })
    const at = { x: 350, y: 180 }
    const under = toPicture(from, at)
    const to = zoomTo(from, 1.7, picture, viewport, 1, at)
    expect(toPicture(to, at).x).toBeCloseTo(under.x)
    expect(toPicture(to, at).y).toBeCloseTo(under.y)
  })

  it('shows one picture pixel on one screen pixel at 100%, whatever the screen', () => {
    const to = zoomTo(placeFit(picture, viewport), 1 / 2, picture, viewport, 2, { x: 0, y: 0 })
    expect(to.scale).toBe(0.5)
    expect(percentOf(to, 2)).toBe(100)
  })

  it('stops at the whole picture and at sixteen screen pixels a pixel', () => {
    const fit = placeFit(picture, viewport)
    const at = { x: 100, y: 100 }
    expect(zoomTo(fit, 0.001, picture, viewport, 1, at)).toEqual(fit)
    expect(zoomTo(fit, 1000, picture, viewport, 2, at).scale).toBe(8)
  })
})

describe('panning', () => {
  it('moves a picture that is larger than the room, and stops at its edges', () => {
    const full = zoomTo(placeFit(picture, viewport), 1, picture, viewport, 1, { x: 300, y: 200 })
    expect(panBy(full, -10, 5, picture, viewport)).toMatchObject({ x: full.x - 10, y: full.y + 5 })
    expect(panBy(full, 1e6, 1e6, picture, viewport)).toMatchObject({ x: 16, y: 16 })
    expect(panBy(full, -1e6, -1e6, picture, viewport)).toMatchObject({ x: 600 - 2000 - 16, y: 400 - 1000 - 16 })
  })

  it('leaves a picture with room around it in the middle', () => {
    const fit = placeFit(picture, viewport)
    expect(panBy(fit, 50, 50, picture, viewport)).toEqual(fit)
  })

  it('never loses the picture, whatever is done', () => {
    const step = fc.record({
      factor: fc.double({ min: 0.1, max: 10, noNaN: true }),
      dx: fc.integer({ min: -5000, max: 5000 }),
      dy: fc.integer({ min: -5000, max: 5000 }),
      at: fc.record({ x: fc.integer({ min: 0, max: 600 }), y: fc.integer({ min: 0, max: 400 }) }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let view = placeFit(picture, viewport)
        for (const { factor, dx, dy, at } of steps) {
          view = panBy(zoomTo(view, view.scale * factor, picture, viewport, 1, at), dx, dy, picture, viewport)
        }
        const right = view.x + picture.width * view.scale
        const bottom = view.y + picture.height * view.scale
        expect(view.x < viewport.width && right > 0 && view.y < viewport.height && bottom > 0).toBe(true)
      }),
    )
  })
})

describe('two fingers', () => {
  it('zoom by how far they part, around the point between them', () => {
    const from = zoomTo(placeFit(picture, viewport), 1, picture, viewport, 1, { x: 300, y: 200 })
    const under = toPicture(from, { x: 300, y: 200 })
    const before = [
      { x: 250, y: 200 },
      { x: 350, y: 200 },
    ] as const
    const after = [
      { x: 200, y: 200 },
      { x: 400, y: 200 },
    ] as const
    const to = pinch(from, before, after, picture, viewport, 1)
    expect(to.scale).toBeCloseTo(2)
    expect(toPicture(to, { x: 300, y: 200 }).x).toBeCloseTo(under.x)
  })
})

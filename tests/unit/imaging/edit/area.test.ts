import { describe, expect, test } from 'vitest'
import type { AreaStep, Box, Shape } from '#domain/edit.ts'
import { type Area, protectedPercent, rasteriseArea } from '#imaging/edit/area.ts'

const size = { width: 100, height: 80 }
const add = (shape: Shape): AreaStep => ({ op: 'add', shape })
const box = (...numbers: Box): Shape => ({ kind: 'box', box: numbers })

function levelAt({ left, top, width, height, alpha }: Area, x: number, y: number): number {
  const inside = x >= left && y >= top && x < left + width && y < top + height
  return inside ? (alpha[(y - top) * width + x - left] ?? 0) : 0
}

describe('an area', () => {
  test('of a box holds the pixels whose centres lie in it', () => {
    const area = rasteriseArea([add(box(10, 20, 30, 8))], size, 0)
    expect(area).toMatchObject({ left: 10, top: 20, width: 30, height: 8 })
    expect(area.alpha.every((level) => level === 255)).toBe(true)
    expect(area.painted).toBeCloseTo(240 / 8000)
  })

  test('is the same for a box drawn from any corner', () => {
    expect(rasteriseArea([add(box(40, 28, -30, -8))], size, 0)).toEqual(
      rasteriseArea([add(box(10, 20, 30, 8))], size, 0),
    )
  })

  test('has a rim that runs outwards, falls all the way, and ends at its width', () => {
    const area = rasteriseArea([add(box(40, 30, 10, 10))], size, 8)
    const levels = Array.from({ length: 10 }, (_, step) => levelAt(area, 49 + step, 35))
    expect(levels[0]).toBe(255)
    expect(levels.slice(1).every((level, index) => level < (levels[index] ?? 0))).toBe(true)
    expect(levels[8]).toBeGreaterThan(0)
    expect(levels[9]).toBe(0)
    expect(area.painted).toBeCloseTo(100 / 8000)
  })

  test('has a round rim at corners', () => {
    const area = rasteriseArea([add(box(40, 30, 10, 10))], size, 8)
    expect(levelAt(area, 49 + 7, 39 + 7)).toBe(0)
    expect(levelAt(area, 49 + 5, 39 + 5)).toBeGreaterThan(0)
  })

  test('of an ellipse covers π/4 of its box', () => {
    const { painted } = rasteriseArea([add({ kind: 'ellipse', box: [10, 10, 60, 40] })], size, 0)
    expect(painted * 8000).toBeCloseTo((Math.PI / 4) * 2400, -1.5)
  })

  test('of a lasso fills what the outline winds around, also where it crosses itself', () => {
    const square = [10, 10, 30, 10, 30, 30, 10, 30]
    expect(rasteriseArea([add({ kind: 'lasso', points: square })], size, 0).painted).toBeCloseTo(400 / 8000)
    const twice = [...square, ...square]
    expect(rasteriseArea([add({ kind: 'lasso', points: twice })], size, 0).painted).toBeCloseTo(400 / 8000)
  })

  test('of a brush is a line with round ends; one point is a dot', () => {
    const line = rasteriseArea([add({ kind: 'brush', points: [20, 40, 60, 40], radius: 6 })], size, 0)
    expect(line.painted * 8000).toBeCloseTo(40 * 12 + Math.PI * 36, -1)
    const dot = rasteriseArea([add({ kind: 'brush', points: [20, 40], radius: 6 })], size, 0)
    expect(dot.painted * 8000).toBeCloseTo(Math.PI * 36, -1)
  })

  test('can be cut and inverted, in order', () => {
    const steps: AreaStep[] = [add(box(10, 10, 20, 20)), { op: 'cut', shape: box(10, 10, 10, 20) }, { op: 'invert' }]
    const area = rasteriseArea(steps, size, 0)
    expect([levelAt(area, 12, 12), levelAt(area, 25, 12), levelAt(area, 90, 70)]).toEqual([255, 0, 255])
    expect(area.painted).toBeCloseTo(7800 / 8000)
  })

  test.each<[string, AreaStep[], number]>([
    ['of nothing', [{ op: 'cut', shape: box(0, 0, 9, 9) }], 0],
    ['outside the image', [add(box(200, 10, 20, 20))], 0],
    ['without width', [add(box(10, 10, 0, 20))], 0],
    [
      'with numbers that are none',
      [add(box(Number.NaN, 0, 10, 10)), add({ kind: 'lasso', points: [1, Infinity, 2, 2] })],
      0,
    ],
    ['of a brush without radius', [add({ kind: 'brush', points: [5, 5, 9, 9], radius: 0 })], 0],
    ['of a line with no inside', [add({ kind: 'lasso', points: [5, 5, 50, 50] })], 0],
    ['of one pixel', [add(box(7, 9, 1, 1))], 1],
    ['half outside', [add(box(-10, -10, 20, 20))], 100],
    ['of everything', [add(box(-10, -10, 200, 200))], 8000],
    ['without any step', [], 8000],
  ])('%s is taken as it is', (_, steps, pixels) => {
    expect(Math.round(rasteriseArea(steps, size, 8).painted * 8000)).toBe(pixels)
  })

  test('of nothing has no rim', () => {
    expect(rasteriseArea([add(box(200, 10, 20, 20))], size, 8)).toMatchObject({ width: 0, height: 0, painted: 0 })
  })

  test('takes memory for its box alone', () => {
    const { alpha } = rasteriseArea([add(box(5_000, 5_000, 10, 10))], { width: 8_000, height: 6_000 }, 8)
    expect(alpha.length).toBe(26 * 26)
  })
})

describe('the percentage that is protected', () => {
  test.each([
    [[add(box(0, 0, 50, 80))], 50],
    [[add(box(0, 0, 1, 1))], 99],
    [[{ op: 'cut' as const, shape: box(0, 0, 1, 1) }], 100],
    [[add(box(0, 0, 100, 80)), { op: 'cut' as const, shape: box(3, 3, 1, 1) }], 1],
    [[add(box(0, 0, 100, 80))], 0],
  ])('is told as 100 or 0 only where that is true', (steps, percent) => {
    expect(protectedPercent(rasteriseArea(steps, size, 8))).toBe(percent)
  })
})

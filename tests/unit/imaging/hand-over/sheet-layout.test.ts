import { describe, expect, it } from 'vitest'
import { layOutSheet } from '#imaging/hand-over/sheet-layout.ts'

const plan = { page: { width: 1000, height: 1400 }, columns: 3, hasCaptions: true, hasTitle: true }

describe('a contact sheet', () => {
  it('shows every image once, whole, in order, inside the page, and none over another', () => {
    const images = Array.from({ length: 50 }, (_, index) => ({ width: 100 + ((index * 37) % 300), height: 200 }))
    const pages = layOutSheet(images, plan)
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flat().map(({ index }) => index)).toEqual(images.map((_, index) => index))
    for (const cells of pages) {
      for (const [place, cell] of cells.entries()) {
        const image = images[cell.index]
        expect(cell.width / cell.height).toBeCloseTo((image?.width ?? 0) / (image?.height ?? 1), 5)
        expect(cell.x).toBeGreaterThanOrEqual(50)
        expect(cell.x + cell.width).toBeLessThanOrEqual(950.001)
        expect(cell.y).toBeGreaterThanOrEqual(50)
        expect(cell.y + cell.height).toBeLessThanOrEqual(1350.001)
        for (const other of cells.slice(place + 1))
          expect(cell.x + cell.width <= other.x + 0.001 || cell.y + cell.height <= other.y + 0.001).toBe(true)
      }
    }
  })

  it.each([
    ['a strip of 1 × 4,000', { width: 1, height: 4_000 }],
    ['a strip of 4,000 × 1', { width: 4_000, height: 1 }],
  ])('%s has a place on one page', (_, image) => {
    const [cells = []] = layOutSheet([image], { ...plan, columns: 1 })
    expect(cells).toHaveLength(1)
    expect((cells[0]?.y ?? 0) + (cells[0]?.height ?? 0)).toBeLessThanOrEqual(1350.001)
  })

  it('no images are no pages', () => {
    expect(layOutSheet([], plan)).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { createPieces } from '#server/edge/pieces.ts'

/** What was collected of so many pieces of this size, byte by byte different. */
function collect(count: number, size: number) {
  const pieces = createPieces()
  const given = Array.from({ length: count }, (_, at) => Buffer.alloc(size, at % 251))
  for (const piece of given) pieces.add(piece)
  return { pieces, whole: Buffer.concat(given), buffers: pieces.all() }
}

describe('pieces of a body', () => {
  it.each([
    [0, 1],
    [1, 10],
    [5000, 1],
    [1024, 1],
    [1025, 1],
    [300, 1000],
    [3, 200_000],
    [2, 64 * 1024],
  ])('%i of %i bytes are all there', (count, size) => {
    const { pieces, whole, buffers } = collect(count, size)
    expect(Buffer.concat(buffers).equals(whole)).toBe(true)
    expect(pieces.size).toBe(count * size)
  })

  it('take few buffers of at most 64 KiB, each of its own', () => {
    const { buffers } = collect(200_000, 1)
    expect(buffers.length).toBeLessThan(12)
    for (const { length, buffer } of buffers) {
      expect(length).toBeLessThanOrEqual(64 * 1024)
      expect(buffer.byteLength).toBeLessThanOrEqual(64 * 1024)
    }
    expect(collect(1, 1).buffers[0]?.buffer.byteLength).toBe(1024)
  })

  it('are copies: what is written over a piece later changes nothing', () => {
    const pieces = createPieces()
    const piece = Buffer.from('first')
    pieces.add(piece)
    piece.fill('x')
    expect(Buffer.concat(pieces.all()).toString()).toBe('first')
  })
})

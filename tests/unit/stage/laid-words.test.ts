import { describe, expect, test } from 'vitest'
import type { Fit } from '#domain/edit.ts'
import { describeFit, describePlaces, describeRefusal } from '#stage/laid-words.ts'

const fit: Fit = {
  engine: 1,
  map: [1, 0, 0, 1, 0, 0],
  verdict: 'aligned',
  shift: 0.1,
  residual: 0.1,
  zoom: 1,
  colour: { offset: [0, 0, 0], curves: [], matrix: [] },
  changedOutside: 0,
}

describe('what is said of a laid answer', () => {
  test('names the shift, the zoom, the tint and what changed outside', () => {
    const offset = [2.4, -1, 0] as const
    expect(describeFit({ ...fit, shift: 3.2, colour: { ...fit.colour, offset }, changedOutside: 0.12 })).toEqual([
      'Moved 3 px, aligned',
      'Tint corrected',
      'Changed outside the area: 12%',
    ])
    expect(describeFit({ ...fit, shift: 7, zoom: 1.012 })).toEqual(['Moved 7 px, enlarged 1.2%, aligned'])
    expect(describeFit({ ...fit, zoom: 0.97 })).toEqual(['Shrunk 3.0%, aligned'])
  })

  test('is short if nothing had to be corrected', () => {
    expect(describeFit(fit)).toEqual(['Aligned'])
  })

  test('says that an answer was not aligned where nothing is visible to align it by', () => {
    expect(describeFit({ ...fit, isFaint: true })).toEqual(['Too little detail to align: placed as it came'])
    expect(describeFit({ ...fit, isFaint: true, shift: 3 })).toEqual(['Moved 3 px; too little detail to be sure'])
  })

  test('counts the places outside the area', () => {
    const place = { box: [0, 0, 9, 9], share: 0.01 } as const
    expect(describePlaces([])).toBe('Nothing outside the area was changed.')
    expect(describePlaces([place])).toMatch(/1 place outside/)
    expect(describePlaces([place, place])).toMatch(/2 places outside/)
  })
})

describe('why an answer is not laid in', () => {
  test('is a sentence for every reason, and says that the answer is kept', () => {
    const reasons = ['framing', 'proportions', 'bent', 'partly', 'flat', 'covered', 'blank', 'tiny'] as const
    const sentences = reasons.map((objection) => describeRefusal({ kind: 'refused', objection, fit }))
    expect(new Set(sentences).size).toBe(8)
    for (const sentence of sentences) expect(sentence).toMatch(/The whole answer is kept\.$/)
    expect(sentences[0]).toContain('framing')
  })

  test('is the message of the failure if a file is missing', () => {
    expect(describeRefusal({ kind: 'failed', reason: 'The source image was deleted.' })).toBe(
      'The source image was deleted.',
    )
  })
})

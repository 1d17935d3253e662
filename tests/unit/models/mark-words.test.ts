import { describe, expect, test } from 'vitest'
import type { Mark } from '#domain/edit.ts'
import { withMarkWords, wordsForMarks } from '#models/mark-words.ts'

const box: Mark = { id: 'a', n: 1, colour: 'red', note: 'a blue door', kind: 'box', box: [0, 0, 9, 9] }
const arrow: Mark = { id: 'b', n: 2, colour: 'cyan', note: '', kind: 'arrow', from: [0, 0], to: [9, 9] }
const burnt = { marksAs: 'burnt' } as const
const reference = { marksAs: 'reference' } as const

describe('the words for marks', () => {
  test('of a marked image say what belongs where, and that the marks are to be removed', () => {
    expect(withMarkWords('', wordsForMarks([box], burnt, 1))).toBe(
      'In the red box: a blue door. Camera angle, framing, scale and everything else stay exactly the same. ' +
        'The finished image shows only the scene itself.',
    )
  })

  test('of a marked copy name it by its number', () => {
    expect(withMarkWords('Rainy day', wordsForMarks([box, arrow], reference, 3))).toBe(
      'Edit image 1. Image 4 is image 1 with drawn marks that show the places. Rainy day. ' +
        'In the red box 1: a blue door. Where the cyan arrow 2 points: … ' +
        'Keep the framing and everything else of image 1. The finished image shows only the scene itself.',
    )
  })

  test('name the source in whose colour a mark is drawn', () => {
    const lime: Mark = { ...arrow, colour: 'lime' }
    const words = (note: string, sourceCount: number) =>
      wordsForMarks([{ ...lime, note }], reference, sourceCount).places.map((place) => `${place.lead} ${place.words}`)
    expect(words('the bag', 2)).toEqual(['Where the lime arrow points: the bag, from @2'])
    expect(words('', 2)).toEqual(['Where the lime arrow points: what @2 shows'])
    expect(words('the bag of @2, smaller', 2)).toEqual(['Where the lime arrow points: the bag of @2, smaller'])
    expect(words('the bag', 1)).toEqual(['Where the lime arrow points: the bag'])
    expect(wordsForMarks([{ ...box, colour: 'orange' }], reference, 4).places[0]?.words).toBe('a blue door, from @4')
  })

  test('are updated when a note changes, and are not repeated', () => {
    const first = withMarkWords('', wordsForMarks([box], burnt, 1))
    const again = withMarkWords(first, wordsForMarks([{ ...box, note: 'a green door' }], burnt, 1))
    expect(again).toBe(first.replace('blue', 'green'))
  })

  test('that the user completed are kept if the mark has no note', () => {
    const text = 'In the red box 1: a blue door. Where the cyan arrow 2 points: a small dog.'
    expect(withMarkWords(text, wordsForMarks([box, arrow], burnt, 1))).toMatch(/arrow 2 points: a small dog\. Camera/)
  })
})

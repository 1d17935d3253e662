import 'fake-indexeddb/auto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { nothingBefore, toContents } from '#gallery/contents.ts'
import { describeSelection, followed, nothingSelected, pressed, ranged, toggled } from '#gallery/selection.ts'
import type { ShelfView } from '#gallery/shelf-window.ts'
import { createFinder } from '#library/find/finder.ts'
import { everything, type Query, sorts } from '#library/find/query.ts'
import { rowsOf } from '../../support/find-corpus.ts'

const ids = (...list: string[]) => list as PictureId[]
const id = (one: string) => one as PictureId

describe('a selection', () => {
  it('is of those that were toggled an odd number of times', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), (presses) => {
        const selection = presses.reduce((before, press) => toggled(before, id(press)), nothingSelected)
        const odd = ['a', 'b', 'c', 'd'].filter((each) => presses.filter((press) => press === each).length % 2 === 1)
        expect([...selection.ids].toSorted()).toEqual(odd)
      }),
    )
  })

  it('takes the image that was pressed before along, as long as it is shown', () => {
    expect([...toggled(pressed(id('a')), id('b'), { shown: id('a') }).ids]).toEqual(['a', 'b'])
    expect([...toggled(pressed(id('a')), id('b'), { shown: id('other') }).ids]).toEqual(['b'])
  })

  it('takes all images of a stack, and leaves all of them', () => {
    const stack = ids('a', 'b', 'c')
    const partly = toggled(nothingSelected, id('b'))
    const all = toggled(partly, id('a'), { stack })
    expect([...all.ids].toSorted()).toEqual(stack)
    expect([...toggled(all, id('a'), { stack }).ids]).toEqual([])
  })

  it('is replaced by a range, or added to', () => {
    const before = toggled(nothingSelected, id('a'))
    expect([...ranged(before, ids('c', 'd'), false).ids]).toEqual(['c', 'd'])
    expect([...ranged(before, ids('c', 'd'), true).ids]).toEqual(['a', 'c', 'd'])
    expect(describeSelection(ranged(before, ids('c', 'd'), true))).toBe('3 selected')
  })

  it('loses what left the list, and takes what replaced it, in the same order', () => {
    const before = ranged(toggled(nothingSelected, id('a')), ids('a', 'b', 'c'), false)
    const after = followed(
      before,
      new Map([
        [id('a'), id('laid')],
        [id('b'), undefined],
      ]),
    )
    expect([...after.ids]).toEqual(['laid', 'c'])
    expect(after.anchor).toBe('laid')
    expect(followed(before, new Map([[id('a'), undefined]])).anchor).toBeUndefined()
  })
})

describe('a range', () => {
  const finder = createFinder()
  finder.put(rowsOf(400))

  /** A result without any rendered tiles. */
  function viewOf(query: Query): ShelfView {
    const { total, images, days } = finder.find(query)
    return {
      question: undefined,
      result: 1,
      total,
      images,
      days,
      facets: undefined,
      tileAt: () => undefined,
      placeOf: () => undefined,
      ratioAt: () => 1,
      idsBetween: async (from, to) => finder.ids(from, to + 1),
      findPlaces: async (wanted) => wanted.map((each) => finder.placeOf(each)),
    }
  }

  it('is a slice of the result, whatever is drawn', async () => {
    const queries = fc.record({ text: fc.constantFrom('', 'a', 'light', 'im'), sort: fc.constantFrom(...sorts) })
    await fc.assert(
      fc.asyncProperty(queries, fc.nat(), fc.nat(), async (asked, a, b) => {
        const view = viewOf({ ...everything, ...asked })
        fc.pre(view.total > 0)
        const whole = finder.ids()
        const [from, to] = [a % view.total, b % view.total].toSorted((x, y) => x - y) as [number, number]
        const contents = toContents(nothingBefore, view, Date.now())
        expect(await contents.idsBetween(from, to)).toEqual(whole.slice(from, to + 1))
        expect(await contents.findPlaces([whole[to] ?? ''])).toEqual([to])
      }),
      { numRuns: 60 },
    )
  })
})

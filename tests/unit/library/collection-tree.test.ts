import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Collection } from '#domain/collection.ts'
import type { CollectionId } from '#domain/ids.ts'
import { type Move, placed, resequenced, stepped, treeOf } from '#library/collection-tree.ts'

const collection = (id: string, order: number, parent?: string): Collection => ({
  id: id as CollectionId,
  name: id,
  kind: 'plain',
  order,
  ...(parent === undefined ? {} : { parent: parent as CollectionId }),
})
const drawn = (collections: readonly Collection[]) =>
  treeOf(collections).map(({ collection: { id }, depth }) => `${'-'.repeat(depth)}${id}`)

function withChanges(collections: readonly Collection[], changed: readonly Collection[]) {
  return collections.map((each) => changed.find(({ id }) => id === each.id) ?? each)
}

describe('the tree of collections', () => {
  it('lists each below its parent, in the order given by hand', () => {
    expect(drawn([collection('c', 3), collection('b1', 2, 'b'), collection('b', 1), collection('b0', 1, 'b')])).toEqual(
      ['b', '-b0', '-b1', 'c'],
    )
  })

  it('lists collections whose parent is deleted, and those in a cycle, at the top', () => {
    expect(drawn([collection('a', 1, 'gone'), collection('x', 1, 'y'), collection('y', 2, 'x')])).toEqual([
      'a',
      'x',
      '-y',
    ])
  })

  it('moves by one step, and refuses moves that would make a cycle', () => {
    const all = [collection('a', 0), collection('b', 1), collection('c', 2)]
    const step = (id: string, move: Move) => drawn(withChanges(all, stepped(all, id as CollectionId, move)))
    expect(step('c', 'up')).toEqual(['a', 'c', 'b'])
    expect(step('a', 'down')).toEqual(['b', 'a', 'c'])
    expect(step('b', 'into')).toEqual(['a', '-b', 'c'])
    const nested = [collection('a', 0), collection('b', 1, 'a'), collection('c', 2)]
    expect(drawn(withChanges(nested, stepped(nested, 'b' as CollectionId, 'out')))).toEqual(['a', 'b', 'c'])
    expect(placed(nested, 'a' as CollectionId, { parent: 'b' as CollectionId, before: undefined })).toEqual([])
  })

  it('loses no collection and makes no cycle, whatever is moved', () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const step = fc.record({
      id: fc.constantFrom(...ids),
      move: fc.constantFrom<Move[]>('up', 'down', 'into', 'out'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (moves) => {
        const end = moves.reduce(
          (all, { id, move }) => withChanges(all, stepped(all, id as CollectionId, move)),
          ids.map((id, order) => collection(id, order)),
        )
        const listed = treeOf(end)
        expect(listed.map(({ collection: { id } }) => id).toSorted()).toEqual(ids)
        for (const {
          collection: { parent },
          depth,
        } of listed)
          expect(depth > 0).toBe(parent !== undefined)
      }),
    )
  })
})

describe('the order by hand', () => {
  it('puts images before another one, or at the end', () => {
    expect(resequenced(['a', 'b', 'c', 'd'], ['d', 'b'], 'a')).toEqual(['d', 'b', 'a', 'c'])
    expect(resequenced(['a', 'b', 'c'], ['a'], undefined)).toEqual(['b', 'c', 'a'])
    expect(resequenced(['a', 'b', 'c'], ['a', 'b'], 'b')).toEqual(['a', 'b', 'c'])
    // Dropped after "b", before which "c" would be the next: that is moved itself.
    expect(resequenced(['a', 'b', 'c', 'd', 'e'], ['c', 'e'], 'c')).toEqual(['a', 'b', 'c', 'e', 'd'])
    expect(resequenced(['a', 'b', 'c'], ['a'], 'gone')).toEqual(['a', 'b', 'c'])
  })
})

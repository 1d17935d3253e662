import { describe, expect, it } from 'vitest'
import type { CollectionId } from '#domain/ids.ts'
import { fold } from '#library/find/fold.ts'
import { everything, namesIn, renameIn } from '#library/find/query.ts'
import { missingIn, ruleWithNewName, savedQuery } from '#library/find/saved-query.ts'

describe('a renamed tag in a typed search', () => {
  it.each([
    ['tag:draft fox', 'tag:final fox'],
    ['fox -tag:"draft" rating:>=3', 'fox -tag:final rating:>=3'],
    // Search ignores case and accents, so this names the tag too.
    ['tag:DRÄFT', 'tag:final'],
    // Not the tag: a part of its name, a word, a phrase, another term.
    ['tag:dra draft "tag:draft" note:draft', 'tag:dra draft "tag:draft" note:draft'],
    ['', ''],
  ])('%j becomes %j', (typed, expected) => {
    expect(renameIn(typed, { kind: 'tag', from: 'draft', to: 'final' }, fold)).toBe(expected)
  })

  it('is quoted if it has spaces, and a name with quotes is found by its longest part without them', () => {
    expect(renameIn('tag:"old client" x', { kind: 'tag', from: 'old client', to: 'new client' }, fold)).toBe(
      'tag:"new client" x',
    )
    expect(renameIn('tag:screen', { kind: 'tag', from: 'screen', to: '27" wide screen' }, fold)).toBe(
      'tag:" wide screen"',
    )
  })
})

describe('a renamed tag in the rule of a smart collection', () => {
  it('is renamed in its text and among its chosen tags, once, and nothing else of the rule changes', () => {
    const rule = JSON.stringify({ ...everything, text: 'tag:draft', tags: ['draft', 'final'], starred: true, later: 1 })
    const renamed = ruleWithNewName(rule, { kind: 'tag', from: 'draft', to: 'final' }) ?? ''
    expect(JSON.parse(renamed)).toEqual({
      ...everything,
      text: 'tag:final',
      tags: ['final'],
      starred: true,
      later: 1,
    })
    expect(savedQuery(renamed)).toEqual({ ...everything, text: 'tag:final', tags: ['final'], starred: true })
  })

  it('leaves rules alone that do not name it, and those that cannot be read', () => {
    const other = JSON.stringify({ ...everything, text: 'draft', tags: ['Draft'] })
    for (const rule of [other, undefined, 'not json', '7']) {
      expect(ruleWithNewName(rule, { kind: 'tag', from: 'draft', to: 'final' })).toBe(rule)
    }
  })
})

describe('a renamed collection', () => {
  it('is renamed where it is named in a typed search; one that is chosen is known by its id', () => {
    const change = { kind: 'collection', from: 'Spring', to: 'Spring 2027' } as const
    const rule = JSON.stringify({ ...everything, text: 'collection:spring tag:spring', collection: 'c1' })
    const renamed = ruleWithNewName(rule, change)
    expect(savedQuery(renamed)).toMatchObject({ text: 'collection:"Spring 2027" tag:spring', collection: 'c1' })
  })
})

describe('what a search names', () => {
  it('is read as it was typed, without exclusions and phrases', () => {
    expect(namesIn('fox tag:"Old Client" -tag:no "tag:phrase" collection:Spring tag:', 'tag')).toEqual(['Old Client'])
    expect(namesIn('collection:Spring tag:x', 'collection')).toEqual(['Spring'])
  })

  it('is missing if no tag or collection is called so, or it was deleted', () => {
    const collections = [{ id: 'c1' as CollectionId, name: 'Spring' }]
    const asked = { ...everything, text: 'tag:dra tag:Gone collection:spr collection:Winter', tags: ['draft', 'Draft'] }
    expect(missingIn(asked, ['draft'], collections)).toEqual({
      tags: ['Draft', 'Gone'],
      collections: ['Winter'],
      isCollectionGone: false,
    })
    const gone = { ...everything, collection: 'c2' as CollectionId }
    expect(missingIn(gone, [], collections)).toEqual({ tags: [], collections: [], isCollectionGone: true })
    expect(missingIn(everything, [], [])).toEqual({ tags: [], collections: [], isCollectionGone: false })
  })
})

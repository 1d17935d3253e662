import { describe, expect, it } from 'vitest'
import { fold } from '#library/find/fold.ts'
import { everything, renameTagIn } from '#library/find/query.ts'
import { ruleWithRenamedTag, savedQuery } from '#library/find/saved-query.ts'

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
    expect(renameTagIn(typed, 'draft', 'final', fold)).toBe(expected)
  })

  it('is quoted if it has spaces, and a name with quotes is found by its longest part without them', () => {
    expect(renameTagIn('tag:"old client" x', 'old client', 'new client', fold)).toBe('tag:"new client" x')
    expect(renameTagIn('tag:screen', 'screen', '27" wide screen', fold)).toBe('tag:" wide screen"')
  })
})

describe('a renamed tag in the rule of a smart collection', () => {
  it('is renamed in its text and among its chosen tags, once, and nothing else of the rule changes', () => {
    const rule = JSON.stringify({ ...everything, text: 'tag:draft', tags: ['draft', 'final'], starred: true, later: 1 })
    const renamed = ruleWithRenamedTag(rule, 'draft', 'final') ?? ''
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
      expect(ruleWithRenamedTag(rule, 'draft', 'final')).toBe(rule)
    }
  })
})

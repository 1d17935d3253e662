import { describe, expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import {
  describeRoles,
  findLostReference,
  followRoles,
  followSources,
  readPrompt,
  wordReferences,
} from '#domain/prompt.ts'

const ids = (...names: string[]) => names as PictureId[]

test('references are read out of plain text; addresses and handles are left alone', () => {
  expect(readPrompt('put @2 on @1, please')).toEqual(['put ', { source: 1 }, ' on ', { source: 0 }, ', please'])
  expect(readPrompt('@?')).toEqual([{ source: undefined }])
  expect(readPrompt('me@1.example, @1st, @@1, a.@1, @studio 2@')).toEqual(['me@1.example, @1st, @@1, a.@1, @studio 2@'])
  expect(readPrompt('')).toEqual([])
})

test('they become the words of a model', () => {
  expect(wordReferences('(@1) with @2.', (source) => `image ${source + 1}`)).toBe('(image 1) with image 2.')
})

describe('a reference follows its image', () => {
  test.each([
    ['through a new order', ids('a', 'b', 'c'), ids('c', 'a', 'b'), '@2 @3 @1'],
    ['when another is removed', ids('a', 'b', 'c'), ids('a', 'c'), '@1 @? @2'],
    ['when one is put before it', ids('a', 'b', 'c'), ids('x', 'a', 'b', 'c'), '@2 @3 @4'],
    ['and stays with the place of one that is replaced', ids('a', 'b', 'c'), ids('a', 'x', 'c'), '@1 @2 @3'],
    ['and is lost with all of them', ids('a', 'b', 'c'), ids(), '@? @? @?'],
  ])('%s', (_, before, after, text) => {
    expect(followSources('@1 @2 @3', before, after)).toBe(text)
  })

  test('one that names no image stays as it is typed', () => {
    expect(followSources('@4 and @?', ids('a', 'b'), ids('b', 'a'))).toBe('@4 and @?')
  })
})

test('a reference without an image says why it cannot be sent', () => {
  expect(findLostReference('@1 on @2', 2)).toBeUndefined()
  expect(findLostReference('@1 on @3', 2)).toBe('The prompt names image 3, which is not there.')
  expect(findLostReference('@? on @1', 2)).toBe(
    'The prompt names an image that was removed. Replace or delete @? in it.',
  )
})

test('roles are said in one sentence, and stay with their images', () => {
  const refer = (source: number) => `image ${source + 1}`
  expect(describeRoles('', 3, refer)).toBe('')
  expect(describeRoles('subject', 1, refer)).toBe('Use image 1 as the subject.')
  expect(describeRoles('subject,,style,unknown', 4, refer)).toBe(
    'Use image 1 as the subject and image 3 as the style reference.',
  )
  expect(describeRoles('pose,layout,background', 3, refer)).toBe(
    'Use image 1 as the pose reference, image 2 as the layout reference and image 3 as the background.',
  )
  expect(followRoles('subject,,style', ids('a', 'b', 'c'), ids('c', 'a'))).toBe('style,subject')
  expect(followRoles('subject', ids('a'), ids('x'))).toBe('subject')
  expect(followRoles('subject', ids('a'), ids())).toBe('')
})

import { describe, expect, it } from 'vitest'
import { lastPartOf, pathOf, queryOf, targetOf } from '#server/edge/address.ts'

describe('the address of a request', () => {
  it.each([
    ['/api/health', '/api/health', 'health', ''],
    ['/api/image?url=a%3Fb&x=1', '/api/image', 'image', 'url=a%3Fb&x=1'],
    ['/api/image?url=a?b=/c', '/api/image', 'image', 'url=a%3Fb%3D%2Fc'],
    ['/api/submissions/run-1?', '/api/submissions/run-1', 'run-1', ''],
    ['/', '/', '', ''],
    ['?a=/b', '', '', 'a=%2Fb'],
    ['*', '*', '*', ''],
  ])('"%s" has a path, the last part of it, and a query', (url, path, last, query) => {
    expect(targetOf({ url })).toBe(url)
    expect(pathOf({ url })).toBe(path)
    expect(lastPartOf({ url })).toBe(last)
    expect(queryOf({ url }).toString()).toBe(query)
  })

  it('is empty where the request line names none', () => {
    expect([targetOf({}), pathOf({}), lastPartOf({}), queryOf({}).toString()]).toEqual(['', '', '', ''])
  })
})

import { describe, expect, test } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { layoutFamily, lineTo, type Member, neighbourOf } from '#stage/family-layout.ts'

/** "v1 < photo": made from photo. In the order of making. */
function family(...lines: readonly string[]): Member[] {
  return lines.map((line, createdAt) => {
    const [id, parentId] = line.split(' < ') as [PictureId, PictureId?]
    return { id, parentId, createdAt, isSource: id === 'photo' }
  })
}

const shape = (members: readonly Member[]) =>
  layoutFamily(members).places.map(({ id, column, row, label }) => `${id} ${column},${row} ${label}`)

describe('a family', () => {
  test('is one row where every image has one edit', () => {
    expect(shape(family('photo', 'night < photo', 'snow < night'))).toEqual([
      'photo 0,0 Source',
      'night 1,0 v1',
      'snow 2,0 v2',
    ])
  })

  test('branches where an image has several edits', () => {
    const members = family('photo', 'night < photo', 'snow < night', 'rain < night', 'fog < snow')
    expect(shape(members)).toEqual(['photo 0,0 Source', 'night 1,0 v1', 'snow 2,0 v2a', 'fog 3,0 v3', 'rain 2,1 v2b'])
    expect(layoutFamily(members)).toMatchObject({ columns: 4, rows: 2 })
  })

  test('keeps room for the branches above the next one', () => {
    const members = family('a', 'b < a', 'c < a', 'b1 < b', 'b2 < b')
    expect(shape(members)).toEqual(['a 0,0 v1', 'b 1,0 v2a', 'b1 2,0 v3a', 'b2 2,1 v3b', 'c 1,2 v2b'])
  })

  test('keeps the letters of older images when a branch above gets a younger one', () => {
    const before = layoutFamily(family('photo', 'a < photo', 'b < photo', 'b1 < b', 'b2 < b'))
    const after = layoutFamily(family('photo', 'a < photo', 'b < photo', 'b1 < b', 'b2 < b', 'a1 < a'))
    const label = (layout: typeof before, id: string) => layout.places.find((place) => place.id === id)?.label
    expect([label(before, 'b1'), label(before, 'b2')]).toEqual(['v2a', 'v2b'])
    expect([label(after, 'b1'), label(after, 'b2'), label(after, 'a1')]).toEqual(['v2a', 'v2b', 'v2c'])
  })

  test('ends if stored parents form a cycle', () => {
    expect(layoutFamily(family('a < b', 'b < a')).places).toEqual([])
    expect(shape(family('photo', 'a < photo', 'a < photo'))).toEqual(['photo 0,0 Source', 'a 1,0 v1'])
  })

  test('names crops as such, and counts them as no versions', () => {
    const members = family('photo', 'a < photo', 'b < photo', 'c < photo', 'd < b', 'e < a').map((member) => ({
      ...member,
      isCrop: ['b', 'c', 'e'].includes(member.id),
    }))
    const labels = Object.fromEntries(layoutFamily(members).places.map(({ id, label }) => [id, label]))
    expect(labels).toEqual({ photo: 'Source', a: 'v1', b: 'crop a', c: 'crop b', d: 'v2', e: 'crop' })
  })

  test('goes on after z', () => {
    const many = family('photo', ...Array.from({ length: 28 }, (_, index) => `e${index} < photo`))
    const labels = layoutFamily(many).places.map(({ label }) => label)
    expect(labels.slice(26)).toEqual(['v1z', 'v1aa', 'v1ab'])
  })
})

test('arrows lead to the parent, the first edit, and the branches beside', () => {
  const layout = layoutFamily(family('photo', 'night < photo', 'snow < night', 'rain < night'))
  const go = (id: string, direction: 'left' | 'right' | 'up' | 'down') =>
    neighbourOf(layout, id as PictureId, direction)
  expect(go('night', 'left')).toBe('photo')
  expect(go('night', 'right')).toBe('snow')
  expect(go('snow', 'down')).toBe('rain')
  expect(go('rain', 'up')).toBe('snow')
  expect(go('photo', 'left')).toBeUndefined()
  expect(go('rain', 'down')).toBeUndefined()
})

test('the line to an image holds what it was made from', () => {
  const layout = layoutFamily(family('photo', 'night < photo', 'snow < night', 'rain < night'))
  expect([...lineTo(layout, 'rain' as PictureId)]).toEqual(['rain', 'night', 'photo'])
})

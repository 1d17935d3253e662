import { describe, expect, it } from 'vitest'
import { createMemoryPictures } from '#server/shared/memory/kept-pictures.ts'

let now = 0
const open = () => createMemoryPictures({ mostBytes: 100, placeBytes: 40, now: () => now })
const bytes = (length: number) => Buffer.alloc(length, 1)

describe('kept pictures', () => {
  it('are there until long after they were fetched', async () => {
    const pictures = open()
    await pictures.reserve('a')
    await pictures.keep('a', bytes(30))
    await pictures.fetched('a')
    expect(await pictures.find('a')).toEqual(bytes(30))
  })

  it('reserve their space before they are paid for', async () => {
    const pictures = open()
    expect(await pictures.reserve('a')).toBe(true)
    expect(await pictures.reserve('b')).toBe(true)
    expect(await pictures.reserve('a')).toBe(true)
    expect(await pictures.reserve('c')).toBe(false)
    await pictures.release('a')
    expect(await pictures.reserve('c')).toBe(true)
  })

  it('are dropped for others only after they were fetched, the oldest first', async () => {
    const pictures = open()
    for (const run of ['a', 'b', 'c']) {
      await pictures.reserve(run)
      await pictures.keep(run, bytes(30))
    }
    expect(await pictures.reserve('d')).toBe(false)
    await pictures.fetched('b')
    await pictures.fetched('c')
    expect(await pictures.reserve('d')).toBe(true)
    expect(await pictures.find('a')).toBeDefined()
    expect(await pictures.find('b')).toBeUndefined()
    expect(await pictures.find('c')).toBeDefined()
  })

  it('fill their space to the last byte, and are dropped only for what does not fit', async () => {
    const pictures = createMemoryPictures({ mostBytes: 80, placeBytes: 40, now: () => now })
    await pictures.keep('a', bytes(40))
    await pictures.fetched('a')
    expect(await pictures.reserve('b')).toBe(true)
    expect(await pictures.find('a')).toBeDefined()
    expect(await pictures.find('b')).toBeUndefined()
    await pictures.keep('b', bytes(41))
    expect(await pictures.reserve('c')).toBe(false)
    expect(await pictures.find('a')).toBeUndefined()
    expect(await pictures.find('b')).toEqual(bytes(41))
  })

  it('have room for ten of the largest size', async () => {
    const pictures = createMemoryPictures()
    const places: boolean[] = []
    for (let run = 0; run < 11; run += 1) places.push(await pictures.reserve(`run-${run}`))
    expect(places).toEqual([...Array(10).fill(true), false])
  })

  it('that are not there any more are fetched without an effect', async () => {
    const pictures = open()
    await pictures.fetched('a')
    expect(await pictures.find('a')).toBeUndefined()
  })

  it('are forgotten after a day, fetched or not', async () => {
    const pictures = open()
    await pictures.reserve('a')
    await pictures.keep('a', bytes(30))
    await pictures.reserve('b')
    now += 24 * 3_600_000
    expect(await pictures.find('a')).toBeUndefined()
    expect(await pictures.reserve('c')).toBe(true)
    expect(await pictures.reserve('d')).toBe(true)
  })
})

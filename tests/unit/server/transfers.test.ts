import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { createTransfers, endUnread } from '#server/upstream/transfers.ts'

test('G4: at most 192 images are transferred, fewer than the 256 connections to one host; 24 for each user', () => {
  const { downloads, uploads } = createTransfers()
  for (const places of [downloads, uploads]) {
    for (let place = 0; place < 192; place += 1) places.take(`user ${Math.floor(place / 24)}`)
    expect(() => places.take('another user')).toThrow('Too many images are being transferred.')
    expect(places.held()).toBe(192)
  }
  const { downloads: ofOne } = createTransfers()
  for (let place = 0; place < 24; place += 1) ofOne.take('one user')
  expect(() => ofOne.take('one user')).toThrow('Too many images are being transferred.')
})

test('G1: the bodies of submissions with whole images take at most 40 MB for each user, and 80 MB in all', () => {
  const { bodies } = createTransfers()
  const largest = 18 * 1024 * 1024
  const releases = [bodies.take('one', largest), bodies.take('one', largest)]
  expect(() => bodies.take('one', largest)).toThrow('Too many large requests are being handled.')
  bodies.take('two', largest)
  bodies.take('two', largest)
  expect(() => bodies.take('three', largest)).toThrow('Too many large requests are being handled.')
  releases[0]?.()
  bodies.take('three', largest)
})

test.each([
  [undefined, 20_000],
  [10, 2_000],
])('a transfer is aborted when its reader takes nothing for twenty seconds; divided by %s in tests', (divisor, ms) => {
  let aborted = 0
  const timeouts = new Map<number, () => void>()
  const outgoing = {
    setTimeout: (timeoutMs: number, then: () => void) => timeouts.set(timeoutMs, then),
    destroy: () => {
      aborted += 1
    },
  }
  endUnread(outgoing as unknown as ServerResponse, divisor)
  expect([...timeouts.keys()]).toEqual([ms])
  expect(aborted).toBe(0)
  timeouts.get(ms)?.()
  expect(aborted).toBe(1)
})

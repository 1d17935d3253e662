import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { createSlots } from '#generation/slots.ts'
import { settled } from '../../support/windows.ts'

const never = new AbortController().signal

test('a place that is given back twice is free once', async () => {
  const slots = createSlots(() => 2)
  const release = await slots.acquire(never)
  await slots.acquire(never)
  release()
  release()
  expect(slots.held).toBe(1)
})

test('a signal is no longer listened to by a holder', async () => {
  const slots = createSlots(() => 1)
  const { signal } = new AbortController()
  const release = await slots.acquire(signal)
  const second = slots.acquire(signal)
  await settled()
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  release()
  await second
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a place is given at once while there is one, and a higher limit counts from the next to come', async () => {
  let limit = 1
  const slots = createSlots(() => limit)
  await slots.acquire(never)
  const entered: string[] = []
  void slots.acquire(never).then(() => entered.push('second'))
  await settled()
  expect([entered, slots.held]).toEqual([[], 1])
  limit = 3
  void slots.acquire(never).then(() => entered.push('third'))
  await settled()
  expect([entered, slots.held]).toEqual([['second', 'third'], 3])
})

test('places go round in the order of asking, and those of runs at the service count', async () => {
  const slots = createSlots(() => 1)
  const release = slots.take()
  const entered: string[] = []
  const ask = (name: string, signal = never) =>
    slots.acquire(signal).then(
      () => entered.push(name),
      (error: Error) => entered.push(`${name} ${error.message}`),
    )
  const stop = new AbortController()
  void ask('first')
  void ask('second', stop.signal)
  void ask('third')
  await settled()
  expect([entered, slots.held]).toEqual([[], 1])
  stop.abort(new Error('stopped'))
  release()
  await settled()
  expect([entered, slots.held]).toEqual([['second stopped', 'first'], 1])
  await expect(slots.acquire(stop.signal)).rejects.toThrow('stopped')
})

import { expect, test } from 'vitest'
import { median, pairedRatio, print, quantile, type Row } from '../../../scripts/bench/report.ts'

const row: Row = { what: 'paint', ours: 5, unit: 'ms', goal: '≤ 6 ms', holds: true }

test('a bench that measured nothing ends with an error', () => {
  expect(() => median([])).toThrow('Nothing was measured')
  expect(() => quantile([], 0.95)).toThrow('Nothing was measured')
  expect(() => print('First load', 'Hello', [])).toThrow('"First load" measured nothing')
  expect(() => print('First load', 'Hello', [{ ...row, ours: Number.NaN }])).toThrow('"paint" was not measured: NaN')
  expect(() => print('First load', 'Hello', [{ ...row, ratio: Number.POSITIVE_INFINITY }])).toThrow('"paint" was not')
})

test('a ratio needs both measurements of every round', () => {
  expect(pairedRatio([2, 4, 9], [1, 2, 3])).toBe(2)
  expect(() => pairedRatio([2], [0])).toThrow('A measurement is missing: 2 against 0')
  expect(() => pairedRatio([2, 3], [1])).toThrow('A measurement is missing')
  expect(() => pairedRatio([Number.NaN], [1])).toThrow('A measurement is missing')
})

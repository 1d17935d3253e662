import { expect, test } from 'vitest'
import { readAsked } from '../../../scripts/bench/asked.ts'

const parts = { save: {}, protect: { groups: ['far', 'time'] }, zip: {} }
const asked = (...args: string[]) => Object.fromEntries(readAsked(args, parts))

test('without arguments every part is measured whole', () => {
  expect(asked()).toEqual({ save: [], protect: [], zip: [] })
})

test('parts are named alone or with groups of their rows', () => {
  expect(asked('zip', 'protect')).toEqual({ zip: [], protect: [] })
  expect(asked('protect', 'time', 'far', 'save')).toEqual({ protect: ['time', 'far'], save: [] })
})

test('an unknown name, and a group without its part, are refused with the possible names', () => {
  const names = 'The parts are save, protect (far, time), zip.'
  expect(() => asked('sav')).toThrow(`There is no part sav. ${names}`)
  expect(() => asked('time')).toThrow(`There is no part time. ${names}`)
  expect(() => asked('protect', 'zip', 'far')).toThrow(`There is no part far. ${names}`)
})

import { expect, test } from 'vitest'
import { nameColour, toHex } from '#domain/colour-name.ts'
import { writeScene } from '#domain/scene.ts'
import { blanksOf, fillBlanks } from '#domain/template.ts'
import { mainColours } from '#imaging/main-colours.ts'

test('a template’s blanks are filled, and those without a value stay', () => {
  const template = 'Put [thing] on [place]; [thing] casts a shadow.'
  expect(blanksOf(template)).toEqual(['thing', 'place'])
  expect(fillBlanks(template, { thing: 'a $1 cup', place: ' ' })).toBe(
    'Put a $1 cup on [place]; a $1 cup casts a shadow.',
  )
})

test('a scene becomes sentences, the subject first; what is empty is left out', () => {
  expect(writeScene({ mood: 'calm.', subject: 'a red bicycle', place: 'in Lisbon', light: ' ' })).toBe(
    'A red bicycle, in Lisbon. The mood is calm.',
  )
  expect(writeScene({ subject: 'two dogs', action: 'running', style: 'ink drawing' })).toBe(
    'Two dogs running. The style is ink drawing.',
  )
  expect(writeScene({ colours: 'ochre' })).toBe('The colours are ochre.')
  expect(writeScene({})).toBe('')
})

test.each([
  [[255, 255, 255], 'white', '#FFFFFF'],
  [[128, 128, 128], 'grey', '#808080'],
  [[0, 0, 0], 'black', '#000000'],
  [[220, 20, 20], 'vivid red', '#DC1414'],
  [[101, 67, 33], 'brown', '#654321'],
  [[20, 30, 80], 'dark blue', '#141E50'],
  [[30, 140, 60], 'green', '#1E8C3C'],
  [[250, 220, 60], 'pale yellow', '#FADC3C'],
  [[240, 150, 40], 'orange', '#F09628'],
] as const)('%j is called %s', (rgb, name, hex) => {
  expect(nameColour(rgb)).toBe(name)
  expect(toHex(rgb)).toBe(hex)
})

test('the main colours of an image are those of most pixels, without near ones and what is transparent', () => {
  const pixels = (colour: readonly number[], count: number, alpha = 255) =>
    Array.from({ length: count }, () => [...colour, alpha]).flat()
  const data = [
    ...pixels([200, 20, 20], 50),
    ...pixels([210, 30, 30], 40),
    ...pixels([20, 20, 200], 20),
    ...pixels([0, 255, 0], 90, 0),
  ]
  expect(mainColours(data, 3)).toEqual([
    [200, 20, 20],
    [20, 20, 200],
  ])
  expect(mainColours([], 3)).toEqual([])
})

import { expect, test } from 'vitest'
import { flux2 } from '#models/flux-2.ts'
import { fluxKontext } from '#models/flux-kontext.ts'

const region = { left: 0.2, top: 0.3, right: 0.45, bottom: 0.6 }
const words =
  'A red hat. Change only the area from 20% to 45% across and from 30% to 60% down. Keep the framing and everything else.'
const draft = { prompt: 'A red hat' }
const [one, other] = ['https://a.example/1.jpg', 'https://a.example/2.jpg'] as const

test('Kontext is told an area in words', () => {
  expect(fluxKontext.toBody(draft, [one], region)).toMatchObject({ prompt: words })
  expect(fluxKontext.toBody(draft, [one])).toMatchObject({ prompt: 'A red hat' })
})

test('Flux 2 is told of which image the area is, where it is given several', () => {
  expect(flux2.toBody(draft, [one], region)).toMatchObject({ input: { prompt: words } })
  expect(flux2.toBody(draft, [one, other], region)).toMatchObject({
    input: { prompt: words.replace('down.', 'down of image 1.') },
  })
})

test('of an image that is extended, every family and the fallback are told the border and the area', () => {
  const both =
    'A red hat. Fill the border, and change only the area from 20% to 45% across and from 30% to 60% down. Keep the framing and everything else.'
  const extended = { ...region, hasBorder: true as const }
  expect(fluxKontext.toBody(draft, [one], extended)).toMatchObject({ prompt: both })
  expect(flux2.toBody(draft, [one], extended)).toMatchObject({ input: { prompt: both } })
  expect(flux2.toBody(draft, [one, other], extended)).toMatchObject({
    input: { prompt: both.replace('down.', 'down of image 1.') },
  })
  expect(fluxKontext.brief(draft, 1, extended).prompt).toBe(both)
  expect(flux2.brief(draft, 1, extended).prompt).toBe(both)
})

test('the fallback is told the area too', () => {
  expect(fluxKontext.brief(draft, 1, region).prompt).toBe(words)
  expect(flux2.brief(draft, 1, region).prompt).toBe(words)
})

test('a prompt that would become too long for the service stays as it was written', () => {
  const long = { prompt: 'x'.repeat(4_950) }
  expect(fluxKontext.toBody(long, [one], region)).toMatchObject(long)
})

test('an edit of an area asks for the proportions of its source', () => {
  expect(fluxKontext.forArea?.({ ...draft, editRatio: '21:9' })).toEqual({ ...draft, editRatio: 'match' })
  expect(flux2.forArea?.({ ...draft, editRatio: '1:1' })).toEqual({ ...draft, editRatio: 'auto' })
})

import { expect, test } from 'vitest'
import { added, toFormBatch } from '#compose/batch-form.ts'
import type { Draft } from '#domain/run.ts'
import { fluxKontext } from '#models/flux-kontext.ts'

test.each([
  [1, '1 variant'],
  [4, '4 variants'],
])('%i of one kind is "%s"', (variants, words) => {
  const draft = { ...fluxKontext.defaults, prompt: 'a lighthouse', variants }
  expect(toFormBatch(fluxKontext, draft, { family: 'flux-kontext', draft, sources: [] }, 0).facts).toBe(words)
})

test.each([
  [1, '· 5 credits'],
  [4, '4 · 20 credits'],
])('%i of one kind: the button says "%s"', (variants, label) => {
  const draft = { ...fluxKontext.defaults, prompt: 'a lighthouse', variants }
  expect(toFormBatch(fluxKontext, draft, { family: 'flux-kontext', draft, sources: [] }, 0).label).toBe(label)
})

test('a price of a thousand credits and more is grouped', () => {
  let draft: Draft = { ...fluxKontext.defaults, prompt: 'a lighthouse', variants: 12 }
  for (const field of fluxKontext.fields(draft, 0)) {
    if (field.kind !== 'choice') continue
    for (const { value } of field.options)
      if (value !== draft[field.name]) draft = { ...draft, ...added(field, draft, value) }
  }
  const { label } = toFormBatch(fluxKontext, draft, { family: 'flux-kontext', draft, sources: [] }, 0)
  expect(label).toBe('168 · 1,260 credits')
})

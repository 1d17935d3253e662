import { expect, test } from 'vitest'
import { toFormBatch } from '#compose/batch-form.ts'
import { fluxKontext } from '#models/flux-kontext.ts'

test.each([
  [1, '1 variant'],
  [4, '4 variants'],
])('%i of one kind is "%s"', (variants, words) => {
  const draft = { ...fluxKontext.defaults, prompt: 'a lighthouse', variants }
  expect(toFormBatch(fluxKontext, draft, { family: 'flux-kontext', draft, sources: [] }, 0).facts).toBe(words)
})

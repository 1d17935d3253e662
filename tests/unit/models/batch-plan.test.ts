import { expect, test } from 'vitest'
import { chosenIn, planBatch, severalFields, toggled } from '#models/batch-plan.ts'
import { findFamily } from '#models/catalogue.ts'
import { adoptForm, type ModelFamily } from '#models/model.ts'

const flux2 = findFamily('flux-2') as ModelFamily
const form = (draft: Parameters<typeof adoptForm>[1]) => adoptForm(flux2, { prompt: 'a fox', ...draft })

test('further options that the family does not know, or that are written badly, are left out', () => {
  const draft = form({ further: 'aspectRatio=16:9,99:1;nonsense;=x;gone=1;model=flex' })
  const plan = planBatch(flux2, draft, 0)
  expect(plan.drafts.map(({ aspectRatio, model }) => `${aspectRatio} ${model}`)).toEqual([
    '1:1 pro',
    '1:1 flex',
    '16:9 pro',
    '16:9 flex',
  ])
  expect(plan.priceCredits).toBe(38)
})

test('the last option of a field cannot be taken away, and another takes the place of the first', () => {
  const [ratio] = severalFields(flux2, form({}), 0)
  if (!ratio) throw new Error('Flux 2 has a ratio')
  expect(toggled(ratio, form({}), '1:1')).toEqual({})
  const two = form({ further: 'aspectRatio=16:9' })
  expect(chosenIn(ratio, two)).toEqual(['1:1', '16:9'])
  expect(toggled(ratio, two, '1:1')).toEqual({ aspectRatio: '16:9', further: '' })
})

test('combinations that are sent alike count once: an area has the ratio of its source', () => {
  const draft = form({ editRatio: '1:1', further: 'editRatio=16:9,4:3;size=2K', variants: 2 })
  const plan = planBatch(flux2, draft, 1, (own) => ({ ...own, editRatio: 'auto' }))
  expect(plan.cells.map(({ draft: own }) => `${own.editRatio} ${own.size}`)).toEqual(['auto 1K', 'auto 2K'])
  expect(plan.drafts).toHaveLength(4)
  expect(plan.priceCredits).toBe(24)
})

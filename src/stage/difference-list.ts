import type { Picture } from '#domain/picture.ts'
import { describeSize, modelOf } from '#library/picture-words.ts'
import { findFamily } from '#models/catalogue.ts'
import { adoptForm, type Field } from '#models/model.ts'

/** One parameter in which two images differ, as it is shown. */
export interface Difference {
  label: string
  a: string
  b: string
}

const none = 'none'

/** The parameters in which two images differ, in the order of the form, without the prompts. */
export function differencesOf(a: Picture, b: Picture): Difference[] {
  const [ofA, ofB] = [parametersOf(a), parametersOf(b)]
  return [...new Set([...ofA.keys(), ...ofB.keys()])].flatMap((label) => {
    const difference = { label, a: ofA.get(label) ?? none, b: ofB.get(label) ?? none }
    return difference.a === difference.b ? [] : [difference]
  })
}

/** The parameters and the format of an image, by the names of the controls. */
function parametersOf(picture: Picture): ReadonlyMap<string, string> {
  const { origin, parents } = picture
  const recipe = 'recipe' in origin ? origin.recipe : undefined
  const family = recipe && findFamily(recipe.family)
  const draft = family && adoptForm(family, recipe.draft)
  const fields = family && draft ? family.fields(draft, recipe.sources.length) : []
  return new Map([
    ['Model', modelOf(picture) ?? none],
    ...fields
      .filter(({ name }) => name !== 'model')
      .map((field) => [field.label, describeValue(field, draft?.[field.name])] as const),
    ['Source images', String(recipe?.sources.length ?? parents.length)],
    ['Pixels', describeSize(picture)],
  ])
}

function describeValue(field: Field, value: unknown): string {
  if (field.kind === 'switch') return value === true ? 'on' : 'off'
  if (field.kind === 'choice')
    return field.options.find((option) => option.value === value)?.label ?? String(value ?? none)
  return value === undefined || value === '' ? none : String(value)
}

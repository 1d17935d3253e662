import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkedFamilies, families, findFamily } from '#models/catalogue.ts'
import { adoptDraft, type Field, type ModelFamily } from '#models/model.ts'
import { objections } from '#models/objections.ts'
import { findProvider } from '#providers/registry.ts'

const folder = new URL('../../../src/models/', import.meta.url)
const notFamilies = ['model.ts', 'catalogue.ts', 'objections.ts', 'batch-plan.ts', 'mark-words.ts', 'README.md']

test('every family file has its line in the catalogue', () => {
  const files = readdirSync(folder).filter((name) => !notFamilies.includes(name))
  expect(files.map((name) => name.replace('.ts', '')).sort()).toEqual(families.map((family) => family.id).sort())
})

test('no file outside the family, its painter and the tests names a family: adding one touches two files', () => {
  const src = new URL('../../../src/', import.meta.url)
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))
  const named = files.filter((name) => {
    const text = readFileSync(new URL(name, src), 'utf8')
    return /#models\/flux|\.\/flux-|===? 'flux-(2|kontext)'/.test(text)
  })
  expect(named.map((name) => name.replaceAll('\\', '/'))).toEqual(['models/catalogue.ts'])
})

test('every family has its checks in the catalogue', () => {
  expect(checkedFamilies.map(({ id }) => id)).toEqual(families.map(({ id }) => id))
})

const modes = checkedFamilies.flatMap((family) =>
  [0, 1, family.maxSources].map((sources) => [family.title, sources, family] as const),
)
const urls = (count: number) => Array.from({ length: count }, (_, n) => `https://tempfile.redpandaai.co/in-${n}.png`)

function valuesOf(field: Field, family: ModelFamily): (string | number | boolean)[] {
  if (field.kind === 'choice') return field.options.map((option) => option.value)
  if (field.kind === 'switch') return [true, false]
  if (field.kind === 'range') return [field.min, field.max]
  return ['', String(family.defaults[field.name])]
}

describe.each(modes)('%s with %i sources', (_title, count, family) => {
  const ready = { ...family.defaults, prompt: 'a red fox in snow' }

  test('lacks only a prompt', () => {
    expect(family.issues(family.defaults, count).map((issue) => issue.field)).toEqual(['prompt'])
    expect(family.issues(ready, count)).toEqual([])
  })

  test('draws fields that its draft has, each once', () => {
    const names = family.fields(ready, count).map((field) => field.name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(family.defaults).toHaveProperty(name)
  })

  test('sends for every value of every control what its service accepts', () => {
    for (const field of family.fields(ready, count)) {
      for (const value of valuesOf(field, family)) {
        const body = family.toBody({ ...ready, [field.name]: value }, urls(count))
        expect({ field: field.name, value, issues: objections(family, body) }).toEqual({
          field: field.name,
          value,
          issues: [],
        })
        expect(family.sourcesIn(body)).toEqual(urls(count))
        const quote = family.quote({ ...ready, [field.name]: value }, count)
        expect(family.priceOf(body)).toBe(quote.priceCredits)
      }
    }
  })

  test('has a provider and a price', () => {
    expect(findProvider(family.provider)?.id).toBe(family.provider)
    expect(family.quote(ready, count).priceCredits).toBeGreaterThan(0)
  })
})

describe('prices', () => {
  test.each([
    ['flux-kontext', { model: 'pro' }, 5],
    ['flux-kontext', { model: 'max' }, 10],
    ['flux-2', { model: 'pro', size: '1K' }, 5],
    ['flux-2', { model: 'pro', size: '2K' }, 7],
    ['flux-2', { model: 'flex', size: '1K' }, 14],
    ['flux-2', { model: 'flex', size: '2K' }, 24],
  ])('%s %o is %i credits', (id, change, credits) => {
    const family = findFamily(id)
    expect(family?.quote({ ...family.defaults, ...change }, 0).priceCredits).toBe(credits)
  })
})

describe('prompts', () => {
  const issues = (id: string, prompt: string) => findFamily(id)?.issues({ prompt }, 0) ?? []

  test.each([
    ['flux-kontext', '', 1],
    ['flux-kontext', '   ', 1],
    ['flux-kontext', 'a', 0],
    ['flux-kontext', 'x'.repeat(5000), 0],
    ['flux-kontext', 'x'.repeat(5001), 1],
    ['flux-2', 'ab', 1],
    ['flux-2', 'abc', 0],
    ['flux-2', '🦊🦊🦊', 0],
    ['flux-2', 'x'.repeat(5001), 1],
  ])('%s: %j', (id, prompt, count) => {
    expect(issues(id, prompt)).toHaveLength(count)
  })

  test('name the limit and how far beyond it the text is', () => {
    expect(issues('flux-2', 'x'.repeat(5200))[0]?.message).toContain('5,200 of at most 5,000')
  })
})

describe('a tolerance above what edits allow', () => {
  const kontext = findFamily('flux-kontext') as ModelFamily
  const tolerance = (value: number, sources: number) =>
    kontext
      .fields({ ...kontext.defaults, safetyTolerance: value }, sources)
      .find(({ name }) => name === 'safetyTolerance')

  test('is lowered with a note, and comes back without a source', () => {
    expect(tolerance(4, 1)).toMatchObject({ max: 2, note: expect.stringContaining('Lowered from 4 to 2') })
    expect(tolerance(4, 0)).toMatchObject({ max: 6 })
    expect(tolerance(4, 0)).not.toHaveProperty('note')
    expect(tolerance(2, 1)).not.toHaveProperty('note')
  })
})

describe('a stored draft', () => {
  const kontext = findFamily('flux-kontext') as ModelFamily

  test('keeps what still fits and falls back where it does not', () => {
    const adopted = adoptDraft(kontext, { prompt: 'kept', safetyTolerance: 'x', gone: 1, model: 'max' } as never)
    expect(adopted).toEqual({ ...kontext.defaults, prompt: 'kept', model: 'max' })
  })

  test('is not reached through the prototype', () => {
    expect(adoptDraft(kontext, JSON.parse('{"__proto__": {"prompt": "x"}}'))).toEqual(kontext.defaults)
  })
})

import type { CollectionId } from '#domain/ids.ts'
import { toneDistance, toneFrom } from '#imaging/palette.ts'
import { fold } from './fold.ts'
import type { KnownCollections } from './known-collections.ts'
import type { Query, Term } from './query.ts'
import type { Table } from './table.ts'

/** A query prepared for testing the rows of a table. */
export interface Tests {
  query: Query
  terms: readonly Term[]
  /** For each word term, the collections whose names contain it. */
  named: ReadonlyMap<Term, ReadonlySet<CollectionId>>
  /** The chosen collection and all nested ones; `undefined`: none is chosen. */
  collected: ReadonlySet<CollectionId> | undefined
  /** How well a text matches: 3 the words together, 2 at the starts of words, 1 anywhere. */
  score(text: string): number
}

/**
 * 0: the row matches. 1, 2, 4, 8: everything but the chosen models, ratios, tags, colours matches. Other numbers: more
 * than one of those does not. `undefined`: something else does not.
 */
type Passes = (row: number) => number | undefined

export function toTests(terms: readonly Term[], query: Query, known: KnownCollections): Tests {
  const { names } = known
  const named = new Map<Term, ReadonlySet<CollectionId>>()
  for (const term of terms) {
    if (term.kind !== 'words' && !(term.kind === 'field' && term.field === 'collection')) continue
    named.set(term, new Set([...names].flatMap(([id, name]) => (name.includes(term.text) ? [id] : []))))
  }
  const words = terms.flatMap((term) => (term.kind === 'words' && !term.not ? [term.text] : []))
  const phrase = words.join(' ')
  return {
    query,
    terms,
    named,
    collected: query.collection === undefined ? undefined : known.within(query.collection),
    score(text) {
      if (words.length === 0 || text.includes(phrase)) return 3
      return words.every((word) => startsWord(text, word)) ? 2 : 1
    },
  }
}

const letter = /[\p{L}\p{N}]/u

function startsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (at === 0 || !letter.test(text[at - 1] ?? '')) return true
  return false
}

export function passesOf(table: Table, { query, terms, named, collected }: Tests): Passes {
  const tests = terms.map((term) => {
    const holds = testOf(table, term, named.get(term))
    return term.not ? (row: number) => !holds(row) : holds
  })
  const near = query.tone === undefined ? undefined : tonesNear(query.tone)
  const { shelf, starred, rejected, rating = 0 } = query
  const [models, ratios, tags, colours] = [query.models, query.ratios, query.tags, query.colours].map(
    (chosen) => new Set<string>(chosen),
  ) as [Set<string>, Set<string>, Set<string>, Set<string>]

  return (row) => {
    if (table.shelf(row) !== shelf || table.rating(row) < rating) return undefined
    if (starred !== undefined && table.has(row, 'star') !== starred) return undefined
    if (rejected !== undefined && table.has(row, 'reject') !== rejected) return undefined
    if (near && !table.hasTone(row, near)) return undefined
    if (collected && !table.collections(row).some((id) => collected.has(id))) return undefined
    for (const holds of tests) if (!holds(row)) return undefined
    let failed = 0
    if (models.size > 0 && !models.has(table.model(row))) failed |= 1
    if (ratios.size > 0 && !ratios.has(table.ratio(row))) failed |= 2
    if (tags.size > 0 && !table.tags(row).some((tag) => tags.has(tag))) failed |= 4
    if (colours.size > 0 && !colours.has(table.colour(row) ?? '')) failed |= 8
    return failed
  }
}

function testOf(table: Table, term: Term, named: ReadonlySet<CollectionId> | undefined): (row: number) => boolean {
  const inNamed = (row: number) => named !== undefined && table.collections(row).some((id) => named.has(id))
  switch (term.kind) {
    case 'words': {
      const holds = textsWith(table, term.text)
      const hasNamed = named !== undefined && named.size > 0
      return (row) => holds[table.textNumber(row)] === 1 || (hasNamed && inNamed(row))
    }
    case 'field':
      return fieldTest(table, term.field, term.text, inNamed)
    case 'rating':
      return (row) => compare(table.rating(row), term.how, term.value)
    case 'is':
      return isTest(table, term.what)
    case 'colour':
      return (row) => table.colour(row) === term.colour
    case 'time':
      return (row) => (term.how === 'before' ? table.createdAt(row) < term.at : table.createdAt(row) >= term.at)
  }
}

/** 1 for each different text that contains the words: each text is checked once, however many images share it. */
function textsWith(table: Table, words: string): Uint8Array {
  const texts = table.texts()
  const holds = new Uint8Array(texts.length)
  for (let number = 0; number < texts.length; number++) if (texts[number]?.includes(words)) holds[number] = 1
  return holds
}

type FieldName = Extract<Term, { kind: 'field' }>['field']

function fieldTest(table: Table, field: FieldName, text: string, inNamed: (row: number) => boolean) {
  const folded = new Map<string, string>()
  const holds = (value: string) => {
    const known = folded.get(value) ?? fold(value)
    folded.set(value, known)
    return known.includes(text)
  }
  const tests: Readonly<Record<FieldName, (row: number) => boolean>> = {
    model: (row) => holds(table.model(row)),
    ratio: (row) => table.ratio(row) === text,
    tag: (row) => table.tags(row).some(holds),
    file: (row) => holds(table.file(row)),
    note: (row) => holds(table.note(row)),
    collection: inNamed,
  }
  return tests[field]
}

function isTest(table: Table, what: Extract<Term, { kind: 'is' }>['what']): (row: number) => boolean {
  switch (what) {
    case 'starred':
      return (row) => table.has(row, 'star')
    case 'rejected':
      return (row) => table.has(row, 'reject')
    case 'imported':
      return (row) => table.kind(row) === 'dropped'
    case 'edited':
      return (row) => table.has(row, 'edited')
    case 'simulated':
      return (row) => table.has(row, 'simulated')
  }
}

function compare(value: number, how: Extract<Term, { kind: 'rating' }>['how'], other: number): boolean {
  switch (how) {
    case '>=':
      return value >= other
    case '<=':
      return value <= other
    case '>':
      return value > other
    case '<':
      return value < other
    case '=':
      return value === other
  }
}

/** Colours with a larger distance do not match. */
const mostToneDistance = 0.13
const lastNear: { hex?: string; table?: Uint8Array } = {}

/** For each 15-bit colour, 1 if it is similar to the wanted one. All 0 if the text is not a colour. */
function tonesNear(hex: string): Uint8Array {
  if (lastNear.hex === hex && lastNear.table) return lastNear.table
  const table = new Uint8Array(65_536)
  const wanted = toneFrom(hex)
  for (let tone = 0; wanted !== undefined && tone < 32_768; tone += 1) {
    if (toneDistance(wanted, tone) <= mostToneDistance) table[tone + 1] = 1
  }
  lastNear.hex = hex
  lastNear.table = table
  return table
}

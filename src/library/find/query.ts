import type { Renaming } from '#domain/command.ts'
import type { CollectionId } from '#domain/ids.ts'
import { type LabelColour, labelColours } from '#domain/marks.ts'
import type { Shelf } from '#domain/picture.ts'

/** The order of results. `best`: words that stand together first, then at the start of a word, then newest. */
export const sorts = ['newest', 'oldest', 'best', 'rating', 'largest', 'hand'] as const
export type Sort = (typeof sorts)[number]

/** What the user is looking for. All conditions must hold; of several values of one facet, any. */
export interface Query {
  shelf: Shelf
  /** As typed: words, "phrases", -exclusions and terms such as `model:pro`. */
  text: string
  sort: Sort
  models: readonly string[]
  ratios: readonly string[]
  tags: readonly string[]
  colours: readonly LabelColour[]
  /** The images of a plain collection, and of those nested in it. */
  collection?: CollectionId
  /** A colour of the image, "#c8281e". */
  tone?: string
  starred?: boolean
  rejected?: boolean
  /** At least this many stars. */
  rating?: number
}

export const everything: Query = {
  shelf: 'gallery',
  text: '',
  sort: 'newest',
  models: [],
  ratios: [],
  tags: [],
  colours: [],
}

type Comparison = '>=' | '<=' | '>' | '<' | '='

/** One condition of the typed text. `not`: images must not match it. */
export type Term =
  | { kind: 'words'; text: string; not: boolean }
  | { kind: 'field'; field: 'model' | 'tag' | 'ratio' | 'file' | 'note' | 'collection'; text: string; not: boolean }
  | { kind: 'rating'; how: Comparison; value: number; not: boolean }
  | { kind: 'is'; what: 'starred' | 'rejected' | 'imported' | 'edited' | 'simulated'; not: boolean }
  | { kind: 'colour'; colour: LabelColour; not: boolean }
  /** Made before, or at or after, that time. Epoch ms. */
  | { kind: 'time'; how: 'before' | 'after'; at: number; not: boolean }

/** More terms than anyone types; further ones are ignored. */
const mostTerms = 40
/** Longer words are cut off; no prompt needs more to be found. */
const mostLetters = 200

const field = /^(model|tag|ratio|file|note|collection|rating|is|colou?r|before|after):(.*)$/su
const states = ['starred', 'rejected', 'imported', 'edited', 'simulated'] as const

/** Parses what was typed. Never fails: a term that means nothing is searched as words. `fold` normalises text. */
export function readTerms(typed: string, fold: (text: string) => string): readonly Term[] {
  const terms: Term[] = []
  for (const { text, not, quoted } of piecesOf(typed)) {
    if (terms.length >= mostTerms) break
    const [, name = '', rest = ''] = quoted ? [] : (field.exec(text) ?? [])
    const known = name === '' ? undefined : fieldTerm(name.toLowerCase(), unquoted(rest), not, fold)
    const folded = fold(unquoted(text).slice(0, mostLetters))
    if (known) terms.push(known)
    else if (folded.trim() !== '') terms.push({ kind: 'words', text: folded, not })
  }
  return terms
}

function fieldTerm(name: string, value: string, not: boolean, fold: (text: string) => string): Term | undefined {
  if (value === '') return undefined
  if (name === 'rating') {
    const [, how = '', number = ''] = /^(>=|<=|>|<|=)?([0-5])$/.exec(value) ?? []
    return number === '' ? undefined : { kind: 'rating', how: (how || '=') as Comparison, value: Number(number), not }
  }
  if (name === 'is') {
    const what = states.find((state) => state === value.toLowerCase())
    return what && { kind: 'is', what, not }
  }
  if (name === 'color' || name === 'colour') {
    const colour = labelColours.find((one) => one === value.toLowerCase())
    return colour && { kind: 'colour', colour, not }
  }
  if (name === 'before' || name === 'after') {
    const at = momentOf(value, name)
    return at === undefined ? undefined : { kind: 'time', how: name, at, not }
  }
  const text = fold(value.slice(0, mostLetters))
  return { kind: 'field', field: name as 'model' | 'tag' | 'ratio' | 'file' | 'note' | 'collection', text, not }
}

/** A year, a month or a day, in local time. "after" means after the end of it. */
function momentOf(value: string, how: 'before' | 'after'): number | undefined {
  const [, year, month, day] = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(value) ?? []
  if (year === undefined) return undefined
  const [y, m, d] = [Number(year), month === undefined ? 1 : Number(month), day === undefined ? 1 : Number(day)]
  const starts = new Date(y, m - 1, d)
  if (starts.getMonth() !== m - 1 || starts.getDate() !== d) return undefined
  if (how === 'before') return starts.getTime()
  if (day !== undefined) return new Date(y, m - 1, d + 1).getTime()
  return month === undefined ? new Date(y + 1, 0, 1).getTime() : new Date(y, m, 1).getTime()
}

/**
 * The typed text with a tag or collection called by its new name in each term that names exactly this one (`tag:old`,
 * `-tag:"old"`). A term for a part of its name stays as it is.
 */
export function renameIn(typed: string, { kind, from, to }: Renaming, fold: (text: string) => string): string {
  const wanted = fold(from)
  return typed.replace(pieces, (piece) => {
    const [, start = '', what, value = ''] = /^(-?(tag|collection):)(.*)$/su.exec(piece) ?? []
    return what === kind && fold(unquoted(value)) === wanted ? `${start}${asValue(to)}` : piece
  })
}

/** What the typed text asks for by name, as typed: "draft" for `tag:draft`. Exclusions are left out. */
export function namesIn(typed: string, kind: Renaming['kind']): string[] {
  return piecesOf(typed).flatMap(({ text, not, quoted }) => {
    const [, what, value = ''] = not || quoted ? [] : (/^(tag|collection):(.*)$/su.exec(text) ?? [])
    return what === kind && unquoted(value) !== '' ? [unquoted(value)] : []
  })
}

/** A value as it is typed after a colon. Quotes cannot be typed inside one, so the longest part without any is used. */
function asValue(name: string): string {
  const [longest = ''] = name.split('"').toSorted((one, other) => other.length - one.length)
  return /\s/u.test(longest) ? `"${longest}"` : longest
}

/** Quotes keep spaces together, also after a colon. An open quote ends with the text. */
const pieces = /-?(?:[^\s":]+:)?"[^"]*(?:"|$)|\S+/gu

/** Splits at spaces outside of quotes. */
function piecesOf(typed: string): { text: string; not: boolean; quoted: boolean }[] {
  return (typed.match(pieces) ?? []).map((piece) => {
    // A minus alone, or before nothing, is an ordinary word.
    const not = piece.length > 1 && piece.startsWith('-')
    const text = not ? piece.slice(1) : piece
    return { text, not, quoted: text.startsWith('"') }
  })
}

function unquoted(text: string): string {
  return text.replaceAll('"', '')
}

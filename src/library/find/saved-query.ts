import { markColours } from '#domain/marks.ts'
import { fold } from './fold.ts'
import { everything, type Query, renameTagIn, sorts } from './query.ts'

/** The query of a smart collection; `undefined` if the rule cannot be read. Invalid members are left out. */
export function savedQuery(rule: string | undefined): Query | undefined {
  const read = parse(rule)
  if (!read) return undefined
  const texts = (value: unknown) =>
    Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
  const { text, sort, collection, starred, rejected, rating, tone } = read
  return {
    ...everything,
    text: typeof text === 'string' ? text : '',
    sort: sorts.find((known) => known === sort) ?? 'newest',
    models: texts(read.models),
    ratios: texts(read.ratios),
    tags: texts(read.tags),
    colours: markColours.filter((colour) => texts(read.colours).includes(colour)),
    ...(typeof collection === 'string' ? { collection: collection as NonNullable<Query['collection']> } : {}),
    ...(typeof tone === 'string' ? { tone } : {}),
    ...(starred === true ? { starred } : {}),
    ...(rejected === true ? { rejected } : {}),
    ...(typeof rating === 'number' ? { rating } : {}),
  }
}

/** The rule with a tag called by its new name. A rule that does not name the tag is returned unchanged. */
export function ruleWithRenamedTag(rule: string | undefined, tag: string, name: string): string | undefined {
  const read = parse(rule)
  const query = savedQuery(rule)
  if (!query) return rule
  const text = renameTagIn(query.text, tag, name, fold)
  const tags = [...new Set(query.tags.map((each) => (each === tag ? name : each)))]
  if (text === query.text && !query.tags.includes(tag)) return rule
  return JSON.stringify({ ...read, text, tags })
}

function parse(rule: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(rule ?? '')
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

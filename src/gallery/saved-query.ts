import { markColours } from '#domain/marks.ts'
import { everything, type Query, sorts } from '#library/find/query.ts'

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

function parse(rule: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(rule ?? '')
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

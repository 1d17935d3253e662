import type { Collection } from '#domain/collection.ts'
import type { Renaming } from '#domain/command.ts'
import { labelColours } from '#domain/marks.ts'
import { fold } from './fold.ts'
import { everything, namesIn, type Query, renameIn, sorts } from './query.ts'

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
    colours: labelColours.filter((colour) => texts(read.colours).includes(colour)),
    ...(typeof collection === 'string' ? { collection: collection as NonNullable<Query['collection']> } : {}),
    ...(typeof tone === 'string' ? { tone } : {}),
    ...(starred === true ? { starred } : {}),
    ...(rejected === true ? { rejected } : {}),
    ...(typeof rating === 'number' ? { rating } : {}),
  }
}

/** The rule with a tag or collection called by its new name. A rule that does not name it is returned unchanged. */
export function ruleWithNewName(rule: string | undefined, change: Renaming): string | undefined {
  const read = parse(rule)
  const query = savedQuery(rule)
  if (!query) return rule
  const text = renameIn(query.text, change, fold)
  // A collection is chosen by its id, which stays.
  const isChosen = change.kind === 'tag' && query.tags.includes(change.from)
  if (text === query.text && !isChosen) return rule
  const tags = isChosen ? [...new Set(query.tags.map((each) => (each === change.from ? change.to : each)))] : query.tags
  return JSON.stringify({ ...read, text, tags })
}

/** What a rule or an open search asks for and does not exist: it was deleted, or never was there. */
export interface Missing {
  tags: readonly string[]
  /** Names of collections that were typed. */
  collections: readonly string[]
  /** Whether the collection that was chosen was deleted. */
  isCollectionGone: boolean
}

/** `tags`: all tags of all images. A typed name exists if it is a part of one. */
export function missingIn(
  { text, tags: chosen, collection }: Query,
  tags: readonly string[],
  collections: readonly Pick<Collection, 'id' | 'name'>[],
): Missing {
  const lacksIn = (names: readonly string[]) => {
    const folded = names.map(fold)
    return (typed: string) => !folded.some((name) => name.includes(fold(typed)))
  }
  return {
    tags: [...new Set([...chosen.filter((tag) => !tags.includes(tag)), ...namesIn(text, 'tag').filter(lacksIn(tags))])],
    collections: namesIn(text, 'collection').filter(lacksIn(collections.map(({ name }) => name))),
    isCollectionGone: collection !== undefined && !collections.some(({ id }) => id === collection),
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

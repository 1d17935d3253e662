import { useKnownTags } from '#acts/use-known-tags.ts'
import { namesIn, type Query } from '#library/find/query.ts'
import { type Missing, missingIn } from '#library/find/saved-query.ts'
import { useReadCollections } from '#store/stage-queries.ts'
import { isolateQuotes } from '#ui/isolate-quotes.tsx'

/** What a search asks for and does not exist, one sentence each. */
export function describeMissing({ tags, collections, isCollectionGone }: Missing): string[] {
  return [
    ...tags.map((tag) => `The tag “${tag}” does not exist.`),
    ...collections.map((name) => `The collection “${name}” does not exist.`),
    ...(isCollectionGone ? ['Its collection was deleted.'] : []),
  ]
}

/** Says so if the open search asks for a tag or collection that does not exist: nothing is found then. */
export function MissingNames({ query }: { query: Query }) {
  const { text, tags, collection } = query
  const isNaming = tags.length > 0 || collection !== undefined
  return isNaming || namesIn(text, 'tag').length + namesIn(text, 'collection').length > 0 ? (
    <Sentences query={query} />
  ) : null
}

function Sentences({ query }: { query: Query }) {
  const tags = useKnownTags()
  const collections = useReadCollections()
  if (!tags || !collections) return null
  const known = tags.map(({ value }) => value)
  return describeMissing(missingIn(query, known, collections)).map((sentence) => (
    <p key={sentence} className="px-1 text-soft text-xs [overflow-wrap:anywhere]">
      {isolateQuotes(sentence)}
    </p>
  ))
}

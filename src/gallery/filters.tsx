import { ArrowDownUp, FolderOpen, ListFilter, Star, X } from 'lucide-react'
import { allTagsLabel, askFor } from '#acts/asked-dialog.ts'
import { type Query, type Sort, sorts } from '#library/find/query.ts'
import { useCollections } from '#store/stage-queries.ts'
import { IconButton } from '#ui/button.tsx'
import { Menu, type MenuGroup } from '#ui/menu.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { ColourFilter, describeTone } from './colour-filter.tsx'
import type { ShelfView } from './shelf-window.ts'
import { ViewPanel } from './view-panel.tsx'

/** Dialogs and panels that the row of filters opens. */
export interface Ways {
  collections(): void
  jump(): void
  survey(): void
}

interface FiltersProps {
  query: Query
  onChange: (query: Query) => void
  view: ShelfView
  ways: Ways
}

const sortWords: Readonly<Record<Sort, string>> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  best: 'Best match first',
  rating: 'Best rated first',
  largest: 'Largest first',
  hand: 'Ordered by hand',
}

/** Filters with their counts, the order, collections, and the look of tiles. */
export function Filters({ query, onChange, view, ways }: FiltersProps) {
  return (
    <span className="flex items-center">
      <IconButton
        label="Starred only"
        icon={Star}
        pressed={query.starred === true}
        onClick={() => onChange(query.starred ? without(query, 'starred') : { ...query, starred: true })}
      />
      <Menu label="Filter" icon={ListFilter} items={filterGroups(query, onChange, view)} />
      <ColourFilter query={query} onChange={onChange} />
      <IconButton
        label="Collections"
        icon={FolderOpen}
        pressed={query.collection !== undefined}
        onClick={ways.collections}
      />
      <Menu
        label="Sort"
        icon={ArrowDownUp}
        items={sorts
          .filter((sort) => sort !== 'hand' || query.collection !== undefined)
          .map((sort) => ({
            label: sortWords[sort],
            isChecked: sort === query.sort,
            onSelect: () => onChange({ ...query, sort }),
          }))}
      />
      <ViewPanel onJump={view.days.length > 0 ? ways.jump : undefined} onSurvey={ways.survey} />
    </span>
  )
}

const most = 12

/** Only values that occur, each with the number of images that it would show. Choosing one again removes it. */
function filterGroups(query: Query, onChange: (query: Query) => void, { facets }: ShelfView): MenuGroup[] {
  const group = (heading: string, list: 'models' | 'ratios' | 'tags' | 'colours'): MenuGroup => ({
    heading,
    items: (facets?.[list] ?? []).slice(0, most).map(({ value, count }) => {
      const chosen: readonly string[] = query[list]
      const isChecked = chosen.includes(value)
      const next = isChecked ? chosen.filter((each) => each !== value) : [...chosen, value]
      return {
        label: `${value} (${count.toLocaleString('en')})`,
        isChecked,
        onSelect: () => onChange({ ...query, [list]: next }),
      }
    }),
  })
  const ratings = [3, 4, 5].map((rating) => ({
    label: describeRating(rating),
    isChecked: query.rating === rating,
    onSelect: () => onChange(query.rating === rating ? without(query, 'rating') : { ...query, rating }),
  }))
  const rejected = {
    label: 'Rejected',
    isChecked: query.rejected === true,
    onSelect: () => onChange(query.rejected ? without(query, 'rejected') : { ...query, rejected: true }),
  }
  const allTags = { label: `${allTagsLabel} …`, onSelect: () => askFor({ kind: 'all-tags' }) }
  const groups = [
    group('Model', 'models'),
    group('Aspect ratio', 'ratios'),
    { heading: 'Tag', items: [...group('Tag', 'tags').items, allTags] },
    group('Label', 'colours'),
    { heading: 'Rating', items: [...ratings, rejected] },
  ]
  return groups.filter(({ items }) => items.length > 0)
}

function describeRating(rating: number): string {
  return `Rated ${rating}${rating < 5 ? ' or more' : ''}`
}

type Optional = 'tone' | 'starred' | 'rejected' | 'rating' | 'collection'

function without(query: Query, name: Optional): Query {
  const { [name]: _removed, ...rest } = query
  return rest
}

/** The manual order is available only in a collection. */
function withoutCollection(query: Query): Query {
  const rest = without(query, 'collection')
  return rest.sort === 'hand' ? { ...rest, sort: 'newest' } : rest
}

/** The active filters; each can be removed. */
export function FilterChips({ query, onChange }: Pick<FiltersProps, 'query' | 'onChange'>) {
  const collections = useCollections()
  const chips: { label: string; swatch?: string; next: Query }[] = [
    ...(['models', 'ratios', 'tags', 'colours'] as const).flatMap((list) =>
      query[list].map((value) => ({
        label: value,
        next: { ...query, [list]: query[list].filter((each) => each !== value) },
      })),
    ),
    ...(query.tone ? [{ label: describeTone(query.tone), swatch: query.tone, next: without(query, 'tone') }] : []),
    ...(query.starred ? [{ label: 'Starred', next: without(query, 'starred') }] : []),
    ...(query.rejected ? [{ label: 'Rejected', next: without(query, 'rejected') }] : []),
    ...(query.rating ? [{ label: describeRating(query.rating), next: without(query, 'rating') }] : []),
    ...(query.collection
      ? [
          {
            label: collections.find(({ id }) => id === query.collection)?.name ?? 'Collection',
            next: withoutCollection(query),
          },
        ]
      : []),
    ...(query.sort === 'newest' ? [] : [{ label: sortWords[query.sort], next: { ...query, sort: 'newest' as const } }]),
  ]
  if (chips.length === 0) return null
  return (
    <ul aria-label="Filters" className="flex flex-wrap gap-1">
      {chips.map(({ label, swatch, next }) => (
        <li key={label}>
          <button
            type="button"
            aria-label={`Remove filter ${label}`}
            onClick={() => onChange(next)}
            className="inline-flex h-6 items-center gap-1 rounded-sm border border-line bg-raised px-1.5 text-soft text-xs hover:border-line-strong hover:text-ink max-middle:h-11"
          >
            {swatch && (
              <span
                aria-hidden
                className="size-3 rounded-sm forced-color-adjust-none"
                style={{ backgroundColor: swatch }}
              />
            )}
            <span dir="auto">{showHidden(label)}</span>
            <X size={12} aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  )
}

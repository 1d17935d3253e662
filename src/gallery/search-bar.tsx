import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { searchAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { finderOf } from '#library/find/finder-of.ts'
import type { Query } from '#library/find/query.ts'
import { useStore } from '#store/queries.ts'
import { announce } from '#ui/announce.tsx'
import { IconButton } from '#ui/button.tsx'
import { NotRead } from '#ui/not-read.tsx'
import { FilterChips, Filters, type Ways } from './filters.tsx'
import { MissingNames } from './missing.tsx'
import type { ShelfView } from './shelf-window.ts'
import type { Counting } from './use-shelf.ts'

interface SearchBarProps {
  query: Query
  onChange: (query: Query) => void
  view: ShelfView
  counting: Counting
  failed: boolean
  onReadAgain: () => void
  /** Moves the focus to the first image. */
  onLeave: () => void
  ways: Ways
}

/** Longer texts are cut off. */
const mostLetters = 10_000

/** Search while typing. The count is read out when it is known. */
export function SearchBar({ query, onChange, view, counting, failed, onReadAgain, onLeave, ways }: SearchBarProps) {
  const field = useRef<HTMLInputElement>(null)
  const { text } = query
  const counted = useSyncExternalStore(counting.subscribe, counting.now)
  const asked = counted?.question.query
  const images = asked !== undefined && asked.text !== '' ? counted?.images : undefined
  const isAnswered = text !== '' && asked === query
  useActKey(searchAct, () => field.current?.focus())
  useEffect(() => {
    if (isAnswered && images !== undefined) announce(describeFound(images))
  }, [isAnswered, images])
  return (
    <div className="@container flex shrink-0 flex-col gap-1 border-line border-b px-2 py-1.5">
      <div className="flex flex-wrap items-center gap-1">
        {/* In a narrow gallery and on a phone the field has a line of its own. */}
        <span className="relative flex min-w-0 flex-1 basis-full items-center @md:basis-0">
          <Search size={14} aria-hidden className="pointer-events-none absolute left-2 text-faint" />
          <input
            ref={field}
            type="search"
            dir="auto"
            aria-label={searchAct.label}
            placeholder="Search"
            value={text}
            maxLength={mostLetters}
            autoComplete="off"
            spellCheck={false}
            onChange={({ currentTarget }) => onChange({ ...query, text: currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === 'ArrowDown') {
                event.preventDefault()
                onLeave()
              }
              if (event.key !== 'Escape' || text === '') return
              // Empties the field first; what is around it listens for Escape too.
              event.preventDefault()
              event.stopPropagation()
              onChange({ ...query, text: '' })
            }}
            className="field block h-8 min-w-0 flex-1 rounded-sm border border-line bg-raised pr-9 pl-7 text-ink text-sm placeholder:text-faint hover:border-line-strong max-middle:h-11 max-middle:pr-12 [&::-webkit-search-cancel-button]:hidden"
          />
          {text !== '' && (
            <IconButton
              label="Clear search"
              icon={X}
              className="absolute! right-0"
              onClick={() => {
                onChange({ ...query, text: '' })
                field.current?.focus()
              }}
            />
          )}
        </span>
        <Filters query={query} onChange={onChange} view={view} ways={ways} />
        {text !== '' && images !== undefined && (
          <p data-found={asked?.text} className="ml-auto pr-1 text-faint text-xs tabular-nums">
            {describeFound(images)}
          </p>
        )}
      </div>
      <FilterChips query={query} onChange={onChange} />
      <MissingNames query={query} />
      {isAnswered && images === 0 && (
        <DidYouMean key={text} typed={text} onChoose={(next) => onChange({ ...query, text: next })} />
      )}
      {failed && <NotRead onAgain={onReadAgain} />}
    </div>
  )
}

/** The nearest known words, if nothing was found. */
function DidYouMean({ typed, onChoose }: { typed: string; onChoose: (text: string) => void }) {
  const store = useStore()
  const [suggestion, setSuggestion] = useState<string>()
  useEffect(() => {
    finderOf(store)
      .suggestion(typed)
      .then(setSuggestion, () => undefined)
  }, [store, typed])
  if (suggestion === undefined) return null
  return (
    <p className="px-1 py-1 text-soft text-xs">
      <span>Did you mean </span>
      <button type="button" className="text-ink underline" onClick={() => onChoose(suggestion)}>
        {suggestion}
      </button>
      <span>?</span>
    </p>
  )
}

/** "12 images found". */
function describeFound(images: number): string {
  if (images === 0) return 'No images found'
  return images === 1 ? '1 image found' : `${images.toLocaleString('en')} images found`
}

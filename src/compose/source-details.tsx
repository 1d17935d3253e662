import type { Picture } from '#domain/picture.ts'
import { describeSize } from '#imaging/source-limits.ts'
import { classes } from '#ui/classes.ts'
import { showHidden } from '#ui/show-hidden.ts'
import type { FormSources } from './use-form-sources.ts'

/**
 * What is different in what is sent of the images, and why some cannot be used. For a single image, also its name and
 * size. The room for notes is reserved, so that the prompt below does not move when they appear. The tooltip has the whole
 * text. On a touch screen, which has no tooltips, the whole text is shown.
 */
export function SourceDetails({ sources }: { sources: FormSources }) {
  const { ready, pictures, preparing, refused } = sources
  const troubles = troublesOf(sources)
  const [first] = ready
  const only = ready.length + preparing.length + refused.length === 1
  const picture = only && first ? pictures.get(first) : undefined
  const notes = (picture ? notesOn(picture) : notesByPlace(sources)).join(' · ')
  const name = picture?.prompt ?? (only ? preparing[0]?.fileName : undefined)
  return (
    <div className={classes('min-w-0 text-faint text-xs', only ? 'flex-1' : 'mt-1')}>
      {name !== undefined && (
        <p
          dir="auto"
          data-tip={showHidden(name)}
          className="truncate text-ink [overflow-wrap:anywhere] pointer-coarse:whitespace-normal"
        >
          {showHidden(name)}
        </p>
      )}
      {picture && <p>{describeSize(picture)}</p>}
      <p
        data-tip={notes === '' ? undefined : notes}
        className={
          only
            ? 'line-clamp-2 pointer-coarse:line-clamp-none max-middle:line-clamp-none'
            : 'h-4 truncate pointer-coarse:h-auto pointer-coarse:min-h-4 pointer-coarse:whitespace-normal'
        }
      >
        {notes}
      </p>
      {troubles.map(({ place, text }) => (
        <p key={place} role="alert" className="mt-1 text-danger [overflow-wrap:anywhere]">
          {only ? text : `${place} · ${text}`}
        </p>
      ))}
    </div>
  )
}

function notesOn({ origin }: Picture): readonly string[] {
  return origin.kind === 'dropped' ? origin.notes : []
}

/** "1–3 · Turned upright": images with the same notes share a line. */
function notesByPlace({ ready, pictures }: FormSources): string[] {
  const places = new Map<string, number[]>()
  for (const [index, id] of ready.entries()) {
    const picture = pictures.get(id)
    const notes = picture ? notesOn(picture).join(' · ') : ''
    if (notes !== '') places.set(notes, [...(places.get(notes) ?? []), index + 1])
  }
  return [...places].map(([notes, numbers]) => `${describePlaces(numbers)} · ${notes}`)
}

/** [1, 2, 3] → "1–3", [1, 3] → "1, 3". */
function describePlaces(numbers: readonly number[]): string {
  const [first = 0] = numbers
  const last = first + numbers.length - 1
  return numbers.length > 2 && numbers.at(-1) === last ? `${first}–${last}` : numbers.join(', ')
}

function troublesOf({ ready, missing, preparing, refused }: FormSources): { place: number; text: string }[] {
  const gone = ready.flatMap((id, index) =>
    missing.has(id) ? { place: index + 1, text: 'This image is no longer in this browser.' } : [],
  )
  const first = ready.length + preparing.length + 1
  return [...gone, ...refused.map(({ reason = '' }, index) => ({ place: first + index, text: reason }))]
}

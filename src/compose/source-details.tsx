import type { Picture } from '#domain/picture.ts'
import { describeSize } from '#imaging/source-limits.ts'
import { classes } from '#ui/classes.ts'
import { showHidden } from '#ui/show-hidden.ts'
import type { FormSources } from './use-form-sources.ts'

/** What was done to the images, and why some cannot be used. For a single image, also its name and size. */
export function SourceDetails({ sources }: { sources: FormSources }) {
  const { ready, pictures, preparing, refused } = sources
  const troubles = troublesOf(sources)
  const [first] = ready
  const only = ready.length + preparing.length + refused.length === 1
  const picture = only && first ? pictures.get(first) : undefined
  return (
    <div className={classes('min-w-0 space-y-1 text-faint text-xs', only ? 'py-1' : 'mt-2 empty:hidden')}>
      {picture && (
        <>
          <p dir="auto" className="line-clamp-2 text-ink [overflow-wrap:anywhere]">
            {showHidden(picture.prompt)}
          </p>
          <p>{describeSize(picture)}</p>
        </>
      )}
      {only &&
        preparing.map(({ key, fileName }) => (
          <p key={key} dir="auto">
            {showHidden(fileName)}
          </p>
        ))}
      {(picture ? notesOn(picture) : notesByPlace(sources)).map((note) => (
        <p key={note}>{note}</p>
      ))}
      {troubles.map(({ place, text }) => (
        <p key={place} role="alert" className="text-danger [overflow-wrap:anywhere]">
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

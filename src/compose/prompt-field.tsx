import { type RefObject, useId } from 'react'
import type { PictureId } from '#domain/ids.ts'
import { lengthOf, type ModelFamily } from '#models/model.ts'
import { classes } from '#ui/classes.ts'
import { useLoaded } from '#ui/use-loaded.ts'
import { useWantedFocus } from '#workspace/use-wanted-focus.ts'

interface PromptFieldProps {
  ref: RefObject<HTMLTextAreaElement | null>
  value: string
  family: ModelFamily
  sourceCount: number
  sources: readonly PictureId[]
  onChange: (text: string) => void
  /** Uses the example; the field was empty. */
  onExample: (text: string) => void
}

const loadHelps = () => import('./prompt-helps.tsx')
const loadReferences = () => import('./prompt-references.tsx')

/** The length is shown from this share of the limit on. */
const nearLimit = 0.9

/** Examples: for an image from words, for an edit, for several images in one. */
const examples = [
  'A paper lantern on a wet stone step at dusk, warm light from inside, shallow depth of field',
  'Change the light to late afternoon sun from the left; keep everything else as it is',
  'Put the object from image 2 into the scene of image 1, matching its light and perspective',
] as const

export function PromptField({ ref, value, family, sourceCount, sources, onChange, onExample }: PromptFieldProps) {
  useWantedFocus(ref)
  const id = useId()
  const { max } = family.promptLength
  const length = lengthOf(value)
  const isOver = length > max
  const isNear = length >= max * nearLimit
  const isEmpty = value === ''
  const { part: helps } = useLoaded(loadHelps, !isEmpty)
  const { part: references } = useLoaded(loadReferences, value.includes('@'))
  const example = examples[Math.min(sourceCount, examples.length - 1)] ?? examples[0]
  return (
    <div>
      <div className="mb-1.5 flex justify-between text-soft text-xs">
        <label htmlFor={id}>Prompt</label>
        {isNear && (
          <span id={`${id}-count`} className={classes(isOver && 'text-danger')}>
            {`${length.toLocaleString('en')} of ${max.toLocaleString('en')}${isOver ? `: ${(length - max).toLocaleString('en')} over` : ''}`}
          </span>
        )}
      </div>
      <div className="grows relative text-base" data-text={value}>
        <textarea
          ref={ref}
          id={id}
          value={value}
          rows={5}
          dir="auto"
          aria-invalid={isOver || undefined}
          aria-describedby={isNear ? `${id}-count` : undefined}
          placeholder={sourceCount > 0 ? 'Describe the change' : 'What do you want to see?'}
          onChange={(event) => onChange(event.currentTarget.value)}
          className={classes(
            'field-sizing-content block max-h-[calc(12lh+1.25rem)] min-h-[calc(5lh+1.25rem)] w-full resize-none',
            'rounded border bg-raised px-3 py-2.5 text-base text-ink transition-colors placeholder:text-faint',
            isOver ? 'border-danger' : 'border-line hover:border-line-strong',
          )}
        />
        {references && value.includes('@') && (
          <references.PromptReferences field={ref} value={value} sources={sources} onChange={onChange} />
        )}
      </div>
      {!isEmpty && helps && <helps.PromptHelps value={value} isEditing={sourceCount > 0} onChange={onChange} />}
      {isEmpty && (
        <button
          type="button"
          onClick={() => onExample(example)}
          className="mt-1 block min-h-7 w-full rounded-sm py-1 text-left text-faint text-xs transition-colors hover:text-ink max-middle:min-h-11"
        >
          Try: <span className="underline decoration-line-strong underline-offset-2">{example}</span>
        </button>
      )}
    </div>
  )
}

import { type RefObject, useId, useState } from 'react'
import { promptAct, promptToolsAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import type { PictureId } from '#domain/ids.ts'
import { lengthOf, type ModelFamily } from '#models/model.ts'
import { classes } from '#ui/classes.ts'
import { lazyPart } from '#ui/lazy-part.tsx'
import { describeShortcut, toAriaShortcut } from '#ui/shortcut.ts'
import { useLoaded } from '#ui/use-loaded.ts'
import { useWantedFocus } from '#workspace/use-wanted-focus.ts'
import { useWorkspace } from '#workspace/workspace.ts'

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
const PromptTools = lazyPart(() => import('./prompt-tools.tsx').then((module) => module.PromptTools))

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
  useActKey(promptAct, () => useWorkspace.getState().focusPrompt())
  const id = useId()
  const { max } = family.promptLength
  const length = lengthOf(value)
  const isOver = length > max
  const isNear = length >= max * nearLimit
  const isEmpty = value === ''
  // With an image they are there before the first letter, so that the fields below move once at most.
  const { part: helps } = useLoaded(loadHelps, !isEmpty || sourceCount > 0)
  const { part: references } = useLoaded(loadReferences, value.includes('@'))
  const example = examples[Math.min(sourceCount, examples.length - 1)] ?? examples[0]
  return (
    <div className="form-prompt">
      <div className="mb-1.5 flex items-center gap-3 text-soft text-xs max-middle:-mt-3 max-middle:mb-0">
        <label htmlFor={id} className="mr-auto">
          Prompt
        </label>
        {isNear && (
          <span id={`${id}-count`} className={classes(isOver && 'text-danger')}>
            {`${length.toLocaleString('en')} of ${max.toLocaleString('en')}${isOver ? `: ${(length - max).toLocaleString('en')} over` : ''}`}
          </span>
        )}
        <Tools field={ref} value={value} sources={sources} onChange={onChange} />
      </div>
      <div className="grows relative text-base" data-text={value}>
        <textarea
          ref={ref}
          id={id}
          value={value}
          rows={5}
          dir="auto"
          data-focus-home
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
      {!isEmpty && helps && (
        <helps.PromptHelps
          value={value}
          good={family.promptLength.good}
          isEditing={sourceCount > 0}
          onChange={onChange}
        />
      )}
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

interface ToolsProps {
  field: RefObject<HTMLTextAreaElement | null>
  value: string
  sources: readonly PictureId[]
  onChange: (text: string) => void
}

function Tools(props: ToolsProps) {
  const [isOpen, setIsOpen] = useState(false)
  const [keys = ''] = promptToolsAct.keys
  useActKey(promptToolsAct, () => setIsOpen(true))
  return (
    <>
      <button
        type="button"
        aria-keyshortcuts={toAriaShortcut(keys)}
        data-tip={promptToolsAct.hint}
        data-tip-keys={describeShortcut(keys)}
        onClick={() => setIsOpen(true)}
        className="min-h-6 rounded-sm transition-colors hover:text-ink max-middle:min-h-11"
      >
        {promptToolsAct.label}
      </button>
      {isOpen && <PromptTools {...props} onClose={() => setIsOpen(false)} />}
    </>
  )
}

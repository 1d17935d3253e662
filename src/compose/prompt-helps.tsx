import { undoable } from '#acts/undoable.ts'
import type { GoodLength } from '#models/model.ts'
import { useStore } from '#store/queries.ts'
import { classes } from '#ui/classes.ts'

/** What an edit can be told to keep, and the sentence for it. */
const keeps = [
  { label: 'Face', sentence: 'Keep the face exactly as it is.' },
  { label: 'Pose', sentence: 'Keep the pose exactly as it is.' },
  { label: 'Framing', sentence: 'Keep the framing and camera angle exactly as they are.' },
  { label: 'Style', sentence: 'Keep the style exactly as it is.' },
  { label: 'Text', sentence: 'Keep all text exactly as it is.' },
] as const

/** Image models tend to draw what is named, even if it is to be left out. */
const negative = /(?<![\p{L}’'])(without|avoid|never|don['’]t|do not|no)(?![\p{L}’'])/iu

interface PromptHelpsProps {
  value: string
  /** Advice on the length of prompts for this family. */
  good: GoodLength | undefined
  isEditing: boolean
  onChange: (text: string) => void
}

/**
 * Below the prompt: sentences to add with one click, and a hint about negative words. Loaded when something is written.
 */
export function PromptHelps({ value, good, isEditing, onChange }: PromptHelpsProps) {
  const store = useStore()
  const word = negative.exec(value)?.[1]
  const words = value.split(/\s+/u).filter(Boolean).length
  return (
    <div className="mt-1 space-y-1 text-xs">
      {isEditing && (
        <fieldset className="flex flex-wrap items-center gap-1">
          <legend className="sr-only">Keep</legend>
          <span aria-hidden className="mr-1 text-faint">
            Keep
          </span>
          {keeps.map(({ label, sentence }) => {
            const isKept = value.includes(sentence)
            return (
              <button
                key={label}
                type="button"
                aria-pressed={isKept}
                onClick={() =>
                  undoable(store, `keep ${label.toLowerCase()}`, () => onChange(toggleSentence(value, sentence)))
                }
                className={classes(
                  'min-h-6 rounded-full border px-2 transition-colors hover:border-line-strong hover:text-ink max-middle:min-h-11 max-middle:px-3',
                  isKept ? 'border-ink text-ink' : 'border-line text-soft',
                )}
              >
                {label}
              </button>
            )
          })}
        </fieldset>
      )}
      {good && words > good.words && <p className="text-faint">{`${words} words. ${good.hint}`}</p>}
      {word && (
        <p className="text-faint">{`“${word}”: say what should be there instead. Models often draw what is named.`}</p>
      )}
    </div>
  )
}

/** Adds a sentence at the end, or removes it. */
function toggleSentence(text: string, sentence: string): string {
  const place = text.indexOf(sentence)
  if (place >= 0) return (text.slice(0, place).trimEnd() + text.slice(place + sentence.length)).trim()
  const before = text.trimEnd()
  return before === '' ? sentence : `${before}${/[.!?…]$/.test(before) ? '' : '.'} ${sentence}`
}

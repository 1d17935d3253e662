import { type RefObject, useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import type { PictureId } from '#domain/ids.ts'
import { readPrompt, writeReference } from '#domain/prompt.ts'
import { usePicture } from '#store/queries.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'
import { classes } from '#ui/classes.ts'
import { showHidden } from '#ui/show-hidden.ts'

interface PromptReferencesProps {
  field: RefObject<HTMLTextAreaElement | null>
  value: string
  sources: readonly PictureId[]
  onChange: (text: string) => void
}

/** A reference starts with "@" that does not follow a word. */
const beginning = /(?<![\p{L}\p{N}_.@])@$/u

/**
 * References in the prompt: each has the colour of its source, red if that is gone, and "@" lists the sources. The
 * prompt stays a plain text field; this is an overlay that listens to its keys. Loaded with the first "@".
 */
export function PromptReferences({ field, value, sources, onChange }: PromptReferencesProps) {
  const list = useList({ field, sources, onChange })
  const overlay = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = field.current
    const follow = () => overlay.current?.scrollTo(0, element?.scrollTop ?? 0)
    follow()
    element?.addEventListener('scroll', follow)
    return () => element?.removeEventListener('scroll', follow)
  }, [field])
  return (
    <>
      <div ref={overlay} aria-hidden dir="auto" className="prompt-overlay">
        {readPrompt(value).map((part, index) => {
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no name but their place
          if (typeof part === 'string') return <span key={index}>{part}</span>
          const { source } = part
          const isLost = source === undefined || source >= sources.length
          return (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no name but their place
              key={index}
              data-reference={isLost ? undefined : source + 1}
              className={classes('prompt-reference', isLost && 'prompt-reference-lost')}
            >
              {writeReference(source)}
            </span>
          )
        })}
      </div>
      {list.isOpen && (
        <div
          id={list.id}
          role="listbox"
          aria-label="Images for the prompt"
          className="absolute inset-x-0 top-full z-10 mt-1 max-h-64 overflow-y-auto rounded border border-line-strong bg-panel p-1 shadow-lg"
        >
          {sources.map((id, index) => (
            <Choice
              key={id}
              id={id}
              index={index}
              optionId={`${list.id}-${index}`}
              isActive={index === list.active}
              onChoose={() => list.choose(index)}
            />
          ))}
        </div>
      )}
    </>
  )
}

/** The list of sources while the text before the caret ends with "@". The focus stays in the field. */
function useList({ field, sources, onChange }: Omit<PromptReferencesProps, 'value'>) {
  const id = useId()
  const [isWanted, setIsWanted] = useState(false)
  const [active, setActive] = useState(0)
  const isOpen = isWanted && sources.length > 0

  const look = useEffectEvent(() => {
    const element = field.current
    if (!element) return
    const isAfterSign =
      document.activeElement === element && beginning.test(element.value.slice(0, element.selectionStart))
    if (isAfterSign && !isWanted) setActive(0)
    setIsWanted(isAfterSign)
  })
  const choose = (index: number) => {
    setIsWanted(false)
    insertText(field.current, writeReference(index).slice(1), onChange)
  }
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (!isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setActive((active + step + sources.length) % sources.length)
    else if (event.key === 'Enter' || event.key === 'Tab') choose(active)
    else if (event.key === 'Escape') setIsWanted(false)
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  useEffect(() => {
    const element = field.current
    if (!element) return
    const ending = new AbortController()
    const listening = { signal: ending.signal }
    element.addEventListener('keydown', (event) => onKeyDown(event), listening)
    for (const type of ['input', 'click', 'blur']) element.addEventListener(type, () => look(), listening)
    look()
    return () => ending.abort()
  }, [field])
  useEffect(() => {
    const element = field.current
    if (!element || !isOpen) return
    element.setAttribute('aria-controls', id)
    element.setAttribute('aria-activedescendant', `${id}-${active}`)
    return () => {
      element.removeAttribute('aria-controls')
      element.removeAttribute('aria-activedescendant')
    }
  }, [field, id, isOpen, active])
  return { id, isOpen, active, choose }
}

interface ChoiceProps {
  id: PictureId
  index: number
  optionId: string
  isActive: boolean
  onChoose: () => void
}

function Choice({ id, index, optionId, isActive, onChoose }: ChoiceProps) {
  const thumbnail = useThumbnail(id)
  const name = usePicture(id)?.prompt
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
    <div
      id={optionId}
      role="option"
      aria-selected={isActive}
      // The field keeps the focus and its caret.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
      className={classes(
        'flex min-h-9 cursor-pointer items-center gap-2 rounded-sm px-2 py-1 text-sm hover:bg-hover max-middle:min-h-11',
        isActive && 'bg-hover',
      )}
    >
      <span data-reference={index + 1} className="reference-mark">
        <span className="sr-only">Image </span>
        {index + 1}
      </span>
      {thumbnail && <img src={thumbnail} alt="" className="chequer h-7 w-auto max-w-14 object-contain" />}
      <span dir="auto" className="truncate">
        {name && showHidden(name)}
      </span>
    </div>
  )
}

/** Inserts text at the caret as if typed, so that the browser's own undo works. */
function insertText(field: HTMLTextAreaElement | null, text: string, onChange: (text: string) => void): void {
  if (!field) return
  field.focus()
  if (document.execCommand?.('insertText', false, text)) return
  const { selectionStart, selectionEnd, value } = field
  onChange(value.slice(0, selectionStart) + text + value.slice(selectionEnd))
}

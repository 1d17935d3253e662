import { Plus, X } from 'lucide-react'
import { type FormEvent, useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import { useStore } from '#store/queries.ts'
import { Button } from '#ui/button.tsx'
import { showHidden } from '#ui/show-hidden.ts'
import { TextField } from '#ui/text-field.tsx'
import type { Subject } from './act.ts'
import { allTagsLabel, askFor } from './asked-dialog.ts'
import { imageCommandsOf } from './image-commands.ts'
import { readTags, suggestTags } from './tag-words.ts'
import { useKnownTags } from './use-known-tags.ts'
import { useLiveImages } from './use-live-images.ts'

interface TagFormProps {
  images: Subject
  onClose: () => void
}

const mostLetters = 5_000

/** The tags and the note of one image or of several at once. */
export function TagForm({ images, onClose }: TagFormProps) {
  const shown = useLiveImages(images)
  return (
    <div className="flex flex-col gap-4 p-4">
      {images.length > 1 && <p className="text-soft text-sm">{`${images.length.toLocaleString('en')} images`}</p>}
      <Tags images={shown} />
      <Note images={shown} />
      <div className="-ml-2 flex items-center justify-between gap-2">
        <Button variant="quiet" onClick={() => askFor({ kind: 'all-tags' })}>
          {allTagsLabel}
        </Button>
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}

function Tags({ images }: { images: Subject }) {
  const commands = imageCommandsOf(useStore())
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => focusFirst(field.current), [])
  const [typed, setTyped] = useState('')
  const known = (useKnownTags() ?? []).map(({ value }) => value)
  const own = countTags(images)
  const everywhere = own.filter(({ count }) => count === images.length).map(({ tag }) => tag)
  const suggested = suggestTags(typed, known, everywhere)
  const add = (tags: readonly string[]) => {
    setTyped('')
    void commands.tag(images, tags, true)
  }
  const onAdd = (event: FormEvent) => {
    event.preventDefault()
    add(readTags(typed, known))
  }
  return (
    <>
      {own.length > 0 && (
        <ul aria-label="Tags" className="flex flex-wrap gap-1">
          {own.map(({ tag, count }) => (
            <li key={tag}>
              <Chip
                label={`Remove tag ${tag}`}
                text={count === images.length ? tag : `${tag} (${count} of ${images.length})`}
                removes
                onPress={() => void commands.tag(images, [tag], false)}
              />
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={onAdd} className="flex items-end gap-2">
        <div className="flex-1">
          <TextField
            ref={field}
            label="Add tags"
            value={typed}
            onChange={setTyped}
            placeholder="client, hero"
            maxLength={300}
          />
        </div>
        <Button type="submit" disabled={readTags(typed, known).length === 0}>
          Add
        </Button>
      </form>
      {suggested.length > 0 && (
        <ul aria-label="Suggested tags" className="flex flex-wrap gap-1">
          {suggested.map((tag) => (
            <li key={tag}>
              <Chip label={`Add tag ${tag}`} text={tag} onPress={() => add([tag])} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** Unless something else in the dialog has the focus; not on a touch screen, where a keyboard would cover the rest. */
function focusFirst(field: HTMLInputElement | null): void {
  const isTouch = window.matchMedia('(pointer: coarse)').matches
  if (!isTouch && field && document.activeElement === field.closest('dialog')) field.focus()
}

interface ChipProps {
  label: string
  text: string
  removes?: boolean
  onPress: () => void
}

function Chip({ label, text, removes = false, onPress }: ChipProps) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onPress}
      className="inline-flex h-7 max-w-full items-center gap-1 rounded-sm border border-line bg-raised px-2 text-soft text-xs hover:border-line-strong hover:text-ink max-middle:h-11"
    >
      {!removes && <Plus size={12} aria-hidden />}
      <span dir="auto" className="truncate">
        {showHidden(text)}
      </span>
      {removes && <X size={12} aria-hidden />}
    </button>
  )
}

function Note({ images }: { images: Subject }) {
  const id = useId()
  const commands = imageCommandsOf(useStore())
  const notes = new Set(images.map(({ marks }) => marks?.note ?? ''))
  const [stored = ''] = notes.size === 1 ? notes : []
  const [typed, setTyped] = useState<string>()
  const keep = () => {
    if (typed === undefined) return
    setTyped(undefined)
    void commands.note(images, typed.trim())
  }
  // Escape closes the dialog while the field has the focus, so it is not left first.
  const onClosed = useEffectEvent(keep)
  useEffect(() => () => onClosed(), [])
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-soft text-xs">
        Note
      </label>
      <textarea
        id={id}
        dir="auto"
        rows={3}
        value={typed ?? stored}
        maxLength={mostLetters}
        placeholder={notes.size > 1 ? 'The images have different notes' : ''}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        onBlur={keep}
        className="field block w-full resize-y rounded-sm border border-line bg-raised px-2.5 py-1.5 text-ink text-sm placeholder:text-faint hover:border-line-strong"
      />
    </div>
  )
}

/** Every tag that one of the images has, with how many of them have it, in alphabetical order. */
function countTags(images: Subject): { tag: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { marks } of images) for (const tag of marks?.tags ?? []) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].map(([tag, count]) => ({ tag, count })).sort((a, b) => a.tag.localeCompare(b.tag))
}

import { Eraser, Trash2 } from 'lucide-react'
import { type RefObject, useId } from 'react'
import { changeMark, clearMarks, insertMarkWords } from '#acts/annotate-commands.ts'
import { type Mark, type MarkColour, markColours } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { coloursOfSources, markColourLevels, sourceOfColour } from '#domain/mark-drawing.ts'
import { findFamily } from '#models/catalogue.ts'
import { useStore } from '#store/queries.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { Segments } from '#ui/segments.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import type { AnnotateEvent, AnnotateTool, MarkKind } from './annotate-tool.ts'
import { describeMark } from './mark-layer.tsx'
import { ToolBar } from './tool-bar.tsx'

const kinds: readonly { value: MarkKind; label: string }[] = [
  { value: 'arrow', label: 'Arrow' },
  { value: 'box', label: 'Box' },
  { value: 'ellipse', label: 'Ellipse' },
  { value: 'pen', label: 'Pen' },
  { value: 'pin', label: 'Pin' },
  { value: 'note', label: 'Note' },
]
const plainColours = markColours.slice(0, 4)
/** Models follow fewer marks more reliably. */
const manyMarks = 8
const longestNote = 200

interface AnnotateOptionsProps {
  /** The text field for the note of the selected mark. */
  words: RefObject<HTMLInputElement | null>
  base: PictureId
  marks: readonly Mark[]
  tool: AnnotateTool
  send(event: AnnotateEvent): void
  selected: Mark | undefined
  onDelete(mark: Mark): void
  /** Called when Enter or Escape leaves the field. */
  onBack(): void
  onLeave(): void
}

export function AnnotateOptions(props: AnnotateOptionsProps) {
  const { words, base, marks, tool, send, selected, onDelete, onBack, onLeave } = props
  const store = useStore()
  const chooseColour = (colour: MarkColour) => {
    send({ kind: 'colour', colour })
    if (selected) changeMark(store, base, { ...selected, colour }, 'colour of mark')
  }
  return (
    <ToolBar
      label="Annotate options"
      status={<Facts count={marks.length} />}
      actions={
        <Button
          className="shrink-0"
          disabled={marks.length === 0}
          onClick={() => insertMarkWords(store, base)}
          data-tip="Tells the model in the prompt what the marks mean"
        >
          Insert in prompt
        </Button>
      }
      onLeave={onLeave}
    >
      <Segments
        label="Mark"
        hideLabel
        value={tool.kind}
        options={kinds}
        onChange={(kind) => send({ kind: 'choose', mark: kind as MarkKind })}
      />
      <Colours value={selected?.colour ?? tool.colour} sourceCount={useSourceCount(base)} onChange={chooseColour} />
      <IconButton
        label="Clear marks"
        icon={Eraser}
        disabled={marks.length === 0}
        onClick={() => clearMarks(store, base)}
      />
      {selected && (
        <span className="flex shrink-0 items-center gap-1 max-middle:w-full">
          <input
            ref={words}
            type="text"
            dir="auto"
            maxLength={longestNote}
            aria-label={`Text of ${describeMark({ ...selected, note: '' })}`}
            placeholder="What to do there"
            value={selected.note}
            onChange={({ currentTarget: { value: note } }) =>
              changeMark(store, base, { ...selected, note }, 'text of mark', 'mark text')
            }
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== 'Escape') return
              // The keys belong to an input method while it composes; Safari shows that only by the code 229.
              if (event.nativeEvent.isComposing || event.keyCode === 229) return
              event.preventDefault()
              event.stopPropagation()
              onBack()
            }}
            className="h-7 w-44 rounded-sm border border-line bg-ground px-2 text-ink text-sm max-middle:h-11 max-middle:flex-1 max-middle:text-base"
          />
          <IconButton label="Delete mark" icon={Trash2} onClick={() => onDelete(selected)} />
        </span>
      )}
    </ToolBar>
  )
}

function Facts({ count }: { count: number }) {
  const family = useWorkspace((state) => findFamily(state.family))
  const where = family?.marksAs === 'reference' ? 'a marked copy is sent too' : 'sent with the image'
  const words =
    count === 0 ? 'Draw what the model should look at' : `${count === 1 ? '1 mark' : `${count} marks`} · ${where}`
  return (
    <span role="status" className="shrink-0 text-soft text-xs">
      {count > manyMarks ? `${count} marks · fewer are followed better` : words}
    </span>
  )
}

/** How many sources the form has with the marked image, which becomes the first. */
function useSourceCount(base: PictureId): number {
  return useWorkspace(({ family, sources }) => {
    const others = (sources[family] ?? []).filter((id) => id !== base).length
    return Math.min(1 + others, findFamily(family)?.maxSources ?? 1)
  })
}

interface ColoursProps {
  value: MarkColour
  sourceCount: number
  onChange(colour: MarkColour): void
}

/** Those of the other sources carry their numbers: a mark in such a colour is about that image. */
function Colours({ value, sourceCount, onChange }: ColoursProps) {
  const id = useId()
  const colours = new Set<MarkColour>([...plainColours, ...coloursOfSources(sourceCount), value])
  const nameOf = (colour: MarkColour) => {
    const source = sourceOfColour(colour, sourceCount)
    return `${colour[0]?.toUpperCase()}${colour.slice(1)}${source === undefined ? '' : `, image ${source}`}`
  }
  return (
    <span role="radiogroup" aria-label="Colour" className="flex shrink-0 gap-0.5">
      {[...colours].map((colour) => (
        <label
          key={colour}
          data-tip={nameOf(colour)}
          className="relative flex size-7 cursor-pointer items-center justify-center rounded-sm border border-transparent has-checked:border-ink has-focus-visible:outline-2 has-focus-visible:outline-ink max-middle:size-11"
        >
          <input
            type="radio"
            name={id}
            aria-label={nameOf(colour)}
            checked={colour === value}
            onChange={() => onChange(colour)}
            className="absolute inset-0 m-0 cursor-pointer appearance-none opacity-0"
          />
          <span
            aria-hidden
            className="size-4 rounded-full border border-[#000] text-center font-semibold text-[10px] text-[#000] leading-3.5 forced-color-adjust-none"
            style={{ background: `rgb(${markColourLevels[colour].join(' ')})` }}
          >
            {sourceOfColour(colour, sourceCount)}
          </span>
        </label>
      ))}
    </span>
  )
}

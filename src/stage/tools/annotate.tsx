import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { addMark, changeMark, deleteMark } from '#acts/annotate-commands.ts'
import { closeAct } from '#acts/app-acts.ts'
import { drawMarkAct } from '#acts/tool-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { emptyDocument, type Mark } from '#domain/edit.ts'
import { markLineWidth, moveMark, resizeMark } from '#domain/mark-drawing.ts'
import type { Picture } from '#domain/picture.ts'
import { useStore } from '#store/queries.ts'
import { useEditOf, useWorkspace } from '#workspace/workspace.ts'
import type { Zoom } from '../use-zoom.ts'
import { AnnotateOptions } from './annotate-options.tsx'
import {
  type AnnotateCommand,
  type AnnotateEvent,
  dragged,
  previewOf,
  startAnnotateTool,
  stepAnnotateTool,
} from './annotate-tool.ts'
import { arrows, useDrawInput } from './draw-input.ts'
import { MarkLayer } from './mark-layer.tsx'

interface AnnotateProps {
  picture: Picture
  zoom: Zoom
}

/** Step of an arrow key, in screen pixels. */
const nudgePx = 8
const noHover = () => undefined

/** The tool that draws marks for the model: its options as one bar, and the marks over the image. */
export function Annotate({ picture, zoom }: AnnotateProps) {
  const { marks } = useEditOf(picture.id)?.document ?? emptyDocument(picture.id)
  const words = useRef<HTMLInputElement>(null)
  const [newNotes, setNewNotes] = useState(0)
  const { tool, send } = useAnnotateTool(picture, marks, () => setNewNotes((count) => count + 1))
  // A note is text: it is written at once. The field is there after the next render.
  useEffect(() => {
    if (newNotes > 0) words.current?.focus()
  }, [newNotes])
  const store = useStore()
  const selected = marks.find(({ id }) => id === tool.selected)
  const width = markLineWidth(picture)
  const leave = () => useWorkspace.getState().takeTool(undefined)
  const isDrawing = tool.draft !== undefined || tool.drag !== undefined || tool.cursor !== undefined
  useActKey(closeAct, () => (isDrawing || selected ? send({ kind: 'cancel' }) : leave()))
  useActKey(drawMarkAct, () => (tool.cursor ? send({ kind: 'stamp' }) : leave()))
  const remove = (mark: Mark) => {
    deleteMark(store, picture.id, mark.id)
    zoom.viewport.current?.focus({ preventScroll: true })
  }
  // Otherwise the key would move the image to the bin.
  const onDelete = selected && (() => remove(selected))
  useDrawInput({ viewport: zoom.viewport, placement: zoom.placement, send, hover: noHover, onDelete })
  const onKey = (mark: Mark, event: KeyboardEvent) => {
    const arrow = arrows[event.key]
    if (arrow) {
      const by = nudgePx / (zoom.placement?.scale ?? 1)
      const [dx, dy] = [arrow[0] * by, arrow[1] * by]
      const next = event.shiftKey ? resizeMark(mark, dx, dy, 2 * width) : moveMark(mark, dx, dy)
      const label = event.shiftKey ? 'resize mark' : 'move mark'
      changeMark(store, picture.id, next, label, label)
    } else if (event.key === 'Delete' || event.key === 'Backspace') remove(mark)
    else if (event.key === 'Enter') words.current?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const preview = previewOf(tool, picture)
  return (
    <>
      <AnnotateOptions
        words={words}
        base={picture.id}
        marks={marks}
        tool={tool}
        send={send}
        selected={selected}
        onDelete={remove}
        onBack={() => zoom.viewport.current?.focus({ preventScroll: true })}
        onLeave={leave}
      />
      {zoom.viewport.current &&
        zoom.placement &&
        createPortal(
          <MarkLayer
            marks={marks.map((mark) => dragged(mark, tool, moveMark))}
            width={width}
            placement={zoom.placement}
            selected={tool.selected}
            preview={preview && { id: 'preview', n: nextNumber(marks), colour: tool.colour, note: '', ...preview }}
            onKey={onKey}
            onFocus={(mark) => send({ kind: 'select', id: mark.id })}
          />,
          zoom.viewport.current,
        )}
    </>
  )
}

function nextNumber(marks: readonly Mark[]): number {
  return Math.max(0, ...marks.map(({ n }) => n)) + 1
}

/** The state of the tool; performs its steps at once. */
/** `writeNote`: called when a note was placed. */
function useAnnotateTool(picture: Picture, marks: readonly Mark[], writeNote: () => void) {
  const store = useStore()
  const [tool, setTool] = useState(startAnnotateTool)
  const now = useRef(tool)
  const marksNow = useRef(marks)
  marksNow.current = marks

  function act(command: AnnotateCommand) {
    if (command.kind === 'add') {
      const id = addMark(store, picture.id, command.figure, command.colour)
      send({ kind: 'select', id })
      if (command.figure.kind === 'note') writeNote()
      return
    }
    const mark = marksNow.current.find(({ id }) => id === command.id)
    if (mark) changeMark(store, picture.id, moveMark(mark, command.dx, command.dy), 'move mark')
  }
  function send(event: AnnotateEvent) {
    const [next, commands] = stepAnnotateTool(now.current, event, picture)
    now.current = next
    setTool(next)
    for (const command of commands) act(command)
  }
  return { tool, send }
}

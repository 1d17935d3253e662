import { type ComponentType, lazy, Suspense, useEffect, useEffectEvent, useState } from 'react'
import { ownDragType } from '#acts/drag.ts'
import type { ModelFamily } from '#models/model.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import type { DropOverlayProps } from './drop-overlay.tsx'
import { describeLimit } from './source-bench.ts'
import { type Brought, isWanted, readTransfer } from './transfer.ts'
import type { SourceDesk } from './use-source-desk.ts'

/** Loaded with the first drag. Should that fail, a drop anywhere still makes a source. */
const DropOverlay = lazy(async (): Promise<{ default: ComponentType<DropOverlayProps> }> => {
  const loaded = await import('./drop-overlay.tsx').catch(() => undefined)
  return { default: loaded?.DropOverlay ?? (() => null) }
})

/** Takes what is dropped on the window or pasted into it. No file ever opens in place of the page. */
export function WindowDrop({ family, desk }: { family: ModelFamily; desk: SourceDesk }) {
  const takeAsSource = (brought: Brought) => {
    if (brought.files.length === 0 && !brought.link) return
    desk.add(brought)
    useWorkspace.getState().show('create')
  }
  const [isOver, setIsOver] = useWindowDrop(takeAsSource)
  usePaste(takeAsSource)
  if (!isOver) return null

  const after = (act: (files: readonly File[]) => void) => (files: readonly File[]) => {
    setIsOver(false)
    act(files)
  }
  return (
    <Suspense>
      <DropOverlay
        sourceTitle={family.maxSources === 1 ? 'Edit this image' : 'Add as reference'}
        limit={`${family.title} takes ${describeLimit(family)}`}
        onSources={after((files) => takeAsSource({ files }))}
        onGallery={after(desk.keepInGallery)}
      />
    </Suspense>
  )
}

/** Whether something is dragged over the window from outside. A drop that no zone took goes to `onDrop`. */
function useWindowDrop(onDrop: (brought: Brought) => void) {
  const [isOver, setIsOver] = useState(false)
  const onDrag = useEffectEvent((event: DragEvent) => {
    if (!isWanted(event.dataTransfer)) return
    // Without this the browser takes no drop, or opens the file itself.
    event.preventDefault()
    if (!isOver && !isDialogOpen()) setIsOver(true)
  })
  const onLanding = useEffectEvent((event: DragEvent) => {
    const isTaken = event.defaultPrevented
    if (!event.dataTransfer || !isWanted(event.dataTransfer)) return
    event.preventDefault()
    const brought = readTransfer(event.dataTransfer)
    // A zone takes files and closes the overlay when it has them; a link that lands on it comes through.
    if (isTaken && !brought.link) return
    setIsOver(false)
    if (!isDialogOpen()) onDrop(brought)
  })

  useEffect(() => {
    const ending = new AbortController()
    const listening = { signal: ending.signal }
    // What starts in this page is not brought in. The mark travels with the drag: its "dragend" is lost when the element
    // that was dragged leaves the document.
    window.addEventListener('dragstart', (event) => event.dataTransfer?.setData(ownDragType, ''), listening)
    window.addEventListener('dragenter', (event) => onDrag(event), listening)
    window.addEventListener('dragover', (event) => onDrag(event), listening)
    window.addEventListener('drop', (event) => onLanding(event), listening)
    // Leaving for nothing in the page is leaving the window.
    window.addEventListener('dragleave', (event) => event.relatedTarget === null && setIsOver(false), listening)
    return () => ending.abort()
  }, [])

  return [isOver, setIsOver] as const
}

/** Pictures in the clipboard anywhere; the address of one only where no text is being written. */
function usePaste(onPaste: (brought: Brought) => void) {
  const onClipboard = useEffectEvent((event: ClipboardEvent) => {
    if (!event.clipboardData || event.defaultPrevented || isDialogOpen()) return
    const isWriting =
      event.target instanceof Element && event.target.matches('textarea, input:not([type=file], [type=radio])')
    // Documents are copied as text and as a picture of it; who writes wants the text.
    if (isWriting && event.clipboardData.types.includes('text/plain')) return
    const brought = readTransfer(event.clipboardData)
    if (brought.files.length === 0 && !brought.link) return
    event.preventDefault()
    onPaste(brought)
  })
  useEffect(() => {
    const listen = (event: ClipboardEvent) => onClipboard(event)
    window.addEventListener('paste', listen)
    return () => window.removeEventListener('paste', listen)
  }, [])
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null
}

import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { actWords } from '#acts/act-words.ts'
import { isPicksFile } from '#acts/brought-files.ts'
import { ownDragType } from '#acts/drag.ts'
import type { ModelFamily } from '#models/model.ts'
import { lazyPart } from '#ui/lazy-part.tsx'
import { notify } from '#ui/notices.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { describeLimit } from './source-limit.ts'
import { type Brought, isOnlyNames, isWanted, readDrop, readPaste } from './transfer.ts'
import type { FormSources } from './use-form-sources.ts'

/** Loaded with the first drag. If that fails, a drop anywhere still makes a source. */
const DropOverlay = lazyPart(() => import('./drop-overlay.tsx').then((module) => module.DropOverlay))

/** Accepts what is dropped on the window or pasted into it. A file never replaces the page. */
export function WindowDrop({ family, sources }: { family: ModelFamily; sources: FormSources }) {
  const takeAsSource = (brought: Brought) => {
    if (isNothing(brought)) {
      notify({ text: 'Only images can be dropped here.' })
      return
    }
    sources.add(brought)
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
    <DropOverlay
      waiting={null}
      sourceTitle={(family.maxSources === 1 ? actWords.edit : actWords.addReference).label}
      limit={`${family.title} takes ${describeLimit(family)}`}
      onSources={after((files) => takeAsSource({ files }))}
      onGallery={after(sources.keepInGallery)}
    />
  )
}

/** A drag over the window sends an event at least twice a second. */
const silenceMs = 1_500

/** Whether something is dragged over the window from outside. A drop outside the zones goes to `onDrop`. */
function useWindowDrop(onDrop: (brought: Brought) => void) {
  const [isOver, setIsOver] = useState(false)
  const silence = useRef<ReturnType<typeof setTimeout>>(undefined)
  const onDrag = useEffectEvent((event: DragEvent) => {
    if (!isWanted(event.dataTransfer)) return
    // Otherwise the browser would refuse the drop, or open the file itself.
    event.preventDefault()
    if (isDialogOpen()) return
    setIsOver(true)
    clearTimeout(silence.current)
    silence.current = setTimeout(() => setIsOver(false), silenceMs)
  })
  const onLanding = useEffectEvent((event: DragEvent) => {
    const isTaken = event.defaultPrevented
    setIsOver(false)
    if (!event.dataTransfer || !isWanted(event.dataTransfer)) return
    event.preventDefault()
    const brought = readDrop(event.dataTransfer)
    // A zone takes files only; anything else that is dropped on it is handled here.
    if (isTaken && brought.files.length > 0) return
    if (!isDialogOpen()) return onDrop(brought)
    // A client's picks change no form, so a dialog is no reason to refuse them.
    const picks = brought.files.filter(isPicksFile)
    if (picks.length > 0) onDrop({ files: picks })
    else notify({ text: 'Close the dialog, then drop it again.' })
  })

  useEffect(() => {
    const ending = new AbortController()
    const listening = { signal: ending.signal }
    // A drag that starts in this page is not an import. It is marked in its data, because its "dragend" is lost if the
    // dragged element is removed from the document.
    window.addEventListener('dragstart', (event) => event.dataTransfer?.setData(ownDragType, ''), listening)
    window.addEventListener('dragenter', (event) => onDrag(event), listening)
    window.addEventListener('dragover', (event) => onDrag(event), listening)
    window.addEventListener('drop', (event) => onLanding(event), listening)
    // Without a related target, the drag leaves the window.
    window.addEventListener('dragleave', (event) => event.relatedTarget === null && setIsOver(false), listening)
    // A browser does not always report the end of a drag from outside. During one it sends none of these events.
    for (const type of ['pointermove', 'keydown', 'blur']) {
      window.addEventListener(type, () => setIsOver(false), listening)
    }
    return () => {
      ending.abort()
      clearTimeout(silence.current)
    }
  }, [])

  return [isOver, setIsOver] as const
}

/** Images in the clipboard anywhere; an address only if no text field has the focus. */
function usePaste(onPaste: (brought: Brought) => void) {
  const onClipboard = useEffectEvent((event: ClipboardEvent) => {
    if (!event.clipboardData || event.defaultPrevented || isDialogOpen()) return
    const isWriting =
      event.target instanceof Element && event.target.matches('textarea, input:not([type=file], [type=radio])')
    // Documents are copied as text and as an image of it; in a text field the text is meant.
    if (isWriting && event.clipboardData.types.includes('text/plain') && !isOnlyNames(event.clipboardData)) return
    const brought = readPaste(event.clipboardData)
    if (isNothing(brought)) return
    event.preventDefault()
    onPaste(brought)
  })
  useEffect(() => {
    const listen = (event: ClipboardEvent) => onClipboard(event)
    window.addEventListener('paste', listen)
    return () => window.removeEventListener('paste', listen)
  }, [])
}

function isNothing({ files, link }: Brought): boolean {
  return files.length === 0 && !link
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null
}

import { useEffect, useEffectEvent, useRef } from 'react'
import { findAct, isTextSelected, placeOf, type StageView, type ViewAct } from '#acts/act.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import { performKey } from '#acts/image-keys.ts'
import { toolActs } from '#acts/tool-acts.ts'
import { viewActs } from '#acts/view-acts.ts'
import type { Picture } from '#domain/picture.ts'

interface StageKeys {
  picture: Picture
  view: StageView
  commands: ImageCommands
}

const stageActs = [...viewActs, ...toolActs]

/**
 * The keys of the stage. Those for the image work while the focus is in the stage; those for the view also in the
 * gallery, where a tile handles the keys for its own image first.
 */
export function useStageKeys({ picture, view, commands }: StageKeys): void {
  const held = useRef<{ act: ViewAct; key: string; code: string }>(undefined)
  const release = useEffectEvent(() => {
    held.current?.act.release?.(view)
    held.current = undefined
  })
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const place = placeOf(event.target)
    if (!place || (place === 'stage' && performKey(event, place, [picture], commands))) return
    const act = findAct(stageActs, event, place)
    if (!act) return
    event.preventDefault()
    act.perform(view)
    if (act.release) held.current = { act, key: event.key.toLowerCase(), code: event.code }
  })
  const onKeyUp = useEffectEvent((event: KeyboardEvent) => {
    const { key, code } = held.current ?? {}
    if (event.key.toLowerCase() === key || (code !== '' && event.code === code)) release()
  })

  // "Copy" from the browser's menu: there was no key press, and without selected text it means the image.
  const onCopy = useEffectEvent((event: ClipboardEvent) => {
    const isText = isTextSelected() || (event.target instanceof Element && event.target.matches('input, textarea'))
    if (event.defaultPrevented || isText || placeOf(event.target) === 'gallery') return
    event.preventDefault()
    void commands.copy(picture)
  })

  useEffect(() => {
    const ending = new AbortController()
    const listening = { signal: ending.signal }
    window.addEventListener('keydown', (event) => onKeyDown(event), listening)
    window.addEventListener('keyup', (event) => onKeyUp(event), listening)
    window.addEventListener('copy', (event) => onCopy(event), listening)
    // A window that loses the focus gets no keyup event.
    window.addEventListener('blur', () => release(), listening)
    return () => ending.abort()
  }, [])
}

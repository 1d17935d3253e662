import { useEffect, useEffectEvent } from 'react'
import type { PictureActions } from '#acts/picture-actions.ts'
import type { Picture } from '#domain/picture.ts'
import { useShortcut } from '#ui/shortcut.ts'
import type { Zoom } from './use-zoom.ts'

interface StageKeys {
  picture: Picture
  zoom: Zoom
  actions: PictureActions
  onCompare: () => void
  onBefore: (held: boolean) => void
  onBin: () => void
}

/** The keys of the picture on the stage, wherever the focus is, unless somebody types or the grid takes them first. */
export function useStageKeys({ picture, zoom, actions, onCompare, onBefore, onBin }: StageKeys): void {
  const inGallery = picture.shelf !== 'bin'
  useShortcut('plus', zoom.zoomIn)
  useShortcut('=', zoom.zoomIn)
  useShortcut('-', zoom.zoomOut)
  useShortcut('0', zoom.fit)
  useShortcut('1', zoom.full)
  useShortcut('b', () => onBefore(true))
  useShortcut('c', onCompare)
  useShortcut('u', () => actions.takeAsInput(picture))
  useShortcut('r', () => actions.recallSettings(picture))
  useShortcut('d', () => void actions.download(picture))
  useShortcut('x', onBin, inGallery)
  useRelease('b', () => onBefore(false))
  useCopy(() => void actions.copy(picture))
}

/** Held keys end when they are let go, or when the window loses them. */
function useRelease(key: string, onRelease: () => void): void {
  const release = useEffectEvent(onRelease)
  useEffect(() => {
    const onKeyUp = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === key) release()
    }
    const onBlur = () => release()
    window.addEventListener('keyup', onKeyUp)
    window.addEventListener('blur', onBlur)
    return () => {
      window.removeEventListener('keyup', onKeyUp)
      window.removeEventListener('blur', onBlur)
    }
  }, [key])
}

/** Ctrl or ⌘ C copies the picture where it would copy no text. */
function useCopy(onCopy: () => void): void {
  const copy = useEffectEvent((event: ClipboardEvent) => {
    const isText = document.activeElement?.matches('input, textarea, select') || getSelection()?.isCollapsed === false
    if (event.defaultPrevented || isText || document.querySelector('dialog[open]')) return
    event.preventDefault()
    onCopy()
  })
  useEffect(() => {
    const listen = (event: ClipboardEvent) => copy(event)
    document.addEventListener('copy', listen)
    return () => document.removeEventListener('copy', listen)
  }, [])
}

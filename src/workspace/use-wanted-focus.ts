import { type RefObject, useEffect, useEffectEvent } from 'react'
import { useWorkspace } from './workspace.ts'

/** The prompt's part of `focusPrompt`: puts the cursor at its end, even if the act has changed the form. */
export function useWantedFocus(prompt: RefObject<HTMLTextAreaElement | null>): void {
  const isWanted = useWorkspace((state) => state.wantsPrompt)
  useEffect(() => {
    if (!isWanted) return
    // A file input takes the focus back when its dialog closes, after its change event.
    const frame = requestAnimationFrame(() => {
      const field = prompt.current
      if (!field) return
      useWorkspace.setState({ wantsPrompt: false })
      field.focus()
      field.setSelectionRange(field.value.length, field.value.length)
    })
    return () => cancelAnimationFrame(frame)
  }, [isWanted, prompt])
}

/** The stage's part of `focusStage`: focuses the element that takes its keys. */
export function useWantedStage(target: () => HTMLElement | null | undefined): void {
  const isWanted = useWorkspace((state) => state.wantsStage)
  const focus = useEffectEvent(() => {
    useWorkspace.setState({ wantsStage: false })
    target()?.focus({ preventScroll: true })
  })
  useEffect(() => {
    if (isWanted) focus()
  }, [isWanted])
}

import { type RefObject, useEffect } from 'react'
import { useWorkspace } from './workspace.ts'

/** The prompt's half of `focusPrompt`: puts the cursor at its end, also when the act has changed the form meanwhile. */
export function useWantedFocus(prompt: RefObject<HTMLTextAreaElement | null>): void {
  const isWanted = useWorkspace((state) => state.wantsPrompt)
  useEffect(() => {
    if (!isWanted) return
    // A file field takes the focus back as its dialog closes, after it has told of the files.
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

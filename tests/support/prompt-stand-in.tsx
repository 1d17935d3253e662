import { useRef } from 'react'
import { useWantedFocus } from '#workspace/use-wanted-focus.ts'

/** A prompt field for screens that are rendered without the form. */
export function PromptStandIn({ text }: { text?: string }) {
  const field = useRef<HTMLTextAreaElement>(null)
  useWantedFocus(field)
  return <textarea ref={field} aria-label="Prompt" defaultValue={text} />
}

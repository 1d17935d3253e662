import { useRef } from 'react'
import { useWantedFocus } from '#workspace/use-wanted-focus.ts'

/** The prompt for screens that are shown without the form. */
export function PromptStandIn({ text }: { text?: string }) {
  const field = useRef<HTMLTextAreaElement>(null)
  useWantedFocus(field)
  return <textarea ref={field} aria-label="Prompt" defaultValue={text} />
}

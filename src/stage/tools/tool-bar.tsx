import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { closeAct } from '#acts/app-acts.ts'
import { IconButton } from '#ui/button.tsx'

interface ToolBarProps {
  /** Name of the bar: "Crop options". */
  label: string
  onLeave(): void
  children: ReactNode
}

/**
 * The options of the open tool, above the image. It has the same height for every tool, so that the image keeps its place
 * when another one is opened; see `stage.css`. On a narrow window it scrolls.
 */
export function ToolBar({ label, onLeave, children }: ToolBarProps) {
  return (
    <section aria-label={label} className="tool-bar">
      <div className="tool-bar-options">{children}</div>
      <IconButton label="Leave tool" icon={Check} shortcut={closeAct.keys[0]} onClick={onLeave} />
    </section>
  )
}

import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface EmptyProps {
  icon?: LucideIcon | undefined
  title: string
  children?: ReactNode
}

/** Shown where there is nothing yet, with what to do about it. */
export function Empty({ icon: Icon, title, children }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-8 text-center text-faint text-sm">
      {Icon && <Icon size={20} strokeWidth={1.5} aria-hidden />}
      <p className="font-medium text-soft">{title}</p>
      {children}
    </div>
  )
}

import type { ReactNode } from 'react'

interface GalleryHeadProps {
  title: string
  /** `undefined` until all are read. */
  count: number | undefined
  children: ReactNode
}

/** The line above the grid: what is shown, how much, and buttons for other views. */
export function GalleryHead({ title, count, children }: GalleryHeadProps) {
  return (
    <div className="flex h-11 shrink-0 items-center gap-2 border-line border-b pr-1 pl-3">
      <h2 className="font-medium text-ink text-sm">{title}</h2>
      {count !== undefined && <span className="text-faint text-xs">{count.toLocaleString('en')}</span>}
      <div className="ml-auto flex items-center">{children}</div>
    </div>
  )
}

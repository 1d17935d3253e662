import { Images, type LucideIcon, SquarePen } from 'lucide-react'
import { useDropzone } from 'react-dropzone'
import { classes } from '#ui/classes.ts'

export interface DropOverlayProps {
  /** What a drop on the larger zone does. */
  sourceTitle: string
  limit: string
  onSources: (files: readonly File[]) => void
  onGallery: (files: readonly File[]) => void
}

/** Covers the window while a file is dragged in. The two zones fill it completely. */
export function DropOverlay({ sourceTitle, limit, onSources, onGallery }: DropOverlayProps) {
  return (
    <div className="fixed inset-0 z-50 flex gap-4 bg-veil p-4 max-middle:flex-col">
      <Zone title={sourceTitle} hint={limit} icon={SquarePen} className="grow-2" onFiles={onSources} />
      <Zone title="Add to gallery" hint="Stays on this computer" icon={Images} className="grow" onFiles={onGallery} />
    </div>
  )
}

interface ZoneProps {
  title: string
  hint: string
  icon: LucideIcon
  className: string
  onFiles: (files: readonly File[]) => void
}

function Zone({ title, hint, icon: Icon, className, onFiles }: ZoneProps) {
  const { getRootProps, isDragActive } = useDropzone({
    noClick: true,
    noKeyboard: true,
    noPaste: true,
    // The window's own listeners prevent other drops from opening a file.
    preventDropOnDocument: false,
    onDrop: (files) => onFiles(files),
  })
  return (
    <div
      {...getRootProps({ role: 'presentation', tabIndex: -1 })}
      className={classes(
        'flex basis-0 flex-col items-center justify-center gap-2 rounded-lg border border-dashed bg-panel/90 text-center transition-colors',
        isDragActive ? 'border-accent text-ink' : 'border-line-strong text-soft',
        className,
      )}
    >
      <Icon size={24} strokeWidth={1.5} aria-hidden />
      <span className="font-medium text-base">{title}</span>
      <span className="text-faint text-xs">{hint}</span>
    </div>
  )
}

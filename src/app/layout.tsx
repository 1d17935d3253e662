import { Images, ListChecks, type LucideIcon, Maximize2, Minimize2, SquarePen, Undo2 } from 'lucide-react'
import { type CSSProperties, type ReactNode, useState } from 'react'
import { useWorkCount } from '#runs/work-count.ts'
import { Button } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { Divider } from '#ui/divider.tsx'
import { useWorkspace, type View } from '#workspace/workspace.ts'
import { Count } from './header.tsx'

interface LayoutProps {
  header: ReactNode
  create: ReactNode
  stage: ReactNode
  gallery: ReactNode
  /** The list of tasks as a view of its own, on a phone. */
  tasks: ReactNode
}

const createPx = { min: 360, max: 420 }
const galleryPx = { min: 320, max: 560 }
const within = (px: number, { min, max }: typeof createPx) => Math.min(max, Math.max(min, px))

/**
 * The room. One set of columns for every width: wide, they stand side by side; in the middle the gallery is a strip below; on a
 * phone one of them shows at a time. Classes repeat in index.html, so that nothing moves when the page takes over.
 */
export function Layout({ header, create, stage, gallery, tasks }: LayoutProps) {
  const view = useWorkspace((state) => state.view)
  const adjust = useWorkspace((state) => state.adjust)
  const createWidth = useWorkspace((state) => within(state.createWidth, createPx))
  const galleryWidth = useWorkspace((state) => within(state.galleryWidth, galleryPx))
  const [galleryOpen, setGalleryOpen] = useState(false)
  const widths = { '--create': `${createWidth}px`, '--gallery': `${galleryWidth}px` } as CSSProperties
  const onlyIn = (mine: View) => view !== mine && 'max-middle:hidden'
  const behindGallery = galleryOpen && 'middle:max-wide:hidden'

  return (
    <div className="room">
      {header}
      <main className={classes('columns', galleryOpen && 'columns-gallery')} style={widths}>
        <section aria-label="Create" className={classes('area-create', onlyIn('create'), behindGallery)}>
          <div className="relative min-h-0 flex-1">{create}</div>
        </section>
        <Divider
          label="Resize Create"
          side="left"
          {...createPx}
          value={createWidth}
          onChange={(px) => adjust({ createWidth: px })}
          className={classes('max-middle:hidden', behindGallery)}
        />
        <section aria-label="Stage" className={classes('area-stage', onlyIn('stage'), behindGallery)}>
          <StageBack />
          <div className="relative min-h-0 flex-1">{stage}</div>
        </section>
        <Divider
          label="Resize Gallery"
          side="right"
          {...galleryPx}
          value={galleryWidth}
          onChange={(px) => adjust({ galleryWidth: px })}
          className="max-wide:hidden"
        />
        <section aria-label="Gallery" className={classes('area-gallery', onlyIn('gallery'))}>
          <div className="flex h-9 shrink-0 items-center justify-end border-line border-b px-1 max-middle:hidden wide:hidden">
            <Button
              variant="quiet"
              icon={galleryOpen ? Minimize2 : Maximize2}
              onClick={() => setGalleryOpen(!galleryOpen)}
            >
              {galleryOpen ? 'Close gallery' : 'Open gallery'}
            </Button>
          </div>
          <div className="relative min-h-0 flex-1">{gallery}</div>
        </section>
        {view === 'tasks' && (
          <section aria-label="Tasks" className="min-h-0 overflow-y-auto bg-panel middle:hidden">
            {tasks}
          </section>
        )}
      </main>
      <BottomBar />
    </div>
  )
}

/** On a phone the stage lies over everything; this leads back to where the picture was chosen. */
function StageBack() {
  const show = useWorkspace((state) => state.show)
  return (
    <div className="flex h-11 shrink-0 items-center border-line border-b bg-panel px-1 middle:hidden">
      <Button variant="quiet" icon={Undo2} onClick={() => show('gallery')}>
        Back
      </Button>
    </div>
  )
}

const places: readonly { view: View; label: string; icon: LucideIcon }[] = [
  { view: 'create', label: 'Create', icon: SquarePen },
  { view: 'tasks', label: 'Tasks', icon: ListChecks },
  { view: 'gallery', label: 'Gallery', icon: Images },
]

function BottomBar() {
  const current = useWorkspace((state) => state.view)
  const show = useWorkspace((state) => state.show)
  const count = useWorkCount()
  return (
    <nav aria-label="Views" className="bottom-bar">
      {places.map(({ view, label, icon: Icon }) => (
        <button
          key={view}
          type="button"
          aria-current={view === current ? 'page' : undefined}
          onClick={() => show(view)}
          className={classes(
            'flex flex-1 flex-col items-center justify-center gap-0.5 text-xs -outline-offset-2 transition-colors',
            view === current ? 'font-medium text-ink' : 'text-faint',
          )}
        >
          <span className="relative">
            <Icon size={18} strokeWidth={1.75} aria-hidden />
            {view === 'tasks' && count > 0 && (
              <span className="-top-1.5 absolute left-3">
                <Count value={count} />
              </span>
            )}
          </span>
          {label}
        </button>
      ))}
    </nav>
  )
}

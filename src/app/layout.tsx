import { Image, Images, ListChecks, type LucideIcon, SquarePen, X } from 'lucide-react'
import { type CSSProperties, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'
import { closeAct, galleryAct } from '#acts/app-acts.ts'
import { useActKey } from '#acts/use-act-key.ts'
import { useWorkCount } from '#runs/work-count.ts'
import { Button } from '#ui/button.tsx'
import { classes } from '#ui/classes.ts'
import { lazyPart } from '#ui/lazy-part.tsx'
import { describeShortcut } from '#ui/shortcut.ts'
import { useWorkspace, type View, type Workspace } from '#workspace/workspace.ts'
import { Count } from './header.tsx'

interface LayoutProps {
  header: ReactNode
  create: ReactNode
  stage: ReactNode
  gallery: ReactNode
  /** The list of tasks as a view of its own, on a phone. */
  tasks: ReactNode
  notices?: ReactNode
  /** Parts that the first screen does not need may be loaded. */
  isSoon: boolean
}

const Divider = lazyPart(() => import('#ui/divider.tsx').then((module) => module.Divider))

const limitsPx = { createWidth: { min: 320, max: 420 }, galleryWidth: { min: 320, max: 560 } } as const
const clamp = (px: number, { min, max }: { min: number; max: number }) => Math.min(max, Math.max(min, px))

const [closeKeys = ''] = closeAct.keys

/** Where a divider will be. */
const hairline = <span className="bg-line max-wide:hidden" />

/**
 * The layout of the page at every width. Wide: three columns. Middle: form and stage, and the gallery opens over both.
 * On a phone one of them is shown at a time. The classes are repeated in index.html, so that nothing moves when the
 * page takes over.
 */
export function Layout({ header, create, stage, gallery, tasks, notices, isSoon }: LayoutProps) {
  const view = useWorkspace((state) => state.view)
  const show = useWorkspace((state) => state.show)
  const isStaged = useWorkspace(showsStage)
  const createWidth = useWorkspace((state) => clamp(state.createWidth, limitsPx.createWidth))
  const galleryWidth = useWorkspace((state) => clamp(state.galleryWidth, limitsPx.galleryWidth))
  const galleryOpen = view === 'gallery'
  const closeGallery = () => show(isStaged ? 'stage' : 'create')
  const areas = useFollowingFocus(galleryOpen, isStaged)
  useActKey(galleryAct, () => {
    areas.follow()
    if (galleryOpen) closeGallery()
    else show('gallery')
  })
  useActKey(closeAct, closeGallery, galleryOpen)
  const widths = { '--create': `${createWidth}px`, '--gallery': `${galleryWidth}px` } as CSSProperties
  const onlyIn = (mine: View) => view !== mine && 'max-middle:hidden'
  const behindGallery = galleryOpen && 'middle:max-wide:hidden'

  return (
    <div className="page">
      {header}
      <main
        className={classes('columns', !isStaged && 'columns-unstaged', galleryOpen && 'columns-gallery')}
        style={widths}
      >
        <section
          aria-label="Create"
          className={classes('area-create', view === 'stage' ? 'area-create-docked' : onlyIn('create'), behindGallery)}
        >
          <div className="relative min-h-0 flex-1">{create}</div>
        </section>
        {isSoon ? <WidthDivider label="Resize Create" side="left" setting="createWidth" /> : hairline}
        <section
          ref={areas.stage}
          aria-label="Stage"
          data-place="stage"
          tabIndex={-1}
          className={classes('area-stage', onlyIn('stage'), behindGallery)}
        >
          <div className="relative min-h-0 flex-1">{stage}</div>
        </section>
        {isSoon ? <WidthDivider label="Resize Gallery" side="right" setting="galleryWidth" /> : hairline}
        <section
          ref={areas.gallery}
          aria-label="Gallery"
          data-place="gallery"
          tabIndex={-1}
          className={classes('area-gallery', onlyIn('gallery'))}
        >
          <div className="relative min-h-0 flex-1">{gallery}</div>
          {galleryOpen && (
            <span className="absolute right-3 bottom-3 z-10 max-middle:hidden">
              <Button
                icon={X}
                data-tip-keys={describeShortcut(closeKeys)}
                data-tip="Close gallery"
                onClick={closeGallery}
              >
                Close gallery
              </Button>
            </span>
          )}
        </section>
        {view === 'tasks' && (
          <section aria-label="Tasks" className="min-h-0 overflow-y-auto bg-panel middle:hidden">
            {tasks}
          </section>
        )}
      </main>
      <BottomBar />
      {notices}
    </div>
  )
}

/** An image or a batch is on the stage. */
const showsStage = ({ selected, batch }: Workspace) => selected !== undefined || batch !== undefined

interface WidthDividerProps {
  label: string
  side: 'left' | 'right'
  /** The setting it changes. */
  setting: keyof typeof limitsPx
}

function WidthDivider({ setting, ...names }: WidthDividerProps) {
  const limits = limitsPx[setting]
  const value = useWorkspace((state) => clamp(state[setting], limits))
  return (
    <Divider
      {...names}
      {...limits}
      value={value}
      onChange={(px) => useWorkspace.getState().adjust({ [setting]: px })}
      className="max-wide:hidden"
      waiting={hairline}
    />
  )
}

/**
 * Moves the focus to what is shown: after a key that opens or closes the gallery, and after an image is chosen in a
 * gallery that is then replaced by the stage. Otherwise no part of the page would receive keys.
 */
function useFollowingFocus(galleryOpen: boolean, isStaged: boolean) {
  const stage = useRef<HTMLElement>(null)
  const gallery = useRef<HTMLElement>(null)
  const follows = useRef(false)
  useEffect(() => {
    if (!follows.current) return
    follows.current = false
    const area = galleryOpen ? gallery.current : stage.current
    area?.focus()
  }, [galleryOpen])
  useLayoutEffect(() => {
    const left = gallery.current
    if (!isStaged || galleryOpen || !left?.contains(document.activeElement)) return
    if (left.checkVisibility?.() === false) stage.current?.focus()
  }, [galleryOpen, isStaged])
  const follow = () => {
    follows.current = true
  }
  return { stage, gallery, follow }
}

const places: readonly { view: View; label: string; icon: LucideIcon }[] = [
  { view: 'stage', label: 'Image', icon: Image },
  { view: 'create', label: 'Create', icon: SquarePen },
  { view: 'tasks', label: 'Tasks', icon: ListChecks },
  { view: 'gallery', label: 'Gallery', icon: Images },
]

function BottomBar() {
  const current = useWorkspace((state) => state.view)
  const show = useWorkspace((state) => state.show)
  const count = useWorkCount()
  const isStaged = useWorkspace(showsStage)
  return (
    <nav aria-label="Views" className="bottom-bar">
      {places
        .filter((place) => place.view !== 'stage' || isStaged)
        .map(({ view, label, icon: Icon }) => (
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

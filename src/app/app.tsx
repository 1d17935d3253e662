import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { ActKeys } from '#acts/act-keys.tsx'
import { exportAsked, watchExport } from '#acts/export-request.ts'
import { Compose } from '#compose/compose.tsx'
import { Gallery } from '#gallery/gallery.tsx'
import { FallbackContext } from '#generation/use-fallback.ts'
import { runScreens } from '#runs/run-screens.ts'
import { TasksPanel } from '#runs/tasks-panel.tsx'
import { useWorkCount } from '#runs/work-count.ts'
import { Stage } from '#stage/stage.tsx'
import { Announcer } from '#ui/announce.tsx'
import { LazyDialog } from '#ui/lazy-dialog.tsx'
import { lazyPart } from '#ui/lazy-part.tsx'
import { topNotice, watchNotices } from '#ui/notices.tsx'
import { useLoaded } from '#ui/use-loaded.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { Banners } from './banner.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Header } from './header.tsx'
import { useHealth } from './health.ts'
import { Layout } from './layout.tsx'
import { useLater } from './use-later.ts'
import { useSoon } from './use-soon.ts'

const TaskList = lazyPart(() => import('#runs/tasks.tsx').then((module) => module.TaskList))
const Settings = lazyPart(() => import('./settings.tsx').then((module) => module.Settings))
const loadSoon = () => import('./soon.tsx').then((module) => module.soonParts)
const loadTooltips = () => import('#ui/tooltips.tsx')
const ExportPlace = lazyPart(() => import('#acts/export-place.tsx').then((module) => module.ExportPlace))
const Housekeeping = lazyPart(() => import('./housekeeping.tsx').then((module) => module.Housekeeping))
const loadBalance = () => import('./balance.tsx')

export function App() {
  const [tasksOpen, setTasksOpen] = useState(false)
  const [settings, setSettings] = useState<{ section?: 'key' | undefined }>()
  const openSettings = useCallback((section?: 'key') => setSettings({ section }), [])
  const openKey = useCallback(() => openSettings('key'), [openSettings])
  const { health } = useHealth()
  const isLater = useLater()
  const isExporting = useSyncExternalStore(watchExport, exportAsked) !== undefined
  const { part: account } = useLoaded(loadBalance, isLater)
  const isSoon = useSoon()
  const onTasks = () => setTasksOpen(!tasksOpen)
  const tasks = (
    <ErrorBoundary part="The list of tasks">
      <TaskList onSettings={openKey} />
    </ErrorBoundary>
  )
  return (
    <FallbackContext value={health?.fallback}>
      <Layout
        header={
          <>
            <Header
              tasksOpen={tasksOpen}
              onTasks={onTasks}
              onSettings={openSettings}
              acts={<ActKeys isSoon={isSoon} />}
              balance={account && <account.Balance onOpen={onTasks} />}
            >
              {tasksOpen && <TasksPanel onClose={() => setTasksOpen(false)}>{tasks}</TasksPanel>}
            </Header>
            <Banners />
          </>
        }
        create={
          <ErrorBoundary part="The form">
            <Compose foot={(price) => account && <account.Balance price={price} />} />
          </ErrorBoundary>
        }
        stage={
          <ErrorBoundary part="The stage">
            <Stage />
          </ErrorBoundary>
        }
        gallery={
          <ErrorBoundary part="The gallery">
            <Gallery runScreens={runScreens} simulated={health && health.mode === 'simulated'} onSettings={openKey} />
          </ErrorBoundary>
        }
        tasks={tasks}
        notices={<Notices isWanted={isSoon} />}
        isSoon={isSoon}
      />
      <SoonParts isWanted={isSoon} />
      {settings && (
        <LazyDialog open title="Settings" onClose={() => setSettings(undefined)}>
          <ErrorBoundary part="The settings">
            <Settings section={settings.section} />
          </ErrorBoundary>
        </LazyDialog>
      )}
      {isLater && <Housekeeping onBackup={openSettings} />}
      {isExporting && <ExportPlace />}
      <PageState />
      <Announcer />
      <TooltipsWhenPointed />
    </FallbackContext>
  )
}

/** Loaded a moment after the first screen, or with the first notice. */
function Notices({ isWanted }: { isWanted: boolean }) {
  const hasNotice = useSyncExternalStore(watchNotices, topNotice) !== undefined
  const { part } = useLoaded(loadSoon, isWanted || hasNotice)
  return part && <part.NoticeBoard />
}

/** Parts that are loaded a moment after the first screen. */
function SoonParts({ isWanted }: { isWanted: boolean }) {
  const [openedAt] = useState(() => Date.now())
  const { part } = useLoaded(loadSoon, isWanted)
  useEffect(() => {
    part?.takeIncomingFiles().catch(() => undefined)
  }, [part])
  if (!part) return null
  return (
    <>
      <part.RunAnnouncer openedAt={openedAt} />
      <part.KeptFocus />
      <part.DialogPlace />
    </>
  )
}

/** No tooltip is needed before the pointer or the focus first moves. */
function TooltipsWhenPointed() {
  const [isWanted, setWanted] = useState(false)
  useEffect(() => {
    const want = () => setWanted(true)
    const kinds = ['pointerover', 'focusin'] as const
    for (const kind of kinds) document.addEventListener(kind, want, { once: true, passive: true })
    return () => {
      for (const kind of kinds) document.removeEventListener(kind, want)
    }
  }, [])
  const { part } = useLoaded(loadTooltips, isWanted)
  return part && <part.Tooltips />
}

/** What the page shows outside its body. Separate from `App`, which need not be rendered with every count. */
function PageState() {
  const count = useWorkCount()
  const theme = useWorkspace((state) => state.theme)
  useEffect(() => {
    // The tokens in styles.css follow the system unless the page overrides them.
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }, [theme])
  useEffect(() => {
    document.title = count > 0 ? `(${count}) Atelier` : 'Atelier'
  }, [count])
  return null
}

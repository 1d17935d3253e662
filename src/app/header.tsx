import { ListChecks, Moon, Settings2, Sun } from 'lucide-react'
import { type ReactNode, useSyncExternalStore } from 'react'
import { useWorkCount } from '#runs/work-count.ts'
import { Button, IconButton } from '#ui/button.tsx'
import { useWorkspace } from '#workspace/workspace.ts'
import { useHealth } from './health.ts'
import { Mark } from './mark.tsx'

interface HeaderProps {
  tasksOpen: boolean
  onTasks: () => void
  onSettings: (section?: 'key') => void
  balance?: ReactNode
  /** Undo and Redo, once they are loaded. */
  acts?: ReactNode
  /** The list of tasks, while it is open. */
  children?: ReactNode
}

export function Header({ tasksOpen, onTasks, onSettings, balance, acts, children }: HeaderProps) {
  const { health } = useHealth()
  const simulated = health?.mode === 'simulated'
  const count = useWorkCount()
  return (
    <header className="top-bar">
      <h1 className="flex items-center gap-2 font-semibold text-sm">
        <Mark />
        <span className="max-[479px]:sr-only">Atelier</span>
      </h1>
      <div role="status" className="flex">
        {simulated && (
          <span className="rounded-full border border-line-strong px-2 text-soft text-xs leading-5">Simulated</span>
        )}
      </div>
      {simulated && (
        <Button variant="quiet" className="-ml-2 text-xs max-middle:hidden" onClick={() => onSettings('key')}>
          Add an API key
        </Button>
      )}
      <div className="ml-auto flex min-w-0 items-center gap-1 max-middle:gap-0">
        {/* Tasks and Settings show it too. */}
        <span className="contents max-[379px]:hidden">{balance}</span>
        <Button
          variant="quiet"
          icon={ListChecks}
          aria-expanded={tasksOpen}
          aria-controls="tasks"
          className="max-middle:hidden"
          onClick={onTasks}
        >
          Tasks
          {count > 0 && <Count value={count} />}
        </Button>
        {/* After what comes late or changes its width: Undo must not move while it is pressed. It is loaded late itself. */}
        <span className="flex min-w-17 items-center gap-1 max-middle:min-w-22 max-middle:gap-0">{acts}</span>
        <span className="contents max-[379px]:hidden">
          <ThemeButton />
        </span>
        <IconButton label="Settings" icon={Settings2} onClick={() => onSettings()} />
      </div>
      {children}
    </header>
  )
}

/** The number of running runs, as a small figure next to a name. */
export function Count({ value }: { value: number }) {
  return (
    <span className="inline-block min-w-5 rounded-full border border-line-strong bg-panel px-1 text-center text-ink text-xs leading-4">
      <span>{value}</span>
      <span className="sr-only"> running</span>
    </span>
  )
}

const darkRoom = '(prefers-color-scheme: dark)'

function watchSystem(listener: () => void): () => void {
  const query = window.matchMedia(darkRoom)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

function ThemeButton() {
  const theme = useWorkspace((state) => state.theme)
  const systemDark = useSyncExternalStore(watchSystem, () => window.matchMedia(darkRoom).matches)
  const isDark = theme === 'system' ? systemDark : theme === 'dark'
  const next = isDark ? 'light' : 'dark'
  return (
    // There is no room for it on a phone: the theme is chosen in Settings there.
    <IconButton
      className="max-middle:hidden"
      label={isDark ? 'Light theme' : 'Dark theme'}
      icon={isDark ? Sun : Moon}
      onClick={() => useWorkspace.getState().adjust({ theme: next })}
    />
  )
}

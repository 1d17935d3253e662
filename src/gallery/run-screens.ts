import type { ComponentType } from 'react'
import type { Run } from '#domain/run.ts'

/** How runs are shown inside the grid. The gallery places them; `app` passes their view. */
export interface RunView {
  /** The accessible name of a run's cell; it starts with the prompt. */
  describe(run: Run): string
  Cell: ComponentType<{ run: Run; onSettings: () => void }>
}

export interface RunScreens {
  /** The view, loaded with the grid. Always the same function. */
  load(): Promise<RunView>
  /** Runs as plain text, if the grid cannot be loaded. */
  Plain: ComponentType<{ runs: readonly Run[] }>
}

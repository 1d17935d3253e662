import type { ComponentType } from 'react'
import type { Run } from '#domain/run.ts'

/** How runs look inside the grid. The gallery places them; whoever assembles the page says how they are drawn. */
export interface RunView {
  /** The accessible name of a run's cell: it starts with the prompt. */
  describe(run: Run): string
  Cell: ComponentType<{ run: Run; onSettings: () => void }>
}

export interface RunScreens {
  /** The view, loaded with the grid. The same function for the life of the page. */
  load(): Promise<RunView>
  /** Runs in plain words, for when the grid cannot be loaded. */
  Plain: ComponentType<{ runs: readonly Run[] }>
}

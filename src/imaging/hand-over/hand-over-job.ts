import type { SheetPage } from './draw-sheet.ts'
import type { PsdJob } from './layers.ts'
import type { ShrinkJob } from './shrink.ts'

/** What is asked of the worker. */
export type HandOverJob =
  | ({ task: 'shrink' } & ShrinkJob)
  | ({ task: 'sheet' } & SheetPage)
  | ({ task: 'psd' } & PsdJob)

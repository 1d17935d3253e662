import { createSourceBench } from '#compose/source-bench.ts'
import { createGenerator } from '#generation/generator.ts'
import { PlainRuns } from '#runs/plain-runs.tsx'
import { RunAnnouncer } from '#runs/run-announcer.tsx'
import { createRunWrites } from '#store/run-writes.ts'
import { Dialog } from '#ui/dialog.tsx'
import { NoticeBoard } from '#ui/notice-board.tsx'

/**
 * What the first screen does not need, but the next moment may. It is loaded in one go (`useSoon` says when), so that all of
 * it is there when the page's server is gone later.
 */
export const soonParts = {
  Dialog,
  NoticeBoard,
  RunAnnouncer,
  createGenerator,
  createSourceBench,
  createRunWrites,
  PlainRuns,
}

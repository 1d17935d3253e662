import { DialogPlace } from '#acts/dialog-place.tsx'
import { createSourceImporter } from '#compose/source-importer.ts'
import { createGenerator } from '#generation/generator.ts'
import { PlainRuns } from '#runs/plain-runs.tsx'
import { RunAnnouncer } from '#runs/run-announcer.tsx'
import { readCollections } from '#store/collection-records.ts'
import { createRunWrites } from '#store/run-writes.ts'
import { createShelfWrites } from '#store/shelf-writes.ts'
import { Dialog } from '#ui/dialog.tsx'
import { KeptFocus } from '#ui/kept-focus.ts'
import { NoticeBoard } from '#ui/notice-board.tsx'
import { takeIncomingFiles } from './incoming-files.ts'

/**
 * Parts that the first screen does not need but the next moment may. They are loaded together (`useSoon` says when), so
 * that all are there if the page's server is gone later.
 */
export const soonParts = {
  Dialog,
  DialogPlace,
  KeptFocus,
  NoticeBoard,
  RunAnnouncer,
  createGenerator,
  createSourceImporter,
  createRunWrites,
  createShelfWrites,
  readCollections,
  PlainRuns,
  takeIncomingFiles,
}

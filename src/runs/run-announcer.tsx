import { useOpenRuns, usePictures } from '#store/queries.ts'
import { useRunAnnouncements } from './use-run-announcements.ts'

/** Reads the progress of runs to a screen reader; of runs made before `openedAt` only what changes. Draws nothing. */
export function RunAnnouncer({ openedAt }: { openedAt: number }) {
  useRunAnnouncements(useOpenRuns(), usePictures('gallery').pictures, openedAt)
  return null
}

import { useOpenRuns, usePictures } from '#store/queries.ts'
import { useRunAnnouncements } from './use-run-announcements.ts'

/** Announces the progress of runs to screen readers; for runs made before `openedAt` only changes. Renders nothing. */
export function RunAnnouncer({ openedAt }: { openedAt: number }) {
  useRunAnnouncements(useOpenRuns(), usePictures('gallery').pictures, openedAt)
  return null
}

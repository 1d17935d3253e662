import { useOpenRuns, usePictures } from '#store/queries.ts'
import { useRunAnnouncements } from './use-run-announcements.ts'

/** Reads the progress of runs to a screen reader. Draws nothing. */
export function RunAnnouncer() {
  useRunAnnouncements(useOpenRuns(), usePictures('gallery').pictures)
  return null
}

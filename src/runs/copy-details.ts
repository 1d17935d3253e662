import type { Run } from '#domain/run.ts'
import { notify } from '#ui/notices.tsx'
import { detailsOf } from './failure-fix.ts'

/** Copies the details that help others investigate a run. */
export function copyDetails(run: Run): void {
  navigator.clipboard.writeText(detailsOf(run)).then(
    () => notify({ text: 'Details copied' }),
    () => notify({ text: 'This browser did not allow copying.', tone: 'error' }),
  )
}

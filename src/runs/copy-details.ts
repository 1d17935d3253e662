import type { Run } from '#domain/run.ts'
import { notify } from '#ui/notices.tsx'
import { detailsOf } from './failure-fix.ts'

/** Copies the details that help others investigate a run. Pages over plain http have no `navigator.clipboard`. */
export async function copyDetails(run: Run): Promise<void> {
  try {
    await navigator.clipboard.writeText(detailsOf(run))
    notify({ text: 'Details copied' })
  } catch {
    notify({ text: 'This browser did not allow copying.', tone: 'error' })
  }
}

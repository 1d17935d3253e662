import { answerInWorker } from '../edit/ask-worker.ts'
import { drawSheet } from './draw-sheet.ts'
import type { HandOverJob } from './hand-over-job.ts'
import { shrink } from './shrink.ts'

answerInWorker(async (job: HandOverJob) => {
  if (job.task === 'shrink') return shrink(job)
  if (job.task === 'sheet') return drawSheet(job)
  const { psdFrom } = await import('./layers.ts')
  return psdFrom(job)
})

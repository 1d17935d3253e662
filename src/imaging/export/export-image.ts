import { askWorker } from '../edit/ask-worker.ts'
import exportWorkerUrl from './export-worker.ts?worker&url'
import type { Exported, ExportJob } from './make-export.ts'

/** Makes one file for export, in a worker. Rejects as `askWorker` does. */
export function exportImage(job: ExportJob, signal: AbortSignal): Promise<Exported> {
  return askWorker([exportWorkerUrl, 'export'], job, () => undefined, signal)
}

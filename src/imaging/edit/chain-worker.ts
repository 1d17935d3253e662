import { answerInWorker } from './ask-worker.ts'
import { findMarksNow, type LayInJob, type LayInResult, type LayInStep, layInNow, type MarkJob } from './lay-in-file.ts'

answerInWorker<LayInJob | MarkJob, LayInStep, LayInResult | number[]>((job, onStep) =>
  'task' in job ? findMarksNow(job) : layInNow(job, onStep),
)

import { answerInWorker } from './ask-worker.ts'
import { resizeFile } from './resize-file.ts'

answerInWorker(resizeFile)

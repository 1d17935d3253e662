import { answerInWorker } from './ask-worker.ts'
import { frameFile } from './frame-file.ts'

answerInWorker(frameFile)

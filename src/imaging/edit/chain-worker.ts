import { answerInWorker } from './ask-worker.ts'
import { layInNow } from './lay-in-file.ts'

answerInWorker(layInNow)

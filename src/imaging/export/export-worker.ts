import { answerInWorker } from '../edit/ask-worker.ts'
import { makeExport } from './make-export.ts'

answerInWorker(makeExport)

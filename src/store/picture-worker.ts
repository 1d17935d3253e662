import { toFailure } from '#domain/failure.ts'
import { type Database, openDatabase, toStorageError } from './database.ts'
import { shareSomeCopies } from './file-bytes.ts'
import { createIdleWork } from './idle-work.ts'
import { browserProcessor } from './image-processor.ts'
import type { FromWorker, PictureAct, ToWorker } from './picture-messages.ts'
import { createPictureRecords, type PictureRecords } from './picture-records.ts'

/** The worker behind `worker-bridge.ts`, with its own database connection. */
let name = ''
let records: Promise<PictureRecords> | undefined
let connection: Database | undefined

const tell = (message: FromWorker) => self.postMessage(message)

function open(): Promise<PictureRecords> {
  records ??= openDatabase(name, { onHealth: (health) => tell({ kind: 'health', health }) }).then(
    (database) => {
      connection = database
      return createPictureRecords(database, browserProcessor)
    },
    (error: unknown) => {
      records = undefined
      throw toStorageError(error)
    },
  )
  return records
}

/** In one window at a time. This worker starts with the first call for an image's bytes, so nothing waits for it. */
const idle = createIdleWork(async () => {
  if (!connection || !navigator.locks) return false
  const database = connection
  return navigator.locks.request(`${name}-copies`, { ifAvailable: true }, (lock) =>
    lock ? shareSomeCopies(database) : false,
  )
})

function perform(opened: PictureRecords, call: number, ask: PictureAct): Promise<unknown> {
  switch (ask.act) {
    case 'settle':
      return opened.settle(ask.run, ask.made)
    case 'addPicture':
      return opened.addPicture(ask.picture)
    case 'addFile':
      return opened.addFile(ask.file)
    case 'restorePicture':
      return opened.restorePicture(ask.restored)
    case 'original':
      return opened.original(ask.id)
    case 'drawable':
      return opened.drawable(ask.id)
    case 'addSamples':
      return opened.addSamples(ask.wanted, ask.home, (ids) => tell({ kind: 'batch', call, ids }))
  }
}

self.addEventListener('message', async ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'open') {
    name = data.database
    return
  }
  const { call, ask } = data
  try {
    tell({ kind: 'done', call, value: await idle.during(async () => perform(await open(), call, ask)) })
  } catch (error) {
    tell({ kind: 'failed', call, failure: toFailure(error) })
  }
})

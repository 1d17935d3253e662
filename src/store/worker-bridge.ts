import { GenerationError } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Picture } from '#domain/picture.ts'
import { openWorker } from '#platform/trusted-worker.ts'
import { storageError, toStorageError } from './database.ts'
import type { FromWorker, PictureAct, ToWorker } from './picture-messages.ts'
import type { PictureRecords } from './picture-records.ts'
import workerUrl from './picture-worker.ts?worker&url'
import type { StoreHealth } from './store.ts'

interface Call {
  ask: PictureAct
  /** How many workers have received this call. */
  tries: number
  resolve(value: unknown): void
  reject(error: GenerationError): void
  onBatch?: (ids: readonly PictureId[]) => void
}

/** The records behind a worker, which starts with the first call. */
export function openPictureWorker(
  database: string,
  onHealth: (health: StoreHealth) => void,
): PictureRecords & { close(): void } {
  const { call, close } = createCalls(database, onHealth)
  return {
    settle: (run, made) => call<Picture[]>({ act: 'settle', run, made }),
    addPicture: (picture) => call<Picture>({ act: 'addPicture', picture }),
    addFile: (file) => call<Picture>({ act: 'addFile', file }),
    restorePicture: (restored) => call<void>({ act: 'restorePicture', restored }),
    original: (id) => call<Blob | undefined>({ act: 'original', id }),
    drawable: (id) => call<Blob | undefined>({ act: 'drawable', id }),
    addSamples: (wanted, home, onBatch) => call<void>({ act: 'addSamples', wanted, home }, onBatch),
    close,
  }
}

/**
 * Calls to the worker and their answers. After a crash a new worker repeats unfinished calls once: every call can be
 * repeated without changing anything twice.
 */
function createCalls(database: string, onHealth: (health: StoreHealth) => void) {
  const calls = new Map<number, Call>()
  let worker: Worker | undefined
  let lastCall = 0

  function start(): Worker {
    const started = openWorker(workerUrl, 'atelier-pictures')
    started.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => hear(data))
    started.addEventListener('error', (event) => {
      event.preventDefault()
      if (started === worker) restart()
    })
    send(started, { kind: 'open', database })
    return started
  }

  function restart() {
    worker?.terminate()
    worker = undefined
    for (const [number, call] of calls) {
      if (call.tries < 2) give(number, call)
      else finish(number)?.reject(storageError('the part of this page that saves images could not start'))
    }
  }

  function give(number: number, call: Call) {
    call.tries += 1
    worker ??= start()
    send(worker, { kind: 'call', call: number, ask: call.ask })
  }

  function finish(number: number): Call | undefined {
    const call = calls.get(number)
    calls.delete(number)
    return call
  }

  function hear(message: FromWorker) {
    if (message.kind === 'health') onHealth(message.health)
    else if (message.kind === 'batch') calls.get(message.call)?.onBatch?.(message.ids)
    else if (message.kind === 'done') finish(message.call)?.resolve(message.value)
    else finish(message.call)?.reject(new GenerationError(message.failure))
  }

  function call<T>(ask: PictureAct, onBatch?: Call['onBatch']): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      lastCall += 1
      const made: Call = { ask, tries: 0, resolve: (value) => resolve(value as T), reject, ...(onBatch && { onBatch }) }
      calls.set(lastCall, made)
      try {
        give(lastCall, made)
      } catch (error) {
        finish(lastCall)?.reject(toStorageError(error))
      }
    })
  }

  function close() {
    worker?.terminate()
    worker = undefined
    for (const number of calls.keys()) finish(number)?.reject(storageError('the gallery was closed'))
  }

  return { call, close }
}

function send(worker: Worker, message: ToWorker) {
  worker.postMessage(message)
}

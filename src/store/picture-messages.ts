import type { Failure } from '#domain/failure.ts'
import type { PictureId } from '#domain/ids.ts'
import type { RunIn } from '#domain/run.ts'
import type { NewFile, NewPicture, RestoredPicture, Samples, StoreHealth } from './store.ts'

/** Calls to the worker. Bytes are sent as Blobs, which are only handles; base64 is never sent. */
export type PictureAct =
  | { act: 'settle'; run: RunIn<'saved'>; made: readonly NewPicture[] }
  | { act: 'addPicture'; picture: NewPicture }
  | { act: 'addFile'; file: NewFile }
  | { act: 'restorePicture'; restored: RestoredPicture }
  | { act: 'original'; id: PictureId }
  | { act: 'drawable'; id: PictureId }
  | { act: 'addSamples'; wanted: Samples; home: string }

export type ToWorker = { kind: 'open'; database: string } | { kind: 'call'; call: number; ask: PictureAct }

export type FromWorker =
  | { kind: 'health'; health: StoreHealth }
  | { kind: 'batch'; call: number; ids: readonly PictureId[] }
  | { kind: 'done'; call: number; value: unknown }
  | { kind: 'failed'; call: number; failure: Failure }

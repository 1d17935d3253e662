/** Calls to the worker that writes a file in the page's private file system. Each gets one answer. */
export type SaveAsk =
  | { act: 'open'; folder: string; name: string }
  | { act: 'write'; bytes: Uint8Array<ArrayBuffer> }
  | { act: 'close' }

/** `error`: name and message of what failed. */
export type SaveAnswer = { done: true } | { done: false; error: { name: string; message: string } }

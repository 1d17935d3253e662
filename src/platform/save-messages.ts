/** What is asked of the worker that writes a file of the page's private file system. Each is answered once. */
export type SaveAsk =
  | { act: 'open'; folder: string; name: string }
  | { act: 'write'; bytes: Uint8Array<ArrayBuffer> }
  | { act: 'close' }

/** `error`: the name and message of what failed. */
export type SaveAnswer = { done: true } | { done: false; error: { name: string; message: string } }

import type { Failure } from '#domain/failure.ts'
import type { Search } from './search.ts'

/** Calls from the page to the worker: those of `Search`. */
export type SearchCalls = Omit<Search, 'tidy' | 'close'>
export type CallName = keyof SearchCalls

export type ToFinder =
  | { kind: 'open'; database: string }
  | { kind: 'call'; call: number; name: CallName; args: readonly unknown[] }

export type FromFinder =
  | { kind: 'changed' }
  | { kind: 'done'; call: number; value: unknown }
  | { kind: 'failed'; call: number; failure: Failure }

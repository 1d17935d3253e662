declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** One paid attempt. Also the `Idempotency-Key` of its submission. */
export type RunId = Brand<string, 'RunId'>
export type PictureId = Brand<string, 'PictureId'>
export type CollectionId = Brand<string, 'CollectionId'>
/** The runs that were started together, confirmed by one question about their total price. */
export type BatchId = Brand<string, 'BatchId'>
/** The service's own name for a job; opaque, at most 128 characters of `[A-Za-z0-9_-]`. */
export type TaskId = Brand<string, 'TaskId'>

export type NonEmpty<T> = readonly [T, ...T[]]

export function isNonEmpty<T>(items: readonly T[]): items is NonEmpty<T> {
  return items.length > 0
}

import { vi } from 'vitest'

/** Intercepts all writes to the database. */
export function watchDisk(isFull: () => boolean) {
  let left = 0
  let isWritten = true
  let crash: () => void = () => undefined
  let wasFull = false
  const begin = IDBDatabase.prototype.transaction
  const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...given) {
    const transaction = begin.apply(this, given)
    if (transaction.mode !== 'readwrite') return transaction
    if (isFull()) {
      wasFull = true
      setImmediate(() => (transaction as unknown as { _abort(reason: string): void })._abort('QuotaExceededError'))
    }
    if (left === 0) return transaction
    left -= 1
    if (left > 0) return transaction
    if (isWritten) transaction.addEventListener('complete', () => crash())
    else {
      transaction.abort()
      crash()
    }
    return transaction
  })
  return {
    wasFull: () => wasFull,
    at(nth: number, written: boolean, then: () => void) {
      left = nth
      isWritten = written
      crash = then
    },
    forget() {
      left = 0
    },
    close: () => spy.mockRestore(),
  }
}

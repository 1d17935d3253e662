/** Collects bytes that arrive in pieces of any size, so that many small pieces cost no more than a few large ones. */
export interface Pieces {
  readonly size: number
  add(bytes: Buffer): void
  /** All of them, in few buffers. */
  all(): readonly Buffer[]
}

const smallestSlab = 1024
const largestSlab = 64 * 1024

export function createPieces(): Pieces {
  const slabs: Buffer[] = []
  let last: Buffer = Buffer.alloc(0)
  let used = 0
  let size = 0

  return {
    get size() {
      return size
    },
    add(bytes) {
      size += bytes.length
      for (let from = 0; from < bytes.length; ) {
        if (used === last.length) {
          // Not from Node's shared pool, because a slice of that keeps the whole pool in memory.
          last = Buffer.allocUnsafeSlow(Math.min(largestSlab, Math.max(smallestSlab, size)))
          slabs.push(last)
          used = 0
        }
        const length = bytes.copy(last, used, from)
        used += length
        from += length
      }
    },
    all() {
      return slabs.map((slab) => (slab === last ? slab.subarray(0, used) : slab))
    },
  }
}

/**
 * Paid images, by the run that made them, until the page has fetched them. Room is reserved before an image is
 * requested: an image that was not fetched yet is never dropped for another.
 */
export interface KeptPictures {
  /** Reserves room for one more image of this run; `false` if there is none now. */
  reserve(run: string): Promise<boolean>
  keep(run: string, bytes: Buffer): Promise<void>
  /** Releases room for which no image came. */
  release(run: string): Promise<void>
  find(run: string): Promise<Buffer | undefined>
  /** The page has the image. It is kept while there is room, in case the page loses it. */
  fetched(run: string): Promise<void>
}

interface Place {
  sizeBytes: number
  keptUntil: number
  bytes?: Buffer
  isFetched?: true
}

export interface MemoryPicturesOptions {
  /** For all images together. */
  mostBytes?: number
  /** The most for one image; this much is reserved for each that is under way. */
  placeBytes?: number
  /** Milliseconds of a monotonic clock. */
  now?: () => number
}

/** As long as its run is remembered. */
export const keptMs = 24 * 60 * 60 * 1000
export const mostPictureBytes = 24 * 1024 * 1024

/** Kept in this process and lost with it. */
export function createMemoryPictures(options: MemoryPicturesOptions = {}): KeptPictures {
  const { mostBytes = 256 * 1024 * 1024, placeBytes = mostPictureBytes, now = () => performance.now() } = options
  const places = new Map<string, Place>()
  const used = () => [...places.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

  function makeRoom() {
    for (const [run, place] of places) if (place.keptUntil <= now()) places.delete(run)
    for (const [run, place] of places) {
      if (used() + placeBytes <= mostBytes) return
      if (place.isFetched) places.delete(run)
    }
  }

  return {
    async reserve(run) {
      if (places.has(run)) return true
      makeRoom()
      if (used() + placeBytes > mostBytes) return false
      places.set(run, { sizeBytes: placeBytes, keptUntil: now() + keptMs })
      return true
    },
    async keep(run, bytes) {
      places.set(run, { sizeBytes: bytes.length, keptUntil: now() + keptMs, bytes })
    },
    async release(run) {
      places.delete(run)
    },
    async find(run) {
      const place = places.get(run)
      return place && place.keptUntil > now() ? place.bytes : undefined
    },
    async fetched(run) {
      const place = places.get(run)
      if (place) place.isFetched = true
    },
  }
}

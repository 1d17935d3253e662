/**
 * Pictures that were paid for, by the run that made them, until the page has fetched them. Room is taken before a picture
 * is asked for: one that nobody has fetched yet never makes room for another.
 */
export interface KeptPictures {
  /** Room for one more, for this run; `false` where there is none at the moment. */
  reserve(run: string): Promise<boolean>
  keep(run: string, bytes: Buffer): Promise<void>
  /** Gives back room that no picture came for. */
  release(run: string): Promise<void>
  find(run: string): Promise<Buffer | undefined>
  /** The page has it. It stays as long as its room is not needed, should the page lose it. */
  fetched(run: string): Promise<void>
}

interface Place {
  sizeBytes: number
  keptUntil: number
  bytes?: Buffer
  isFetched?: true
}

export interface MemoryPicturesOptions {
  /** All together. */
  mostBytes?: number
  /** One picture, at most; so much is held back for each that is under way. */
  placeBytes?: number
  /** Milliseconds of a clock that never jumps. */
  now?: () => number
}

/** As long as its run is remembered. */
export const keptMs = 24 * 60 * 60 * 1000
export const mostPictureBytes = 24 * 1024 * 1024

/** In this process, lost with it. */
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

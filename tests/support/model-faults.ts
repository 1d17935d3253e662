const kinds = {
  /** Submissions that never reach the proxy. */
  lostBefore: 0,
  /** Submissions whose answer never reaches the page. */
  lostAfter: 0,
  /** Status requests, uploads and images that fail. */
  free: 0,
  /** Connections that a service refuses. */
  refused: 0,
  /** Submissions whose connection breaks before the service has read them. */
  brokenOff: 0,
  /** Submissions that the service accepts, and whose answer is lost on the way to the proxy. */
  answerLost: 0,
  /** Submissions that the service accepts, but that are answered by an error page of a server in front of it. */
  outage: 0,
  /** Submissions that are accepted and never answered. */
  silence: 0,
  /** Submissions that the service refuses because of its rate limit. */
  crowded: 0,
  /** Calls to the fallback whose connection breaks before it has read them. */
  standInBroken: 0,
  /** Calls to the fallback that make an image, and whose answer is lost on the way to the proxy. */
  standInLost: 0,
  /** Calls to the fallback that make an image, but that are answered by an error page of a server in front of it. */
  standInOutage: 0,
  /** Calls to the fallback that make an image and end with an error of the service. */
  standInFailed: 0,
  /** Callbacks that never reach the proxy. */
  unheard: 0,
  /** Callbacks that are delayed. */
  late: 0,
  /** Images that cannot be saved because the disk is full. */
  fullDisk: 0,
  /** Writes of any kind that fail because the disk is full. */
  refusedWrites: 0,
}

export type Fault = keyof typeof kinds

/** The faults of a story; those of callbacks are used only with callbacks. */
export const faultKinds = Object.keys(kinds) as Fault[]

/** How many of the next operations of each kind fail. */
export function createFaults() {
  const next = { ...kinds }
  const taken = { ...kinds }
  return {
    add(kind: Fault, times: number) {
      next[kind] += times
    },
    /** Whether this operation fails. */
    takes(kind: Fault): boolean {
      if (next[kind] === 0) return false
      next[kind] -= 1
      taken[kind] += 1
      return true
    },
    /** Number of failures of a kind so far. */
    taken: (kind: Fault) => taken[kind],
    end() {
      Object.assign(next, kinds)
    },
  }
}

export type Faults = ReturnType<typeof createFaults>

const kinds = {
  /** Submissions that never reach the proxy. */
  lostBefore: 0,
  /** Submissions whose answer never reaches the page. */
  lostAfter: 0,
  /** Questions, uploads and pictures that fail. */
  free: 0,
  /** Connections that a service refuses. */
  refused: 0,
  /** Submissions that break before the service has read them. */
  brokenOff: 0,
  /** Submissions that the service takes, and whose answer is lost on the way to the proxy. */
  answerLost: 0,
  /** Submissions that the service takes, answered by a page of the machine before it. */
  outage: 0,
  /** Submissions that are taken and never answered. */
  silence: 0,
  /** Submissions that the service does not take because of its limit. */
  crowded: 0,
  /** Calls of the fallback that break before it has read them. */
  standInBroken: 0,
  /** Calls of the fallback that make a picture, and whose answer is lost on the way to the proxy. */
  standInLost: 0,
  /** Calls of the fallback that make a picture, answered by a page of the machine before it. */
  standInOutage: 0,
  /** Calls of the fallback that make a picture, and end with an error of its own. */
  standInFailed: 0,
  /** Callbacks that never reach the proxy. */
  unheard: 0,
  /** Callbacks that take long. */
  late: 0,
  /** Pictures for which the disk has no room. */
  fullDisk: 0,
  /** Writes of any kind for which the disk has no room. */
  refusedWrites: 0,
}

export type Fault = keyof typeof kinds

/** The kinds that a story breaks; those of callbacks are of no use without them. */
export const faultKinds = Object.keys(kinds) as Fault[]

/** How many of the next of a kind go wrong. */
export function createFaults() {
  const next = { ...kinds }
  const taken = { ...kinds }
  return {
    add(kind: Fault, times: number) {
      next[kind] += times
    },
    /** Whether this one goes wrong. */
    takes(kind: Fault): boolean {
      if (next[kind] === 0) return false
      next[kind] -= 1
      taken[kind] += 1
      return true
    },
    /** How many of a kind went wrong so far. */
    taken: (kind: Fault) => taken[kind],
    end() {
      Object.assign(next, kinds)
    },
  }
}

export type Faults = ReturnType<typeof createFaults>

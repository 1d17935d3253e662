/**
 * JSON values in one of the browser's storages. A storage that is missing, full or forbidden never throws: reads give
 * nothing, writes do nothing.
 */
export interface KeptValues {
  /** `undefined`: there is no readable value under the key. */
  read(key: string): unknown
  write(key: string, value: unknown): void
}

/** `find` is called each time, because `localStorage` itself throws in a browser that forbids it. */
export function keptValues(find: () => Storage | undefined): KeptValues {
  return {
    read(key) {
      try {
        return parseJson(find()?.getItem(key) ?? null)
      } catch {
        return undefined
      }
    },
    write(key, value) {
      try {
        find()?.setItem(key, JSON.stringify(value))
      } catch {
        // The page continues with the values in memory.
      }
    },
  }
}

export function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

/**
 * JSON values in one of the browser's storages. A storage that is missing, full or forbidden never throws: reading finds
 * nothing, writing changes nothing.
 */
export interface KeptValues {
  /** `undefined`: nothing is kept under the key, or what is kept cannot be read. */
  read(key: string): unknown
  write(key: string, value: unknown): void
}

/** `find` is called each time, because naming `localStorage` throws in a browser that forbids it. */
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
        // The page goes on with what it has in memory.
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

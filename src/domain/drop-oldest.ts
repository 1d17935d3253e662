/** A Map or Set, which keep the order in which their entries were added. */
interface Entries {
  readonly size: number
  keys(): Iterable<unknown>
  delete(key: never): boolean
}

/** Deletes the entries that were added first, until at most `most` are left. */
export function dropOldest(entries: Entries, most: number): void {
  for (const oldest of entries.keys()) {
    if (entries.size <= most) return
    entries.delete(oldest as never)
  }
}

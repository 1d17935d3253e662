import { isDiskFull, toFailure } from '#domain/failure.ts'
import { quoteName } from '#domain/file-name.ts'

/**
 * For a full disk, an error whose message names what did not fit and says what is left; any other error as it is.
 * `outcome`: a sentence.
 */
export function withEntry(error: unknown, entry: string, outcome: string): unknown {
  if (!isDiskFull(toFailure(error))) return error
  return new Error(`The disk is full: ${quoteName(entry)} did not fit. ${outcome}`, { cause: error })
}

/**
 * Writes a file that is made of entries. For a full disk it rejects with an error whose message names the entry that was
 * being written. `title`: what users call an entry. `outcome`: a sentence.
 */
export async function writeEntries<T>(
  file: string,
  { entries, title, outcome }: { entries: AsyncIterable<T>; title: (entry: T) => string; outcome: string },
  write: (entries: AsyncGenerator<T>) => Promise<void>,
): Promise<void> {
  let last = file
  async function* noted() {
    for await (const entry of entries) {
      last = title(entry)
      yield entry
    }
  }
  try {
    await write(noted())
  } catch (error) {
    throw withEntry(error, last, outcome)
  }
}

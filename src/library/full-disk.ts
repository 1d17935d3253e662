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

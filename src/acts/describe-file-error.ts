import { describeFailure, isDiskFull, toFailure } from '#domain/failure.ts'

/** Why a file was not written or read, as a sentence. `full`: what to say of a full disk. */
export function describeFileError(error: unknown, full = 'The disk is full: no file was written.'): string {
  const failure = toFailure(error)
  if (isDiskFull(failure)) return full
  // Errors of archives and of saving are already sentences.
  return failure.kind === 'unexpected' ? failure.detail : describeFailure(failure)
}

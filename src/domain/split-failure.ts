import { describeFailure, type Failure } from './failure.ts'

/** What happened in one sentence of the app, and separately the service's own words, if there are any. */
export function splitFailure(failure: Failure): { words: string; quoted?: string } {
  const quoting = (words: string, quoted: string) => (quoted === '' ? { words } : { words, quoted })
  switch (failure.kind) {
    case 'rejected':
      return quoting("Blocked by the service's safety rules.", failure.reason)
    case 'no-picture':
      return quoting('The service answered without an image.', failure.text)
    case 'unexpected':
      return quoting('The service did not make the image.', failure.detail)
    default:
      return { words: describeFailure(failure) }
  }
}

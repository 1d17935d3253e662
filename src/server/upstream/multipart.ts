import { refused } from '#server/edge/refusals.ts'

/** A part begins, or more bytes of the current one. */
export type MultipartEvent = { kind: 'part'; name: string } | { kind: 'bytes'; bytes: Buffer }

type Place = 'before' | 'bytes' | 'delimiter' | 'head' | 'over'

const mostParts = 8
const mostHeadBytes = 4096
const headEnd = Buffer.from('\r\n\r\n')

/** The boundary in a request's content type; refused if it is not a form. */
export function readBoundary(contentType: string | undefined): string {
  const match = /^multipart\/form-data\s*;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))\s*$/i.exec(
    String(contentType),
  )
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw refused(415, 'An upload must be a form with a boundary.')
  return boundary
}

/**
 * Reads a form as it arrives, holding at most one chunk. Refuses a form that is malformed, cut off or has too many
 * parts.
 */
export async function* readMultipart(source: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<MultipartEvent> {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // The first delimiter has no line before it.
  let held: Buffer = Buffer.from('\r\n')
  let place = 'before' as Place
  let parts = 0

  /** One step on the held bytes; `undefined` if more are needed. */
  function step(): MultipartEvent | 'again' | undefined {
    switch (place) {
      case 'before':
        if (held.length < delimiter.length) return undefined
        if (!held.subarray(0, delimiter.length).equals(delimiter)) throw malformed()
        held = held.subarray(delimiter.length)
        place = 'delimiter'
        return 'again'
      case 'delimiter': {
        if (held.length < 2) return undefined
        const mark = held.toString('latin1', 0, 2)
        if (mark !== '\r\n' && mark !== '--') throw malformed()
        held = held.subarray(2)
        place = mark === '--' ? 'over' : 'head'
        return 'again'
      }
      case 'head': {
        const end = held.indexOf(headEnd)
        if ((end === -1 ? held.length : end) > mostHeadBytes) throw malformed()
        if (end === -1) return undefined
        parts += 1
        if (parts > mostParts) throw malformed()
        const name = readName(held.toString('utf8', 0, end))
        held = held.subarray(end + headEnd.length)
        place = 'bytes'
        return { kind: 'part', name }
      }
      case 'bytes': {
        const end = held.indexOf(delimiter)
        // The end of the bytes may be the beginning of a delimiter.
        const length = end === -1 ? held.length - delimiter.length + 1 : end
        if (end === -1 && length <= 0) return undefined
        const bytes = held.subarray(0, length)
        held = held.subarray(end === -1 ? length : end + delimiter.length)
        if (end !== -1) place = 'delimiter'
        return { kind: 'bytes', bytes }
      }
      case 'over':
        return undefined
    }
  }

  for await (const chunk of source) {
    if (place === 'over') continue
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    for (let event = step(); event !== undefined; event = step()) {
      if (event !== 'again') yield event
    }
  }
  if (place !== 'over') throw malformed()
}

function readName(head: string): string {
  const name = /^content-disposition:\s*form-data\s*;(?:[^\r\n]*?;)??\s*name="([^"\r\n]*)"/im.exec(head)?.[1]
  if (name === undefined || /^content-type:\s*multipart\//im.test(head)) throw malformed()
  return name
}

function malformed() {
  return refused(400, 'The upload is not a readable form.')
}

import type { IncomingMessage } from 'node:http'
import { refused } from './refusals.ts'

const unusable = /[\0\p{Surrogate}]/u

/** The whole body of a request, refused with 413 above `maxBytes`. */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => refused(413, `The request is larger than ${maxBytes / 1024} KB.`)
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) reject(tooLarge())
      else chunks.push(chunk)
    })
    incoming.on('end', () => resolve(Buffer.concat(chunks)))
    incoming.on('error', () => reject(refused(400, 'The request broke off.')))
  })
}

/** A JSON body, as the only content type taken. Text that is not well-formed Unicode, or holds a NUL, is refused. */
export async function readJson(incoming: IncomingMessage, maxBytes: number): Promise<unknown> {
  const type = incoming.headers['content-type'] ?? ''
  if (!/^application\/json(\s*;\s*charset=utf-8)?$/i.test(type)) throw refused(415, 'The request must be JSON.')
  const bytes = await readBody(incoming, maxBytes)
  const faulty: string[] = []
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), (name, inner) => {
      if (name === '__proto__' || (typeof inner === 'string' && unusable.test(inner))) faulty.push(name)
      return inner
    })
  } catch {
    throw refused(400, 'The request is not readable JSON.')
  }
  if (faulty.length > 0) {
    const issues = faulty.map((field) => ({ field, message: `${field} holds characters that cannot be sent` }))
    throw refused(422, 'The request holds characters that cannot be sent.', { issues })
  }
  return value
}

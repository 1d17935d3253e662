import type { ServerResponse } from 'node:http'
import { sniffImage } from '#domain/picture.ts'
import { closedHeaders, type Handler, refused } from '#server/edge/refusals.ts'
import { type Answer, followTo, isPacked, type Outbound } from './guard.ts'
import type { HostRules } from './hosts.ts'
import { refusedFor } from './relay.ts'

const mostBytes = 50 * 1024 * 1024
const headBytes = 12
const headerDeadlineMs = 30_000
const deadlineMs = 120_000

/** File hosts answer library agents with 403, and get no key. Contract section 6. */
const headers = [
  'accept',
  'image/png,image/jpeg,image/webp',
  'accept-encoding',
  'identity',
  'user-agent',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
]

/** `GET /api/image?url=`: a picture from the listed hosts, streamed. What it is, its bytes say. */
export function createImageHandler(outbound: Outbound, results: HostRules): Handler {
  return async (incoming, outgoing) => {
    const query = new URLSearchParams(incoming.url?.split('?', 2)[1])
    const url = results.read(query.get('url') ?? '')
    if (url === undefined) throw refused(422, 'Pictures are fetched from the hosts of the service only.')
    const call = { headers, headerDeadlineMs, deadlineMs, client: outgoing }
    const answer = await followTo(outbound, url, results, call)
    if (!answer.ok) throw refusedFor(answer)
    if (answer.status !== 200) {
      answer.body.destroy()
      const gone = answer.status === 403 || answer.status === 404 || answer.status === 410
      throw refused(gone ? answer.status : 502, `The picture cannot be fetched: its host answered ${answer.status}.`)
    }
    await pour(answer, outgoing)
  }
}

/** Looks at the first bytes, then pipes. A transfer that breaks off is broken off here too, never ended as if whole. */
async function pour({ body, headers }: Answer, outgoing: ServerResponse): Promise<void> {
  const length = headers['content-length']
  if (isPacked(headers) || Number(length ?? 0) > mostBytes) {
    body.destroy()
    throw refused(502, 'The picture is larger than 50 MB.')
  }
  const head = await readHead(body)
  const mime = sniffImage(head)
  if (mime === undefined) {
    body.destroy()
    throw refused(502, 'The service sent something that is not a PNG, JPEG or WebP picture.')
  }
  outgoing.writeHead(200, [
    ...['content-type', mime, 'content-disposition', 'attachment', 'cross-origin-resource-policy', 'same-origin'],
    ...(length === undefined ? [] : ['content-length', length]),
    ...closedHeaders,
  ])
  outgoing.write(head)
  let size = head.length
  body.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > mostBytes) body.destroy()
  })
  body.once('close', () => {
    if (!body.readableEnded) outgoing.destroy()
  })
  body.pipe(outgoing)
}

/** At least the bytes that tell a picture's kind, or all there are. */
function readHead(body: Answer['body']): Promise<Buffer> {
  return new Promise((done, fail) => {
    let head: Buffer = Buffer.alloc(0)
    const finish = () => {
      body.off('data', take).off('end', finish).off('close', breakOff)
      body.pause()
      done(head)
    }
    const breakOff = () => fail(refused(502, 'The picture broke off.'))
    const take = (chunk: Buffer) => {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      if (head.length >= headBytes) finish()
    }
    if (body.destroyed) return breakOff()
    body.on('data', take).once('end', finish).once('close', breakOff)
  })
}

import type { ServerResponse } from 'node:http'
import { sniffImage } from '#domain/picture.ts'
import type { Access } from '#server/edge/access.ts'
import { queryOf } from '#server/edge/address.ts'
import { closedHeaders, type Handler, refused } from '#server/edge/refusals.ts'
import type { Route } from '#server/edge/routes.ts'
import type { Gateway } from './gateways.ts'
import { type Answer, followTo, isPacked, type Outbound } from './guard.ts'
import { refusedFor } from './relay.ts'
import { endUnread, type Transfers } from './transfers.ts'

export interface ImageParts {
  gateway: Pick<Gateway, 'results'>
  outbound: Pick<Outbound, 'request'>
  access: Pick<Access, 'userOf'>
  transfers: Transfers
  /** For tests: divides the time that slow readers get. */
  timeoutDivisor?: number
}

const headBytes = 12
/** The share of the whole deadline for the first byte. */
const headerShare = 1 / 4

/** File hosts answer 403 to the user agents of libraries, and are not sent the key. docs/services.md 6. */
const headers = [
  'accept',
  'image/png,image/jpeg,image/webp',
  'accept-encoding',
  'identity',
  'user-agent',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
]

/** `GET /api/image?url=`: an image from the listed hosts, streamed. Its type is found from its bytes. */
export function createImageHandler(parts: ImageParts, { deadlineMs, answerBytes }: Route): Handler {
  const { gateway, outbound, access, transfers, timeoutDivisor } = parts
  return async (incoming, outgoing) => {
    const asked = queryOf(incoming).get('url')
    const url = asked === null ? undefined : gateway.results.read(asked)
    if (url === undefined) throw refused(422, 'Images are fetched from the hosts of the service only.')
    outgoing.once('close', transfers.downloads.take(access.userOf(incoming)))
    const call = { headers, headerDeadlineMs: deadlineMs * headerShare, deadlineMs, client: outgoing }
    const answer = await followTo(outbound, url, gateway.results, call)
    if (!answer.ok) throw refusedFor(answer)
    if (answer.status !== 200) {
      answer.body.destroy()
      const gone = answer.status === 403 || answer.status === 404 || answer.status === 410
      throw refused(gone ? answer.status : 502, `The image cannot be fetched: its host answered ${answer.status}.`)
    }
    await pour(answer, outgoing, answerBytes)
    endUnread(outgoing, timeoutDivisor)
  }
}

/**
 * Checks the first bytes, then pipes. If the transfer breaks off, the answer is aborted too, never ended as if
 * complete.
 */
async function pour({ body, headers }: Answer, outgoing: ServerResponse, mostBytes: number): Promise<void> {
  const length = headers['content-length']
  if (isPacked(headers) || Number(length ?? 0) > mostBytes) {
    body.destroy()
    throw refused(502, 'The image is larger than 50 MB.')
  }
  const head = await readHead(body)
  const mime = sniffImage(head)
  if (mime === undefined) {
    body.destroy()
    throw refused(502, 'The service sent something that is not a PNG, JPEG or WebP image.')
  }
  outgoing.writeHead(200, [
    ...['content-type', mime, 'content-disposition', 'attachment', 'cross-origin-resource-policy', 'same-origin'],
    ...(length === undefined ? [] : ['content-length', length]),
    ...closedHeaders,
  ])
  outgoing.write(head)
  body.pipe(outgoing)
  let size = head.length
  // Listens after the pipe, which then writes nothing to an answer that was aborted.
  body.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= mostBytes) return
    // A body whose end has arrived already still ends after it is destroyed, and the pipe would end the answer.
    body.unpipe(outgoing)
    body.destroy()
    outgoing.destroy()
  })
  body.once('close', () => {
    if (!body.readableEnded) outgoing.destroy()
  })
}

/** Enough bytes to tell an image's type, or everything if there are fewer. */
function readHead(body: Answer['body']): Promise<Buffer> {
  return new Promise((done, fail) => {
    let head: Buffer = Buffer.alloc(0)
    const finish = () => {
      body.off('data', take).off('end', finish).off('close', breakOff)
      body.pause()
      done(head)
    }
    const breakOff = () => fail(refused(502, 'The image was cut off.'))
    const take = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk])
      if (head.length >= headBytes) finish()
    }
    if (body.destroyed) return breakOff()
    body.on('data', take).once('end', finish).once('close', breakOff)
  })
}

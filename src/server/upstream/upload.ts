import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { extensionOf, type ImageMime, sniffImage } from '#domain/picture.ts'
import { parseJson } from '#providers/send.ts'
import type { Access } from '#server/edge/access.ts'
import { type Handler, refused } from '#server/edge/refusals.ts'
import type { Route } from '#server/edge/routes.ts'
import { type Gateway, serviceHeaders } from './gateways.ts'
import type { Outbound } from './guard.ts'
import { readBoundary, readMultipart } from './multipart.ts'
import { type Mask, readReply, refusedFor, sendReply } from './relay.ts'
import type { Transfers } from './transfers.ts'

export interface UploadParts {
  gateway: Gateway
  outbound: Pick<Outbound, 'request'>
  mask: Mask
  access: Pick<Access, 'userOf'>
  transfers: Transfers
}

/** Limits of a whole form, and of the one file in it. */
interface FormLimits {
  bytes: number
  fileBytes: number
}

const mostFieldBytes = 4096
const headBytes = 12
const folder = 'atelier'

/**
 * Forwards one image as it arrives. Its type is found from its bytes; folder and name are ours, because the service
 * overwrites equal names. The outgoing form is a new one; only the image comes from the browser.
 */
export function createUploadHandler(parts: UploadParts, { path, body: limits, deadlineMs }: Route): Handler {
  const { gateway, outbound, mask, access, transfers } = parts
  if (limits.type !== 'form') throw new Error('an upload is a form')
  return async (incoming, outgoing) => {
    if (Number(incoming.headers['content-length'] ?? 0) > limits.bytes) throw tooLarge()
    outgoing.once('close', transfers.uploads.take(access.userOf(incoming)))
    const { mime, bytes } = await readImage(incoming, limits)
    const boundary = `atelier-${randomUUID()}`
    const body = Readable.from(writeForm(boundary, mime, bytes))
    const answer = await outbound.request({
      to: gateway.upload.to,
      path: gateway.upload.path + path,
      method: 'POST',
      headers: [...serviceHeaders(gateway), 'content-type', `multipart/form-data; boundary=${boundary}`],
      body,
      deadlineMs,
      client: outgoing,
    })
    // The browser's body was refused on the way: that is the cause, not the transfer it ended.
    if (body.errored) throw body.errored
    const reply = answer.ok ? await readReply(answer, mask) : answer
    if (!reply.ok) throw refusedFor(reply)
    if (!isOurs(reply.body, gateway)) throw refused(502, 'The service stored the image at a host that is not its own.')
    sendReply(outgoing, reply)
  }
}

/** Reads up to the image's first bytes; `bytes` gives those and the rest. */
async function readImage(
  incoming: IncomingMessage,
  limits: FormLimits,
): Promise<{ mime: ImageMime; bytes: AsyncGenerator<Buffer> }> {
  const boundary = readBoundary(incoming.headers['content-type'])
  const rest = fileBytes(upTo(limits.bytes, incoming.iterator({ destroyOnReturn: false })), boundary, limits)
  let head = Buffer.alloc(0)
  while (head.length < headBytes) {
    const next = await rest.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const mime = sniffImage(head)
  if (mime === undefined) throw refused(415, 'Only PNG, JPEG and WebP images can be uploaded.')
  async function* bytes() {
    yield head
    yield* rest
  }
  return { mime, bytes: bytes() }
}

/** The same bytes, refused if there are more, including what follows the form. */
async function* upTo(mostBytes: number, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > mostBytes) throw tooLarge()
    yield chunk
  }
}

/** The bytes of the one file in a form. */
async function* fileBytes(source: AsyncIterable<Buffer>, boundary: string, limits: FormLimits): AsyncGenerator<Buffer> {
  let inFile = false
  let files = 0
  let fileSize = 0
  let fieldSize = 0
  for await (const event of readMultipart(source, boundary)) {
    if (event.kind === 'part') {
      inFile = event.name === 'file'
      if (inFile) files++
      if (files > 1 || !['file', 'fileName', 'uploadPath'].includes(event.name)) {
        throw refused(422, 'An upload holds one file, its name and its folder.')
      }
    } else if (inFile) {
      fileSize += event.bytes.length
      if (fileSize > limits.fileBytes) throw tooLarge()
      yield event.bytes
    } else {
      fieldSize += event.bytes.length
      if (fieldSize > mostFieldBytes) throw tooLarge()
    }
  }
}

async function* writeForm(boundary: string, mime: ImageMime, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const fileName = `${randomUUID()}.${extensionOf(mime)}`
  const field = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const fileHead = `Content-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: ${mime}`
  yield Buffer.from(`${field('uploadPath', folder)}${field('fileName', fileName)}--${boundary}\r\n${fileHead}\r\n\r\n`)
  yield* bytes
  yield Buffer.from(`\r\n--${boundary}--\r\n`)
}

/** The service would fetch an address on a foreign host, and use it as if it were the user's image. */
function isOurs(body: string, gateway: Gateway): boolean {
  const reply = parseJson(body) as { data?: { downloadUrl?: unknown; fileUrl?: unknown } | null } | undefined
  const addresses = [reply?.data?.downloadUrl, reply?.data?.fileUrl].filter((url) => typeof url === 'string')
  return addresses.every((address) => gateway.uploads.read(address) !== undefined)
}

function tooLarge() {
  return refused(413, 'An image of more than 10 MB cannot be uploaded.')
}

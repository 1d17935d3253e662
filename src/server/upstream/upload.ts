import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { extensionOf, type ImageMime, sniffImage } from '#domain/picture.ts'
import type { Endpoint } from '#providers/provider.ts'
import { parseJson } from '#providers/send.ts'
import { type Handler, refused } from '#server/edge/refusals.ts'
import { type Gateway, serviceHeaders } from './gateways.ts'
import type { Outbound } from './guard.ts'
import { readBoundary, readMultipart } from './multipart.ts'
import { type Mask, readReply, refusedFor, sendReply } from './relay.ts'

/** What Flux 2 takes. Contract section 4. */
const mostFileBytes = 10 * 1024 * 1024
const mostFieldBytes = 4096
const mostFormBytes = mostFileBytes + 64 * 1024
const headBytes = 12
const folder = 'atelier'

/**
 * Forwards one picture as it arrives. Kind by its bytes, folder and name ours: the service stores equal names over each
 * other. The form that goes out is a new one; nothing of the browser's but the picture is in it.
 */
export function createUploadHandler(gateway: Gateway, outbound: Outbound, mask: Mask, { path }: Endpoint): Handler {
  return async (incoming, outgoing) => {
    if (Number(incoming.headers['content-length'] ?? 0) > mostFormBytes) throw tooLarge()
    const { mime, bytes } = await readPicture(incoming)
    const boundary = `atelier-${randomUUID()}`
    const body = Readable.from(writeForm(boundary, mime, bytes), { objectMode: false })
    const answer = await outbound.request({
      to: gateway.upload.to,
      path: gateway.upload.path + path,
      method: 'POST',
      headers: [...serviceHeaders(gateway), 'content-type', `multipart/form-data; boundary=${boundary}`],
      body,
      deadlineMs: 120_000,
      client: outgoing,
    })
    // What the browser sent was refused on the way: that is the cause, not the transfer it ended.
    if (body.errored) throw body.errored
    const reply = answer.ok ? await readReply(answer, mask) : answer
    if (!reply.ok) throw refusedFor(reply)
    if (!isOurs(reply.body, gateway))
      throw refused(502, 'The service stored the picture at a host that is not its own.')
    sendReply(outgoing, reply)
  }
}

/** Reads as far as the picture's first bytes; the rest, and what follows it, comes with `bytes`. */
async function readPicture(incoming: IncomingMessage): Promise<{ mime: ImageMime; bytes: AsyncGenerator<Buffer> }> {
  const boundary = readBoundary(incoming.headers['content-type'])
  const rest = fileBytes(incoming.iterator({ destroyOnReturn: false }), boundary)
  let head = Buffer.alloc(0)
  while (head.length < headBytes) {
    const next = await rest.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const mime = sniffImage(head)
  if (mime === undefined) throw refused(415, 'Only PNG, JPEG and WebP pictures can be uploaded.')
  async function* bytes() {
    yield head
    yield* rest
  }
  return { mime, bytes: bytes() }
}

/** The bytes of the one file in a form. */
async function* fileBytes(source: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<Buffer> {
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
      if (fileSize > mostFileBytes) throw tooLarge()
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

/** An address on a foreign host would be fetched by the service, and shown to it, as if it were the user's picture. */
function isOurs(body: string, gateway: Gateway): boolean {
  const reply = parseJson(body) as { data?: { downloadUrl?: unknown; fileUrl?: unknown } | null } | undefined
  const addresses = [reply?.data?.downloadUrl, reply?.data?.fileUrl].filter((url) => typeof url === 'string')
  return addresses.every((address) => gateway.uploads.read(address) !== undefined)
}

function tooLarge() {
  return refused(413, 'A picture of more than 10 MB cannot be uploaded.')
}

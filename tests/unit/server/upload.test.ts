import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askProxy, openRequest } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { type Reply, replyJson } from '../../support/fake-service.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const path = '/api/file-stream-upload'
const mebibyte = 1024 * 1024
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const jpeg = Buffer.from('ffd8ffe000104a464946000101000001', 'hex')
const webp = Buffer.concat([Buffer.from('RIFF'), Buffer.from([9, 0, 0, 0]), Buffer.from('WEBPVP8 ')])

interface Part {
  name: string
  value: string | Buffer
  head?: string
}

function form(parts: readonly Part[], boundary = 'boundary-1'): Buffer {
  const pieces = parts.flatMap(({ name, value, head = '' }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${head}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

const fileHead = (fileName: string, type = 'image/png') => `; filename="${fileName}"\r\nContent-Type: ${type}`
const picture = (bytes: Buffer, fileName = 'a.png', type = 'image/png') =>
  form([
    { name: 'uploadPath', value: 'atelier' },
    { name: 'fileName', value: fileName },
    { name: 'file', value: bytes, head: fileHead(fileName, type) },
  ])

let proxy: ProxyUnderTest
let reply: Reply
let stored: () => string

const headers = { 'content-type': 'multipart/form-data; boundary=boundary-1' }
const upload = (body: Buffer, more: Record<string, string> = {}) =>
  askProxy(proxy.port, path, { method: 'POST', headers: { ...headers, ...more }, body })

/** The parts of the form that the service got. */
function received() {
  const { body, headers } = proxy.service.seen.at(-1) ?? { body: Buffer.alloc(0), headers: {} }
  const boundary = /boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1]
  const parts = body.toString('latin1').split(`--${boundary}`).slice(1, -1)
  return parts.map((part) => {
    const [head = '', ...rest] = part.split('\r\n\r\n')
    const bytes = Buffer.from(rest.join('\r\n\r\n').slice(0, -2), 'latin1')
    return { name: /name="([^"]*)"/.exec(head)?.[1], fileName: /filename="([^"]*)"/.exec(head)?.[1], head, bytes }
  })
}

beforeEach(async () => {
  stored = () => `${proxy.service.origin}/files/a.png`
  reply = (_, outgoing) => replyJson(outgoing, { success: true, code: 200, data: { downloadUrl: stored() } })
  proxy = await openProxyBefore((...args) => reply(...args))
})
afterEach(() => proxy.close())

describe('an upload', () => {
  it.each([
    ['png', png, 'image/png'],
    ['jpg', jpeg, 'image/jpeg'],
    ['webp', webp, 'image/webp'],
  ])('of a %s arrives byte for byte, under a random name, with the key', async (extension, head, type) => {
    const bytes = Buffer.concat([head, Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256))])
    const told = await upload(picture(bytes, 'photo.gif', 'text/html'))
    expect(told.status).toBe(200)
    expect(told.json().data.downloadUrl).toBe(stored())
    const [seen] = proxy.service.seen
    expect(seen).toMatchObject({ method: 'POST', url: path, headers: { authorization: `Bearer ${canaryKey}` } })
    const [folder, name, file] = received()
    expect(folder).toMatchObject({ name: 'uploadPath', bytes: Buffer.from('atelier') })
    expect(name?.bytes.toString()).toMatch(new RegExp(`^[0-9a-f-]{36}\\.${extension}$`))
    expect(file).toMatchObject({ name: 'file', fileName: name?.bytes.toString(), bytes })
    expect(file?.head).toContain(`Content-Type: ${type}`)
  })

  it('may hold the bytes of a delimiter that is not its own', async () => {
    const bytes = Buffer.concat([png, Buffer.from('\r\n--boundary-2\r\n\r\n--boundary-\r\n--')])
    expect((await upload(picture(bytes))).status).toBe(200)
    expect(received()[2]?.bytes).toEqual(bytes)
  })

  it('may bring its file first', async () => {
    const body = form([
      { name: 'file', value: png, head: fileHead('a.png') },
      { name: 'uploadPath', value: 'elsewhere' },
    ])
    expect((await upload(body)).status).toBe(200)
    expect(received()[0]?.bytes.toString()).toBe('atelier')
  })

  it('is read the same in pieces of any size', async () => {
    const body = picture(Buffer.concat([png, Buffer.from('\r\n--boundary-1x')]))
    for (const size of [1, 3, 17]) {
      const request = openRequest(proxy.port, path, { method: 'POST', headers })
      const status = new Promise((resolve) =>
        request.once('response', (incoming) => {
          incoming.resume()
          resolve(incoming.statusCode)
        }),
      )
      request.setNoDelay(true)
      for (let at = 0; at < body.length; at += size) request.write(body.subarray(at, at + size))
      request.end()
      // The bytes after the delimiter's own are no line end: a form like this is malformed.
      expect(await status).toBe(400)
    }
  })

  it.each(['../../a.png', 'a'.repeat(300), '‮gnp.exe', 'a\0.png', '🦊.png', 'a";name="x.png'])(
    'D10: called "%.20s" gets a random name',
    async (fileName) => {
      await upload(picture(png, fileName))
      const text = proxy.service.seen[0]?.body.toString() ?? ''
      expect(text).not.toContain(fileName)
      expect(received()[2]?.fileName).toMatch(/^[0-9a-f-]{36}\.png$/)
    },
  )

  it('may have a field of 4,096 bytes', async () => {
    const withField = (bytes: number) =>
      upload(
        form([
          { name: 'fileName', value: 'x'.repeat(bytes) },
          { name: 'file', value: png, head: fileHead('a') },
        ]),
      )
    expect((await withField(4_096)).status).toBe(200)
    expect((await withField(4_097)).status).toBe(413)
  })

  it('D09: of 10 MB is taken', async () => {
    const bytes = Buffer.concat([png, Buffer.alloc(10 * mebibyte - png.length)])
    expect((await upload(picture(bytes))).status).toBe(200)
    expect(received()[2]?.bytes.length).toBe(10 * mebibyte)
  })

  it('D09: may be followed by bytes up to the limit of the whole request, and by none more', async () => {
    const form = picture(png)
    const most = 10 * mebibyte + 64 * 1024
    const padded = (bytes: number) => Buffer.concat([form, Buffer.alloc(bytes - form.length)])
    expect((await upload(padded(most))).status).toBe(200)
    expect((await upload(padded(most + 1))).status).toBe(413)
  })

  it('is answered with what the service says, also where that is no JSON', async () => {
    for (const text of ['<h1>Too large</h1>', 'null', '{"data":null}']) {
      reply = (_, outgoing) => outgoing.writeHead(413).end(text)
      const told = await upload(picture(png))
      expect([told.status, told.text]).toEqual([413, text])
    }
  })

  it('A05: shows no key that the service echoes', async () => {
    reply = (_, outgoing) => replyJson(outgoing, { code: 401, msg: `Authentication failed: ${canaryKey}` })
    expect((await upload(picture(png))).json().msg).toBe('Authentication failed: [key]')
  })
})

describe('an upload is refused', () => {
  it('D09: of 10 MB and a byte, with or without its length', async () => {
    const body = picture(Buffer.concat([png, Buffer.alloc(10 * mebibyte - png.length + 1)]))
    expect((await upload(body)).status).toBe(413)
    const request = openRequest(proxy.port, path, { method: 'POST', headers })
    const status = new Promise((resolve) => request.once('response', ({ statusCode }) => resolve(statusCode)))
    request.on('error', () => undefined)
    request.write(body.subarray(0, mebibyte))
    request.end(body.subarray(mebibyte))
    expect(await status).toBe(413)
    request.destroy()
    expect(proxy.service.seen).toEqual([])
  })

  it('D09: by a length over the limit, before anything is read', async () => {
    const request = openRequest(proxy.port, path, {
      method: 'POST',
      headers: { ...headers, 'content-length': '99999999' },
    })
    const status = new Promise((resolve) => request.once('response', ({ statusCode }) => resolve(statusCode)))
    request.on('error', () => undefined)
    request.flushHeaders()
    expect(await status).toBe(413)
    request.destroy()
  })

  it.each([
    ['D01', 'an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['D01', 'an SVG after a byte order mark', Buffer.from('\ufeff<?xml version="1.0"?><svg/>')],
    ['D01', 'a packed SVG', Buffer.from('1f8b0800000000000003b3', 'hex')],
    ['D02', 'HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['D03', 'a GIF', Buffer.from('GIF89a/*                  */=1;alert(1)')],
    ['D07', 'nothing', Buffer.alloc(0)],
    ['D07', 'three bytes', Buffer.from('ab\n')],
  ])('%s: of %s that is called a PNG', async (_, _what, bytes) => {
    const told = await upload(picture(bytes))
    expect(told.status).toBe(415)
    const msg = 'Only PNG, JPEG and WebP images can be uploaded.'
    expect(told.json()).toMatchObject({ code: 415, msg, proxy: { sent: 'no' } })
    expect(proxy.service.connections()).toBe(0)
  })

  const file = { name: 'file', value: png, head: fileHead('a.png') }

  it.each([
    ['a thousand parts', 400, form(Array.from({ length: 1000 }, () => ({ name: 'fileName', value: 'a' })))],
    ['a field name of 100 kB', 400, form([{ name: 'x'.repeat(100_000), value: 'a' }, file])],
    ['another boundary', 400, form([file], 'boundary-2')],
    ['no end', 400, form([file]).subarray(0, -10)],
    ['a form inside', 400, form([{ ...file, head: '\r\nContent-Type: multipart/mixed; boundary=x' }])],
    [
      'a part without a name',
      400,
      Buffer.from('--boundary-1\r\nContent-Type: image/png\r\n\r\nx\r\n--boundary-1--\r\n'),
    ],
    ['words before the form', 400, Buffer.concat([Buffer.from('hello\r\n'), form([file])])],
    ['two files', 422, form([file, file])],
    ['a field that is not listed', 422, form([{ name: 'callBackUrl', value: 'https://evil.test' }, file])],
    ['a field of 5 kB', 413, form([{ name: 'fileName', value: 'x'.repeat(5000) }, file])],
    ['no file', 415, form([{ name: 'fileName', value: 'a.png' }])],
    ['nothing', 400, Buffer.alloc(0)],
  ])('D11: with %s', async (_, status, body) => {
    const told = await upload(body)
    expect(told.status).toBe(status)
    if (status === 422) expect(told.json().msg).toBe('An upload holds one file, its name and its folder.')
    if (status === 413) expect(told.json().msg).toBe('An image of more than 10 MB cannot be uploaded.')
    // What had begun to go out was broken off.
    expect(proxy.service.seen).toEqual([])
  })

  it.each(['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/mixed; boundary=x', 'image/png', ''])(
    'D11: with content type "%s"',
    async (type) => {
      const told = await upload(picture(png), { 'content-type': type })
      expect([told.status, told.json().msg]).toEqual([415, 'An upload must be a form with a boundary.'])
      expect(proxy.service.connections()).toBe(0)
    },
  )

  it.each([
    'https://evil.test/a.png',
    'http://169.254.169.254/a.png',
    'https://tempfile.redpandaai.co.evil.test/a.png',
    'javascript:alert(1)',
  ])('D16: when the service says that it is stored at %s', async (address) => {
    stored = () => address
    const told = await upload(picture(png))
    const msg = 'The service stored the image at a host that is not its own.'
    expect([told.status, told.json().msg]).toEqual([502, msg])
    expect(told.text).not.toContain(address)
  })

  it('D16: when one of two addresses is at another host', async () => {
    const own = `${proxy.service.origin}/files/a.png`
    reply = (_, outgoing) => replyJson(outgoing, { data: { downloadUrl: own, fileUrl: 'https://evil.test/a.png' } })
    expect((await upload(picture(png))).status).toBe(502)
    reply = (_, outgoing) => replyJson(outgoing, { data: { downloadUrl: own, fileUrl: own } })
    expect((await upload(picture(png))).status).toBe(200)
  })

  it('D17: when the browser leaves in the middle; the service gets no incomplete image', async () => {
    const body = picture(Buffer.concat([png, Buffer.alloc(mebibyte)]))
    const request = openRequest(proxy.port, path, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.length) },
    })
    request.on('error', () => undefined)
    request.write(body.subarray(0, body.length / 2))
    await eventually(() => expect(proxy.service.underWay()).toBe(1))
    request.destroy()
    await eventually(() => expect(proxy.service.underWay()).toBe(0))
    expect(proxy.service.seen).toEqual([])
    expect((await upload(picture(png))).status).toBe(200)
    expect(proxy.logged).toEqual([])
  })

  it('when the service cannot be reached', async () => {
    await proxy.service.close()
    expect((await upload(picture(png))).json()).toMatchObject({ code: 502, proxy: { sent: 'no' } })
    proxy.service.close = async () => undefined
  })
})

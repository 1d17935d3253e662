import { connect } from 'node:net'
import sharp from 'sharp'
import { afterEach, describe, expect, it } from 'vitest'
import { type ServedSimulator, serveSimulator } from '#simulator/serve.ts'

let served: ServedSimulator | undefined
afterEach(async () => {
  await served?.close()
  served = undefined
})

/** A client like one outside this project: only fetch, an address and a key. */
function createClient(origin: string) {
  const headers = { authorization: 'Bearer simulated' }
  const read = async (response: Promise<Response>) => (await (await response).json()).data
  const get = (path: string) => read(fetch(origin + path, { headers }))
  const post = (path: string, body: unknown) =>
    read(
      fetch(origin + path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
  const upload = (bytes: Uint8Array, fileName: string) => {
    const form = new FormData()
    form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), fileName)
    form.append('uploadPath', 'images/user-uploads')
    form.append('fileName', fileName)
    return read(fetch(`${origin}/api/file-stream-upload`, { method: 'POST', headers, body: form }))
  }
  return { get, post, upload }
}

const photo = (side: number) =>
  sharp({ create: { width: side * 1.5, height: side, channels: 3, background: '#6b8' } })
    .jpeg()
    .toBuffer()

describe('an outside client over HTTP', () => {
  it('uploads a photograph, has Kontext edit it, and downloads the picture', async () => {
    served = await serveSimulator({ switches: { durationMs: 60 } })
    const { get, post, upload } = createClient(served.origin)
    const { downloadUrl } = await upload(await photo(200), 'photo.jpg')
    const { taskId } = await post('/api/v1/flux/kontext/generate', {
      prompt: 'Turn the sky violet',
      inputImage: downloadUrl,
      model: 'flux-kontext-max',
      outputFormat: 'png',
    })
    const status = () => get(`/api/v1/flux/kontext/record-info?taskId=${taskId}`)
    await expect.poll(async () => (await status()).successFlag).toBe(1)
    const response = await fetch((await status()).response.resultImageUrl)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(await sharp(await response.arrayBuffer()).metadata()).toMatchObject({
      format: 'png',
      width: 1248,
      height: 832,
    })
    expect(await get('/api/v1/chat/credit')).toBe(990)
  })

  it('combines two pictures on Flux 2, and fetches the result by a fresh link', async () => {
    served = await serveSimulator({ switches: { durationMs: 60 } })
    const { get, post, upload } = createClient(served.origin)
    const uploads = await Promise.all([upload(await photo(120), 'a.jpg'), upload(await photo(140), 'b.jpg')])
    const { taskId } = await post('/api/v1/jobs/createTask', {
      model: 'flux-2/pro-image-to-image',
      input: {
        prompt: 'Put image 2 on the wall of image 1',
        input_urls: uploads.map(({ downloadUrl }) => downloadUrl),
        aspect_ratio: '4:3',
        resolution: '1K',
      },
    })
    const status = () => get(`/api/v1/jobs/recordInfo?taskId=${taskId}`)
    await expect.poll(async () => (await status()).state).toBe('success')
    const { resultUrls } = JSON.parse((await status()).resultJson)
    const link = await post('/api/v1/common/download-url', { url: resultUrls[0] })
    const metadata = await sharp(await (await fetch(link)).arrayBuffer()).metadata()
    expect(metadata).toMatchObject({ format: 'jpeg', width: 1168, height: 880 })
  })

  it('makes a picture from words at 2K', async () => {
    served = await serveSimulator({ switches: { durationMs: 0 } })
    const { get, post } = createClient(served.origin)
    const input = { prompt: 'a lighthouse in fog', aspect_ratio: '16:9', resolution: '2K' }
    const { taskId } = await post('/api/v1/jobs/createTask', { model: 'flux-2/flex-text-to-image', input })
    const { response, state } = await get(`/api/v1/jobs/recordInfo?taskId=${taskId}`)
    expect(state).toBe('success')
    const picture = await fetch(response.resultUrls[0])
    expect(await sharp(await picture.arrayBuffer()).metadata()).toMatchObject({
      format: 'png',
      width: 2720,
      height: 1536,
    })
  })
})

describe('a served simulator', () => {
  it('closes although a request hangs', async () => {
    served = await serveSimulator()
    const { origin, simulator } = served
    const hanging = createClient(origin).post('/api/v1/flux/kontext/generate', { prompt: '[[hang]]' })
    const ended = expect(hanging).rejects.toThrow()
    await expect.poll(async () => (await simulator.state()).charges).toHaveLength(1)
    await served.close()
    await ended
    await expect(fetch(`${origin}/__sim/state`)).rejects.toThrow()
  })

  it('goes on after a client that left in the middle', async () => {
    served = await serveSimulator()
    const { origin, port, simulator } = served
    const body = JSON.stringify({ prompt: '[[hang]]' })
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST /api/v1/flux/kontext/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer simulated\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await expect.poll(async () => (await simulator.state()).charges).toHaveLength(1)
    socket.destroy()
    expect(await createClient(origin).get('/api/v1/chat/credit')).toBe(995)
  })

  it('says when its port is taken', async () => {
    served = await serveSimulator()
    await expect(serveSimulator({ port: served.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

import { describe, expect, it } from 'vitest'
import {
  generate,
  jpegBytes,
  kontextBody,
  openService,
  origin,
  pngBytes,
  type ServiceClient,
} from '../../support/service-client.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())

async function finish(service: ServiceClient, prompt = 'a cup'): Promise<string> {
  const { data } = await service.post(generate, kontextBody({ prompt }))
  service.pass(4000)
  const record = await service.get(`/api/v1/flux/kontext/record-info?taskId=${data.taskId}`)
  return record.data.response.resultImageUrl
}

describe('uploads', () => {
  it('as a form: the file is public at once, under the name that was sent', async () => {
    const service = openService()
    const form = new FormData()
    form.append('uploadPath', '/editor/2026-11/')
    form.append('fileName', '9f3c.png')
    form.append('file', new Blob([pngBytes as Uint8Array<ArrayBuffer>]), 'ignored.gif')
    const response = await service.send('/api/file-stream-upload', { method: 'POST', body: form })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const filePath = 'kieai/100001/editor/2026-11/9f3c.png'
    expect(await response.json()).toEqual({
      success: true,
      code: 200,
      msg: 'File uploaded successfully',
      data: {
        success: true,
        fileName: '9f3c.png',
        filePath,
        downloadUrl: `${origin}/files/${filePath}`,
        fileSize: pngBytes.byteLength,
        mimeType: 'image/png',
        uploadedAt: '2026-09-21T14:13:20.000Z',
      },
    })
    expect(await bytesOf(await service.send(`/files/${filePath}`))).toEqual(pngBytes)
    expect((await service.simulator.state()).uploads).toEqual([{ path: filePath, sizeBytes: 12, mime: 'image/png' }])
  })

  it.each([base64(jpegBytes), `data:image/jpeg;base64,${base64(jpegBytes)}`])(
    'as base64, bare or as a data address',
    async (base64Data) => {
      const service = openService()
      const { data } = await service.post('/api/file-base64-upload', { base64Data, uploadPath: 'editor' })
      expect(data.fileName).toMatch(/^1790000000000-[0-9a-f]{8}\.jpg$/)
      expect(await bytesOf(await service.send(data.downloadUrl))).toEqual(jpegBytes)
    },
  )

  it('from an address, of its own hosts only', async () => {
    const service = openService()
    const fileUrl = await service.upload()
    const copied = await service.post('/api/file-url-upload', { fileUrl, uploadPath: 'copies', fileName: 'b.png' })
    expect(await bytesOf(await service.send(copied.data.downloadUrl))).toEqual(pngBytes)
    const foreign = await service.post('/api/file-url-upload', { fileUrl: 'http://169.254.1.1/a.png', uploadPath: 'x' })
    expect(foreign).toMatchObject({ success: false, code: 500 })
  })

  it.each([
    ['/api/file-base64-upload', { base64Data: 'AAAA' }, 400, 'Missing required parameter: uploadPath'],
    ['/api/file-base64-upload', { uploadPath: 'x' }, 400, 'Missing required parameter: base64Data'],
    ['/api/file-base64-upload', { uploadPath: 'x', base64Data: 'no*base64' }, 400, 'Base64 decoding failed'],
    ['/api/file-url-upload', { uploadPath: 'x' }, 400, 'Missing required parameter: fileUrl'],
  ])('%s refuses %j', async (path, body, code, msg) => {
    expect(await openService().post(path, body)).toMatchObject({
      success: false,
      code,
      msg: expect.stringContaining(msg),
    })
  })

  it('refuse a form without a file, a wrong key and a wrong method in their own envelope', async () => {
    const service = openService()
    const path = '/api/file-stream-upload'
    const form = new FormData()
    form.append('uploadPath', 'x')
    expect(await (await service.send(path, { method: 'POST', body: form })).json()).toMatchObject({
      success: false,
      code: 400,
      msg: 'Missing required parameter: file',
    })
    const stranger = await service.send(path, { method: 'POST', body: form, headers: { authorization: 'Bearer no' } })
    expect(await stranger.json()).toEqual({ success: false, code: 401, msg: 'Authentication failed: Invalid API Key' })
    expect(await service.get(path)).toMatchObject({ success: false, code: 405 })
    expect((await service.send(path, { method: 'OPTIONS' })).status).toBe(204)
  })

  it('under a name used before serve the old bytes for a minute, unless switched off', async () => {
    const service = openService()
    const url = await service.upload('same.png', pngBytes)
    await service.upload('same.png', jpegBytes)
    expect(await bytesOf(await service.send(url))).toEqual(pngBytes)
    service.pass(60_000)
    expect(await bytesOf(await service.send(url))).toEqual(jpegBytes)
    service.simulator.set({ staleUploads: false })
    await service.upload('same.png', pngBytes)
    expect(await bytesOf(await service.send(url))).toEqual(pngBytes)
  })

  it('are gone after a day, and are no sources any more', async () => {
    const service = openService()
    const inputImage = await service.upload()
    service.pass(24 * 3_600_000)
    expect((await service.send(inputImage)).status).toBe(404)
    expect((await service.post(generate, kontextBody({ inputImage }))).msg).toContain('file type not supported')
  })

  it('stay below the account’s own folder', async () => {
    const service = openService()
    const { data } = await service.post('/api/file-base64-upload', {
      base64Data: base64(pngBytes),
      uploadPath: '../../etc',
      fileName: '../a b.png',
    })
    expect(data.filePath).toBe('kieai/100001/etc/a b.png')
    expect((await service.send(data.downloadUrl)).status).toBe(200)
  })
})

describe('results', () => {
  it('are served without CORS, whole, and counted', async () => {
    const service = openService()
    const url = await finish(service)
    const response = await service.send(url)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('content-length')).toBe('12')
    expect(await bytesOf(response)).toEqual(jpegBytes)
    expect(await service.simulator.state()).toMatchObject({ bytesServed: 12, requests: { 'GET /r': 1 } })
  })

  it('tell when a key reached a file host', async () => {
    const service = openService()
    const url = await finish(service)
    await service.simulator.fetch(new Request(url))
    expect((await service.simulator.state()).fileRequestsWithKey).toBe(0)
    await service.send(url)
    expect((await service.simulator.state()).fileRequestsWithKey).toBe(1)
  })

  it('may be used as sources', async () => {
    const service = openService()
    const inputImage = await finish(service)
    expect((await service.post(generate, kontextBody({ inputImage }))).code).toBe(200)
    const elsewhere = inputImage.replace('127.0.0.1', 'localhost')
    expect((await service.post(generate, kontextBody({ inputImage: elsewhere }))).code).toBe(200)
  })

  it('answer 403 after 20 minutes, while a fresh link works for 20 more', async () => {
    const service = openService()
    const url = await finish(service)
    service.pass(20 * 60_000)
    expect((await service.send(url)).status).toBe(403)
    const { data } = await service.post('/api/v1/common/download-url', { url })
    expect(data).toContain('X-Amz-Expires=1200')
    const response = await service.send(data)
    expect(await bytesOf(response)).toEqual(jpegBytes)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    service.pass(20 * 60_000)
    expect((await service.send(data)).status).toBe(403)
  })

  it('answer 403 at once with [[expired]]; with [[gone]] a fresh link is dead too', async () => {
    const service = openService()
    for (const [token, status] of [
      ['[[expired]]', 200],
      ['[[gone]]', 404],
    ] as const) {
      const url = await finish(service, `a cup ${token}`)
      expect((await service.send(url)).status).toBe(403)
      const { data } = await service.post('/api/v1/common/download-url', { url })
      expect((await service.send(data)).status).toBe(status)
    }
  })

  it.each(['https://example.com/a.png', `${origin}/files/kieai/a.png`, 'no address', undefined])(
    'get no link for %s',
    async (url) => {
      const answer = await openService().post('/api/v1/common/download-url', { url })
      expect(answer).toEqual({ code: 422, msg: 'url is wrong', data: null })
    },
  )

  it('refuse library agents only where that is switched on', async () => {
    const service = openService()
    const url = await finish(service)
    const fetchAs = async (agent: string) => (await service.send(url, { headers: { 'user-agent': agent } })).status
    expect(await fetchAs('curl/8.5')).toBe(200)
    service.simulator.set({ refuseAgents: true })
    for (const agent of ['curl/8.5', 'python-requests/2.32', 'node', 'undici']) expect(await fetchAs(agent)).toBe(403)
    expect(await fetchAs('Mozilla/5.0 (X11; Linux x86_64)')).toBe(200)
  })
})

import { describe, expect, it } from 'vitest'
import { openService, origin, pngBytes, type ServiceClient } from '../../support/service-client.ts'

const inline = { inlineData: { mimeType: 'image/png', data: btoa(String.fromCharCode(...pngBytes)) } }
const bodyOf = (
  prompt: string,
  imageConfig: object = { aspectRatio: '1:1', imageSize: '1K' },
  sources: object[] = [],
) => ({
  contents: [{ role: 'user', parts: [{ text: prompt }, ...sources] }],
  generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig },
})

const open = () => openService({ switches: { durationMs: 0 } })

async function call(
  service: ServiceClient,
  body: object,
  { model = 'gemini-nano-banana-2.1', key = 'simulated', query = '' } = {},
) {
  const headers: Record<string, string> = key === '' ? {} : { 'x-goog-api-key': key }
  const url = `${origin}/v1beta/models/${model}:generateContent${query}`
  const response = await service.simulator.fetch(
    new Request(url, { method: 'POST', headers, body: JSON.stringify(body) }),
  )
  // biome-ignore lint/suspicious/noExplicitAny: the answer of a service has no type until a test checks it
  return { status: response.status, json: (await response.json()) as any }
}

describe('Gemini, as the simulator plays it', () => {
  it('answers with a thought and its draft, words, and the picture last; one charge', async () => {
    const service = open()
    const { status, json } = await call(service, bodyOf('a fox', { aspectRatio: '16:9', imageSize: '2K' }))
    expect(status).toBe(200)
    const { parts } = json.candidates[0].content
    expect(parts.map((part: { thought?: true }) => part.thought === true)).toEqual([true, true, false, false])
    expect(parts.at(-1).inlineData.mimeType).toBe('image/png')
    expect(json.usageMetadata.candidatesTokenCount).toBe(1680)
    expect(service.painted.map(({ prompt, size }) => [prompt, size])).toContainEqual([
      'a fox',
      { width: 2720, height: 1536 },
    ])
    const { gemini, charges } = await service.simulator.state()
    expect(gemini.charges).toEqual([{ model: 'gemini-nano-banana-2.1', dollars: 0.051, prompt: 'a fox' }])
    expect(charges).toEqual([])
  })

  it('makes an edit of the pictures that it is given', async () => {
    const service = open()
    await call(service, bodyOf('a fox', { imageSize: '1K' }, [inline, inline]))
    expect(service.painted).toContainEqual({
      prompt: 'a fox',
      size: { width: 1248, height: 832 },
      sources: 2,
      format: 'png',
    })
  })

  it.each([
    ['a ratio that does not exist', { aspectRatio: '16:21', imageSize: '1K' }, [], /aspect_ratio/],
    ['a size in small letters', { imageSize: '1k' }, [], /image_size/],
    ['a size that it does not know', { imageSize: '512' }, [], /image_size/],
    ['what is no picture', {}, [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }], /input image/],
  ])('refuses %s with 400', async (_title, config, sources, words) => {
    const { status, json } = await call(open(), bodyOf('a fox', config, sources))
    expect([status, json.error.status]).toEqual([400, 'INVALID_ARGUMENT'])
    expect(json.error.message).toMatch(words)
  })

  it('knows no retired model, and lists those in service', async () => {
    const service = open()
    const { status, json } = await call(service, bodyOf('a fox'), { model: 'gemini-3-pro-image-preview' })
    expect([status, json.error.status]).toEqual([404, 'NOT_FOUND'])
    const request = new Request(`${origin}/v1beta/models?pageSize=1000`, { headers: { 'x-goog-api-key': 'simulated' } })
    const { models } = (await (await service.simulator.fetch(request)).json()) as { models: { name: string }[] }
    expect(models.map(({ name }) => name)).toContain('models/gemini-nano-banana-2.1')
  })

  it('takes its key from the header alone, and notes one in an address', async () => {
    const service = open()
    expect((await call(service, bodyOf('a fox'), { key: 'wrong' })).json.error.details[0].reason).toBe(
      'API_KEY_INVALID',
    )
    expect((await call(service, bodyOf('a fox'), { key: '' })).status).toBe(403)
    expect((await call(service, bodyOf('a fox'), { key: '', query: '?key=simulated' })).status).toBe(400)
    const { gemini } = await service.simulator.state()
    expect(gemini.calls.map(({ keyInAddress }) => keyInAddress)).toEqual([false, false, true])
    expect(gemini.charges).toEqual([])
  })

  it('says when to come back, once where the token says so', async () => {
    const service = open()
    const { status, json } = await call(service, bodyOf('a fox [[gemini:429once]]'))
    expect([status, json.error.details[0].retryDelay]).toEqual([429, '17s'])
    expect((await call(service, bodyOf('a fox [[gemini:429once]]'))).status).toBe(200)
  })
})

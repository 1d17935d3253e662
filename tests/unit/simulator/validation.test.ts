import { describe, expect, it } from 'vitest'
import { checkedFamilies as families } from '#models/catalogue.ts'
import { checkedFlux2 as flux2 } from '#models/flux-2.ts'
import { createTask, generate, jobBody, kontextBody, openService, origin } from '../../support/service-client.ts'

describe('what Kontext refuses', () => {
  const refused: readonly (readonly [string, object, number, string])[] = [
    ['no prompt', { prompt: undefined }, 422, 'prompt is required'],
    ['an empty prompt', { prompt: '' }, 422, 'prompt is required'],
    ['a prompt of 5001 characters', { prompt: 'x'.repeat(5001) }, 422, '1 to 5000'],
    ['an unknown model', { model: 'flux-kontext-ultra' }, 422, 'not supported'],
    ['a foreign ratio', { aspectRatio: '2:3' }, 500, 'aspectRatio is not within the range of allowed options'],
    ['an empty ratio', { aspectRatio: '' }, 500, 'aspectRatio is not within the range of allowed options'],
    ['a foreign format', { outputFormat: 'webp' }, 500, 'outputFormat is not within the range of allowed options'],
    ['a tolerance of 7', { safetyTolerance: 7 }, 500, 'safetyTolerance out of range, should be 0-6'],
    ['a data address', { inputImage: 'data:image/png;base64,AAAA' }, 500, 'inputImage file type not supported'],
    ['a source elsewhere', { inputImage: 'https://example.com/a.png' }, 500, 'inputImage file type not supported'],
    ['a source that is not there', { inputImage: `${origin}/files/kieai/no.png` }, 500, 'file type not supported'],
    ['a switch that is text', { promptUpsampling: 'yes' }, 422, 'Invalid promptUpsampling parameter'],
  ]
  it.each(refused)('%s', async (_what, more, code, msg) => {
    const service = openService()
    const answer = await service.post(generate, kontextBody(more))
    expect(answer).toMatchObject({ code, data: null })
    expect(answer.msg).toContain(msg)
    expect((await service.simulator.state()).charges).toEqual([])
  })

  it('a tolerance above 2 in an edit, though members it does not know came along', async () => {
    const service = openService()
    const inputImage = await service.upload()
    const answer = await service.post(generate, kontextBody({ inputImage, safetyTolerance: 3, callbackUrl: 'x' }))
    expect(answer).toMatchObject({ code: 500, msg: 'safetyTolerance out of range, should be 0-2 for editing' })
  })

  it('a source without an image ending, one that is no picture, and one above 10 MB', async () => {
    const service = openService()
    const attempt = async (inputImage: string) => (await service.post(generate, kontextBody({ inputImage }))).msg
    expect(await attempt(await service.upload('cup'))).toContain('file type not supported')
    expect(await attempt(await service.upload('a.png', new TextEncoder().encode('not a picture')))).toContain(
      'file type',
    )
    const large = new Uint8Array(10 * 2 ** 20 + 1)
    large.set([0xff, 0xd8, 0xff])
    expect(await attempt(await service.upload('large.jpg', large))).toContain('10MB')
  })

  it('16:21 only where that is switched on', async () => {
    const service = openService()
    expect((await service.post(generate, kontextBody({ aspectRatio: '16:21' }))).code).toBe(200)
    service.simulator.set({ refuse16by21: true })
    expect(await service.post(generate, kontextBody({ aspectRatio: '16:21' }))).toMatchObject({ code: 422 })
  })

  it('takes a body without a model, with nulls and with members it does not know', async () => {
    const service = openService()
    const answer = await service.post(generate, {
      prompt: 'a cup',
      inputImage: null,
      callBackUrl: 'https://x.example',
      seed: 4,
    })
    expect(answer).toMatchObject({ code: 200, msg: 'success' })
    expect((await service.simulator.state()).charges).toMatchObject([{ credits: 5 }])
  })
})

describe('what Flux 2 refuses', () => {
  const edit = 'flux-2/flex-image-to-image'
  const refused: readonly (readonly [string, unknown, number, string])[] = [
    ['no ratio', jobBody({ aspect_ratio: undefined }), 500, 'aspect_ratio is required'],
    ['no resolution', jobBody({ resolution: undefined }), 500, 'resolution is required'],
    ['no prompt', jobBody({ prompt: undefined }), 500, 'prompt is required'],
    ['a prompt of two characters', jobBody({ prompt: 'ab' }), 422, 'prompt must be 3 to 5000'],
    ['a prompt of 5001 characters', jobBody({ prompt: 'x'.repeat(5001) }), 422, 'prompt must be 3 to 5000'],
    ['no model', { input: jobBody().input }, 500, 'model is required'],
    ['an unknown model', jobBody({}, 'flux-3/pro'), 422, 'The model name you specified is not supported'],
    [
      'a foreign ratio',
      jobBody({ aspect_ratio: '21:9' }),
      500,
      'aspect_ratio is not within the range of allowed options',
    ],
    ['auto without a source', jobBody({ aspect_ratio: 'auto' }), 500, 'aspect_ratio is not within the range'],
    [
      'a foreign resolution',
      jobBody({ resolution: '4K' }),
      500,
      'resolution is not within the range of allowed options',
    ],
    ['an edit without sources', jobBody({}, edit), 500, 'input_urls is required'],
    ['an edit with an empty list', jobBody({ input_urls: [] }, edit), 500, 'input_urls is required'],
    ['nine sources', jobBody({ input_urls: Array(9).fill(`${origin}/files/a.png`) }, edit), 422, 'at most 8'],
    [
      'a foreign source',
      jobBody({ input_urls: ['https://example.com/a.png'] }, edit),
      500,
      'input_urls file type not supported',
    ],
    [
      'camelCase where snake_case belongs',
      { model: 'flux-2/pro-text-to-image', prompt: 'a fox' },
      500,
      'input is required',
    ],
    ['a list instead of an object', [], 422, 'not a JSON object'],
  ]
  it.each(refused)('%s', async (_what, body, code, msg) => {
    const service = openService()
    const answer = await service.post(createTask, body)
    expect(answer).toMatchObject({ code, data: null })
    expect(answer.msg).toContain(msg)
    expect((await service.simulator.state()).charges).toEqual([])
  })

  it('counts an astral character as one', async () => {
    const service = openService()
    expect((await service.post(createTask, jobBody({ prompt: '🦊🦊🦊' }))).code).toBe(200)
    expect((await service.post(createTask, jobBody({ prompt: '🦊🦊' }))).code).toBe(422)
  })
})

it('a further family on the same wire is taken as it is', async () => {
  const other = {
    ...flux2,
    id: 'other',
    body: (z: Parameters<typeof flux2.body>[0]) =>
      z.object({ model: z.literal('vendor/new'), input: z.object({ prompt: z.string(), aspect_ratio: z.string() }) }),
  }
  const service = openService({ families: [...families, other] })
  const answer = await service.post(createTask, {
    model: 'vendor/new',
    input: { prompt: 'a boat', aspect_ratio: '5:4' },
  })
  expect(answer.code).toBe(200)
  expect(service.painted).toMatchObject([{ size: { width: 1152, height: 912 } }])
})

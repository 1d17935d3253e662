import { describe, expect, test } from 'vitest'
import { GenerationError } from '#domain/failure.ts'
import { kieJobs, kieKontext } from '#providers/kie.ts'
import { json, page, reply, task, wire } from '../../support/wire.ts'

const id = task('3b1f0a77c2d94e18a6f5d0c4e9b28a61')
const url = 'https://tempfile.aiquickdraw.com/r/9a77_1790000011.jpeg'
const spare = 'https://upstream.example/d/9a.jpeg'

const kontext = (data: unknown, ageMs = 0) => kieKontext.check(id, ageMs, wire(reply(200, 'success', data)).call)
const jobs = (data: unknown, ageMs = 0) => kieJobs.check(id, ageMs, wire(reply(200, 'success', data)).call)

describe('a Kontext record (services.md 2.2)', () => {
  const done = { successFlag: 1, response: { originImageUrl: spare, resultImageUrl: url }, errorCode: null }

  test('asks by GET with the task id', async () => {
    const { call, seen } = wire(reply(200, 'success', { successFlag: 0 }))
    await kieKontext.check(id, 0, call)
    expect(seen[0]).toMatchObject({ path: `/api/v1/flux/kontext/record-info?taskId=${id}`, method: 'GET' })
  })

  test.each([
    ['flag 0', { successFlag: 0, response: null }],
    ['flag 0 with a completion time (pitfall 11)', { successFlag: 0, completeTime: 1790000011000 }],
    ['an unknown flag', { successFlag: 7 }],
    ['no flag', {}],
    ['a flag that is no number', { successFlag: 'soon' }],
    ['a record of another shape', 'queued'],
  ])('%s is running', async (_title, data) => {
    await expect(kontext(data)).resolves.toEqual({ state: 'running' })
  })

  test.each([
    ['numbers', done],
    ['a flag as text (pitfall 10)', { ...done, successFlag: '1' }],
    ['times as ISO text', { ...done, createTime: '2026-11-20T10:11:12Z', completeTime: '2026-11-20T10:11:20Z' }],
    ['local times', { ...done, createTime: '2026-11-20 10:11:12', completeTime: null }],
    ['unknown members', { ...done, operationType: 'x', progress: 99, paramJson: '{' }],
  ])(
    'success with %s gives the result, and the short-lived copy only as a spare (pitfall 15)',
    async (_title, data) => {
      await expect(kontext(data)).resolves.toEqual({ state: 'done', imageUrls: [url], spareUrls: [spare] })
    },
  )

  test.each([
    ['no response', { successFlag: 1, response: null }, []],
    ['an empty address', { successFlag: 1, response: { resultImageUrl: '', originImageUrl: '' } }, []],
    ['the word null', { successFlag: 1, response: { resultImageUrl: 'null', originImageUrl: spare } }, [spare]],
    ['an address that is none', { successFlag: 1, response: { resultImageUrl: 'javascript:alert(1)' } }, []],
  ])('success with %s is reported as empty', async (_title, data, spareUrls) => {
    await expect(kontext(data)).resolves.toEqual({ state: 'empty', spareUrls })
  })

  test.each([
    ['flag 3, policy', 3, 400, 'Your prompt was flagged by Website as violating content policies.', 'rejected'],
    ['flag 3, 400 in other words', 3, 400, 'Request moderated', 'rejected'],
    ['flag 3, code as text', 3, '400', 'no', 'rejected'],
    ['flag 3, 400 about credits', 3, 400, 'Credits insufficient', 'out-of-credits'],
    ['flag 3, 501', 3, 501, 'Image generation task failed', 'unexpected'],
    ['flag 3, 500', 3, 500, 'Internal Error, Please try again later.', 'unexpected'],
    ['flag 3, 500 tolerance', 3, 500, 'tolerance out of range', 'invalid'],
    ['flag 3, time-out', 3, 408, 'no result within 10 minutes', 'timed-out'],
    ['flag 2 without words', 2, null, null, 'unexpected'],
    ['flag as text', '2', 0, '', 'unexpected'],
  ])('failure: %s', async (_title, successFlag, errorCode, errorMessage, kind) => {
    const status = await kontext({ successFlag, response: null, errorCode, errorMessage })
    expect(status).toMatchObject({ state: 'failed', failure: { kind } })
  })
})

describe('what a failed task says', () => {
  const policy = { kind: 'rejected', reason: 'no', code: 400, said: 'no' }
  const timeout = { kind: 'timed-out', code: 408, said: 'no result within 10 minutes' }
  test.each<[number | null, string | null, object]>([
    [400, 'no', { failure: policy }],
    [408, timeout.said, { failure: timeout, chargePossible: true }],
    [500, 'null', { failure: { kind: 'unexpected', detail: 'error 500', code: 500, said: '' } }],
    [null, null, { failure: { kind: 'unexpected', detail: 'error 501', code: 501, said: '' } }],
    [501, 'no luck', { failure: { kind: 'unexpected', detail: 'no luck', code: 501, said: 'no luck' } }],
  ])(
    'with code %s and "%s" is kept, and only a time-out may have been charged',
    async (errorCode, errorMessage, end) => {
      expect(await kontext({ successFlag: 3, response: null, errorCode, errorMessage })).toEqual({
        state: 'failed',
        ...end,
      })
      expect(await jobs({ state: 'fail', failCode: errorCode, failMsg: errorMessage })).toEqual({
        state: 'failed',
        ...end,
      })
    },
  )

  test.each([2, 3, '3'])('by the flag %s where a job has no state', async (successFlag) => {
    expect(await jobs({ successFlag, failCode: 501, failMsg: 'x' })).toMatchObject({ state: 'failed' })
  })
})

describe('a job record (services.md 3.2)', () => {
  const results = JSON.stringify({ resultUrls: [url] })

  test.each([
    ['waiting', { state: 'waiting', resultJson: '' }],
    ['queuing', { state: 'queuing', resultJson: '' }],
    ['generating', { state: 'generating', resultJson: '', creditsConsumed: 6 }],
    ['a new word', { state: 'polishing' }],
    ['waiting with a filled result (documentation artefact)', { state: 'waiting', resultJson: results }],
    ['nothing', {}],
    ['a record of another shape', 'queued'],
    ['a state that is no word', { state: 5 }],
  ])('%s is running', async (_title, data) => {
    await expect(jobs(data)).resolves.toEqual({ state: 'running' })
  })

  test.each([
    ['text in resultJson', { state: 'success', resultJson: results }],
    ['an object in resultJson', { state: 'success', resultJson: { resultUrls: [url] } }],
    ['only the newer response', { state: 'success', resultJson: '', response: { resultUrls: [url] } }],
    ['resultJson null and a response', { state: 'success', resultJson: null, response: { resultUrls: [url] } }],
    ['a flag in place of the state', { successFlag: '1', resultJson: results }],
    ['doubly written param', { state: 'success', resultJson: results, param: '{"input":"{\\"prompt\\":\\"a\\"}"}' }],
  ])('success with %s gives the addresses', async (_title, data) => {
    await expect(jobs(data)).resolves.toEqual({ state: 'done', imageUrls: [url], spareUrls: [] })
  })

  test('keeps the order of several results', async () => {
    const status = await jobs({ state: 'success', resultJson: JSON.stringify({ resultUrls: [url, spare] }) })
    expect(status).toEqual({ state: 'done', imageUrls: [url, spare], spareUrls: [] })
  })

  test.each([
    ['an empty text', { state: 'success', resultJson: '' }],
    ['an empty list', { state: 'success', resultJson: '{"resultUrls":[]}' }],
    ['no list', { state: 'success', resultJson: { resultUrls: null }, response: null }],
    ['broken JSON', { state: 'success', resultJson: '{"resultUrls":[' }],
    ['the word null', { state: 'success', resultJson: '{"resultUrls":["null"]}' }],
    ['a text result', { state: 'success', resultJson: '{"resultObject":{}}' }],
  ])('success with %s is reported as empty (pitfall 9)', async (_title, data) => {
    await expect(jobs(data)).resolves.toEqual({ state: 'empty', spareUrls: [] })
  })

  test.each([
    ['fail', '500', 'Internal Error, Please try again later.', 'unexpected'],
    ['failed', 501, 'Playground task failed.', 'unexpected'],
    ['error', '400', 'nsfw content', 'rejected'],
    ['fail', 422, 'aspect_ratio is required', 'invalid'],
    ['fail', null, null, 'unexpected'],
  ])('%s with %s is a failure', async (state, failCode, failMsg, kind) => {
    await expect(jobs({ state, failCode, failMsg, resultJson: null })).resolves.toMatchObject({
      state: 'failed',
      failure: { kind },
    })
  })
})

describe('a record that is not there (services.md 2.3 and 3.3)', () => {
  const missing: [string, Response][] = [
    ['The record does not exist', reply(422, 'The record does not exist', null)],
    ['recordInfo is null', reply(422, 'recordInfo is null', null)],
    ['Task not found', reply(404, 'Task not found', null)],
    ['data null with code 200', reply(200, 'success', null)],
  ]

  test.each(missing)('"%s" counts as running for 90 s', async (_title, answer) => {
    await expect(kieKontext.check(id, 89_000, wire(answer).call)).resolves.toEqual({ state: 'running' })
    await expect(kieJobs.check(id, 91_000, wire(answer).call)).resolves.toMatchObject({
      state: 'failed',
      failure: { kind: 'unexpected' },
    })
  })

  test('from 90 s on may have been charged, whatever words were used for it', async () => {
    const said = 'record does not exist'
    const failure = { kind: 'unexpected', detail: 'it does not know this task (any more).', code: 422, said }
    for (const answer of [reply(200, 'success', null), reply(200, 'success'), reply(422, said)]) {
      expect(await kieKontext.check(id, 89_999, wire(answer).call)).toEqual({ state: 'running' })
      const end = await kieKontext.check(id, 90_000, wire(answer).call)
      expect(end).toEqual({ state: 'failed', failure, chargePossible: true })
    }
  })

  test.each([
    ['a web page', page(502)],
    ['an outer 500', reply(500, 'Server exception')],
    ['an outer 429', reply(429, 'Rate limit exceeded')],
    ['an outer 401', reply(401, 'Unauthorized')],
    ['not JSON', new Response('')],
  ])('%s says nothing about the task: the question is rejected', async (_title, answer) => {
    await expect(kieKontext.check(id, 500_000, wire(answer).call)).rejects.toBeInstanceOf(GenerationError)
  })
})

describe('uploads and links (services.md 4 and 5.2)', () => {
  const image = new Blob([new Uint8Array([1, 2, 3])], { type: 'image/png' })

  test('sends folder, name and bytes as a form and reads the address', async () => {
    const downloadUrl = 'https://tempfile.redpandaai.co/kieai/1/editor/a.png'
    const { call, seen } = wire(json({ success: true, code: 200, msg: 'ok', data: { downloadUrl, fileUrl: 'x' } }))
    await expect(kieKontext.upload(image, 'a.png', call)).resolves.toBe(downloadUrl)
    const form = seen[0]?.body as FormData
    expect(seen[0]).toMatchObject({ path: '/api/file-stream-upload', method: 'POST' })
    expect([...form.keys()]).toEqual(['uploadPath', 'fileName', 'file'])
    expect((form.get('file') as File).size).toBe(3)
  })

  test('falls back to the address of the older answer', async () => {
    const { call } = wire(reply(200, 'ok', { fileUrl: 'https://tempfile.redpandaai.co/b.png' }))
    await expect(kieKontext.upload(image, 'b.png', call)).resolves.toBe('https://tempfile.redpandaai.co/b.png')
  })

  test.each([
    [
      '401 of the upload host',
      json({ success: false, code: 401, msg: 'Authentication failed: Invalid API Key' }),
      'unauthorized',
    ],
    [
      '400 of the upload host',
      json({ success: false, code: 400, msg: 'Missing required parameter: uploadPath' }),
      'invalid',
    ],
    ['success without an address', reply(200, 'ok', {}), 'unexpected'],
    [
      'success with an address that is none',
      reply(200, 'ok', { downloadUrl: 'null', fileUrl: '/a.png' }),
      'unexpected',
    ],
    ['success without data', reply(200, 'ok', null), 'unexpected'],
  ])('%s rejects', async (_title, answer, kind) => {
    await expect(kieKontext.upload(image, 'a.png', wire(answer).call)).rejects.toMatchObject({ failure: { kind } })
  })

  test('takes an address in capitals, and the older one where the newer is none', async () => {
    const fileUrl = 'HTTPS://tempfile.redpandaai.co/b.png'
    const { call } = wire(reply(200, 'ok', { downloadUrl: 'file:///b.png', fileUrl }))
    await expect(kieKontext.upload(image, 'b.png', call)).resolves.toBe(fileUrl)
  })

  test('asks for a fresh link to a picture', async () => {
    const fresh = 'https://bucket.r2.cloudflarestorage.com/x?X-Amz-Expires=1200'
    const { call, seen } = wire(reply(200, 'success', fresh))
    await expect(kieKontext.freshLink(url, call)).resolves.toBe(fresh)
    expect(JSON.parse(String(seen[0]?.body))).toEqual({ url })
  })

  test('rejects a link that is refused or empty', async () => {
    await expect(kieKontext.freshLink(url, wire(reply(422, 'url is wrong', null)).call)).rejects.toMatchObject({
      failure: { kind: 'invalid' },
    })
    await expect(kieKontext.freshLink(url, wire(reply(200, 'success', '')).call)).rejects.toMatchObject({
      failure: { kind: 'expired' },
    })
  })
})

describe('the balance', () => {
  const balance = (answer: Response) => kieKontext.balance?.(wire(answer).call)

  test.each([
    ['a number', reply(200, 'success', 87), 87],
    ['a number as text', reply(200, 'success', '87.5'), 87.5],
    ['zero', reply(200, 'success', 0), 0],
    ['an empty text', reply(200, 'success', ''), undefined],
    ['nothing', reply(200, 'success', null), undefined],
    ['a word', reply(200, 'success', 'many'), undefined],
    ['an object', reply(200, 'success', {}), undefined],
    ['a refusal', reply(401, 'no', 87), undefined],
  ])('that is %s', async (_title, answer, expected) => {
    expect(await balance(answer)).toBe(expected)
  })
})

describe('the status that the proxy reads of a record', () => {
  test.each([
    ['a record', 200, { code: 200, data: { successFlag: 0 } }, { state: 'running' }],
    ['no data', 200, { code: 200, data: null }, undefined],
    ['no member for it', 200, { code: 200 }, undefined],
    ['a refusal with data', 200, { code: 500, data: { successFlag: 0 } }, undefined],
    ['no envelope', 200, 'text', undefined],
  ])('is that of %s', (_title, status, body, expected) => {
    expect(kieKontext.readStatus?.(status, JSON.stringify(body))).toEqual(expected)
  })

  test.each([
    ['the code null', null],
    ['no code', undefined],
    ['a code that is no number', 'soon'],
  ])('is unknown where the envelope has %s, by the status of the answer', (_title, code) => {
    expect(kieKontext.readStatus?.(200, JSON.stringify({ code, data: { successFlag: 0 } }))).toBeUndefined()
  })
})

describe('addresses in answers', () => {
  const resultOf = async (resultImageUrl: string) => {
    const status = await kontext({ successFlag: 1, response: { resultImageUrl } })
    return status.state === 'done' ? status.imageUrls[0] : undefined
  }

  test('are http or https from their first character on', async () => {
    expect(await resultOf('http://127.0.0.1/a.png')).toBe('http://127.0.0.1/a.png')
    expect(await resultOf('HTTPS://files.example/a.png')).toBe('HTTPS://files.example/a.png')
    expect(await resultOf('javascript:https://files.example/a.png')).toBeUndefined()
    expect(await resultOf('file:///a.png')).toBeUndefined()
  })

  test('of fresh links are texts', async () => {
    for (const data of [7, [spare], null]) {
      await expect(kieKontext.freshLink(url, wire(reply(200, 'success', data)).call)).rejects.toMatchObject({
        failure: { kind: 'expired' },
      })
    }
    expect(await kieKontext.freshLink(url, wire(reply(200, 'success', spare)).call)).toBe(spare)
  })
})

test('a refusal of the proxy is told as such by every request', async () => {
  const refusal = () => json({ code: 503, msg: 'Too busy.', proxy: { sent: 'no' } }, 503)
  const failure = { kind: 'unavailable', detail: 'Too busy.' }
  await expect(kieKontext.check(id, 0, wire(refusal()).call)).rejects.toMatchObject({ failure })
  await expect(kieKontext.balance?.(wire(refusal()).call)).rejects.toMatchObject({ failure })
  await expect(kieKontext.freshLink(url, wire(refusal()).call)).rejects.toMatchObject({ failure })
})

test('an upload goes to a folder of its own, under the given name', async () => {
  const { call, seen } = wire(reply(200, 'success', { downloadUrl: url }))
  await kieKontext.upload(new Blob(['x'], { type: 'image/png' }), 'a.png', call)
  const form = seen[0]?.body as FormData
  expect([form.get('uploadPath'), form.get('fileName')]).toEqual(['atelier', 'a.png'])
  const nowhere = wire(reply(200, 'success', {})).call
  const detail = 'it gave no address for an upload.'
  await expect(kieKontext.upload(new Blob(['x']), 'a.png', nowhere)).rejects.toMatchObject({
    failure: { kind: 'unexpected', detail },
  })
})

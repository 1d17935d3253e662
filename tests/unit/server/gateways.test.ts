import { afterEach, describe, expect, it } from 'vitest'
import type { PictureId } from '#domain/ids.ts'
import { families } from '#models/catalogue.ts'
import { readConfig } from '#server/config.ts'
import { startServer } from '#server/start.ts'
import { gateways, isSimulatedHere, openGateway, openSimulatedGateway } from '#server/upstream/gateways.ts'
import { openUpstream } from '#server/upstream/upstream.ts'
import { askProxy, jsonRequest } from '../../support/ask-proxy.ts'
import { type FakeService, openFakeService, replyJson } from '../../support/fake-service.ts'
import { newPicture } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { type Machine, machineKey, openMachine } from '../../support/machine.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const gatewayAt = (env: Record<string, string>) => openGateway(readConfig(env))
const kie = gatewayAt({ KIE_API_KEY: 'kie-key' })
const apikley = gatewayAt({ GATEWAY: 'apikley', APIKLEY_API_KEY: 'apikley-key' })
const atApikley = { GATEWAY: 'apikley', APIKLEY_API_KEY: machineKey, KIE_UPLOAD_BASE_URL: '' }
const fox = { prompt: 'a fox', model: 'flux-kontext-pro' }

let closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing) await one.close()
  closing = []
})

async function machine(env: Record<string, string> = atApikley): Promise<Machine> {
  const opened = await openMachine({ env })
  closing.push(opened)
  return opened
}

async function proxyBefore(env: Record<string, string> = atApikley): Promise<ProxyUnderTest> {
  const reply = { code: 200, msg: 'success', data: { taskId: 'task-1' } }
  const opened = await openProxyBefore((_, outgoing) => replyJson(outgoing, reply), env)
  closing.push(opened)
  return opened
}

const submit = (port: number, run: string, body: unknown = fox) =>
  askProxy(port, '/api/v1/flux/kontext/generate', jsonRequest(body, { 'idempotency-key': run }))

async function keepSource({ store }: Machine) {
  const { id } = await store.addPicture(newPicture('source', await paintedImage('png'), { shelf: 'sources' }))
  return [id] as PictureId[]
}

describe('Apikley beside KIE (docs/services.md 7)', () => {
  it('7.1: has a base of its own', () => {
    expect(kie.api).toMatchObject({ to: { host: 'api.kie.ai', secure: true, reach: 'public' }, path: '' })
    expect(apikley.api).toMatchObject({ to: { host: 'api.apikley.ru', secure: true, reach: 'public' }, path: '' })
  })

  it('may be given an address that ends with slashes', () => {
    const env = { GATEWAY: 'apikley', APIKLEY_API_KEY: 'apikley-key', KIE_API_BASE_URL: 'https://studio.example/a/b//' }
    const { api, upload } = gatewayAt(env)
    expect([api.path, upload.path]).toEqual(['/a/b', '/a/b/file-upload'])
  })

  it('7.2: is asked at the same paths', async () => {
    const { port, service } = await proxyBefore()
    const job = { model: 'flux-2/pro-text-to-image', input: { prompt: 'a fox', aspect_ratio: '1:1', resolution: '1K' } }
    const link = { url: 'https://api.apikley.ru/r/a.png' }
    await submit(port, 'gateway-run-number-1')
    await askProxy(port, '/api/v1/flux/kontext/record-info?taskId=task-1')
    await askProxy(port, '/api/v1/jobs/createTask', jsonRequest(job, { 'idempotency-key': 'gateway-run-number-2' }))
    await askProxy(port, '/api/v1/jobs/recordInfo?taskId=task-1')
    await askProxy(port, '/api/v1/chat/credit')
    await askProxy(port, '/api/v1/common/download-url', jsonRequest(link))
    expect(service.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/v1/flux/kontext/generate',
      'GET /api/v1/flux/kontext/record-info?taskId=task-1',
      'POST /api/v1/jobs/createTask',
      'GET /api/v1/jobs/recordInfo?taskId=task-1',
      'GET /api/v1/chat/credit',
      'POST /api/v1/common/download-url',
    ])
  })

  it('7.3: takes uploads below a path of its one host', async () => {
    expect(kie.upload).toMatchObject({ to: { host: 'kieai.redpandaai.co' }, path: '' })
    expect(apikley.upload).toMatchObject({ to: { host: 'api.apikley.ru' }, path: '/file-upload' })
    const m = await machine()
    const sources = await keepSource(m)
    const run = await m.create({ ...m.recipe(), sources })
    expect(await m.runner.drive(run.id, m.never)).toMatchObject({
      marks: { gateway: 'apikley' },
      state: { phase: 'saved' },
    })
    const { requests, submissions } = await m.simulator.state()
    expect(requests['POST /file-upload/api/file-stream-upload']).toBe(1)
    expect(submissions[0]?.body).toMatchObject({
      inputImage: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/file-upload\/files\//),
    })
  })

  it('7.4: takes as a source what was uploaded to it, and nothing that lies at the other', () => {
    const atOne = 'https://api.apikley.ru/file-upload/files/a.png'
    const atOther = 'https://tempfile.redpandaai.co/kieai/1/a.png'
    expect([apikley.uploads.read(atOne), kie.uploads.read(atOther)]).not.toContain(undefined)
    expect([apikley.uploads.read(atOther), kie.uploads.read(atOne)]).toEqual([undefined, undefined])
  })

  it('7.5: gets a source uploaded anew, whatever lives on at the other', async () => {
    const m = await machine({})
    const sources = await keepSource(m)
    const drive = async () => m.runner.drive((await m.create({ ...m.recipe(), sources })).id, m.never)
    await drive()
    await drive()
    expect((await m.simulator.state()).uploads).toHaveLength(1)
    const { send } = m.network
    m.network.send = async (path, init) =>
      path === '/api/health' ? Response.json({ mode: 'live', gateway: 'apikley' }) : send(path, init)
    expect(await drive()).toMatchObject({ marks: { gateway: 'apikley' } })
    expect((await m.simulator.state()).uploads).toHaveLength(2)
  })

  it('7.6: gets its own key and never that of the other', async () => {
    expect([kie.key, apikley.key]).toEqual(['kie-key', 'apikley-key'])
    expect(readConfig({ GATEWAY: 'apikley', KIE_API_KEY: 'kie-key' }).apiKey).toBeUndefined()
    const { port, service } = await proxyBefore({ ...atApikley, KIE_API_KEY: 'canary-of-kie' })
    await submit(port, 'gateway-run-number-1')
    expect(service.seen[0]?.headers.authorization).toBe(`Bearer ${machineKey}`)
    expect(JSON.stringify(service.seen)).not.toContain('canary-of-kie')
  })

  it('7.7: takes the same six ratios', async () => {
    const { port, service } = await proxyBefore()
    const ratios = ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16']
    for (const [index, aspectRatio] of ratios.entries())
      expect((await submit(port, `gateway-run-number-${index}`, { ...fox, aspectRatio })).status).toBe(200)
    expect(service.seen.map(({ body }) => JSON.parse(body.toString()).aspectRatio)).toEqual(ratios)
  })

  it.each([
    ['402', 'out-of-credits'],
    ['422', 'invalid'],
    ['455', 'unavailable'],
    ['501', 'unconfirmed'],
  ])('7.8: code %s, as HTTP 200, is read as %s', async (code, kind) => {
    const m = await machine()
    expect(await m.generate({ prompt: `a fox [[submit:${code}]]` })).toMatchObject({
      state: { phase: 'failed', failure: { kind } },
    })
  })

  it('7.9: is not sent what only the other documents, unless it was chosen; "auto" only with a source', () => {
    const flux2 = families.find(({ id }) => id === 'flux-2')
    const bodyOf = (draft: object, urls: string[]) =>
      flux2?.toBody({ ...flux2.defaults, prompt: 'a fox', ...draft }, urls)
    expect(JSON.stringify(bodyOf({}, []))).not.toContain('nsfw_checker')
    expect(bodyOf({ contentFilter: true }, [])).toMatchObject({ input: { nsfw_checker: true } })
    expect(bodyOf({}, [])).toMatchObject({ input: { aspect_ratio: '1:1' } })
    expect(bodyOf({}, ['https://api.apikley.ru/file-upload/files/a.png'])).toMatchObject({
      input: { aspect_ratio: 'auto' },
    })
  })

  it('7.10: publishes no limits: those of the other hold', async () => {
    const { port, service } = await proxyBefore()
    const told = await Promise.all(
      Array.from({ length: 25 }, (_, index) => submit(port, `gateway-run-number-${index}`)),
    )
    expect(told.filter(({ status }) => status === 429)).toHaveLength(7)
    expect(service.seen).toHaveLength(18)
  })

  it('7.11: tells no prices: the page and the budgets go by those of the other', async () => {
    const m = await machine({ ...atApikley, USER_DAILY_CREDITS: '8' })
    expect(await m.generate()).toMatchObject({ marks: { priceCredits: 5 }, state: { phase: 'saved' } })
    expect(await m.generate()).toMatchObject({ state: { phase: 'failed', failure: { kind: 'over-budget' } } })
    expect((await m.simulator.state()).charges).toMatchObject([{ credits: 5 }])
  })

  it('7.12: renews links of its own pictures, never of a foreign address', async () => {
    const { port, service } = await proxyBefore()
    const renew = (url: string) => askProxy(port, '/api/v1/common/download-url', jsonRequest({ url }))
    expect((await renew('https://api.apikley.ru/r/a.png')).status).toBe(200)
    expect((await renew('https://evil.test/a.png')).status).toBe(422)
    expect(service.seen).toHaveLength(1)
  })

  it('7.13: may keep its pictures at either: both are fetched from, KIE is never at the hosts of Apikley', () => {
    const at = 'https://tempfile.aiquickdraw.com/r/a.png'
    const own = 'https://files.apikley.ru/r/a.png'
    expect([apikley.results.read(at), apikley.results.read(own), kie.results.read(at)]).not.toContain(undefined)
    expect(kie.results.read(own)).toBeUndefined()
  })

  it('stands in the record of each picture that came through it', async () => {
    const m = await machine()
    await m.generate()
    const [picture] = await m.store.pictures('gallery', 1)
    expect(picture?.origin).toMatchObject({ kind: 'made', gateway: 'apikley' })
  })

  it('is played by the simulator where it has no key', async () => {
    const running = await startServer(readConfig({ PORT: '0', GATEWAY: 'apikley', KIE_API_KEY: 'of-the-other' }))
    closing.push(running)
    const told = await askProxy(running.port, '/api/health')
    expect(told.json()).toMatchObject({ mode: 'simulated', gateway: 'apikley' })
    const form = new FormData()
    form.append('uploadPath', 'atelier')
    form.append('fileName', 'a.png')
    form.append('file', await paintedImage('png'), 'a.png')
    const headers = { origin: `http://localhost:${running.port}` }
    const uploaded = await fetch(`http://localhost:${running.port}/api/file-stream-upload`, {
      method: 'POST',
      headers,
      body: form,
    })
    expect((await uploaded.json()).data.downloadUrl).toContain(`${running.simulatorOrigin}/file-upload/files/`)
  })
})

describe('images', () => {
  it.each<[boolean, Record<string, string>]>([
    [true, {}],
    [true, { KIE_API_KEY: 'simulated' }],
    // A simulator of its own, which this proxy asks like a service.
    [false, { KIE_API_KEY: 'simulated', KIE_API_BASE_URL: 'http://127.0.0.1:4000' }],
    [true, { KIE_API_BASE_URL: 'http://127.0.0.1:4000' }],
    [false, { KIE_API_KEY: 'a-real-key' }],
    [false, { KIE_API_KEY: 'a-real-key', KIE_API_BASE_URL: 'http://127.0.0.1:4000' }],
  ])('are simulated in this process: %s with %j', (isHere, env) => {
    expect(isSimulatedHere(readConfig(env))).toBe(isHere)
  })

  it.each([
    ['with the first of several keys', 'a-new-key,an-old-key', 'a-new-key'],
    ['with none where none is set', '', ''],
  ])('that are simulated: callbacks about them are signed %s', async (_, keys, key) => {
    const upstream = await openUpstream(readConfig({ KIE_WEBHOOK_HMAC_KEY: keys, PUBLIC_URL: 'http://localhost:3000' }))
    closing.push(upstream)
    const { switches } = await (await fetch(`${upstream.simulatorOrigin}/__sim/state`)).json()
    expect(switches.callbackKey).toBe(key)
  })

  it('that are simulated come from this machine, at the address of the simulator only', () => {
    const gateway = openSimulatedGateway(readConfig({}), 'http://127.0.0.1:4000')
    for (const { to } of [gateway.api, gateway.upload])
      expect(to).toMatchObject({ host: '127.0.0.1', port: 4000, reach: 'loopback' })
    for (const rules of [gateway.results, gateway.uploads]) {
      expect(rules.read('http://127.0.0.1:4000/a.png')).toBeDefined()
      expect(rules.read('http://127.0.0.1:4001/a.png')).toBeUndefined()
      expect(rules.read('https://tempfile.aiquickdraw.com/a.png')).toBeUndefined()
    }
  })
})

describe('a third gateway', () => {
  let service: FakeService

  it('is one entry: its key, its addresses and its hosts follow from it', async () => {
    service = await openFakeService((_, outgoing) => replyJson(outgoing, { code: 200, data: { taskId: 'task-1' } }))
    closing.push(service)
    const third = {
      api: service.origin,
      upload: `${service.origin}/up`,
      results: ['pictures.third.example'],
      uploads: ['up.third.example'],
    }
    const env = { GATEWAY: 'third', THIRD_API_KEY: 'canary-of-third', KIE_API_BASE_URL: service.origin, PORT: '0' }
    const config = readConfig(env, { ...gateways, third })
    expect(config.secrets).toContain('canary-of-third')
    expect(openGateway(config)).toMatchObject({ id: 'third', key: 'canary-of-third', upload: { path: '/up' } })
    const running = await startServer(config)
    closing.unshift(running)
    expect((await askProxy(running.port, '/api/health')).json()).toEqual({ mode: 'live', gateway: 'third' })
    const source = (inputImage: string) => ({ ...fox, inputImage })
    expect((await submit(running.port, 'third-run-number-1', source('https://up.third.example/a.png'))).status).toBe(
      200,
    )
    expect(
      (await submit(running.port, 'third-run-number-2', source('https://tempfile.redpandaai.co/a.png'))).status,
    ).toBe(422)
    expect(service.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer canary-of-third'])
  })

  it('is named where GATEWAY names none of them', () => {
    expect(() => readConfig({ GATEWAY: 'fal' }, { ...gateways, third: gateways.kie })).toThrow(
      'GATEWAY must be kie or apikley or third',
    )
  })
})

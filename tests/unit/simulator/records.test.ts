import { describe, expect, it } from 'vitest'
import type { Painter } from '#simulator/painter/painter.ts'
import {
  createTask,
  generate,
  jobBody,
  kontextBody,
  openService,
  type ServiceClient,
} from '../../support/service-client.ts'

const kontextRecord = async (service: ServiceClient, taskId: string) =>
  service.get(`/api/v1/flux/kontext/record-info?taskId=${taskId}`)
const jobRecord = async (service: ServiceClient, taskId: string) =>
  service.get(`/api/v1/jobs/recordInfo?taskId=${taskId}`)
const startKontext = async (service: ServiceClient, more: object = {}) =>
  (await service.post(generate, kontextBody(more))).data.taskId as string
const startJob = async (service: ServiceClient, input: object = {}, model?: string) =>
  (await service.post(createTask, jobBody(input, model))).data.taskId as string

describe('a Kontext task', () => {
  it('has an id of 32 hex digits and no record id', async () => {
    const { data } = await openService().post(generate, kontextBody())
    expect(data).toEqual({ taskId: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })

  it('runs, then succeeds with two addresses of the same picture', async () => {
    const service = openService()
    const taskId = await startKontext(service)
    service.pass(3999)
    expect((await kontextRecord(service, taskId)).data).toEqual({
      taskId,
      paramJson: JSON.stringify(kontextBody()),
      successFlag: 0,
      response: null,
      errorCode: null,
      errorMessage: null,
      createTime: 1_790_000_000_000,
      completeTime: null,
    })
    service.pass(1)
    const { data } = await kontextRecord(service, taskId)
    expect(data).toMatchObject({ successFlag: 1, errorCode: null, errorMessage: '', completeTime: 1_790_000_004_000 })
    for (const url of [data.response.resultImageUrl, data.response.originImageUrl]) {
      const response = await service.send(url)
      expect(response.headers.get('content-type')).toBe('image/jpeg')
    }
  })

  it.each([
    ['[[policy]]', 3, 400],
    ['[[fail500]]', 3, 500],
    ['[[fail:501]]', 3, 501],
    ['[[createfail]]', 2, 500],
  ])('with %s ends with flag %i and code %i inside a successful answer', async (token, successFlag, errorCode) => {
    const service = openService()
    const taskId = await startKontext(service, { prompt: `a lighthouse ${token}` })
    service.pass(4000)
    const answer = await kontextRecord(service, taskId)
    expect(answer).toMatchObject({ code: 200, msg: 'success', data: { successFlag, errorCode, response: null } })
    expect(answer.data.errorMessage).not.toBe('')
    expect(service.painted).toEqual([])
  })

  it('writes times and flags in the ways the service has', async () => {
    const service = openService({ switches: { times: 'iso', successFlag: 'text' } })
    const taskId = await startKontext(service)
    expect((await kontextRecord(service, taskId)).data).toMatchObject({
      successFlag: '0',
      createTime: '2026-09-21T14:13:20.000Z',
    })
    service.simulator.set({ times: 'local' })
    expect((await kontextRecord(service, taskId)).data.createTime).toBe('2026-09-21 14:13:20')
  })

  it('paints the documented pixels', async () => {
    const service = openService()
    for (const aspectRatio of ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16', undefined])
      await startKontext(service, { aspectRatio })
    expect(service.painted.map(({ size }) => `${size.width}x${size.height}`)).toEqual([
      '1568x672',
      '1392x752',
      '1184x880',
      '1024x1024',
      '880x1184',
      '752x1392',
      '1392x752',
    ])
  })

  it('keeps the shape of the input in an edit without a ratio, and paints in the asked format', async () => {
    const service = openService()
    const inputImage = await service.upload()
    await startKontext(service, { inputImage, outputFormat: 'png' })
    await startKontext(service, { inputImage, aspectRatio: '1:1' })
    expect(service.painted).toMatchObject([
      { sources: 1, format: 'png', size: { width: 1248, height: 832 } },
      { sources: 1, format: 'jpeg', size: { width: 1024, height: 1024 } },
    ])
  })
})

describe('a job', () => {
  it('repeats its id as record id', async () => {
    const { data } = await openService().post(createTask, jobBody())
    expect(data.recordId).toBe(data.taskId)
  })

  it('waits, generates and succeeds, with results only then', async () => {
    const service = openService()
    const taskId = await startJob(service)
    expect((await jobRecord(service, taskId)).data).toMatchObject({
      state: 'waiting',
      resultJson: '',
      failCode: null,
      successFlag: 0,
    })
    service.pass(1000)
    expect((await jobRecord(service, taskId)).data).toMatchObject({
      state: 'generating',
      resultJson: '',
      creditsConsumed: 5,
    })
    service.pass(3000)
    const { data } = await jobRecord(service, taskId)
    expect(data).toMatchObject({ state: 'success', successFlag: 1, costTime: 4, completeTime: 1_790_000_004_000 })
    expect(JSON.parse(data.resultJson)).toEqual(data.response)
    expect(JSON.parse(JSON.parse(data.param).input)).toEqual(jobBody().input)
  })

  it('may queue on its way, or wait until it succeeds', async () => {
    const states = async (timeline: 'queuing' | 'direct') => {
      const service = openService({ switches: { timeline } })
      const taskId = await startJob(service)
      const seen = []
      for (const ms of [0, 800, 1200, 2000]) {
        service.pass(ms)
        seen.push((await jobRecord(service, taskId)).data.state)
      }
      return seen
    }
    expect(await states('queuing')).toEqual(['waiting', 'queuing', 'generating', 'success'])
    expect(await states('direct')).toEqual(['waiting', 'waiting', 'waiting', 'success'])
  })

  it('gives results and records in the shapes the service has had', async () => {
    const service = openService({ switches: { records: '2026-04', resultJson: 'null' } })
    const taskId = await startJob(service)
    const early = (await jobRecord(service, taskId)).data
    expect(early).toMatchObject({ resultJson: null })
    for (const newer of ['successFlag', 'response', 'operationType', 'creditsConsumed'])
      expect(early).not.toHaveProperty(newer)
    service.simulator.set({ resultJson: 'object' })
    service.pass(4000)
    expect((await jobRecord(service, taskId)).data.resultJson.resultUrls).toHaveLength(1)
  })

  it('fails with a code in words inside a successful answer', async () => {
    const service = openService()
    const taskId = await startJob(service, { prompt: 'a fox [[fail500]]' })
    service.pass(4000)
    expect(await jobRecord(service, taskId)).toMatchObject({
      code: 200,
      data: { state: 'fail', failCode: '500', failMsg: expect.any(String), resultJson: '', creditsConsumed: 0 },
    })
  })

  it('fails with its price given back where the picture cannot be painted', async () => {
    const broken: Painter = {
      create: () => Promise.reject(new Error('no paint')),
      edit: () => Promise.reject(new Error('no paint')),
    }
    const service = openService({ painter: broken })
    const taskId = await startJob(service)
    service.pass(4000)
    expect((await jobRecord(service, taskId)).data).toMatchObject({ state: 'fail', failCode: '500' })
    expect((await service.simulator.state()).credits).toBe(1000)
  })

  it('paints the documented pixels, as PNG by Flex', async () => {
    const service = openService()
    await startJob(service, { aspect_ratio: '4:3', resolution: '2K' })
    await startJob(service, { aspect_ratio: '2:3' }, 'flux-2/flex-text-to-image')
    const input_urls = [await service.upload('a.png'), await service.upload('b.png')]
    await startJob(service, { aspect_ratio: 'auto', resolution: '2K', input_urls }, 'flux-2/pro-image-to-image')
    expect(service.painted).toMatchObject([
      { size: { width: 2352, height: 1760 }, format: 'jpeg' },
      { size: { width: 832, height: 1248 }, format: 'png' },
      { size: { width: 2512, height: 1680 }, sources: 2 },
    ])
  })
})

describe('a record that is not there', () => {
  it('is told in each family’s own words', async () => {
    const service = openService()
    expect(await kontextRecord(service, 'unknown')).toEqual({ code: 422, msg: 'The record does not exist', data: null })
    expect(await jobRecord(service, 'unknown')).toEqual({ code: 422, msg: 'recordInfo is null', data: null })
    expect(await jobRecord(service, '')).toMatchObject({ code: 400, msg: 'taskId parameter is required' })
  })

  it('is one of the other family, or too new to be seen', async () => {
    const service = openService({ switches: { visibilityLagMs: 3000 } })
    const taskId = await startKontext(service)
    expect((await kontextRecord(service, taskId)).code).toBe(422)
    service.pass(3000)
    expect((await kontextRecord(service, taskId)).code).toBe(200)
    expect((await jobRecord(service, taskId)).code).toBe(422)
  })
})

import { describe, expect, it } from 'vitest'
import {
  createTask,
  generate,
  jobBody,
  kontextBody,
  openService,
  type ServiceClient,
} from '../../support/service-client.ts'

const start = async (service: ServiceClient, prompt: string) =>
  (await service.post(generate, kontextBody({ prompt }))).data.taskId as string
const record = async (service: ServiceClient, taskId: string) =>
  (await service.get(`/api/v1/flux/kontext/record-info?taskId=${taskId}`)).data

describe('tokens that answer a submission', () => {
  it.each([
    [400, /flagged/],
    [401, /^Unauthorized/],
    [402, /^Credits insufficient/],
    [404, /not available/],
    [408, /timeout/],
    [422, /required/],
    [433, /usage limit/],
    [455, /maintenance/],
    [500, /^Internal Server Error$/],
    [501, /failed/],
    [505, /disabled/],
  ])('[[submit:%i]] refuses with that code and charges nothing', async (code, msg) => {
    const service = openService()
    const answer = await service.post(createTask, jobBody({ prompt: `a fox [[submit:${code}]]` }))
    expect(answer).toEqual({ code, msg: expect.stringMatching(msg), data: null })
    expect((await service.simulator.state()).charges).toEqual([])
  })

  it('[[submit:429]] is an HTTP 429, [[submit:busy]] a 500 that is worth another try', async () => {
    const service = openService()
    const send = (prompt: string) =>
      service.send(generate, { method: 'POST', body: JSON.stringify(kontextBody({ prompt })) })
    expect((await send('[[submit:429]]')).status).toBe(429)
    expect(await (await send('[[submit:busy]]')).json()).toMatchObject({
      code: 500,
      msg: expect.stringContaining('Network error'),
    })
  })

  it.each([
    ['[[html]]', 522],
    ['[[submit:503]]', 503],
  ])('%s is a page instead of JSON', async (token, status) => {
    const service = openService()
    const response = await service.send(generate, {
      method: 'POST',
      body: JSON.stringify(kontextBody({ prompt: token })),
    })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect((await service.simulator.state()).submissions).toMatchObject([{ code: status }])
  })

  it('[[null]] accepts, charges, and gives no id', async () => {
    const service = openService()
    expect(await service.post(generate, kontextBody({ prompt: '[[null]]' }))).toEqual({
      code: 200,
      msg: 'success',
      data: null,
    })
    expect((await service.simulator.state()).charges).toHaveLength(1)
  })

  it('[[hang]] accepts, charges, and never answers', async () => {
    const service = openService()
    const leaving = new AbortController()
    let answered = false
    const hanging = service
      .send(generate, {
        method: 'POST',
        body: JSON.stringify(kontextBody({ prompt: '[[hang]]' })),
        signal: leaving.signal,
      })
      .finally(() => {
        answered = true
      })
    await expect.poll(async () => (await service.simulator.state()).charges).toHaveLength(1)
    expect(answered).toBe(false)
    leaving.abort()
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' })
    const { submissions } = await service.simulator.state()
    expect(submissions).toMatchObject([{ taskId: expect.any(String) }])
    expect(submissions[0]).not.toHaveProperty('code')
  })

  it('closing ends what hangs', async () => {
    const service = openService()
    const hanging = service.post(generate, kontextBody({ prompt: '[[hang]]' }))
    await expect.poll(async () => (await service.simulator.state()).charges).toHaveLength(1)
    service.simulator.close()
    await expect(hanging).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('tokens that steer a task', () => {
  it('[[stuck]] never ends', async () => {
    const service = openService()
    const taskId = await start(service, 'a cup [[stuck]]')
    service.pass(24 * 3_600_000)
    expect((await record(service, taskId)).successFlag).toBe(0)
    expect((await service.simulator.state()).openTasks).toEqual([taskId])
  })

  it('[[slow:20]] takes 20 s, and goes with others', async () => {
    const service = openService()
    const taskId = await start(service, 'a cup [[slow:20]] [[policy]]')
    service.pass(19_999)
    expect((await record(service, taskId)).successFlag).toBe(0)
    service.pass(1)
    expect(await record(service, taskId)).toMatchObject({ successFlag: 3, errorCode: 400 })
  })

  it('[[lag]] has a time of completion while it still runs', async () => {
    const service = openService()
    const taskId = await start(service, 'a cup [[lag]]')
    expect(await record(service, taskId)).toMatchObject({ successFlag: 0, completeTime: 1_790_000_001_000 })
  })

  it('[[nourl]] succeeds without an address, [[spare]] with the upstream’s only', async () => {
    const service = openService()
    const taskIds = [await start(service, 'a cup [[nourl]]'), await start(service, 'a cup [[spare]]')]
    const job = (await service.post(createTask, jobBody({ prompt: 'a cup [[nourl]]' }))).data.taskId
    service.pass(4000)
    const [none, spare] = await Promise.all(taskIds.map((taskId) => record(service, taskId)))
    expect(none).toMatchObject({ successFlag: 1, response: { resultImageUrl: null, originImageUrl: '' } })
    expect(spare.response.resultImageUrl).toBeNull()
    expect((await service.send(spare.response.originImageUrl)).status).toBe(200)
    const { data } = await service.get(`/api/v1/jobs/recordInfo?taskId=${job}`)
    expect(data).toMatchObject({ state: 'success', resultJson: '{"resultUrls":[]}' })
  })

  it('are not painted, and unknown ones mean nothing', async () => {
    const service = openService()
    await start(service, 'a cup [[slow:1]] on a table [[sic]]')
    expect(service.painted).toMatchObject([{ prompt: 'a cup on a table' }])
  })
})

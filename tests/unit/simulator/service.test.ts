import { describe, expect, it } from 'vitest'
import { createLedger } from '#simulator/ledger.ts'
import { createTask, generate, jobBody, kontextBody, openService } from '../../support/service-client.ts'

describe('the key', () => {
  it.each(['Bearer wrong', 'simulated', 'Bearer '])(
    '%j is refused with HTTP 200 and code 401',
    async (authorization) => {
      const service = openService()
      for (const path of ['/api/v1/chat/credit', '/api/v1/flux/kontext/record-info?taskId=a']) {
        const response = await service.send(path, { headers: { authorization } })
        expect(response.status).toBe(200)
        expect(await response.json()).toMatchObject({
          code: 401,
          data: null,
          msg: expect.stringMatching(/^Unauthorized/),
        })
      }
      const submitted = await service.send(generate, {
        method: 'POST',
        headers: { authorization },
        body: JSON.stringify(kontextBody()),
      })
      expect(await submitted.json()).toMatchObject({ code: 401 })
      expect((await service.simulator.state()).charges).toEqual([])
    },
  )
})

describe('answers', () => {
  it('come as JSON in UTF-8, without a word about other origins', async () => {
    const response = await openService().send('/api/v1/chat/credit')
    expect(response.headers.get('content-type')).toBe('application/json;charset=UTF-8')
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(await response.json()).toEqual({ code: 200, msg: 'success', data: 1000 })
  })

  it('name their message otherwise where that is switched on', async () => {
    const service = openService({ switches: { message: 'message' } })
    expect(await service.get('/api/v1/chat/credit')).toEqual({ code: 200, message: 'success', data: 1000 })
  })

  it.each([
    '/',
    '/api/v1/flux/kontext/get-image-details?taskId=a',
    '/api/v1/flux-2/pro/generate',
    '/flux-kontext/generate-or-edit-image',
    '/api/v1/flux/kontext/generate',
    '/api/v1/jobs/createTask',
    '/__sim/unknown',
  ])('GET %s is a real 404 in JSON', async (path) => {
    const response = await openService().send(path)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: 'Not Found' })
  })
})

describe('the limiter', () => {
  it('drops what exceeds 20 submissions in any 10 s', async () => {
    const service = openService()
    const submit = () => service.send(createTask, { method: 'POST', body: JSON.stringify(jobBody()) })
    for (let index = 0; index < 20; index++) {
      expect((await submit()).status).toBe(200)
      service.pass(100)
    }
    const refused = await submit()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBeNull()
    expect(await refused.json()).toMatchObject({ code: 429, data: null })
    service.pass(8_000)
    expect((await submit()).status).toBe(200)
    expect((await submit()).status).toBe(429)
    expect((await service.simulator.state()).charges).toHaveLength(21)
  })

  it('may answer HTTP 200 with code 429, and never counts polls', async () => {
    const service = openService({ switches: { limiterStatus: 200 } })
    for (let index = 0; index < 20; index++) await service.post(generate, kontextBody())
    for (let index = 0; index < 30; index++) await service.get('/api/v1/chat/credit')
    const response = await service.send(generate, { method: 'POST', body: JSON.stringify(kontextBody()) })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ code: 429 })
  })
})

describe('the ledger', () => {
  it.each([
    [generate, kontextBody(), 5],
    [generate, kontextBody({ model: 'flux-kontext-max' }), 10],
    [createTask, jobBody(), 5],
    [createTask, jobBody({ resolution: '2K' }), 7],
    [createTask, jobBody({}, 'flux-2/flex-text-to-image'), 14],
    [createTask, jobBody({ resolution: '2K' }, 'flux-2/flex-text-to-image'), 24],
  ])('%s takes its price once, at submission', async (path, body, credits) => {
    const service = openService()
    const { data } = await service.post(path, body)
    expect((await service.get('/api/v1/chat/credit')).data).toBe(1000 - credits)
    service.pass(60_000)
    expect((await service.get('/api/v1/chat/credit')).data).toBe(1000 - credits)
    expect((await service.simulator.state()).charges).toEqual([{ taskId: data.taskId, credits, refunded: false }])
  })

  it('gives the price back when the task fails, also if nobody asks for the record', async () => {
    const service = openService()
    await service.post(generate, kontextBody({ prompt: 'a lighthouse [[fail501]]' }))
    expect((await service.get('/api/v1/chat/credit')).data).toBe(995)
    service.pass(4000)
    expect((await service.get('/api/v1/chat/credit')).data).toBe(1000)
    expect((await service.simulator.state()).charges).toMatchObject([{ refunded: true }])
  })

  it('refuses what the balance does not cover, and takes nothing', async () => {
    const service = openService()
    service.simulator.set({ credits: 4.75 })
    expect(await service.post(generate, kontextBody())).toMatchObject({
      code: 402,
      msg: expect.stringMatching(/^Credits insufficient/),
    })
    expect((await service.get('/api/v1/chat/credit')).data).toBe(4.75)
  })
})

describe('the control routes', () => {
  it('tell what was received and charged', async () => {
    const service = openService()
    const { data } = await service.post(generate, kontextBody())
    await service.get(`/api/v1/flux/kontext/record-info?taskId=${data.taskId}`)
    await service.post(createTask, jobBody({ resolution: '8K' }))
    const state = (await service.get('/__sim/state')) as unknown
    expect(state).toMatchObject({
      requests: { [`POST ${generate}`]: 1, [`POST ${createTask}`]: 1, 'GET /api/v1/flux/kontext/record-info': 1 },
      submissions: [
        { route: generate, body: kontextBody(), code: 200, taskId: data.taskId },
        { route: createTask, code: 500 },
      ],
      polls: { [data.taskId]: 1 },
      openTasks: [data.taskId],
      credits: 995,
    })
  })

  it('set switches, name those they do not know, and put all back', async () => {
    const service = openService()
    const wrong = await service.send('/__sim/switches', { method: 'POST', body: JSON.stringify({ speed: 3 }) })
    expect(wrong.status).toBe(400)
    await service.post('/__sim/switches', { durationMs: [10, 20], times: 'iso', credits: 12 })
    await service.post(generate, kontextBody())
    expect(await service.simulator.state()).toMatchObject({
      credits: 7,
      switches: { durationMs: [10, 20], times: 'iso' },
    })
    await service.post('/__sim/reset', {})
    expect(await service.simulator.state()).toMatchObject({
      credits: 1000,
      charges: [],
      submissions: [],
      switches: { durationMs: 4000, times: 'ms' },
    })
  })
})

describe('the simulated account', () => {
  it('fills itself up again, however many images are made', () => {
    const ledger = createLedger(1_000)
    for (let count = 0; count < 500; count += 1) expect(ledger.charge(`task-${count}`, 5)).toBe(true)
    expect(ledger.charges()).toHaveLength(500)
  })

  it('has an end once a balance was set', () => {
    const ledger = createLedger(12)
    expect([ledger.charge('a', 10), ledger.charge('b', 10)]).toEqual([true, true])
    ledger.setBalance(15)
    expect([ledger.charge('c', 10), ledger.charge('d', 10)]).toEqual([true, false])
    expect(ledger.balance()).toBe(5)
  })
})

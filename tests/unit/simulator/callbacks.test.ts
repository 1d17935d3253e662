import { describe, expect, test } from 'vitest'
import type { Switches } from '#simulator/switches.ts'
import { createTask, generate, jobBody, kontextBody, openService } from '../../support/service-client.ts'
import { createHeldTime, settled } from '../../support/windows.ts'

const address = 'https://studio.example/api/callbacks/one'
const startedAt = 1_790_000_000_000

interface Call {
  body: { code: number; msg: string; data: Record<string, unknown> }
  headers: Headers
  atMs: number
}

/** The service with a manual clock, and a receiver of callbacks with a given answer. */
function openCalled(switches: Partial<Switches> = {}, answers: number[] = []) {
  const time = createHeldTime()
  const calls: Call[] = []
  const service = openService({
    now: () => startedAt + time.passedMs(),
    wait: (ms) => time.wait(ms, new AbortController().signal),
    switches,
    async call(request) {
      calls.push({ body: (await request.json()) as Call['body'], headers: request.headers, atMs: time.passedMs() })
      return new Response(null, { status: answers.shift() ?? 200 })
    },
  })
  const submit = async (path: string, body: object) => (await service.post(path, body)).data.taskId as string
  const kontext = (prompt = 'a lighthouse') => submit(generate, kontextBody({ prompt, callBackUrl: address }))
  return { service, time, calls, submit, kontext }
}

describe('callbacks of the simulated service', () => {
  test('2.4 come when the task has ended, with the body of Kontext', async () => {
    const { time, calls, kontext } = openCalled()
    const taskId = await kontext()
    await time.pass(3_000)
    expect(calls).toEqual([])
    await time.pass(2_000)
    expect(calls).toMatchObject([
      {
        atMs: 4_000,
        body: {
          code: 200,
          msg: 'BFL image generated successfully.',
          data: {
            taskId,
            info: { resultImageUrl: expect.stringMatching(/^http/), originImageUrl: expect.any(String) },
          },
        },
      },
    ])
    expect(calls[0]?.headers.has('x-webhook-signature')).toBe(false)
  })

  test('3.4 of jobs hold the record and the whole submission', async () => {
    const { time, calls, submit } = openCalled()
    const body = { ...jobBody(), callBackUrl: address }
    const taskId = await submit(createTask, body)
    await time.pass(5_000)
    expect(calls[0]?.body).toMatchObject({
      code: 200,
      data: { taskId, state: 'success', param: JSON.stringify(body), consumeCredits: 5, remainedCredits: 995 },
    })
    expect(JSON.parse(calls[0]?.body.data.resultJson as string)).toEqual({
      resultUrls: [expect.stringMatching(/^http/)],
    })
  })

  test('2.4 3.4 tell of failures, each family in its way', async () => {
    const { time, calls, kontext, submit } = openCalled()
    await kontext('a fox [[policy]]')
    await submit(createTask, { ...jobBody({ prompt: 'a fox [[fail:500]]' }), callBackUrl: address })
    await time.pass(5_000)
    expect(calls.map(({ body }) => body.code).sort()).toEqual([400, 501])
    expect(calls.find(({ body }) => body.code === 501)?.body.data).toMatchObject({ failCode: '500', resultJson: null })
  })

  test('are asked for by one spelling; any other is ignored', async () => {
    const { time, calls, submit } = openCalled()
    for (const name of ['callbackUrl', 'callback_url']) await submit(createTask, { ...jobBody(), [name]: address })
    await time.pass(5_000)
    expect(calls).toEqual([])
  })

  test('2.4 are tried three times, until one is taken', async () => {
    const { service, time, calls, kontext } = openCalled({}, [500, 503, 500, 404, 200])
    await kontext()
    await time.pass(9_000)
    expect(calls).toHaveLength(3)
    await kontext()
    await time.pass(9_000)
    expect(calls).toHaveLength(5)
    expect((await service.simulator.state()).callbacks.map(({ statuses }) => statuses)).toEqual([
      [500, 503, 500],
      [404, 200],
    ])
  })

  test('5.3 are signed over task and time', async () => {
    const { time, calls, kontext } = openCalled({ callbackKey: 'whk_demo_5f0c' })
    await kontext()
    await time.pass(5_000)
    const { headers, body } = calls[0] as Call
    expect(headers.get('x-webhook-timestamp')).toBe(String((startedAt + 4_000) / 1000))
    const { createHmac } = await import('node:crypto')
    const text = `${body.data.taskId}.${headers.get('x-webhook-timestamp')}`
    expect(headers.get('x-webhook-signature')).toBe(createHmac('sha256', 'whk_demo_5f0c').update(text).digest('base64'))
  })

  test('are repeated, delayed, signed wrongly, reduced and forged on demand', async () => {
    const { service, time, calls, kontext } = openCalled({
      callbackKey: 'whk_demo_5f0c',
      callbackTimes: 3,
      callbackDelayMs: 2_000,
    })
    await kontext()
    await time.pass(8_000)
    expect(calls.map(({ atMs }) => atMs)).toEqual([6_000, 6_000, 6_000])
    service.simulator.set({ callbackTimes: 1, callbackDelayMs: 0, callbackSignature: 'late', callbackBody: 'forged' })
    await kontext('a fox [[policy]]')
    await time.pass(5_000)
    const forged = calls.at(-1)
    expect(forged?.body).toMatchObject({ code: 200 })
    expect(Number(forged?.headers.get('x-webhook-timestamp')) * 1000).toBeLessThan(startedAt - 500_000)
    service.simulator.set({ callbackSignature: 'none', callbackBody: 'reduced' })
    const taskId = await kontext()
    await time.pass(5_000)
    expect(calls.at(-1)?.body.data).toEqual({ taskId })
    expect(calls.at(-1)?.headers.has('x-webhook-signature')).toBe(false)
  })

  test('are held back and then sent last first', async () => {
    const { service, time, calls, kontext } = openCalled({ callbacks: 'held' })
    const first = await kontext()
    await time.pass(1_000)
    const second = await kontext()
    await time.pass(9_000)
    expect(calls).toEqual([])
    service.simulator.set({ callbacks: 'sent' })
    await settled()
    expect(calls.map(({ body }) => body.data.taskId)).toEqual([second, first])
  })

  test('are steered by the prompt of one task', async () => {
    const { time, calls, kontext } = openCalled({ callbackKey: 'whk_demo_5f0c' })
    await kontext('a fox [[callback:early]]')
    expect(calls).toMatchObject([{ atMs: 0 }])
    await kontext('a fox [[callback:never]]')
    await kontext('a fox [[stuck]]')
    await time.pass(30_000)
    expect(calls).toHaveLength(1)
    const before = time.passedMs()
    await kontext('a fox [[callback:3]] [[callback:twice]] [[callback:none]] [[callback:reduced]]')
    await time.pass(9_000)
    expect(calls.slice(1).map(({ atMs }) => atMs - before)).toEqual([7_000, 7_000])
    expect(calls.at(-1)?.headers.has('x-webhook-signature')).toBe(false)
  })

  test('of a simulator that was reset are not sent any more', async () => {
    const { service, time, calls, kontext } = openCalled()
    await kontext()
    service.simulator.reset()
    await time.pass(9_000)
    expect(calls).toEqual([])
  })
})

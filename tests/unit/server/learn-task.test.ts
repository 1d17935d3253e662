import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TaskId } from '#domain/ids.ts'
import type { Callbacks } from '#providers/provider.ts'
import { findProvider } from '#providers/registry.ts'
import { createMemorySubmissions } from '#server/shared/memory/submissions.ts'
import { createTaskLearner } from '#server/submit/learn-task.ts'
import type { Fault } from '#server/upstream/fault.ts'
import { openSimulatedGateway } from '#server/upstream/gateways.ts'
import type { Question } from '#server/upstream/questions-client.ts'
import { createMask } from '#server/upstream/relay.ts'

const provider = findProvider('kie-kontext')
const task = '3b1f0a77c2d94e18a6f5d0c4e9b28a61' as TaskId
const place = { api: 'https://api.test/base', upload: 'https://up.test', results: [], uploads: [] }
const settings = { gateway: 'test', place, apiKey: undefined, apiBaseUrl: undefined, uploadBaseUrl: undefined }
const gateway = openSimulatedGateway({ ...settings, resultHosts: [] }, 'http://127.0.0.1:4000/base')
const late: Fault = { ok: false, sent: 'unknown', cause: 'late' }

let asked: Question[]
let answer: () => { status: number; body: unknown } | Fault
let submissions: ReturnType<typeof createMemorySubmissions>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  asked = []
  submissions = createMemorySubmissions()
})
afterEach(() => vi.useRealTimers())

function learn() {
  if (!provider?.callbacks) throw new Error('this provider calls back')
  const learnTask = createTaskLearner({
    gateway,
    mask: createMask(gateway.key),
    submissions,
    pausesMs: [2_000, 10_000],
    outbound: {
      async ask(question) {
        asked.push(question)
        const given = answer()
        if ('cause' in given) return given
        const bytes = Buffer.from(JSON.stringify(given.body))
        return { ok: true, status: given.status, type: 'application/json', bytes }
      },
    },
  })
  return learnTask(provider, provider.callbacks as Callbacks, 'run-00001', task)
}
const record = (data: object) => ({ status: 200, body: { code: 200, msg: 'success', data: { taskId: task, ...data } } })
const failed = (code: number) => record({ successFlag: 3, errorCode: code, errorMessage: 'no' })

describe('the task of a run whose answer is lost', () => {
  it('is learned as if the service had answered', async () => {
    answer = () => record({ successFlag: 0 })
    expect(await learn()).toBe('learned')
    expect(asked).toMatchObject([
      {
        to: gateway.api.to,
        path: `/base/api/v1/flux/kontext/record-info?taskId=${task}`,
        headers: ['authorization', 'Bearer simulated', 'accept', 'application/json', 'accept-encoding', 'identity'],
        deadlineMs: 20_000,
        maxBytes: 1024 * 1024,
      },
    ])
    const again = await submissions.reserve('run-00001', 'body')
    expect(again.state === 'same' && (await again.outcome)).toEqual({
      state: 'answered',
      status: 200,
      type: 'application/json; charset=utf-8',
      body: expect.stringContaining(task),
    })
    expect(await learn()).toBe('known')
    expect(asked).toHaveLength(1)
  })

  it('is learned if the task has failed, but not if the service may not know it', async () => {
    answer = () => failed(500)
    expect(await learn()).toBe('learned')
    submissions = createMemorySubmissions()
    answer = () => failed(408)
    expect(await learn()).toBe('unknown task')
    expect(await submissions.find('run-00001')).toEqual({ state: 'none' })
  })

  it.each<[string, () => ReturnType<typeof answer>]>([
    ['does not answer', () => late],
    ['sends no answer that counts', () => ({ ...record({ successFlag: 0 }), status: 302 })],
  ])('is asked for three times, with longer and longer pauses, while the service %s', async (_, silent) => {
    answer = silent
    let told: unknown
    const learned = learn().then((one) => {
      told = one
    })
    for (const [pauseMs, count] of [
      [0, 1],
      [1_999, 1],
      [1, 2],
      [9_999, 2],
    ] as const) {
      await vi.advanceTimersByTimeAsync(pauseMs)
      expect(asked).toHaveLength(count)
    }
    expect(told).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    await learned
    expect(asked).toHaveLength(3)
    expect(told).toBe('unknown task')
    expect(await submissions.find('run-00001')).toEqual({ state: 'none' })
  })

  it('is learned by a later question', async () => {
    let silent = true
    answer = () => (silent ? late : record({ successFlag: 0 }))
    const learned = learn()
    await vi.advanceTimersByTimeAsync(1_999)
    silent = false
    await vi.advanceTimersByTimeAsync(1)
    expect(await learned).toBe('learned')
  })
})

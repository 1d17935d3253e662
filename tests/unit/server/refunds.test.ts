import { beforeEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '#providers/provider.ts'
import { providers } from '#providers/registry.ts'
import { createLog } from '#server/log.ts'
import type { Budget } from '#server/shared/memory/budget.ts'
import { createRefunds } from '#server/submit/refunds.ts'

const endpoints = providers.flatMap((provider) => provider.endpoints)
const status = endpoints.find(({ kind, path }) => kind === 'status' && path.includes('jobs')) as Endpoint
const reply = (data: object) => ({ status: 200, type: '', body: JSON.stringify({ code: 200, msg: 'ok', data }) })
const failed = reply({ taskId: 'task 1', state: 'fail', failCode: '500', failMsg: 'Internal Error' })
const question = '/api/v1/jobs/recordInfo?taskId=task%201'

let asked: string[]
let lines: string[]
let isTied: boolean
let fault: Error | undefined
beforeEach(() => {
  asked = []
  lines = []
  isTied = true
  fault = undefined
})

/** What one answer of this endpoint is taken for. */
function look(endpoint: Endpoint) {
  const budget: Pick<Budget, 'mayRefund' | 'refund'> = {
    mayRefund(task) {
      asked.push(`is ${task} tied`)
      return isTied
    },
    async refund(task) {
      asked.push(`refund ${task}`)
      if (fault) throw fault
    },
  }
  return createRefunds(
    budget as Budget,
    createLog([], (line) => lines.push(line)),
    endpoint,
  )
}

describe('credits of a task', () => {
  it('are given back where it has failed without a charge', async () => {
    await look(status)(question, failed)
    expect(asked).toEqual(['is task 1 tied', 'refund task 1'])
    expect(lines).toEqual([])
  })

  it('stay spent while it is under way, and when it has ended well', async () => {
    await look(status)(question, reply({ taskId: 'task 1', state: 'generating' }))
    await look(status)(question, reply({ taskId: 'task 1', state: 'success', resultJson: '{"resultUrls":["x"]}' }))
    await look(status)(question, reply({}))
    expect(asked).toEqual(Array(3).fill('is task 1 tied'))
  })

  it('are not looked for where none are tied to it', async () => {
    isTied = false
    await look(status)(question, failed)
    expect(asked).toEqual(['is task 1 tied'])
  })

  it('stay spent where nobody reads the answers of an endpoint', async () => {
    await look({ ...status })(question, failed)
    expect(asked).toEqual(['is task 1 tied'])
  })

  it('that cannot be given back are told in the log only', async () => {
    fault = new Error('Redis is away')
    await look(status)(question, failed)
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ task: 'task 1', err: { message: 'Redis is away' } }])
  })
})

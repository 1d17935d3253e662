import { describe, expect, it } from 'vitest'
import { refusalIn } from '#server/edge/refusals.ts'
import { createLog } from '#server/log.ts'
import type { Budget, Spend } from '#server/shared/memory/budget.ts'
import { createSpendHandler } from '#server/spend.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'

const rows: Spend[] = [
  { day: '2026-11-26', name: '', credits: 2.5, runs: 1 },
  { day: '2026-11-27', name: 'ben_2', credits: 10, runs: 2 },
]

/** The answer at an address, and the lines of the log. */
async function ask(url: string, spent: () => Promise<Spend[]> = async () => rows) {
  const lines: string[] = []
  const log = createLog([], (line) => lines.push(line))
  const handler = createSpendHandler({ spent } as Partial<Budget> as Budget, log)
  const answer = await answerOf(incomingOf({ method: 'GET', url }), handler).catch(refusalIn)
  return { answer, logged: lines.map((line) => JSON.parse(line)) }
}

describe('what was spent', () => {
  it.each(['/api/spend', '/api/spend?as=json', '/api/spend?csv'])('is given as JSON at %s', async (url) => {
    const { answer, logged } = await ask(url)
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } })
    expect(JSON.parse((answer as { text: string }).text)).toEqual({ spend: rows })
    expect(logged).toEqual([])
  })

  it('is given as a table, one line each', async () => {
    expect((await ask('/api/spend?as=csv')).answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/csv; charset=utf-8' },
      text: 'day,name,credits,runs\r\n2026-11-26,,2.5,1\r\n2026-11-27,ben_2,10,2\r\n',
    })
    expect((await ask('/api/spend?as=csv', async () => [])).answer).toMatchObject({ text: 'day,name,credits,runs\r\n' })
  })

  it('that cannot be read is refused, and told in the log', async () => {
    const { answer, logged } = await ask('/api/spend', () => Promise.reject(new Error('Redis is away')))
    expect(answer).toEqual({
      code: 503,
      msg: 'The proxy cannot read the spent credits at the moment.',
      proxy: { sent: 'no', retryAfterMs: 5_000 },
    })
    expect(logged).toMatchObject([{ err: { message: 'Redis is away' } }])
  })
})

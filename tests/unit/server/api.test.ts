import { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type ApiParts, createApi } from '#server/api.ts'
import type { Handler } from '#server/edge/refusals.ts'
import { createRoutes, type Route } from '#server/edge/routes.ts'
import { createLog } from '#server/log.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'

const routes = createRoutes({ callbacks: true, fallback: true, spend: true, metrics: true })
const routeOf = (kind: Route['kind']) => routes.filter((route) => route.kind === kind)

/** The API with one route, whose handler is the test's. */
function open(enter: Handler) {
  const lines: string[] = []
  const log = createLog([], (line) => lines.push(line))
  const access = { enter } as Partial<ApiParts['access']>
  const api = createApi({ routes: routeOf('access'), access, log } as unknown as ApiParts)
  return { api, lines }
}

const fault = new TypeError('a defect')

describe('the API', () => {
  it('tells the client and the log of a fault, with the same id', async () => {
    const { api, lines } = open(() => Promise.reject(fault))
    const incoming = incomingOf()
    const { status, text } = await answerOf(incoming, (...both) => api(...both, routeOf('access')[0]))
    const [logged] = lines.map((line) => JSON.parse(line))
    expect([status, JSON.parse(text)]).toEqual([
      500,
      { code: 500, msg: `The proxy failed. See its log: ${logged.id}`, proxy: { sent: 'no' } },
    ])
    expect(logged).toMatchObject({ path: '/api/access', err: { message: 'a defect' } })
  })

  it('tells nobody of a fault after the client has left', async () => {
    const { api, lines } = open(() => Promise.reject(fault))
    const incoming = incomingOf()
    const outgoing = Object.defineProperty(new ServerResponse(incoming), 'closed', { value: true })
    await api(incoming, outgoing, routeOf('access')[0])
    expect(lines).toEqual([])
  })

  it('is not built with a route for a part that is not there', () => {
    expect(() => createApi({ routes: routeOf('metrics') } as unknown as ApiParts)).toThrow(
      'a route without what it is for',
    )
  })
})

import { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createRoutes } from '#server/edge/routes.ts'
import { createMetrics } from '#server/metrics.ts'
import { answerOf, incomingOf } from '../../support/incoming.ts'

const routes = createRoutes({ callbacks: true, fallback: true, spend: true, metrics: true })
const none = { streams: () => 0, transfers: () => 0, bodies: () => 0 }

async function valuesOf(metrics: Awaited<ReturnType<typeof createMetrics>>): Promise<Record<string, number>> {
  const { status, text } = await answerOf(incomingOf({ method: 'GET' }), metrics.handler)
  expect(status).toBe(200)
  const lines = text.split('\n').filter((line) => line.startsWith('atelier_'))
  return Object.fromEntries(lines.map((line) => [line.replace(/ [^ ]*$/, ''), Number(/[^ ]*$/.exec(line)?.[0])]))
}

/** An answer with this status that has been written. */
function finished(status: number) {
  const outgoing = new ServerResponse(incomingOf())
  outgoing.statusCode = status
  return outgoing
}

describe('metrics', () => {
  it('tell what is open now, each time they are asked for', async () => {
    const now = { streams: 3, transfers: 5, bodies: 700 }
    const metrics = await createMetrics({
      streams: () => now.streams,
      transfers: () => now.transfers,
      bodies: () => now.bodies,
    })
    expect(await valuesOf(metrics)).toMatchObject({
      atelier_streams: 3,
      atelier_transfers: 5,
      atelier_large_bodies_bytes: 700,
    })
    now.streams = 1
    expect(await valuesOf(metrics)).toMatchObject({ atelier_streams: 1 })
  })

  it('count answers by route when they have been written, and refusals by reason', async () => {
    const metrics = await createMetrics(none)
    const submit = routes.find(({ kind }) => kind === 'submit')
    const reasons = {
      ...{ 400: 'malformed', 401: 'token', 403: 'page', 404: 'address', 405: 'method', 409: 'conflict', 413: 'size' },
      ...{ 415: 'type', 421: 'host', 422: 'content', 429: 'limit', 431: 'headers', 502: 'service', 503: 'service' },
    }
    for (const status of [200, 399, ...Object.keys(reasons).map(Number)]) {
      const outgoing = finished(status)
      metrics.watch(outgoing, status === 404 ? undefined : submit)
      outgoing.emit('finish')
    }
    const unfinished = finished(500)
    metrics.watch(unfinished, submit)
    const values = await valuesOf(metrics)
    expect(values['atelier_answers_total{route="submit"}']).toBe(15)
    expect(values['atelier_answers_total{route="none"}']).toBe(1)
    const refusals = Object.entries(values).filter(([name]) => name.startsWith('atelier_refusals_total'))
    expect(Object.fromEntries(refusals)).toEqual({
      ...Object.fromEntries(Object.values(reasons).map((reason) => [`atelier_refusals_total{reason="${reason}"}`, 1])),
      'atelier_refusals_total{reason="service"}': 2,
    })
  })

  it('count outcomes of submissions, and the waits that the limiter gives in seconds', async () => {
    const metrics = await createMetrics(none)
    metrics.countOutcome('answered')
    metrics.countOutcome('answered')
    metrics.countOutcome('free')
    const asked: unknown[] = []
    const limiter = metrics.timed(async (...given) => {
      asked.push(given)
      return asked.length === 1 ? 0 : 4_000
    })
    expect([await limiter('anna', 'run-1'), await limiter('ben', 'run-2')]).toEqual([0, 4_000])
    expect(asked).toEqual([
      ['anna', 'run-1'],
      ['ben', 'run-2'],
    ])
    expect(await valuesOf(metrics)).toMatchObject({
      'atelier_submissions_total{outcome="answered"}': 2,
      'atelier_submissions_total{outcome="free"}': 1,
      'atelier_limiter_wait_seconds_bucket{le="0"}': 1,
      'atelier_limiter_wait_seconds_bucket{le="1"}': 1,
      'atelier_limiter_wait_seconds_bucket{le="5"}': 2,
      'atelier_limiter_wait_seconds_bucket{le="88"}': 2,
      atelier_limiter_wait_seconds_sum: 4,
      atelier_limiter_wait_seconds_count: 2,
    })
  })

  it('are those of one proxy: another one counts by itself, and tells memory and delays as well', async () => {
    const [one, other] = [await createMetrics(none), await createMetrics(none)]
    one.countOutcome('answered')
    expect(await valuesOf(other)).not.toHaveProperty(['atelier_submissions_total{outcome="answered"}'])
    const { text } = await answerOf(incomingOf({ method: 'GET' }), other.handler)
    expect(text).toContain('process_resident_memory_bytes')
  })
})

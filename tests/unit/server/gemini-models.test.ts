import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createModelList, lookForRetired, openGemini, openSimulatedGemini } from '#server/gemini/gemini-service.ts'
import type { Outbound } from '#server/upstream/guard.ts'

const service = openGemini({ apiKey: 'a-key', apiBaseUrl: undefined, models: ['new', 'old'] })
const listOf = (...names: string[]) => ({ models: names.map((name) => ({ name: `models/${name}` })) })

interface Told {
  status?: number
  headers?: IncomingMessage['headers']
}

/** The models in service after the list was asked for once, and what was asked. */
async function ask(answer: unknown, { status = 200, headers = {} }: Told = {}) {
  const list = createModelList(service.models)
  const asked: string[] = []
  const request: Outbound['request'] = async ({ method, path }) => {
    asked.push(`${method} ${path}`)
    if (answer === undefined) return { ok: false, sent: 'no', cause: 'unreachable' }
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
    return { ok: true, status, headers, body: Readable.from([Buffer.from(text)]) as IncomingMessage }
  }
  await lookForRetired(service, list, { request })
  expect(asked).toEqual(['GET /v1beta/models?pageSize=1000'])
  return list.inService()
}

describe('the simulated fallback', () => {
  it('is on this machine, with the built-in models unless others are named', () => {
    const { models } = openGemini({ apiKey: 'a-key', apiBaseUrl: undefined, models: [] })
    expect(openSimulatedGemini('http://127.0.0.1:4000')).toMatchObject({
      mode: 'simulated',
      key: 'simulated',
      api: { to: { host: '127.0.0.1', port: 4000, reach: 'loopback' }, path: '' },
      models,
    })
    expect(openSimulatedGemini('http://127.0.0.1:4000', ['one']).models).toEqual(['one'])
  })
})

describe('the list of models of the fallback', () => {
  it('8.2 is asked anyway where all of them are retired', () => {
    const list = createModelList(['one', 'two'])
    list.retire('one')
    expect(list.inService()).toEqual(['two'])
    list.retire('two')
    expect(list.inService()).toEqual(['one', 'two'])
  })

  it('8.2 takes those out that are not on it', async () => {
    expect(await ask(listOf('old', 'another'))).toEqual(['old'])
    expect(await ask({ models: [null, ...listOf('old').models] })).toEqual(['old'])
    expect(await ask(listOf('old', 'new'))).toEqual(['new', 'old'])
  })

  it.each<[string, unknown, Told?]>([
    ['has none of ours', listOf('another')],
    ['has a further page', { ...listOf('old'), nextPageToken: 'next' }],
    ['is no list', { models: 'old' }],
    ['is not JSON', '<html>'],
    ['comes with an error', listOf('old'), { status: 500 }],
    ['is compressed', listOf('old'), { headers: { 'content-encoding': 'gzip' } }],
    ['is too large', { ...listOf('old'), more: 'x'.repeat(4 * 1024 * 1024) }],
    ['cannot be reached', undefined],
  ])('8.2 changes nothing where it %s', async (_, answer, told) => {
    expect(await ask(answer, told)).toEqual(['new', 'old'])
  })
})

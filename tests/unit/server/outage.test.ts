import { closeSync, openSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '#server/log.ts'
import { askProxy, jsonRequest } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { openFakeService, type Reply, replyJson } from '../../support/fake-service.ts'
import { canaryKey, openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'
import { openReplica } from '../../support/replica.ts'

const kontext = '/api/v1/flux/kontext/generate'
const recordOf = (task: string) => `/api/v1/flux/kontext/record-info?taskId=${task}`
const task = '3b1f0a77c2d94e18a6f5d0c4e9b28a61'
const otherTask = 'b7c0aa5e41f24c0b9d1c35f2a8e06d13'
const accepted = { code: 200, msg: 'success', data: { taskId: task } }
const record = (flag: number) => ({ code: 200, msg: 'success', data: { taskId: task, successFlag: flag } })

let proxy: ProxyUnderTest
let reply: Reply
let runs = 0
const submit = (port = proxy.port) => {
  const run = `outage-run-number-${runs++}`
  return askProxy(
    port,
    kontext,
    jsonRequest({ prompt: 'a fox', model: 'flux-kontext-pro' }, { 'idempotency-key': run }),
  )
}
const seen = (method: string) => proxy.service.seen.filter((one) => one.method === method)

beforeEach(async () => {
  reply = (_, outgoing, { method }) => replyJson(outgoing, method === 'POST' ? accepted : record(0))
  proxy = await openProxyBefore((...args) => reply(...args))
})
afterEach(() => proxy.close())

describe('polls sent by many clients at once', () => {
  it('S07: reach the service once for concurrent polls, and never get an answer older than the poll', async () => {
    const held: (() => void)[] = []
    let flag = 0
    reply = (_, outgoing) => {
      const answer = record(flag)
      held.push(() => replyJson(outgoing, answer))
    }
    const first = askProxy(proxy.port, recordOf(task))
    await eventually(() => expect(held).toHaveLength(1))
    flag = 1
    const later = Array.from({ length: 200 }, () => askProxy(proxy.port, recordOf(task)))
    // A poll of another task does not wait for them; when it is at the service, they are at the proxy.
    const other = askProxy(proxy.port, recordOf(otherTask))
    await eventually(() => expect(held).toHaveLength(2))
    held[0]?.()
    expect((await first).json()).toEqual(record(0))
    await eventually(() => expect(held).toHaveLength(3))
    held[1]?.()
    held[2]?.()
    await other
    for (const told of await Promise.all(later)) expect(told.json()).toEqual(record(1))
    expect(held.length).toBeLessThanOrEqual(4)
  })

  it('S07: do not wait for one that hangs', async () => {
    let hanging = true
    reply = (_, outgoing) => {
      if (!hanging) replyJson(outgoing, record(1))
      hanging = false
    }
    askProxy(proxy.port, recordOf(task)).catch(() => undefined)
    await eventually(() => expect(hanging).toBe(false))
    expect((await askProxy(proxy.port, recordOf(task))).json()).toEqual(record(1))
  })

  it('S07: are all told that there was no answer', async () => {
    reply = (incoming) => incoming.socket.destroy()
    const told = await Promise.all(Array.from({ length: 20 }, () => askProxy(proxy.port, recordOf(task))))
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set([502]))
  })
})

describe('a service that is down', () => {
  const notSent = { code: 503, proxy: { sent: 'no', retryAfterMs: 10_000 } }
  const failPolls = async () => {
    for (let count = 0; count < 3; count += 1) await askProxy(proxy.port, recordOf(task))
  }

  it.each([
    ['breaks every connection', (incoming) => incoming.socket.destroy()],
    [
      'breaks off its answers',
      (_, outgoing) => void outgoing.writeHead(200, { 'content-length': 9 }).write('{', () => outgoing.destroy()),
    ],
    ['has only a server in front of it', (_, outgoing) => void outgoing.writeHead(502).end('<h1>502</h1>')],
  ] as [string, Reply][])(
    'S08: and %s is not probed with a submission; a free request finds out that it is back',
    async (_, broken) => {
      reply = broken
      await failPolls()
      for (let count = 0; count < 3; count += 1) expect((await submit()).json()).toMatchObject(notSent)
      expect(seen('POST')).toEqual([])
      reply = (_incoming, outgoing, { method }) => replyJson(outgoing, method === 'POST' ? accepted : record(0))
      expect((await submit()).json()).toEqual(accepted)
      expect(proxy.service.seen.slice(-2).map(({ method }) => method)).toEqual(['GET', 'POST'])
      await submit()
      expect(proxy.service.seen.at(-2)?.method).toBe('POST')
    },
  )

  it('S08: counts as up again with the first poll that is answered', async () => {
    reply = (incoming) => incoming.socket.destroy()
    await failPolls()
    reply = (_, outgoing, { method }) => replyJson(outgoing, method === 'POST' ? accepted : record(0))
    await askProxy(proxy.port, recordOf(task))
    const before = proxy.service.seen.length
    expect((await submit()).json()).toEqual(accepted)
    expect(proxy.service.seen.slice(before).map(({ method }) => method)).toEqual(['POST'])
  })

  it('S08: is asked once for all submissions in the meantime', async () => {
    reply = (incoming) => incoming.socket.destroy()
    await failPolls()
    const before = seen('GET').length
    let release = () => {}
    reply = (_, outgoing, { method }) => {
      if (method === 'POST') replyJson(outgoing, accepted)
      else release = () => replyJson(outgoing, record(0))
    }
    const asked = Array.from({ length: 10 }, () => submit())
    await eventually(() => expect(seen('GET')).toHaveLength(before + 1))
    release()
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(seen('GET')).toHaveLength(before + 1)
  })
})

describe('a machine in trouble', () => {
  it('S09: whose disk has no room for logs does not keep the proxy from serving', async () => {
    const log = createLog([], () => {
      throw new Error('ENOSPC')
    })
    expect(() => log.error({ err: new Error('x') }, 'something')).not.toThrow()
    // On Linux this is a disk that is always full.
    const full = openSync('/dev/full', 'w')
    reply = (incoming, outgoing, { method }) => {
      if (method === 'POST') incoming.socket.destroy()
      else replyJson(outgoing, record(0))
    }
    const env = { KIE_API_KEY: canaryKey, KIE_API_BASE_URL: proxy.service.origin }
    const replica = await openReplica(env, { stderr: full })
    closeSync(full)
    expect((await submit(replica.port)).json()).toMatchObject({ proxy: { sent: 'unknown' } })
    expect((await submit(replica.port)).json()).toMatchObject({ proxy: { sent: 'unknown' } })
    expect((await askProxy(replica.port, recordOf(task))).json()).toEqual(record(0))
    await replica.kill()
  })

  it('S06: that is busy for seconds answers no health check, then all of them, and loses no answer', async () => {
    const service = await openFakeService((_, outgoing) => replyJson(outgoing, accepted))
    const block = "process.on('SIGUSR2',()=>{const end=Date.now()+5000;while(Date.now()<end);})"
    const env = {
      KIE_API_KEY: canaryKey,
      KIE_API_BASE_URL: service.origin,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(block)}`,
    }
    const replica = await openReplica(env)
    const isHealthy = (timeoutMs: number) =>
      fetch(`http://localhost:${replica.port}/api/health`, { signal: AbortSignal.timeout(timeoutMs) }).then(
        ({ ok }) => ok,
        () => false,
      )
    expect(await isHealthy(10_000)).toBe(true)
    replica.signal('SIGUSR2')
    await eventually(async () => expect(await isHealthy(500)).toBe(false))
    const during = submit(replica.port)
    expect((await during).json()).toEqual(accepted)
    expect(await isHealthy(10_000)).toBe(true)
    expect(service.seen).toHaveLength(1)
    await replica.kill()
    await service.close()
  })
})

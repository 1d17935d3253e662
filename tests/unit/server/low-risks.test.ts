import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { createMemorySubmissions } from '#server/shared/memory/submissions.ts'
import { serveSimulator } from '#simulator/serve.ts'
import { askProxy, jsonRequest, openRequest } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { type Reply, replyJson } from '../../support/fake-service.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'
import { atFreePort } from '../../support/started.ts'

const kontext = '/api/v1/flux/kontext/generate'
const accepted: Reply = (_, outgoing) => replyJson(outgoing, { code: 200, data: { taskId: 'task-1' } })
const token = 'a-token-of-enough-length'
const submission = (headers: Record<string, string> = {}) =>
  jsonRequest({ prompt: 'a fox', model: 'flux-kontext-pro' }, { 'idempotency-key': 'low-risk-run-1234', ...headers })

let proxy: ProxyUnderTest | undefined
afterEach(async () => {
  await proxy?.close()
  proxy = undefined
})

describe('a submission that may have arrived', () => {
  it('G6: is unconfirmed if an unexpected error interrupts it', async () => {
    const submissions = {
      ...createMemorySubmissions(),
      reserve: async () => ({ state: 'same' as const, outcome: Promise.reject(new TypeError('a defect')) }),
    }
    proxy = await openProxyBefore(accepted, {}, { submissions })
    const told = await askProxy(proxy.port, kontext, submission())
    expect([told.status, told.json().proxy.sent]).toEqual([500, 'unknown'])
    expect(proxy.logged.join()).toContain('a defect')
  })

  it.each(['101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other', '103 Early Hints'])(
    'G6: is in doubt where the service answers with %j and no more',
    async (line) => {
      proxy = await openProxyBefore((incoming) => incoming.socket.end(`HTTP/1.1 ${line}\r\n\r\n`))
      const told = await askProxy(proxy.port, kontext, submission())
      expect([told.status, told.json().proxy.sent]).toEqual([502, 'unknown'])
    },
  )
})

it('a submission that cannot be looked up is told to be asked for again', async () => {
  const submissions = { ...createMemorySubmissions(), find: () => Promise.reject(new Error('away')) }
  proxy = await openProxyBefore(accepted, {}, { submissions })
  const told = await askProxy(proxy.port, '/api/submissions/low-risk-run-1234')
  const msg = 'The proxy cannot look up submissions at the moment.'
  expect(told.json()).toEqual({ code: 503, msg, proxy: { sent: 'no', retryAfterMs: 5_000 } })
  expect(told.headers['retry-after']).toBe('5')
  expect(proxy.logged.join()).toContain('away')
})

it.each(['short', 'x'.repeat(65), 'a-run-with-a.dot-in-it'])('a submission is not looked up under %s', async (run) => {
  const submissions = createMemorySubmissions()
  const looked: string[] = []
  submissions.find = async (key) => {
    looked.push(key)
    return { state: 'none' }
  }
  proxy = await openProxyBefore(accepted, {}, { submissions })
  const told = await askProxy(proxy.port, `/api/submissions/${run}`)
  expect(told.json()).toEqual({ code: 400, msg: 'This is not the id of a run.', proxy: { sent: 'no' } })
  expect(looked).toEqual([])
})

describe('an upload', () => {
  it('G11: that goes on after its last boundary is refused at its limit', async () => {
    proxy = await openProxyBefore(accepted)
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'transfer-encoding': 'chunked' }
    const request = openRequest(proxy.port, '/api/file-stream-upload', { method: 'POST', headers })
    const answered = new Promise<number>((resolve) =>
      request.once('response', ({ statusCode = 0 }) => resolve(statusCode)),
    )
    request.on('error', () => undefined)
    request.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n')
    request.write(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))
    request.write('\r\n--x--\r\n')
    const more = Buffer.alloc(1024 * 1024)
    for (let sent = 0; sent < 40 && !request.destroyed; sent += 1) {
      // Called with an error as well, where the proxy has closed.
      const written = new Promise((resolve) => request.write(more, resolve))
      await Promise.race([answered, written])
    }
    expect(await answered).toBe(413)
    request.destroy()
    expect(proxy.service.seen).toEqual([])
  })
})

describe('a proxy at a public address with https', () => {
  const host = 'studio.example'
  const open = async () => {
    proxy = await openProxyBefore(accepted, { PUBLIC_URL: `https://${host}`, PROXY_ACCESS_TOKEN: token })
    return proxy.port
  }

  it('G11: accepts nothing from the same host over http, also without Sec-Fetch-Site', async () => {
    const port = await open()
    const headers = { host, origin: `http://${host}`, authorization: `Bearer ${token}` }
    expect((await askProxy(port, kontext, submission(headers))).status).toBe(403)
    expect(proxy?.service.seen).toEqual([])
    expect((await askProxy(port, kontext, submission({ ...headers, origin: `https://${host}` }))).status).toBe(200)
  })

  it('G11: says with every answer that https is to be used, and keeps no 404 in caches', async () => {
    const port = await open()
    for (const path of [
      '/',
      '/not-there',
      '/api/health',
      '/api/not-there',
      '/api/v1/chat/credit',
      '//',
      '/api/events',
    ]) {
      const told = await askProxy(port, path, { headers: { host, 'sec-fetch-site': 'cross-site' } })
      expect(told.headers['strict-transport-security'], path).toBe('max-age=31536000')
      if (told.status === 404) expect(told.headers['cache-control'], path).toContain('no-store')
    }
    expect((await askProxy(port, '/not-there', { headers: { host } })).headers['cache-control']).toContain('no-store')
  })

  it('does not say so over plain http', async () => {
    proxy = await openProxyBefore(accepted)
    for (const path of ['/', '/api/health', '/api/not-there']) {
      expect((await askProxy(proxy.port, path)).headers).not.toHaveProperty('strict-transport-security')
    }
  })
})

describe('the controls of the simulator', () => {
  it.each(['POST /__sim/reset', 'POST /__sim/switches', 'GET /__sim/state'])(
    'G11: %s is not for pages',
    async (control) => {
      const [method = '', path = ''] = control.split(' ')
      const service = await serveSimulator({ switches: { latencyMs: 7 } })
      const body = path.endsWith('switches') ? { body: '{"latencyMs":9}' } : {}
      const ask = (headers: Record<string, string>) => fetch(service.origin + path, { method, headers, ...body })
      for (const origin of ['https://evil.example', 'http://localhost:3000', 'null']) {
        expect((await ask({ origin })).status).toBe(403)
      }
      expect((await service.simulator.state()).switches.latencyMs).toBe(7)
      expect((await ask({})).status).toBe(200)
      await service.close()
    },
  )
})

describe('a server whose output', () => {
  it('G11: goes to a full disk starts and serves', async () => {
    // It cannot print which port it has.
    const { child, ended, port } = await atFreePort(startOnFullDisk)
    try {
      // A line of the log has nowhere to go either.
      expect((await askProxy(port, '/api/health')).status).toBe(200)
      expect(child.exitCode).toBeNull()
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  })
})

async function startOnFullDisk(port: number) {
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/server/main.ts'], {
    env: { PATH: process.env.PATH, PORT: String(port), KIE_API_KEY: '' },
    stdio: ['ignore', full, full],
  })
  closeSync(full)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const isServing = eventually(async () => expect((await askProxy(port, '/api/health')).status).toBe(200))
  const fails = ended.then(() => Promise.reject(new Error('The server ended. Its port may be in use.')))
  await Promise.race([isServing, fails])
  return { child, ended, port }
}

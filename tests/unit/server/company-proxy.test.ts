import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { generate } from 'selfsigned'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '#server/config.ts'
import { createTunnelAgent, isBypassed } from '#server/upstream/company-proxy.ts'
import { createOutbound, type Outbound, readAnswer } from '#server/upstream/guard.ts'
import { toDestination } from '#server/upstream/hosts.ts'
import { eventually } from '../../support/eventually.ts'
import { type Certificate, type FakeService, openFakeService, type Reply } from '../../support/fake-service.ts'

interface CompanyProxy {
  port: number
  asked: IncomingMessage[]
  /** What it answers in place of a tunnel. */
  refusal: string | undefined
  /** When it goes on after it was asked. */
  delay(go: () => void): void
  close(): Promise<void>
}

/** Takes CONNECT for any name, and leads to `port` of this machine. */
async function openCompanyProxy(port: () => number, secured?: Certificate): Promise<CompanyProxy> {
  const sockets = new Set<Socket>()
  const server = secured ? https.createServer(secured) : createServer()
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (incoming, client: Socket) => {
    proxy.asked.push(incoming)
    client.on('error', () => undefined)
    if (proxy.refusal !== undefined) return void client.end(proxy.refusal)
    proxy.delay(() => {
      const behind = connect(port(), '127.0.0.1', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'))
      behind.on('error', () => client.destroy())
      client.on('close', () => behind.destroy())
      behind.pipe(client).pipe(behind)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: CompanyProxy = {
    port: (server.address() as AddressInfo).port,
    asked: [],
    refusal: undefined,
    delay: (go) => go(),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

let service: FakeService
let company: CompanyProxy
let outbound: Outbound
let address: URL
let certificate: Certificate
/** By which names clients asked for a certificate. */
let names: unknown[]

// Once: a key takes longer to make than all the rest.
beforeAll(async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'api.example' }])
  certificate = { key, cert }
})
beforeEach(async () => {
  names = []
  const reply: Reply = (incoming, outgoing) => {
    names.push((incoming.socket as TLSSocket).servername)
    outgoing.end('an answer')
  }
  service = await openFakeService(reply, certificate)
  company = await openCompanyProxy(() => Number(new URL(service.origin).port))
  const nobody = async () => Promise.reject(new Error('names are not looked up behind a proxy'))
  address = new URL(`http://anna:p%40ss@127.0.0.1:${company.port}`)
  outbound = createOutbound(nobody, { address, except: [] })
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
})
afterEach(async () => {
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
  outbound.close()
  await Promise.all([company.close(), service.close()])
})

const paid = {
  method: 'POST',
  headers: ['authorization', 'Bearer a-key'],
  path: '/run',
  body: '{}',
  deadlineMs: 20_000,
} as const
const free = { method: 'GET', headers: [], path: '/', deadlineMs: 20_000 } as const
const question = { headers: ['authorization', 'Bearer a-key'], path: '/poll', deadlineMs: 20_000, maxBytes: 1000 }
const to = toDestination(new URL('https://api.example'), 'public')
const notSent = { ok: false, sent: 'no', cause: 'unreachable' }

async function read(answer: Awaited<ReturnType<Outbound['request']>>) {
  if (!answer.ok) return answer
  const body = await readAnswer(answer, 1000)
  return body.ok ? body.bytes.toString() : body
}

describe("a company's proxy", () => {
  it('D6: is asked for the host, which it looks up, and sees nothing of the request', async () => {
    expect(await read(await outbound.request({ ...paid, to }))).toBe('an answer')
    const [connected] = company.asked
    expect(connected?.url).toBe('api.example:443')
    expect(connected?.headers).toEqual({
      host: 'api.example:443',
      connection: expect.any(String),
      'proxy-authorization': `Basic ${Buffer.from('anna:p@ss').toString('base64')}`,
    })
    expect(service.seen.map(({ url, headers }) => [url, headers.host])).toEqual([['/run', 'api.example']])
    expect(service.seen[0]?.headers).not.toHaveProperty('proxy-authorization')
  })

  it.each([
    ['no name and no password', '', undefined],
    ['a name alone', 'anna@', 'anna:'],
    ['a password alone', ':p%40ss@', ':p@ss'],
  ])('D6: is told %s', async (_, credentials, pair) => {
    outbound.close()
    outbound = createOutbound(async () => [], {
      address: new URL(`http://${credentials}127.0.0.1:${company.port}`),
      except: [],
    })
    expect(await read(await outbound.request({ ...paid, to }))).toBe('an answer')
    const expected = pair === undefined ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`
    expect(company.asked.map(({ headers }) => headers['proxy-authorization'])).toEqual([expected])
  })

  it('D6: is asked after a host that is reached directly as well, and the other way round', async () => {
    const here = async () => [{ address: '127.0.0.1', family: 4 }]
    const direct = toDestination(new URL(`https://inside.example:${new URL(service.origin).port}`), 'any')
    const proxied = toDestination(new URL('https://api.example'), 'any')
    for (const order of [
      [direct, proxied],
      [proxied, direct],
    ]) {
      company.asked.length = 0
      const both = createOutbound(here, { address, except: ['inside.example'] })
      for (const destination of order) {
        expect(await read(await both.request({ ...paid, to: destination }))).toBe('an answer')
      }
      expect(company.asked.map(({ url }) => url)).toEqual(['api.example:443'])
      both.close()
    }
  })

  it('D6: leads to a host that is asked for its own certificate by name, where it has one', async () => {
    expect(await read(await outbound.request({ ...paid, to }))).toBe('an answer')
    const bare = toDestination(new URL('https://203.0.114.7'), 'public')
    expect(await read(await outbound.request({ ...paid, to: bare }))).toBe('an answer')
    expect(names).toEqual(['api.example', false])
    const bareSix = toDestination(new URL('https://[2606:4700::1111]'), 'public')
    expect(await read(await outbound.request({ ...paid, to: bareSix }))).toBe('an answer')
    expect(company.asked.map(({ url }) => url)).toEqual(['api.example:443', '203.0.114.7:443', '[2606:4700::1111]:443'])
  })

  it('D6: may be reached over TLS itself', async () => {
    const secured = await openCompanyProxy(() => Number(new URL(service.origin).port), certificate)
    const through = createOutbound(async () => [], {
      address: new URL(`https://127.0.0.1:${secured.port}`),
      except: [],
    })
    expect(await read(await through.request({ ...paid, to }))).toBe('an answer')
    through.close()
    await secured.close()
  })

  it('D6: is given up when it opens no tunnel in its time, or leads to a host that says nothing', async () => {
    const silent = createTcpServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const failure = async (at: CompanyProxy) => {
      const agent = createTunnelAgent(new URL(`http://127.0.0.1:${at.port}`), {}, 100)
      const request = https.request({ agent, host: 'api.example', port: 443 })
      const [error] = (await once(request, 'error')) as [Error]
      return error.message
    }
    const leading = await openCompanyProxy(() => (silent.address() as AddressInfo).port)
    expect(await failure(leading)).toBe('late')
    company.delay = () => undefined
    expect(await failure(company)).toBe('late')
    await leading.close()
    silent.close()
  })

  it('D6: opens a tunnel for each submission, and one for several questions', async () => {
    for (let time = 0; time < 2; time += 1) await read(await outbound.request({ ...paid, to }))
    expect(company.asked).toHaveLength(2)
    for (let time = 0; time < 3; time += 1) await read(await outbound.request({ ...free, to }))
    expect(company.asked).toHaveLength(3)
    for (let time = 0; time < 3; time += 1) {
      const bytes = Buffer.from('an answer')
      expect(await outbound.ask({ ...question, to })).toEqual({ ok: true, status: 200, type: undefined, bytes })
    }
    expect(company.asked).toHaveLength(3)
    expect(service.seen.at(-1)).toMatchObject({
      method: 'GET',
      url: '/poll',
      headers: { authorization: 'Bearer a-key' },
    })
  })

  it.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'],
    ['HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\n\r\nsomething before TLS began'],
    [''],
  ])('D6: that says %j has sent nothing', async (refusal) => {
    company.refusal = refusal
    expect(await outbound.request({ ...paid, to })).toEqual(notSent)
    expect(await outbound.ask({ ...question, to })).toEqual(notSent)
    expect(service.seen).toEqual([])
  })

  it('D6: that leads to a host with another certificate has sent nothing', async () => {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    expect(await outbound.request({ ...paid, to })).toEqual(notSent)
    expect(service.seen).toEqual([])
  })

  it('D6: that opens its tunnel after the deadline has sent nothing, then or later', async () => {
    let open: (() => void) | undefined
    company.delay = (go) => {
      open = go
    }
    expect(await outbound.request({ ...paid, deadlineMs: 200, to })).toEqual({ ok: false, sent: 'no', cause: 'late' })
    await eventually(() => expect(open).toBeDefined())
    open?.()
    // The tunnel stands, and is closed unused.
    await eventually(() => expect(service.connections()).toBe(1))
    await eventually(() => expect(service.connected()).toBe(0))
    expect(service.seen).toEqual([])
  })

  it('D6: is not asked for this machine, nor for an address inside', async () => {
    const local = toDestination(new URL(service.origin), 'loopback')
    expect(await read(await outbound.request({ ...paid, to: local }))).toBe('an answer')
    expect(await outbound.ask({ ...question, to: local })).toMatchObject({ ok: true })
    const inside = toDestination(new URL('https://10.0.0.1'), 'public')
    expect(await outbound.ask({ ...question, to: inside })).toMatchObject({ sent: 'no', cause: 'forbidden' })
    expect(await outbound.request({ ...paid, to: inside })).toMatchObject({ sent: 'no', cause: 'forbidden' })
    expect(company.asked).toEqual([])
  })
})

describe('NO_PROXY', () => {
  it('D6: names hosts that are reached directly, the others through the proxy', async () => {
    const asked: string[] = []
    const resolve = async (name: string) => {
      asked.push(name)
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const port = Number(new URL(service.origin).port)
    outbound = createOutbound(resolve, { address, except: ['gateway.example'] })
    const direct = toDestination(new URL(`https://gateway.example:${port}`), 'any')
    expect(await read(await outbound.request({ ...paid, to: direct }))).toBe('an answer')
    expect([company.asked.length, asked]).toEqual([0, ['gateway.example']])
    expect(await read(await outbound.request({ ...free, to: direct }))).toBe('an answer')
    expect(await outbound.ask({ ...question, to: direct })).toMatchObject({ ok: true })
    expect(company.asked).toEqual([])
    expect(await read(await outbound.request({ ...paid, to }))).toBe('an answer')
    expect(company.asked.map(({ url }) => url)).toEqual(['api.example:443'])
  })

  it('D6: does not loosen the check of addresses', async () => {
    const resolve = async () => [{ address: '10.0.0.1', family: 4 }]
    outbound = createOutbound(resolve, { address, except: ['api.example'] })
    expect(await outbound.request({ ...paid, to })).toEqual({ ok: false, sent: 'no', cause: 'forbidden' })
  })

  it.each([
    ['*', 'https://api.example', true],
    ['api.example', 'https://api.example', true],
    ['api.example', 'https://API.example', true],
    ['example', 'https://api.example', true],
    ['.example', 'https://api.example', true],
    ['*.example', 'https://api.example', true],
    ['.example', 'https://example', true],
    ['pi.example', 'https://api.example', false],
    ['example.api', 'https://api.example', false],
    ['', 'https://api.example', false],
    ['.', 'https://api.example', false],
    ['api.example:443', 'https://api.example', true],
    ['api.example:8443', 'https://api.example', false],
    ['api.example:8443', 'https://api.example:8443', true],
    ['api.example:443x', 'https://api.example', false],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', 'https://api.example', false],
    ['fd00::/8', 'https://10.1.2.3', false],
    ['fd00::/8', 'https://[fd00::7]', true],
    ['fd00::7', 'https://[fd00::7]', true],
    ['[fd00::7]:443', 'https://[fd00::7]', true],
    ['[fd00::7]:8443', 'https://[fd00::7]', false],
  ])('D6: %j excepts %s: %s', (entry, url, isExcepted) => {
    expect(isBypassed(toDestination(new URL(url), 'any'), { address, except: [entry] })).toBe(isExcepted)
  })

  it('D6: this machine is always reached directly', () => {
    expect(isBypassed(toDestination(new URL('https://localhost:1'), 'loopback'), { address, except: [] })).toBe(true)
  })

  it.each(['NO_PROXY', 'no_proxy'])('D6: is read from %s, by commas or spaces', (name) => {
    const env = {
      USE_HTTPS_PROXY: '1',
      HTTPS_PROXY: 'http://proxy.example:3128',
      [name]: 'Localhost, .Corp 10.0.0.0/8,,',
    }
    expect(readConfig(env).companyProxy?.except).toEqual(['localhost', '.corp', '10.0.0.0/8'])
  })
})

describe('the setting', () => {
  const at = 'http://anna:secret-of-anna@proxy.company.example:3128'

  it('D6: is off, and says so, where HTTPS_PROXY is set for other programs', () => {
    const config = readConfig({ HTTPS_PROXY: at })
    expect(config.companyProxy).toBeUndefined()
    expect(config.notes).toContain('HTTPS_PROXY is set, but not used without USE_HTTPS_PROXY=1.')
  })

  it('D6: takes the address from either spelling, and keeps its password out of the log', () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy']) {
      const config = readConfig({ USE_HTTPS_PROXY: '1', [name]: at })
      expect(config.companyProxy).toEqual({ address: new URL(at), except: [] })
      expect(config.notes.filter((note) => note.includes('HTTPS_PROXY'))).toEqual([])
      expect(config.secrets).toContain('secret-of-anna')
    }
  })

  it.each([
    [{ USE_HTTPS_PROXY: '1' }, 'HTTPS_PROXY must be set where USE_HTTPS_PROXY is 1'],
    [{ USE_HTTPS_PROXY: 'yes', HTTPS_PROXY: at }, 'USE_HTTPS_PROXY must be 1 or empty'],
    [{ USE_HTTPS_PROXY: '1', HTTPS_PROXY: 'proxy:3128' }, 'HTTPS_PROXY must be an address such as'],
    [{ USE_HTTPS_PROXY: '1', HTTPS_PROXY: 'socks5://proxy:1080' }, 'HTTPS_PROXY must be an address such as'],
    [{ USE_HTTPS_PROXY: '1', HTTPS_PROXY: 'http://a%:b@proxy:1' }, 'HTTPS_PROXY must be an address such as'],
  ])('D6: %j stops the start', (env, words) => {
    expect(() => readConfig(env)).toThrow(words)
  })
})

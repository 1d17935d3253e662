import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '#server/upstream/fault.ts'
import { createOutbound, followTo, type Outbound, type Resolve, readAnswer } from '#server/upstream/guard.ts'
import { createHostRules, type HostRules, isReachable, type Reach, toDestination } from '#server/upstream/hosts.ts'
import { type FakeService, openFakeService } from '../../support/fake-service.ts'

let listener: FakeService
let outbound: Outbound
let names: Record<string, string[]>

beforeAll(async () => {
  listener = await openFakeService((_, outgoing) => outgoing.end('reached'))
})
afterAll(() => listener.close())
beforeEach(() => {
  names = {}
  outbound = createOutbound(fakeResolve)
})
afterEach(() => outbound.close())

/** Names of the test; what it does not name does not exist. */
const fakeResolve: Resolve = async (hostname) => {
  const addresses = names[hostname]
  if (!addresses) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

/** No list at all: what is refused under these rules, its address alone refuses. */
const anyHost = (reach: Reach): HostRules => ({
  find: (url) => (/^https?:$/.test(url.protocol) ? toDestination(url, reach) : undefined),
  read: (address) => new URL(address),
})
const listed = createHostRules(['pictures.example', 'kie.ai'])

const get = (address: string, rules: HostRules = anyHost('public')) =>
  followTo(outbound, new URL(address), rules, { headers: [], deadlineMs: 2000 })

/** The same address, asked in the way of polls. */
const ask = (address: string, reach: Reach = 'public') => {
  const to = toDestination(new URL(address), reach)
  return outbound.ask({ to, path: '/', headers: [], deadlineMs: 2000, maxBytes: 100 })
}

const port = () => listener.host.split(':')[1]
const at = (host: string) => `http://${host}:${port()}/`

/** Gives the cause of the refusal, after making sure that nothing was connected to. */
async function causeWithoutConnection(send: () => Promise<{ ok: true; status: number } | Fault>) {
  const before = listener.connections()
  const answer = await send()
  expect(listener.connections()).toBe(before)
  return answer.ok ? `answered ${answer.status}` : answer.cause
}

describe('requests to other machines', () => {
  it('C00: reach the listening socket where nothing forbids it, so that the rows below prove something', async () => {
    const before = listener.connections()
    expect(await get(at('127.0.0.1'), anyHost('loopback'))).toMatchObject({ ok: true, status: 200 })
    names['inside.example'] = ['127.0.0.1']
    expect(await get(at('inside.example'), anyHost('any'))).toMatchObject({ ok: true, status: 200 })
    expect(await ask(at('127.0.0.1'), 'loopback')).toMatchObject({ ok: true, status: 200 })
    expect(await ask(at('inside.example'), 'any')).toMatchObject({ ok: true, status: 200 })
    expect(listener.connections()).toBe(before + 4)
  })

  it.each([
    ['C01', '127.0.0.1'],
    ['C02', '127.1'],
    ['C03', '2130706433'],
    ['C04', '0x7f000001'],
    ['C05', '0177.0.0.1'],
    ['C06', '１２７.０.０.１'],
    ['C07', '0.0.0.0'],
    ['C08', '0'],
    ['C09', 'localhost'],
    ['C10', 'localhost.'],
    ['C11', '10.0.0.1'],
    ['C12', '172.16.0.1'],
    ['C12', '172.31.255.255'],
    ['C13', '192.168.0.1'],
    ['C14', '169.254.169.254'],
    ['C15', '100.64.0.1'],
    ['C16', '198.18.0.1'],
    ['C17', '192.0.0.1'],
    ['C18', '192.0.2.1'],
    ['C19', '240.0.0.1'],
    ['C19', '255.255.255.255'],
    ['C20', '168.63.129.16'],
    ['C21', '[::]'],
    ['C22', '[::1]'],
    ['C23', '[fc00::1]'],
    ['C24', '[fe80::1]'],
    ['C25', '[fec0::1]'],
    ['C26', '[ff02::1]'],
    ['C27', '[::ffff:127.0.0.1]'],
    ['C28', '[::127.0.0.1]'],
    ['C29', '[::ffff:0:127.0.0.1]'],
    ['C30', '[64:ff9b::127.0.0.1]'],
    ['C31', '[64:ff9b:1::127.0.0.1]'],
    ['C32', '[2002:7f00:1::]'],
    ['C33', '[2001::1]'],
    ['C34', '[100::1]'],
    ['C35', '[5f00::1]'],
  ])('%s: %s is not connected to', async (_, host) => {
    names.localhost = ['127.0.0.1', '::1']
    names['localhost.'] = ['127.0.0.1']
    expect(await causeWithoutConnection(() => get(at(host)))).toBe('forbidden')
    expect(await causeWithoutConnection(() => ask(at(host)))).toBe('forbidden')
  })

  it.each(['172.15.255.255', '172.32.0.1', '8.8.8.8', '2606:4700::1111'])('C12: %s is public', (address) => {
    expect(isReachable(address, 'public')).toBe(true)
  })

  it.each(['fe80::1%eth0', '::7f00:1', '999.1.1.1', '8.8', 'kie.ai', ''])('C24: "%s" is not public', (address) => {
    expect(isReachable(address, 'public')).toBe(false)
  })

  it('C36: a name is resolved once for a connection, so that no unchecked address is connected to', async () => {
    const answers = [['127.0.0.1'], ['203.0.114.7']]
    let asked = 0
    const rebinding = createOutbound(async () => {
      asked += 1
      return (answers.shift() ?? []).map((address) => ({ address, family: 4 }))
    })
    const to = toDestination(new URL(at('rebound.example')), 'loopback')
    const call = { to, path: '/', method: 'POST', headers: [], deadlineMs: 2000 } as const
    expect(await rebinding.request(call)).toMatchObject({ ok: true })
    expect(asked).toBe(1)
    expect(await rebinding.request(call)).toMatchObject({ ok: false, cause: 'forbidden' })
    answers.push(['203.0.114.7'], ['127.0.0.1'])
    const question = { to, path: '/', headers: [], deadlineMs: 2000, maxBytes: 100 }
    expect(await rebinding.ask(question)).toMatchObject({ ok: false, cause: 'forbidden' })
    expect(await rebinding.ask(question)).toMatchObject({ ok: true })
    expect(asked).toBe(4)
    rebinding.close()
  })

  it('C37: a name with one public and one private address is refused whole', async () => {
    names['pictures.example'] = ['203.0.114.7', '127.0.0.1']
    expect(await causeWithoutConnection(() => get(at('pictures.example')))).toBe('forbidden')
    expect(await causeWithoutConnection(() => ask(at('pictures.example')))).toBe('forbidden')
  })

  it('C01: an address that is refused was certainly not asked', async () => {
    const to = toDestination(new URL(at('127.0.0.1')), 'public')
    const call = { to, path: '/', method: 'POST', headers: [], body: '{}', deadlineMs: 2000 } as const
    expect(await outbound.request(call)).toEqual({ ok: false, sent: 'no', cause: 'forbidden' })
  })

  it('C38: a name without an address, or that cannot be resolved, leads nowhere', async () => {
    names['empty.example'] = []
    expect(await causeWithoutConnection(() => get(at('empty.example')))).toBe('forbidden')
    expect(await causeWithoutConnection(() => get(at('unknown.example')))).toBe('unreachable')
    expect(await causeWithoutConnection(() => ask(at('empty.example')))).toBe('forbidden')
    expect(await causeWithoutConnection(() => ask(at('unknown.example')))).toBe('unreachable')
  })

  it('C44: a listed host whose name resolves to a private address is refused', async () => {
    names['pictures.example'] = ['127.0.0.1']
    expect(await causeWithoutConnection(() => get('https://pictures.example/a.png', listed))).toBe('forbidden')
    expect(await causeWithoutConnection(() => ask('https://pictures.example/a.png'))).toBe('forbidden')
  })

  it('C46: a kept connection is reused only by requests with the same permissions as the one that opened it', async () => {
    names['inside.example'] = ['127.0.0.1']
    const first = await get(at('inside.example'), anyHost('loopback'))
    if (first.ok) await readAnswer(first, 100)
    expect(await causeWithoutConnection(() => get(at('inside.example')))).toBe('forbidden')
  })

  it('C47: proxies named in the environment are ignored', async () => {
    const before = { ...process.env }
    Object.assign(process.env, {
      HTTP_PROXY: listener.origin,
      HTTPS_PROXY: listener.origin,
      ALL_PROXY: listener.origin,
    })
    try {
      names['nowhere.example'] = ['127.0.0.1']
      const nowhere = 'http://nowhere.example:1/'
      expect(await causeWithoutConnection(() => get(nowhere, anyHost('any')))).toBe('unreachable')
      expect(await causeWithoutConnection(() => ask(nowhere, 'any'))).toBe('unreachable')
    } finally {
      process.env = before
    }
  })
})

describe('the list of hosts', () => {
  const rules = () => createHostRules(['kie.ai', '.aiquickdraw.com', '127.0.0.1:8080'])

  it.each([
    'https://kie.ai/a.png',
    'https://cdn.kie.ai/a.png?x=1#fragment',
    'https://tempfile.aiquickdraw.com/r/a.png',
    'https://KIE.AI/a.png',
    'http://127.0.0.1:8080/a.png',
  ])('lets %s through', (address) => {
    expect(rules().read(address)).toBeInstanceOf(URL)
  })

  it.each([
    ['C42', 'file:///etc/passwd'],
    ['C42', 'ftp://kie.ai/a.png'],
    ['C42', 'data:image/png;base64,AAAA'],
    ['C42', 'gopher://kie.ai/'],
    ['C42', 'blob:https://kie.ai/1'],
    ['C42', 'javascript:alert(1)'],
    ['C43', 'https://user@kie.ai/a.png'],
    ['C43', 'https://user:pass@kie.ai/a.png'],
    ['C43', 'https://:pass@kie.ai/a.png'],
    ['C43', 'https://kie.ai@evil.test/a.png'],
    ['C43', 'https://kie.ai:22/a.png'],
    ['C43', 'https://kie.ai:8443/a.png'],
    ['C43', 'https://evil.test#@kie.ai/a.png'],
    ['C43', 'https://evil.test\\@kie.ai/a.png'],
    ['C43', 'https://kie.ai\\@evil.test/a.png'],
    ['C43', 'https://kie.ai\t.evil.test/a.png'],
    ['C43', 'https://api.kie.ai.evil.test/a.png'],
    ['C43', 'https://evil-kie.ai/a.png'],
    ['C43', 'https://api.kie.ai%2eevil.test/a.png'],
    ['C43', 'https://kie.ai./a.png'],
    ['C41', 'http://kie.ai/a.png'],
    ['C01', 'http://127.0.0.1:8081/a.png'],
    ['C01', 'http://127.0.0.1/a.png'],
    ['C09', 'http://localhost:8080/a.png'],
    ['C43', ''],
    ['C43', `https://kie.ai/${'a'.repeat(4096 - 'https://kie.ai/'.length + 1)}`],
    ['C42', 'ftp://127.0.0.1:8080/a.png'],
    ['C42', 'svn+http://127.0.0.1:8080/a.png'],
    ['C01', 'https://127.0.0.1/a.png'],
  ])('%s: refuses %s', (_, address) => {
    expect(rules().read(address)).toBeUndefined()
  })

  it('takes addresses of 4096 characters', () => {
    expect(rules().read(`https://kie.ai/${'a'.repeat(4096 - 'https://kie.ai/'.length)}`)).toBeInstanceOf(URL)
  })

  it('leads listed domains to public addresses only, and exact hosts to this machine only', () => {
    const https = { secure: true, host: 'kie.ai', port: 443, authority: 'kie.ai', reach: 'public' }
    expect(rules().find(new URL('https://kie.ai/a.png'))).toEqual(https)
    const exact = { secure: false, host: '127.0.0.1', port: 8080, authority: '127.0.0.1:8080', reach: 'loopback' }
    expect(rules().find(new URL('http://127.0.0.1:8080/a.png'))).toEqual(exact)
    expect(toDestination(new URL('http://[::1]/'), 'any')).toMatchObject({ host: '::1', port: 80, authority: '[::1]' })
  })
})

describe('redirects', () => {
  let hops: FakeService
  let location: string | undefined
  let status: number
  let pauseMs = 0

  beforeAll(async () => {
    hops = await openFakeService(async (_, outgoing, { url }) => {
      await setTimeout(pauseMs)
      outgoing.writeHead(url === '/end' ? 200 : status, location === undefined ? {} : { location }).end('x')
    })
  })
  afterAll(() => hops.close())

  const oneHost = (): HostRules => createHostRules([hops.host])

  it.each([301, 302, 303, 307, 308])('C39: a %i into a private network is not followed', async (code) => {
    status = code
    location = at('127.0.0.1')
    expect(await causeWithoutConnection(() => get(`${hops.origin}/start`, oneHost()))).toBe('forbidden')
  })

  it.each([undefined, 'http://[', 'http://'])('C39: a redirect to %s ends there', async (nowhere) => {
    status = 302
    location = nowhere
    const before = hops.seen.length
    expect(await get(`${hops.origin}/start`, oneHost())).toEqual({ ok: false, sent: 'unknown', cause: 'forbidden' })
    expect(hops.seen.length - before).toBe(1)
  })

  it('C39: all hops together meet one deadline', async () => {
    status = 302
    location = '/again'
    pauseMs = 300
    const call = { headers: [], deadlineMs: 700 }
    expect(await followTo(outbound, new URL(`${hops.origin}/again`), oneHost(), call)).toMatchObject({ cause: 'late' })
    pauseMs = 0
  })

  it('C39: a relative redirect within the rules is followed', async () => {
    status = 302
    location = '/end'
    expect(await get(`${hops.origin}/start`, oneHost())).toMatchObject({ ok: true, status: 200 })
  })

  it.each([300, 304])('C39: a %i is no redirect, whatever address it names', async (code) => {
    status = code
    location = at('127.0.0.1')
    expect(await causeWithoutConnection(() => get(`${hops.origin}/start`, oneHost()))).toBe(`answered ${code}`)
  })

  it('C40: a loop ends after three hops', async () => {
    status = 302
    location = '/again'
    const before = hops.seen.length
    expect(await causeWithoutConnection(() => get(`${hops.origin}/again`, oneHost()))).toBe('forbidden')
    expect(hops.seen.length - before).toBe(4)
  })

  it('C41: a redirect never leads from https to http', async () => {
    const asked: string[] = []
    const locations = ['https://pictures.example/b', `http://${listener.host}/`]
    const redirecting: Pick<Outbound, 'request'> = {
      request: async ({ to, path }) => {
        asked.push(`${to.secure ? 'https' : 'http'}://${to.host}${path}`)
        const location = locations.shift()
        return { ok: true, status: 302, headers: { location }, body: { destroy: () => undefined } as never }
      },
    }
    const rules = createHostRules(['pictures.example', listener.host])
    const answer = await followTo(redirecting, new URL('https://pictures.example/a'), rules, {
      headers: [],
      deadlineMs: 100,
    })
    expect(answer).toMatchObject({ ok: false, cause: 'forbidden' })
    expect(asked).toEqual(['https://pictures.example/a', 'https://pictures.example/b'])
  })
})

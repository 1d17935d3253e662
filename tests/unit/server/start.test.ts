import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readConfig, readEnvironment } from '#server/config.ts'
import { originOf, plainHttpNote } from '#server/listen.ts'
import { startServer } from '#server/start.ts'
import { askProxy, jsonRequest, openAnswer, openRequest } from '../../support/ask-proxy.ts'
import { eventually } from '../../support/eventually.ts'
import { openFakeService, type Reply, replyJson } from '../../support/fake-service.ts'
import { canaryKey, openProxyBefore } from '../../support/open-proxy.ts'

const kontext = '/api/v1/flux/kontext/generate'
const accepted = { code: 200, msg: 'success', data: { taskId: 'task-1' } }
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const submission = (run: string) =>
  jsonRequest({ prompt: 'a fox', model: 'flux-kontext-pro' }, { 'idempotency-key': run })

let process: ChildProcess | undefined
afterEach(() => {
  process?.kill('SIGKILL')
  process = undefined
})

const mainArgs = ['--import', 'tsx', 'src/server/main.ts']
/** Something that would keep the process alive for ever. */
const keepAlive = ['--import', 'data:text/javascript,setInterval(() => {}, 60_000)']

/** The entry point, or what starts it, in a process of its own. */
function run(env: Record<string, string>, [channel = 'pipe']: ('pipe' | 'ipc')[] = [], args: string[] = mainArgs) {
  const child = spawn(globalThis.process.execPath, args, {
    env: { PATH: globalThis.process.env.PATH, PORT: '0', KIE_API_KEY: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe', channel],
  })
  process = child
  let said = ''
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', (chunk) => {
      said += chunk
    })
  }
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const port = async () => {
    await eventually(() => expect(said).toMatch(/^Atelier is ready at http:\/\/localhost:\d+$/m))
    return Number(/localhost:(\d+)/.exec(said)?.[1])
  }
  return { child, code, port, said: () => said }
}

describe('the entry point', () => {
  it('says where it is ready, that images are simulated without a key, and ends when it is told to', async () => {
    const { child, code, port, said } = run({}, [], [...keepAlive, ...mainArgs])
    const told = await askProxy(await port(), '/api/health')
    expect(told.json()).toMatchObject({ mode: 'simulated', gateway: 'kie', fallback: { mode: 'simulated' } })
    expect(said().split('\n').slice(1)).toEqual(['No key is set: images are simulated. See README.', ''])
    child.kill('SIGTERM')
    expect(await code).toBe(0)
  })

  it('S10: names the invalid settings, never their values, and exits', async () => {
    const { code, said } = run({ PORT: 'three-thousand', HOST: '0.0.0.0', KIE_API_KEY: `${canaryKey} with spaces` })
    expect(await code).toBe(1)
    expect(said()).toContain('- PORT must be a whole number from 0 to 65535')
    expect(said()).toContain('- PROXY_ACCESS_TOKEN must be set')
    expect(said()).toContain('- KIE_API_KEY must be')
    expect(said()).not.toContain(canaryKey)
    expect(said()).not.toContain('three-thousand')
  })

  it('S10: says that its port is in use, and exits', async () => {
    const other = await openFakeService((_, outgoing) => outgoing.end())
    const taken = other.host.split(':')[1] ?? ''
    const { code, said } = run({ PORT: taken })
    expect(await code).toBe(1)
    expect(said()).toContain(`Port ${taken} is in use.`)
    await other.close()
  })

  it('S02: finishes the submissions under way when it is told to stop', async () => {
    let release: (() => void) | undefined
    const service = await openFakeService((_, outgoing) => {
      release = () => replyJson(outgoing, accepted)
    })
    const { child, code, port } = run({ KIE_API_KEY: canaryKey, KIE_API_BASE_URL: service.origin })
    const asked = askProxy(await port(), kontext, submission('start-run-number-1'))
    await eventually(() => expect(release).toBeDefined())
    child.kill('SIGTERM')
    const refused = expect.objectContaining({ code: 'ECONNREFUSED' })
    await eventually(async () => expect(askProxy(await port(), '/api/health')).rejects.toEqual(refused))
    release?.()
    expect((await asked).json()).toEqual(accepted)
    expect(await code).toBe(0)
    await service.close()
  })
})

describe('a server that is told to stop more than once', () => {
  it('G11: closes once: the submission under way is answered, and the image arrives whole', async () => {
    let release: (() => void) | undefined
    let finish: (() => void) | undefined
    const service = await openFakeService((_, outgoing, { url }) => {
      if (url !== '/a.png') release = () => replyJson(outgoing, accepted)
      else {
        outgoing.writeHead(200, { 'content-type': 'image/png', 'content-length': String(png.length + 4) })
        outgoing.write(png)
        finish = () => outgoing.end('done')
      }
    })
    const env = { KIE_API_KEY: canaryKey, KIE_API_BASE_URL: service.origin, KIE_RESULT_HOSTS: service.host }
    const { child, code, port } = run(env, ['ipc'])
    const image = await openAnswer(await port(), `/api/image?url=${service.origin}/a.png`)
    const asked = askProxy(await port(), kontext, submission('start-run-number-1'))
    await eventually(() => expect(release).toBeDefined())
    const isClosed = async () =>
      expect(askProxy(await port(), '/api/health')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    child.kill('SIGINT')
    await eventually(isClosed)
    child.kill('SIGINT')
    child.kill('SIGTERM')
    child.kill('SIGHUP')
    child.disconnect()
    expect(child.exitCode ?? child.signalCode).toBeNull()
    release?.()
    expect((await asked).json()).toEqual(accepted)
    child.kill('SIGTERM')
    finish?.()
    const chunks: Buffer[] = []
    for await (const chunk of image) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString('latin1')).toMatch(/done$/)
    expect(await code).toBe(0)
    await service.close()
  })
})

describe('what npm start leaves running', () => {
  const isOpen = (port: number) => askProxy(port, '/api/health').then(({ status }) => status === 200)
  const isGone = (port: number) => expect(isOpen(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  const entry = "['--import', 'tsx', 'src/server/main.ts']"
  const serving = ['--input-type=module', '-e', `(await import('./scripts/serve.mjs')).serve(${entry})`]
  /** A process that waits for another one, as npm does, and passes no signal on. */
  const npm = [
    '-e',
    `require('node:child_process').spawn(process.execPath, ${JSON.stringify(serving)}, {stdio:'inherit'})`,
  ]

  it.each([
    ['it is ended by SIGTERM', serving, 'SIGTERM'],
    ['it is killed', serving, 'SIGKILL'],
    ['npm is ended by SIGTERM, which it does not pass on', npm, 'SIGTERM'],
    ['npm is killed', npm, 'SIGKILL'],
  ] as const)('G11: is nothing where %s', async (_, args, signal) => {
    const { child, port } = run({}, ['pipe'], [...args])
    const at = await port()
    expect(await isOpen(at)).toBe(true)
    child.kill(signal)
    await eventually(() => isGone(at))
  })
})

/** A proxy with one image under way. `finish` lets it end, and gives what the client received of it. */
async function openProxyAmidImage(env: Record<string, string> = {}) {
  let end: (() => void) | undefined
  const proxy = await openProxyBefore((_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'image/png', 'content-length': String(png.length + 4) })
    outgoing.write(png)
    end = () => outgoing.end('done')
  }, env)
  const image = await openAnswer(proxy.port, `/api/image?url=${proxy.service.origin}/a.png`)
  async function finish(): Promise<string> {
    end?.()
    const chunks: Buffer[] = []
    for await (const chunk of image) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString('latin1')
  }
  return { proxy, finish }
}

describe('the server', () => {
  it('S02: takes no new submission while it stops', async () => {
    let release: (() => void) | undefined
    const reply: Reply = (_, outgoing) => {
      release = () => replyJson(outgoing, accepted)
    }
    const proxy = await openProxyBefore(reply)
    const first = askProxy(proxy.port, kontext, submission('start-run-number-1'))
    await eventually(() => expect(release).toBeDefined())
    // Half a request is on its way when the end begins.
    const late = submission('start-run-number-2')
    const body = String(late.body)
    const headers = { ...late.headers, 'content-length': String(body.length) }
    const request = openRequest(proxy.port, kontext, { ...late, headers })
    const told = new Promise<IncomingMessage>((resolve) => request.once('response', resolve))
    request.write(body.slice(0, 1))
    await eventually(() => expect(request.socket?.bytesWritten).toBeGreaterThan(0))
    expect((await askProxy(proxy.port, '/api/health')).status).toBe(200)
    const stopped = proxy.stop()
    request.end(body.slice(1))
    const { statusCode, headers: answered } = await told
    expect([statusCode, answered['retry-after']]).toEqual([503, '5'])
    request.destroy()
    release?.()
    expect((await first).json()).toEqual(accepted)
    await stopped
    expect(proxy.service.seen).toHaveLength(1)
    await proxy.service.close()
  })

  it('G11: closes once, however often it is told to', async () => {
    const { proxy, finish } = await openProxyAmidImage()
    const ended: number[] = []
    const closings = [proxy.stop(), proxy.stop(), proxy.stop()]
    expect(new Set(closings).size).toBe(1)
    const stops = closings.map((closing, index) => closing.then(() => ended.push(index)))
    // All of them have begun to wait for the image when another connection is refused.
    const refused = expect.objectContaining({ code: 'ECONNREFUSED' })
    await eventually(() => expect(askProxy(proxy.port, '/api/health')).rejects.toEqual(refused))
    expect(ended).toEqual([])
    expect(await finish()).toMatch(/done$/)
    await Promise.all(stops)
    await proxy.service.close()
  })

  it('answers on open connections while it stops, and keeps none of them', async () => {
    const { proxy, finish } = await openProxyAmidImage()
    const host = `localhost:${proxy.port}`
    const client = connect(proxy.port, '127.0.0.1')
    let told = ''
    client.on('data', (chunk) => {
      told += chunk
    })
    // Half a request, so that its connection is not idle when the server stops.
    client.write(`GET /api/health HTTP/1.1\r\nhost: ${host}\r\n`)
    await eventually(() => expect(client.bytesWritten).toBeGreaterThan(0))
    expect((await askProxy(proxy.port, '/api/health')).status).toBe(200)
    const stopped = proxy.stop()
    const refused = expect.objectContaining({ code: 'ECONNREFUSED' })
    await eventually(() => expect(askProxy(proxy.port, '/api/health')).rejects.toEqual(refused))
    client.write('\r\n')
    await once(client, 'end')
    expect(told).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(told.toLowerCase()).toContain('connection: close\r\n')
    expect(await finish()).toMatch(/done$/)
    await stopped
    await proxy.service.close()
  })

  it('tells a monitor how many images are on their way, down and up', async () => {
    const token = 'a-metrics-token-of-enough-length'
    const { proxy, finish } = await openProxyAmidImage({ METRICS_TOKEN: token })
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '1000' }
    const upload = openRequest(proxy.port, '/api/file-stream-upload', { method: 'POST', headers })
    upload.on('error', () => undefined)
    upload.write('--x')
    const transfers = async () => {
      const told = await askProxy(proxy.port, '/metrics', { headers: { authorization: `Bearer ${token}` } })
      return /^atelier_transfers (.+)$/m.exec(told.text)?.[1]
    }
    await eventually(async () => expect(await transfers()).toBe('2'))
    upload.destroy()
    expect(await finish()).toMatch(/done$/)
    await eventually(async () => expect(await transfers()).toBe('0'))
    await proxy.close()
  })

  it('simulates the whole way from words to a picture without a key', async () => {
    const running = await startServer(readConfig({ PORT: '0' }))
    await fetch(`${running.simulatorOrigin}/__sim/switches`, {
      method: 'POST',
      body: '{"durationMs":50,"visibilityLagMs":0}',
    })
    const body = { prompt: 'a simulated fox', model: 'flux-kontext-pro' }
    const asked = jsonRequest(body, { 'idempotency-key': 'start-run-number-1' })
    const { taskId } = (await askProxy(running.port, kontext, asked)).json().data
    const status = `/api/v1/flux/kontext/record-info?taskId=${taskId}`
    const url = await eventually(async () => {
      const { resultImageUrl } = (await askProxy(running.port, status)).json().data.response
      return resultImageUrl as string
    })
    // The key of the simulator is a word, and no secret.
    expect((await askProxy(running.port, status)).text).toContain('a simulated fox')
    expect(new URL(url).origin).toBe(running.simulatorOrigin)
    const answer = await openAnswer(running.port, `/api/image?url=${encodeURIComponent(url)}`)
    expect(answer.headers['content-type']).toBe('image/jpeg')
    let size = 0
    for await (const chunk of answer) size += (chunk as Buffer).length
    expect(size).toBeGreaterThan(10_000)
    expect((await askProxy(running.port, '/api/__sim/state')).status).toBe(404)
    await running.close()
  })
})

describe('the address that it listens at', () => {
  const start = (env: Record<string, string>) => startServer(readConfig({ PORT: '0', ...env }))

  it('D5: is both loopback addresses, and refuses where another program has one of them', async () => {
    const other = createServer((_, outgoing) => outgoing.end('another program'))
    await new Promise<void>((resolve) => other.listen(0, '::1', resolve))
    const { port } = other.address() as AddressInfo
    await expect(start({ PORT: String(port) })).rejects.toMatchObject({ code: 'EADDRINUSE', address: '::1' })
    await new Promise((resolve) => other.close(resolve))
    const running = await start({ PORT: String(port) })
    for (const address of ['127.0.0.1', '[::1]']) {
      expect((await fetch(`http://${address}:${port}/api/health`)).status).toBe(200)
    }
    await running.close()
  })

  it('G8: is printed as it is, if it is not this machine', () => {
    expect(originOf('127.0.0.1', 3000)).toBe('http://localhost:3000')
    expect(originOf('0.0.0.0', 3000)).toBe('http://localhost:3000')
    expect(originOf('::', 3000)).toBe('http://localhost:3000')
    expect(originOf('::1', 3000)).toBe('http://localhost:3000')
    expect(originOf('192.168.1.5', 3000)).toBe('http://192.168.1.5:3000')
    // The name does not lead to another loopback address.
    expect(originOf('127.0.0.2', 3000)).toBe('http://127.0.0.2:3000')
    expect(originOf('2001:db8::7', 3000)).toBe('http://[2001:db8::7]:3000')
    expect(originOf('[2001:db8::7]', 3000)).toBe('http://[2001:db8::7]:3000')
  })

  it('G8: is told to be plain http, if it is not this machine', () => {
    const note =
      'Over plain http, browsers disable some features of the page. Put a server with TLS in front: docs/deploy.md.'
    expect(plainHttpNote('http://192.168.1.5:3000')).toBe(note)
    expect(plainHttpNote('http://localhost:3000')).toBeUndefined()
    expect(plainHttpNote('http://127.0.0.2:3000')).toBeUndefined()
    expect(plainHttpNote('http://[::1]:3000')).toBeUndefined()
    expect(plainHttpNote('http://localhost.studio.example:3000')).toBe(note)
    expect(plainHttpNote('https://studio.example')).toBeUndefined()
  })
})

describe('a proxy that is told to stop', () => {
  it('G11: lets an image under way finish', async () => {
    const { proxy, finish } = await openProxyAmidImage()
    const closing = proxy.stop()
    await expect(askProxy(proxy.port, '/api/health')).rejects.toThrow('ECONNREFUSED')
    expect(await finish()).toMatch(/done$/)
    await closing
    await proxy.service.close()
  })
})

describe('settings in a file', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-settings-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))
  const read = (content: Buffer | string) => {
    writeFileSync(join(folder, '.env.local'), content)
    return readEnvironment(folder, {})
  }

  it('G11: may begin with a byte order mark', () => {
    expect(read('\uFEFFKIE_API_KEY=a-key\nPORT=4000')).toEqual({ KIE_API_KEY: 'a-key', PORT: '4000' })
  })

  it('G11: stop the start where they cannot be read', () => {
    expect(() => read(Buffer.from('\uFEFFKIE_API_KEY=a-key', 'utf16le'))).toThrow('.env.local is not in UTF-8.')
    expect(() => read(Buffer.from('KIE_API_KEY=a-key', 'utf16le'))).toThrow('.env.local is not in UTF-8.')
    expect(() => read(Buffer.from('KIE_API_KEY=clé', 'latin1'))).toThrow('.env.local is not in UTF-8.')
    rmSync(join(folder, '.env.local'))
    expect(readEnvironment(folder, {})).toEqual({})
    mkdirSync(join(folder, '.env.local'))
    expect(() => readEnvironment(folder, {})).toThrow('.env.local cannot be read (EISDIR).')
  })
})

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { askProxy, jsonRequest, statusesIn } from '../../support/ask-proxy.ts'
import { replyJson } from '../../support/fake-service.ts'
import { openProxyBefore, type ProxyUnderTest } from '../../support/open-proxy.ts'

const kontext = '/api/v1/flux/kontext/generate'
const accepted = { code: 200, msg: 'success', data: { taskId: 'task-1' } }

let proxy: ProxyUnderTest
const sockets: Socket[] = []

beforeEach(async () => {
  // The usual time limits, divided by forty: a quarter of a second for headers, three seconds for a whole request.
  proxy = await openProxyBefore((_, outgoing) => replyJson(outgoing, accepted), {}, { timeoutDivisor: 40 })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await proxy.close()
})

/** Sends one byte after the other until the proxy closes the connection, and gives the proxy's answer. */
async function dribble(head: string, byte: string): Promise<string> {
  const socket = connect(proxy.port, '127.0.0.1')
  sockets.push(socket)
  let said = ''
  socket.on('data', (chunk) => {
    said += chunk
  })
  socket.on('error', () => undefined)
  socket.write(head, 'latin1')
  const pulse = setInterval(() => socket.writable && socket.write(byte), 20)
  await once(socket, 'close')
  clearInterval(pulse)
  return said
}

const host = () => `Host: localhost:${proxy.port}\r\nOrigin: http://localhost:${proxy.port}\r\n`
const slowHead = () => dribble(`GET /api/health HTTP/1.1\r\n${host()}X-Slow: `, 'a')
const slowBody = (path: string, type: string, start = '') => {
  const headers = `Content-Type: ${type}\r\nIdempotency-Key: slow-run-number-1\r\nContent-Length: 60000\r\n`
  return dribble(`POST ${path} HTTP/1.1\r\n${host()}${headers}\r\n${start}`, ' ')
}
const slowSubmission = () => slowBody(kontext, 'application/json')
const slowUpload = () => {
  const part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
  const start = `${part}\x89PNG\r\n\x1a\n${'\0'.repeat(20)}`
  return slowBody('/api/file-stream-upload', 'multipart/form-data; boundary=x', start)
}

it.each([
  ['its headers', slowHead],
  ['the body of a submission', slowSubmission],
  ['the body of an upload', slowUpload],
])('B18: a client that never comes to the end of %s is cut off', async (_, send) => {
  const statuses = statusesIn(await send())
  for (const status of statuses) expect(status).toBe(408)
  expect(proxy.service.seen).toEqual([])
})

it('B18: 300 such clients do not keep others from being served', async () => {
  // With the usual time limits, which the quick client meets on any machine.
  const patient = await openProxyBefore((_, outgoing) => replyJson(outgoing, accepted))
  const head = `POST ${kontext} HTTP/1.1\r\nHost: localhost:${patient.port}\r\nOrigin: http://localhost:${patient.port}\r\n`
  const whole = 'Content-Type: application/json\r\nIdempotency-Key: slow-run-number-3\r\nContent-Length: 60000\r\n\r\n{'
  const slow = Array.from({ length: 300 }, async (_, index) => {
    const socket = connect(patient.port, '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => undefined).resume()
    await once(socket, 'connect')
    await new Promise((written) => socket.write(index % 2 === 0 ? head : head + whole, written))
  })
  await Promise.all(slow)
  const told = await askProxy(
    patient.port,
    kontext,
    jsonRequest({ prompt: 'a fox', model: 'flux-kontext-pro' }, { 'idempotency-key': 'quick-run-number-1' }),
  )
  expect(told.json()).toEqual(accepted)
  expect((await askProxy(patient.port, '/api/health')).status).toBe(200)
  expect(patient.service.seen).toHaveLength(1)
  for (const socket of sockets.splice(0)) socket.destroy()
  await patient.close()
})

it('B18: a client that is slow with its headers is cut off long before one that is slow with its body', async () => {
  const patient = await openProxyBefore((_, outgoing) => replyJson(outgoing, accepted), {}, { timeoutDivisor: 10 })
  const body = connect(patient.port, '127.0.0.1')
  sockets.push(body)
  // Its end would not be seen unread.
  body.resume().on('error', () => undefined)
  const lines = `Host: localhost:${patient.port}\r\nOrigin: http://localhost:${patient.port}\r\n`
  body.write(
    `POST ${kontext} HTTP/1.1\r\n${lines}Content-Type: application/json\r\nIdempotency-Key: slow-run-number-2\r\nContent-Length: 60000\r\n\r\n{`,
  )
  const head = connect(patient.port, '127.0.0.1')
  sockets.push(head)
  head.resume().write('GET /api/health HTTP/1.1\r\nX-Slow: ')
  // One second for headers, twelve for a request.
  await once(head, 'close')
  expect(body.destroyed).toBe(false)
  body.destroy()
  await patient.close()
})

it('B18: a client that says nothing at all is cut off as well', async () => {
  expect(statusesIn(await dribble('', ''))).toEqual([408])
})

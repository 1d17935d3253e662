// `npm run load -- hostile`: attacks on the built proxy with a heap of 512 MB. Fails if they block its event loop or
// fill its memory, or if polite users get less than 80 % of an equal share.
import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { start } from './load-servers.mjs'
import { root } from './prepare.mjs'

const longestBlockMs = 50
const mostMemoryMb = 300
/** The first window goes to whoever comes first. */
const settleSeconds = 12
const fairSeconds = 110
/** Places that a fair user leaves free are held for the others for 1 s: a polite user must ask again sooner. */
const longestTripMs = 800
const megabyte = 1024 * 1024
const token = (name) => `${name}-token-of-enough-length`
const polite = Array.from({ length: 10 }, (_, number) => `polite${number}`)
const names = ['greedy', 'attacker', ...polite]
const kontext = '/api/v1/flux/kontext/generate'

const simulator = await start(['--import', import.meta.resolve('tsx'), join(root, 'src/simulator/main.ts')])
const watch = pathToFileURL(join(root, 'scripts/load-watch.mjs')).href
const proxy = await start(['--max-old-space-size=512', '--import', watch, join(root, 'dist/server/server.js')], {
  KIE_API_KEY: 'simulated',
  KIE_API_BASE_URL: simulator.origin,
  KIE_UPLOAD_BASE_URL: simulator.origin,
  KIE_RESULT_HOSTS: new URL(simulator.origin).host,
  GEMINI_API_KEY: 'simulated',
  GEMINI_API_BASE_URL: simulator.origin,
  PUBLIC_URL: 'http://localhost:1',
  PROXY_ACCESS_TOKENS: names.map((name) => `${name}:${token(name)}`).join(),
})
const { port } = new URL(proxy.origin)
const problems = []
try {
  await fetch(`${simulator.origin}/__sim/switches`, { method: 'POST', body: JSON.stringify({ credits: 1_000_000 }) })
  await attack('nothing', () => new Promise((resolve) => setTimeout(resolve, 2000)))
  for (const [title, make] of bodies()) await attack(`18 MB of ${title}, three at a time`, () => sendBodies(make()))
  await attack('300 streams that nobody reads', openStreams)
  await attack('2,000 callbacks of 250 KB that come slowly', callSlowly)
  await attack('20,000 wrong tokens', guess)
  await attack('one greedy and ten polite users', share)
} finally {
  await Promise.all([proxy.stop(), simulator.stop()])
}
for (const problem of problems) console.error(`FAILED: ${problem}`)
process.exitCode = problems.length === 0 ? 0 : 1

/**
 * Runs an attack and checks the longest block of the event loop and the highest memory meanwhile. A block is measured in
 * processor time (load-watch.mjs), so that other load on the machine is none; by the clock it is shown beside it.
 */
async function attack(title, work) {
  await proxy.blocked()
  let memoryMb = proxy.memoryMb()
  const watching = setInterval(() => {
    memoryMb = Math.max(memoryMb, proxy.memoryMb())
  }, 50)
  const told = await work()
  clearInterval(watching)
  const { workedMs, clockMs } = await proxy.blocked()
  console.log(
    `${title}${told ? `: ${told}` : ''}\n  longest block ${workedMs.toFixed(0)} ms (${clockMs.toFixed(0)} ms by the clock), memory ${memoryMb.toFixed(0)} MB`,
  )
  if (workedMs > longestBlockMs) problems.push(`${title}: the event loop was blocked for ${workedMs.toFixed(0)} ms`)
  if (memoryMb > mostMemoryMb) problems.push(`${title}: ${memoryMb.toFixed(0)} MB of memory`)
}

function bodies() {
  const fill = (unit, before = '[', after = '0]') => {
    const count = Math.floor((18 * megabyte - before.length - after.length) / unit.length)
    return Buffer.from(before + unit.repeat(count) + after)
  }
  const image = 'iVBORw0KGgoAAAANSUhEUgAA'
  const whole = (data) =>
    `{"contents":[{"role":"user","parts":[{"text":"a fox"},{"inlineData":{"mimeType":"image/png","data":"${data}`
  const rest = '"}}]}],"generationConfig":{"responseModalities":["TEXT","IMAGE"],"imageConfig":{"imageSize":"1K"}}}'
  return [
    ['NULs', () => fill('"\\u0000",')],
    ['zeros', () => fill('0,')],
    ['empty objects', () => fill('{},', '{"parts":[', '{}]}')],
    ['levels', () => fill('[', '', '')],
    ['escapes', () => fill('\\u0041', '"', '"')],
    ['white space', () => fill(' ', '', '')],
    ['digits', () => fill('1', '', '')],
    ['members with long names', () => fill(`"${'k'.repeat(1000)}":1,`, '{', '"x":1}')],
    ['one text', () => fill('y', '"', '"')],
    ['a submission within the limits', () => fill(image, whole(''), rest)],
  ]
}

async function sendBodies(body) {
  const statuses = await Promise.all(Array.from({ length: 3 }, () => post('/api/gemini/generate', body, 'attacker')))
  const large = statuses.filter(({ bytes }) => bytes > 10_000)
  if (large.length > 0) problems.push('a refusal of more than 10 KB')
  return statuses.map(({ status }) => status).join(', ')
}

function post(path, body, name) {
  const headers = {
    'content-type': 'application/json',
    origin: proxy.origin,
    authorization: `Bearer ${token(name)}`,
    'idempotency-key': crypto.randomUUID(),
    'content-length': Buffer.byteLength(body),
  }
  return new Promise((resolve) => {
    const request = http.request({
      host: '127.0.0.1',
      port,
      path,
      method: 'POST',
      agent: false,
      headers: { ...headers, host: `localhost:${port}` },
    })
    request.on('response', async (response) => {
      const chunks = []
      for await (const chunk of response) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      resolve({ status: response.statusCode, bytes: text.length, answer: JSON.parse(text || '{}') })
    })
    request.on('socket', (socket) => socket.on('error', () => undefined))
    // The connection was closed while it was still sending.
    request.on('error', () => resolve({ status: 0, bytes: 0, answer: {} }))
    request.end(body)
  })
}

async function openStreams() {
  const sockets = Array.from({ length: 300 }, (_, number) => {
    const socket = connect(Number(port), '127.0.0.1')
    const name = names[number % names.length]
    socket.on('error', () => undefined)
    socket.write(`GET /api/events HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${token(name)}\r\n\r\n`)
    return socket.pause()
  })
  await new Promise((resolve) => setTimeout(resolve, 4000))
  for (const socket of sockets) socket.destroy()
}

async function callSlowly() {
  const chunk = 'x'.repeat(50 * 1024)
  let closed = 0
  const sockets = []
  for (let number = 0; number < 2000; number += 1) {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.resume()
    socket.on('close', () => {
      closed += 1
    })
    socket.write(
      `POST /api/callbacks/kontext/run-${number}-of-two-thousand/${'x'.repeat(43)} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: 256000\r\n\r\n${chunk}`,
    )
    sockets.push(socket)
    if (number % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await new Promise((resolve) => setTimeout(resolve, 2000))
  for (const socket of sockets) socket.destroy()
  return `${closed} were ended by the proxy`
}

async function guess() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 })
  const counts = new Map()
  const one = async (number) => {
    const headers = { host: `localhost:${port}`, authorization: `Bearer guess-${number}-of-a-token` }
    const request = http.get({ host: '127.0.0.1', port, path: '/api/v1/chat/credit', headers, agent })
    const [response] = await once(request, 'response')
    response.resume()
    await once(response, 'end')
    counts.set(response.statusCode, (counts.get(response.statusCode) ?? 0) + 1)
  }
  for (let from = 0; from < 20_000; from += 50) await Promise.all(Array.from({ length: 50 }, (_, at) => one(from + at)))
  agent.destroy()
  const right = await fetch(`${proxy.origin}/api/v1/chat/credit`, {
    headers: { authorization: `Bearer ${token('greedy')}` },
  })
  if (right.status !== 200) problems.push(`the right token was answered with ${right.status}`)
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ')
}

/**
 * Greedy: fifty runs that are asked for again all the time. Polite: one run after another, each at the time it was
 * told.
 */
async function share() {
  const countsFrom = performance.now() + settleSeconds * 1000
  const endsAt = countsFrom + fairSeconds * 1000
  const taken = new Map(names.map((name) => [name, 0]))
  const tripsMs = []
  const ask = async (name, run) => {
    const askedAt = performance.now()
    const headers = {
      'content-type': 'application/json',
      origin: proxy.origin,
      authorization: `Bearer ${token(name)}`,
      'idempotency-key': run,
    }
    const body = JSON.stringify({ model: 'flux-kontext-pro', prompt: name })
    const response = await fetch(proxy.origin + kontext, { method: 'POST', headers, body })
    const answer = await response.json()
    if (name !== 'greedy') tripsMs.push(performance.now() - askedAt)
    if (response.status === 200 && performance.now() > countsFrom) taken.set(name, taken.get(name) + 1)
    return response.status === 200 ? 0 : (answer.proxy?.retryAfterMs ?? 1000)
  }
  const user = async (name, isGreedy) => {
    let run = crypto.randomUUID()
    while (performance.now() < endsAt) {
      const waitMs = await ask(name, run)
      if (waitMs === 0) run = crypto.randomUUID()
      else
        await new Promise((resolve) =>
          setTimeout(resolve, isGreedy ? 100 : Math.min(waitMs, endsAt - performance.now())),
        )
    }
  }
  await Promise.all([
    ...Array.from({ length: 50 }, () => user('greedy', true)),
    ...polite.map((name) => user(name, false)),
  ])
  const all = [...taken.values()].reduce((sum, count) => sum + count, 0)
  const least = Math.min(...polite.map((name) => taken.get(name)))
  const fair = all / (polite.length + 1)
  const trip = tripsMs.sort((one, other) => one - other)[Math.floor(tripsMs.length * 0.9)] ?? 0
  const isLate = trip > longestTripMs
  const reason = isLate ? `; one request in ten took over ${trip.toFixed(0)} ms, the machine is too busy to tell` : ''
  if (least < 0.8 * fair) problems.push(`a polite user got ${least} of a fair ${fair.toFixed(1)} places${reason}`)
  return `${all} places, the greedy one ${taken.get('greedy')}, each polite one at least ${least} of a fair ${fair.toFixed(1)}`
}

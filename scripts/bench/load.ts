import { connect, type Socket } from 'node:net'

interface Load {
  /** Each connection requests one of them, in turn. */
  urls: readonly string[]
  connections: number
  durationMs: number
}

interface Loaded {
  requests: number
  requestsPerSecond: number
  megabytesPerSecond: number
}

const headEnd = Buffer.from('\r\n\r\n')

/**
 * Repeats requests on kept connections. It reads only the status and length of the answers, because it shares the
 * processors with what it measures. Rejects at the first answer that is not 200.
 */
export async function load({ urls, connections, durationMs }: Load): Promise<Loaded> {
  const sockets: Socket[] = []
  const sum = { requests: 0, bytes: 0 }
  const startedAt = performance.now()
  await new Promise<void>((resolve, reject) => {
    for (let index = 0; index < connections; index += 1) {
      sockets.push(askOn(new URL(urls[index % urls.length] ?? ''), sum, reject))
    }
    setTimeout(resolve, durationMs)
  }).finally(() => {
    for (const socket of sockets) socket.destroy()
  })
  const seconds = (performance.now() - startedAt) / 1000
  const { requests, bytes } = sum
  return { requests, requestsPerSecond: requests / seconds, megabytesPerSecond: bytes / seconds / 1e6 }
}

function askOn(url: URL, sum: { requests: number; bytes: number }, fail: (error: Error) => void): Socket {
  const question = `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`
  const socket = connect(Number(url.port), url.hostname)
  let missingBytes = 0
  socket.on('data', (chunk: Buffer) => {
    sum.bytes += chunk.length
    if (missingBytes === 0) missingBytes = answerBytes(chunk)
    if (Number.isNaN(missingBytes)) return fail(new Error(`${url}: ${chunk.toString('latin1', 0, 400)}`))
    missingBytes -= chunk.length
    if (missingBytes > 0) return
    sum.requests += 1
    socket.write(question)
  })
  socket.on('error', fail)
  socket.write(question)
  return socket
}

/** Length of an answer, header and body, from its first bytes; `NaN` if it is not a 200 with a length. */
function answerBytes(first: Buffer): number {
  const headBytes = first.indexOf(headEnd) + headEnd.length
  const head = first.toString('latin1', 0, headBytes)
  if (!head.startsWith('HTTP/1.1 200 ')) return Number.NaN
  return headBytes + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
}

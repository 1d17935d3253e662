import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP relay between a client and a server on this machine that a test can interrupt. */
export interface TcpRelay {
  port: number
  /** Withholds the data with `words`, and all later data of that connection, from the server. Resolves when it was seen. */
  keepFrom(words: string): Promise<void>
  /** Delays bytes to the server by this time from now on. */
  delay(ms: number): void
  /** Closes all connections, and accepts no new ones until `mend`. */
  cut(): void
  mend(): void
  close(): Promise<void>
}

export async function openTcpRelay(targetPort: number): Promise<TcpRelay> {
  const sockets = new Set<Socket>()
  const kept: { words: string; seen: () => void }[] = []
  let delayMs = 0
  let isCut = false

  const server = createServer((client) => {
    if (isCut) return void client.destroy()
    const target = connect(targetPort, '127.0.0.1')
    let isKept = false
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (chunk) => {
      const hit = kept.find(({ words }) => chunk.includes(words))
      isKept ||= hit !== undefined
      hit?.seen()
      if (isKept) return
      if (delayMs === 0) target.write(chunk)
      else setTimeout(() => target.write(chunk), delayMs)
    })
    target.on('data', (chunk) => client.write(chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    keepFrom: (words) => new Promise((seen) => kept.push({ words, seen })),
    delay(ms) {
      delayMs = ms
    },
    cut,
    mend() {
      isCut = false
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}

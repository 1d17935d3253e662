import { EventEmitter } from 'node:events'
import { createServer, type Server } from 'node:http'
import { describe, expect, it } from 'vitest'
import { listen } from '#server/listen.ts'
import { askProxy } from '../../support/ask-proxy.ts'

const create = () => createServer((_, outgoing) => outgoing.end('here'))

/** A server that cannot listen at some addresses. `listened`: host and port of all of them, in order. */
function createScripted(codeAt: (host: string, tries: number) => string | undefined) {
  const listened: string[] = []
  const closed: string[] = []
  const make = () => {
    const server = new EventEmitter()
    let at = ''
    return Object.assign(server, {
      listen(port: number, host: string, done: () => void) {
        at = `${host} ${port}`
        listened.push(at)
        const code = codeAt(host, listened.filter((one) => one.startsWith(`${host} `)).length)
        if (code === undefined) done()
        else server.emit('error', Object.assign(new Error(code), { code }))
      },
      address: () => ({ port: 4000 + listened.length }),
      close: () => closed.push(at),
    }) as unknown as Server
  }
  return { make, listened, closed }
}

describe('listening', () => {
  it.each(['127.0.0.1', 'localhost', '0.0.0.0', '::1', '[::1]'])(
    'at %s takes both loopback addresses, and ends them together',
    async (host) => {
      const servers: Server[] = []
      const listening = await listen(
        () => {
          const server = create()
          servers.push(server)
          return server
        },
        host,
        0,
      )
      for (const address of ['127.0.0.1', '[::1]']) {
        expect(await (await fetch(`http://${address}:${listening.port}/`)).text()).toBe('here')
      }
      const stopped = listening.stop()
      listening.cut()
      await stopped
      expect(servers.map((server) => server.listening)).toEqual([false, false])
    },
  )

  it('at one loopback address by another name takes that one only', async () => {
    const { make, listened } = createScripted(() => undefined)
    await listen(make, '127.0.0.2', 3000)
    expect(listened).toEqual(['127.0.0.2 3000'])
  })

  it.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])('goes on where a machine has no IPv6 (%s)', async (code) => {
    const { make, listened, closed } = createScripted((host) => (host === '::1' ? code : undefined))
    expect((await listen(make, '127.0.0.1', 0)).port).toBe(4001)
    expect(listened).toEqual(['127.0.0.1 0', '::1 4001'])
    expect(closed).toEqual([])
  })

  it('tries another port that the system chooses, where the other address has the first one in use', async () => {
    const { make, listened, closed } = createScripted((host, tries) =>
      host === '::1' && tries < 5 ? 'EADDRINUSE' : undefined,
    )
    expect((await listen(make, 'localhost', 0)).port).toBe(4009)
    expect(listened).toHaveLength(10)
    expect(closed).toEqual(Array(4).fill('127.0.0.1 0'))
  })

  it('gives up after five such ports, and at once for a port that was asked for', async () => {
    const inUse = (host: string) => (host === '::1' ? 'EADDRINUSE' : undefined)
    const chosen = createScripted(inUse)
    await expect(listen(chosen.make, '127.0.0.1', 0)).rejects.toThrow('EADDRINUSE')
    expect(chosen.closed).toHaveLength(5)
    const asked = createScripted(inUse)
    await expect(listen(asked.make, '127.0.0.1', 3000)).rejects.toThrow('EADDRINUSE')
    expect([asked.listened, asked.closed]).toEqual([['127.0.0.1 3000', '::1 4001'], ['127.0.0.1 3000']])
    const first = createScripted(() => 'EACCES')
    await expect(listen(first.make, '127.0.0.1', 80)).rejects.toThrow('EACCES')
    expect(first.closed).toEqual([])
  })

  it('ends the requests that are still under way when it is told to cut them', async () => {
    let isAsked = false
    const silent = () =>
      createServer(() => {
        isAsked = true
      })
    const listening = await listen(silent, '127.0.0.1', 0)
    const asked = askProxy(listening.port, '/').catch((error: Error) => error)
    await expect.poll(() => isAsked).toBe(true)
    const stopped = listening.stop()
    listening.cut()
    expect(await asked).toBeInstanceOf(Error)
    await stopped
  })

  it('answers the requests under way before it ends', async () => {
    let answer: (() => void) | undefined
    const listening = await listen(
      () =>
        createServer((_, outgoing) => {
          answer = () => outgoing.end('late')
        }),
      '127.0.0.1',
      0,
    )
    const asked = askProxy(listening.port, '/', { headers: { connection: 'close' } })
    await expect.poll(() => answer).toBeDefined()
    const stopped = listening.stop()
    answer?.()
    expect((await asked).text).toBe('late')
    await stopped
  })
})

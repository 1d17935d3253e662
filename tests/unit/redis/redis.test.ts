import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLog } from '#server/log.ts'
import { openRedis, reconnectPauseMs } from '#server/shared/redis/redis.ts'
import { openRedisServer, type RedisServer } from '../../support/redis-server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await openRedisServer()
})
afterAll(() => server.close())

function openLog() {
  const lines: string[] = []
  const told = () => lines.map((line) => JSON.parse(line))
  return { log: createLog([], (line) => lines.push(line)), told }
}

describe('the connection to Redis', () => {
  it.each([
    [0, 0.5, 50],
    [1, 0.5, 100],
    [5, 0.5, 1600],
    [6, 0.5, 2000],
    [1000, 0.5, 2000],
    [2, 0, 150],
    [2, 1, 250],
  ])('is tried again after a pause that grows to two seconds (%i tries, %d)', (tries, random, pauseMs) => {
    expect(reconnectPauseMs(tries, random)).toBe(pauseMs)
  })

  it('differs at random between proxies', () => {
    const pauses = Array.from({ length: 100 }, () => reconnectPauseMs(6))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1500)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2500)
    expect(new Set(pauses).size).toBeGreaterThan(90)
  })

  it('refuses what is not answered within the time of the call', async () => {
    const { log, told } = openLog()
    const redis = await openRedis(server.url, log)
    expect(await redis.run('return KEYS[1] .. ARGV[1] .. type(ARGV[2])', ['a'], ['b', 1])).toBe('abstring')
    expect(await redis.run('return 1', [])).toBe(1)
    const thaw = server.freeze()
    const late = redis.run('return 2', [])
    await expect(redis.run('return 1', [], [], 10)).rejects.toThrow('Redis did not answer in time')
    thaw()
    expect(await late).toBe(2)
    expect(told()).toEqual([])
    await redis.close()
    await expect(redis.run('return 1', [])).rejects.toThrow()
  })

  it('is told that it may forget, where Redis drops keys to make room', async () => {
    const { log, told } = openLog()
    const kept = await openRedis(server.url, log)
    expect(told()).toEqual([])
    await kept.close()
    await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    const redis = await openRedis(server.url, log)
    expect(told()).toMatchObject([{ policy: 'allkeys-lru', msg: expect.stringContaining('noeviction') }])
    await redis.close()
    await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
  })

  it('is told nothing where Redis does not say what it drops', async () => {
    await server.ask('ACL', 'SETUSER', 'default', '-info')
    const { log, told } = openLog()
    const redis = await openRedis(server.url, log)
    expect(told()).toEqual([])
    await redis.close()
    await server.ask('ACL', 'SETUSER', 'default', '+info')
  })

  it.each([
    ['listens', 'pubsub'],
    ['asks', 'normal'],
  ])('is told to be there again when the half of it that %s was lost', async (_, type) => {
    const { log, told } = openLog()
    const redis = await openRedis(server.url, log)
    redis.listen('one', () => undefined)
    await expect.poll(() => server.ask('PUBLISH', 'one', 'word')).toBe(1)
    let connections = 0
    redis.onConnected(() => {
      connections += 1
    })
    await server.ask('CLIENT', 'KILL', 'TYPE', type)
    await expect.poll(() => connections).toBe(2)
    expect(await redis.run('return 1', [])).toBe(1)
    expect(told().map(({ msg }) => msg)).toEqual([
      'Redis cannot be reached: submissions are refused until it can',
      'Redis can be reached again',
    ])
    await redis.close()
  })

  it('calls listeners at once where there is one, and passes on what is published in their channel', async () => {
    const redis = await openRedis(server.url, openLog().log)
    const heard: string[] = []
    redis.listen('one', (message) => heard.push(message))
    let connections = 0
    redis.onConnected(() => {
      connections += 1
    })
    expect(connections).toBe(1)
    await expect.poll(() => server.ask('PUBLISH', 'one', 'word')).toBe(1)
    await server.ask('PUBLISH', 'other', 'another')
    await expect.poll(() => heard).toEqual(['word'])
    await redis.close()
  })

  it('is made once Redis is there; what was refused before never runs later', async () => {
    const { log, told } = openLog()
    await server.kill()
    const redis = await openRedis(server.url, log, { firstMs: 10 })
    const heard: string[] = []
    redis.listen('one', (message) => heard.push(message))
    let connections = 0
    redis.onConnected(() => {
      connections += 1
    })
    await expect(redis.run("return redis.call('SET', 'late', '1')", [], [], 50)).rejects.toThrow()
    expect(connections).toBe(0)
    await server.start()
    await expect.poll(() => server.ask('PUBLISH', 'one', 'word'), { timeout: 10_000 }).toBe(1)
    await expect.poll(() => heard).toEqual(['word'])
    await expect.poll(() => connections).toBe(1)
    expect(await server.ask('EXISTS', 'late')).toBe(0)
    await server.kill()
    await server.start()
    await expect.poll(() => connections, { timeout: 10_000 }).toBe(2)
    const [lost, found] = [
      'Redis cannot be reached: submissions are refused until it can',
      'Redis can be reached again',
    ]
    expect(told().map(({ msg }) => msg)).toEqual([lost, found, lost, found])
    await redis.close()
  })

  it('counts as broken when Redis says nothing any more', async () => {
    const { log, told } = openLog()
    // A slow machine may lose it once more: only the end counts.
    const redis = await openRedis(server.url, log, { pingMs: 100, silentMs: 500 })
    const last = () => told().at(-1)?.msg
    const thaw = server.freeze()
    await expect.poll(last, { timeout: 10_000 }).toContain('cannot be reached')
    thaw()
    await expect.poll(last, { timeout: 10_000 }).toContain('can be reached again')
    await expect.poll(() => redis.run('return 1', []).catch(() => 0), { timeout: 10_000 }).toBe(1)
    await redis.close()
  })

  it('is not tried over and over without a pause', async () => {
    let tries = 0
    const closing = createServer((socket) => {
      tries += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(closing, 'listening')
    const { port } = closing.address() as AddressInfo
    const redis = await openRedis(`redis://127.0.0.1:${port}`, openLog().log, { firstMs: 200 })
    expect(tries).toBeGreaterThan(0)
    expect(tries).toBeLessThan(60)
    await redis.close()
    closing.close()
  })

  it('leaves no timers of calls that were answered', async () => {
    const redis = await openRedis(server.url, openLog().log)
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    for (let call = 0; call < 100; call += 1) await redis.run('return 1', [])
    expect(timers() - before).toBeLessThan(50)
    await redis.close()
  })
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '#server/log.ts'
import { openRedis, type Redis } from '#server/shared/redis/redis.ts'
import { redisName } from '#server/shared/redis/redis-names.ts'
import { createRedisPictures } from '#server/shared/redis/redis-pictures.ts'
import { openRedisServer, type RedisServer } from '../../support/redis-server.ts'

let server: RedisServer
let one: Redis
let other: Redis
const connect = () =>
  openRedis(
    server.url,
    createLog([], () => undefined),
  )
const open = (redis = one) => createRedisPictures(redis, { mostBytes: 100, placeBytes: 40 })
/** 30 bytes are 40 as base64. */
const bytes = (length: number) => Buffer.alloc(length, 1)

beforeAll(async () => {
  server = await openRedisServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  await server.ask('FLUSHALL')
  one = await connect()
  other = await connect()
})
afterEach(() => Promise.all([one.close(), other.close()]))

describe('kept pictures of several proxies', () => {
  it('are there at another proxy, until long after they were fetched', async () => {
    const [here, there] = [open(), open(other)]
    await here.reserve('a')
    expect(await there.find('a')).toBeUndefined()
    await here.keep('a', bytes(30))
    await there.fetched('a')
    expect(await there.find('a')).toEqual(bytes(30))
  })

  it('reserve their space before they are paid for', async () => {
    const [here, there] = [open(), open(other)]
    expect(await here.reserve('a')).toBe(true)
    expect(await there.reserve('b')).toBe(true)
    expect(await here.reserve('a')).toBe(true)
    expect(await there.reserve('c')).toBe(false)
    await here.release('a')
    expect(await there.reserve('c')).toBe(true)
  })

  it('have room for eight of the largest size', async () => {
    const pictures = createRedisPictures(one)
    const places: boolean[] = []
    for (let run = 0; run < 9; run += 1) places.push(await pictures.reserve(`run-${run}`))
    expect(places).toEqual([...Array(8).fill(true), false])
  })

  it('make room for others when they were fetched, and never before', async () => {
    const pictures = open()
    for (const run of ['a', 'b']) {
      await pictures.reserve(run)
      await pictures.keep(run, bytes(30))
    }
    expect(await pictures.reserve('d')).toBe(false)
    await pictures.fetched('b')
    expect(await pictures.reserve('d')).toBe(true)
    expect(await pictures.find('a')).toBeDefined()
    expect(await pictures.find('b')).toBeUndefined()
  })

  it('SEC J06: are forgotten after a day, fetched or not', async () => {
    const pictures = open()
    await pictures.reserve('a')
    await pictures.keep('a', bytes(30))
    for (const name of (await server.ask('KEYS', '*')) as string[]) {
      expect(Number(await server.ask('PTTL', name))).toBeGreaterThan(0)
    }
    await server.ask('HSET', redisName('pictures'), redisName('picture', 'a'), '40 1 0')
    expect(await pictures.reserve('b')).toBe(true)
    expect(await pictures.find('a')).toBeUndefined()
  })

  it.each([
    ['a list', ['RPUSH', 'PICTURE', 'x']],
    ['more than any picture has', ['SETRANGE', 'PICTURE', String(40 * 1024 * 1024), 'x']],
  ])('SEC J03: are none where there is %s in their place', async (_, command) => {
    const pictures = open()
    await server.ask(...command.map((word) => (word === 'PICTURE' ? redisName('picture', 'a') : word)))
    expect(await pictures.find('a')).toBeUndefined()
  })

  it('SEC J03: start again if their list has another type', async () => {
    const pictures = open()
    await server.ask('SET', redisName('pictures'), 'x')
    expect(await pictures.reserve('a')).toBe(true)
    await server.ask('HSET', redisName('pictures'), 'x', 'not a place')
    expect(await pictures.reserve('b')).toBe(true)
  })
})

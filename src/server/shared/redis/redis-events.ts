import { randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import { parseJson } from '#providers/send.ts'
import type { MemoryEventsOptions, RunEvent, RunEvents } from '#server/shared/memory/events.ts'
import type { Redis } from './redis.ts'
import { redisName } from './redis-names.ts'

/** `mark` is the digest of a run; proxies of an earlier version read this name. */
const Message = z.object({ version: z.literal(1), epoch: z.string(), number: z.number(), mark: z.string() })
const Place = z.tuple([z.string(), z.number()])

const counter = redisName('events')
const channel = redisName('event')
const dayMs = 24 * 60 * 60 * 1000

/** Key: the event counter. Arguments: name of a counter that starts now, ms that it is kept. */
const countScript = `
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' or not tonumber(redis.call('HGET', KEYS[1], 'number')) then redis.call('DEL', KEYS[1]) end
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1])
redis.call('HSETNX', KEYS[1], 'number', 0)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local epoch = redis.call('HGET', KEYS[1], 'epoch')
`
const placeScript = `${countScript} return {epoch, tonumber(redis.call('HGET', KEYS[1], 'number'))}`
const publishScript = `${countScript}
local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
redis.call('PUBLISH', ARGV[3], cjson.encode({version = 1, epoch = epoch, number = number, mark = ARGV[4]}))
return number
`

/**
 * Events for the streams of all proxies. Numbers come from Redis, so that a page that changes the proxy continues where
 * it was; after a missing number, or a lost connection, pages are sent a gap.
 */
export function createRedisEvents(redis: Redis, { capacity = 1000 }: MemoryEventsOptions = {}): RunEvents {
  const listeners = new Set<(event: RunEvent) => void>()
  let last: { number: number; digest: string }[] = []
  let epoch = '0'.repeat(8)
  let count = 0

  const idOf = (number: number) => `${epoch}-${number}`
  const tell = (event: RunEvent) => {
    for (const listener of [...listeners]) listener(event)
  }
  const toEvent = ({ number, digest }: (typeof last)[number]): RunEvent => ({ kind: 'run', id: idOf(number), digest })

  function goOnFrom(place: { epoch: string; number: number }): void {
    epoch = place.epoch
    count = place.number
    last = []
    tell({ kind: 'gap', id: idOf(count) })
  }

  function take(text: string): void {
    const message = Message.safeParse(parseJson(text))
    if (!message.success) return
    const { number, mark: digest } = message.data
    if (message.data.epoch !== epoch || number > count + 1) goOnFrom(message.data)
    else if (number === count + 1) {
      count = number
      last.push({ number, digest })
      if (last.length > capacity) last.shift()
      tell(toEvent({ number, digest }))
    }
  }

  async function catchUp(): Promise<void> {
    const [current, number] = Place.parse(await redis.run(placeScript, [counter], [newEpoch(), dayMs]))
    if (current !== epoch || number > count) goOnFrom({ epoch: current, number })
  }

  function since(lastId: string | undefined): readonly RunEvent[] | undefined {
    const idPrefix = `${epoch}-`
    if (!lastId?.startsWith(idPrefix)) return undefined
    const number = Number(lastId.slice(idPrefix.length))
    // A text that is no number fails both comparisons.
    const isKept = number <= count && number >= count - last.length
    if (!isKept) return undefined
    return last.filter((event) => event.number > number).map(toEvent)
  }

  redis.listen(channel, take)
  redis.onConnected(() => void catchUp().catch(() => undefined))

  return {
    async publish(digest) {
      await redis.run(publishScript, [counter], [newEpoch(), dayMs, channel, digest])
    },
    subscribe(listener, lastId) {
      for (const event of since(lastId) ?? [{ kind: 'gap', id: idOf(count) } as const]) listener(event)
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function newEpoch(): string {
  return randomBytes(4).toString('hex')
}

import * as z from 'zod/mini'
import {
  type KeptPictures,
  keptMs,
  type MemoryPicturesOptions,
  mostPictureBytes,
} from '#server/shared/memory/kept-pictures.ts'
import type { Redis } from './redis.ts'
import { redisName } from './redis-names.ts'

const index = redisName('pictures')
const kind = 'picture'
/** Long enough for a picture of the largest size, over a network that others use too. */
const timeoutMs = 15_000

/** Reads the index: a hash of "bytes until fetched" by picture name. Drops expired and invalid entries. */
const readIndex = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local places, used = {}, 0
local all = redis.call('HGETALL', KEYS[1])
for at = 1, #all, 2 do
  local size, till, fetched = string.match(all[at + 1], '^(%d+) (%d+) (%d)$')
  if size and tonumber(till) > now then
    used = used + size
    table.insert(places, {name = all[at], size = tonumber(size), till = tonumber(till), fetched = fetched == '1'})
  else redis.call('HDEL', KEYS[1], all[at]) redis.call('DEL', all[at]) end
end
`

/**
 * Keys: index, picture. Arguments: bytes to reserve, most bytes in all, kept ms. Pictures that pages have fetched are
 * dropped to make room, oldest first.
 */
const reserveScript = `${readIndex}
local place, most, kept = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if redis.call('HEXISTS', KEYS[1], KEYS[2]) == 1 then return 1 end
table.sort(places, function(a, b) return a.till < b.till end)
for _, one in ipairs(places) do
  if used + place <= most then break end
  if one.fetched then
    redis.call('HDEL', KEYS[1], one.name)
    redis.call('DEL', one.name)
    used = used - one.size
  end
end
if used + place > most then return 0 end
redis.call('HSET', KEYS[1], KEYS[2], string.format('%d %.0f 0', place, now + kept))
redis.call('PEXPIRE', KEYS[1], kept)
return 1
`

/** Keys: index, picture. Arguments: base64, kept ms. */
const keepScript = `
local time = redis.call('TIME')
local till = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[1], KEYS[2], string.format('%d %.0f 0', #ARGV[1], till))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`

/** Keys: index, picture. */
const releaseScript = `
redis.call('DEL', KEYS[2])
return redis.call('HDEL', KEYS[1], KEYS[2])
`

/** Key: picture. Argument: the most bytes of one. */
const findScript = `
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('STRLEN', KEYS[1]) > tonumber(ARGV[1]) then return '' end
return redis.call('GET', KEYS[1])
`

/** Keys: index, picture. */
const fetchedScript = `
local place = redis.call('HGET', KEYS[1], KEYS[2])
if not place then return 0 end
return redis.call('HSET', KEYS[1], KEYS[2], (string.gsub(place, '%d$', '1')))
`

/** In the Redis of all proxies, as base64. Sizes are those of the stored text. */
export function createRedisPictures(redis: Redis, options: Omit<MemoryPicturesOptions, 'now'> = {}): KeptPictures {
  const { mostBytes = 256 * 1024 * 1024, placeBytes = base64Bytes(mostPictureBytes) } = options
  const keysOf = (run: string) => [index, redisName(kind, run)]
  return {
    async reserve(run) {
      return (await redis.run(reserveScript, keysOf(run), [placeBytes, mostBytes, keptMs])) === 1
    },
    async keep(run, bytes) {
      await redis.run(keepScript, keysOf(run), [bytes.toString('base64'), keptMs], timeoutMs)
    },
    async release(run) {
      await redis.run(releaseScript, keysOf(run))
    },
    async find(run) {
      const name = redisName(kind, run)
      const text = await redis.run(findScript, [name], [base64Bytes(mostPictureBytes)], timeoutMs)
      const base64 = z.string().parse(text)
      return base64 === '' ? undefined : Buffer.from(base64, 'base64')
    },
    async fetched(run) {
      await redis.run(fetchedScript, keysOf(run))
    },
  }
}

function base64Bytes(bytes: number): number {
  return Math.ceil(bytes / 3) * 4
}

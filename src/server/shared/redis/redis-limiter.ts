import { type Limiter, type LimiterOptions, serviceLimit } from '#server/shared/memory/limiter.ts'
import type { Redis } from './redis.ts'

/**
 * The times of the last submissions, oldest first, by the clock of Redis alone. A clock that was set back, or a value that
 * is no list, begins anew.
 */
const script = `
local most, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'list' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
if redis.call('LLEN', KEYS[1]) >= most then
  local first = tonumber(redis.call('LINDEX', KEYS[1], -most))
  if not first or first > now then redis.call('DEL', KEYS[1])
  elseif first + window > now then return first + window - now end
end
redis.call('RPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], -most, -1)
redis.call('PEXPIRE', KEYS[1], window)
return 0
`

/** One budget for all proxies that share the Redis and the key. docs/decisions/0010 says why it is no library. */
export function createRedisLimiter(redis: Redis, key: string, options: Omit<LimiterOptions, 'now'> = {}): Limiter {
  const { most = serviceLimit.most, windowMs = serviceLimit.windowMs } = options
  return async () => Number(await redis.run(script, [key], [most, windowMs]))
}

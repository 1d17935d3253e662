import * as z from 'zod/mini'
import { type Budget, type BudgetLimits, dayMs, minuteMs } from '#server/shared/memory/budget.ts'
import type { Redis } from './redis.ts'
import { redisName } from './redis-names.ts'

/**
 * Keys: what was spent (a hash of users by day, all of them under "all"), the times of the user's runs. Values: user, credits,
 * runs a minute, credits a day of one user and of all; -1 is no limit. By the clock of Redis alone.
 * Gives a limit and ms until there is room (-1: never), or "" with the day and the time that it counts for.
 */
const takeScript = `
local dayMs, minuteMs = ${dayMs}, ${minuteMs}
local user, credits = ARGV[1], tonumber(ARGV[2])
local runs, own, all = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
local day = math.floor(at / dayMs)
for index, kind in ipairs({'hash', 'list'}) do
  if redis.call('TYPE', KEYS[index]).ok ~= kind then redis.call('DEL', KEYS[index]) end
end
if redis.call('HGET', KEYS[1], 'day') ~= tostring(day) then redis.call('DEL', KEYS[1]) end
local function spent(who) return tonumber(redis.call('HGET', KEYS[1], who)) or 0 end
local function over(who, most) return most >= 0 and spent(who) + credits > most end
local function wait(most) if credits > most then return -1 end return (day + 1) * dayMs - at end
if over(user, own) then return {'userDailyCredits', tostring(wait(own)), ''} end
if over('all', all) then return {'dailyCredits', tostring(wait(all)), ''} end
if runs >= 0 then
  if redis.call('LLEN', KEYS[2]) >= runs then
    local free = (tonumber(redis.call('LINDEX', KEYS[2], -runs)) or 0) + minuteMs - at
    if free > minuteMs then redis.call('DEL', KEYS[2])
    elseif free > 0 then return {'userRunsPerMinute', tostring(free), ''} end
  end
  redis.call('RPUSH', KEYS[2], at)
  redis.call('LTRIM', KEYS[2], -runs, -1)
  redis.call('PEXPIRE', KEYS[2], minuteMs)
end
redis.call('HSET', KEYS[1], 'day', day)
redis.call('HINCRBYFLOAT', KEYS[1], user, credits)
redis.call('HINCRBYFLOAT', KEYS[1], 'all', credits)
redis.call('PEXPIRE', KEYS[1], dayMs)
return {'', tostring(day), tostring(at)}
`

/** Keys as before. Values: user, credits, day, time. */
const giveBackScript = `
redis.call('LREM', KEYS[2], 1, ARGV[4])
if redis.call('HGET', KEYS[1], 'day') ~= ARGV[3] then return 0 end
redis.call('HINCRBYFLOAT', KEYS[1], ARGV[1], -ARGV[2])
redis.call('HINCRBYFLOAT', KEYS[1], 'all', -ARGV[2])
return 1
`

const Reply = z.tuple([z.string(), z.string(), z.string()])
const Limit = z.enum(['userRunsPerMinute', 'userDailyCredits', 'dailyCredits'])

/** One budget for all proxies that share the Redis. */
export function createRedisBudget(redis: Redis, limits: BudgetLimits): Budget {
  const { userRunsPerMinute = -1, userDailyCredits = -1, dailyCredits = -1 } = limits
  const spent = redisName('spent')
  return {
    async take(user, credits) {
      const runs = redisName('runs', user)
      const who = redisName('user', user)
      const mosts = [Math.ceil(userRunsPerMinute), userDailyCredits, dailyCredits]
      const [limit, first, second] = Reply.parse(await redis.run(takeScript, [spent, runs], [who, credits, ...mosts]))
      if (limit !== '') {
        const retryAfterMs = Number(first)
        return { granted: false, limit: Limit.parse(limit), ...(retryAfterMs < 0 ? {} : { retryAfterMs }) }
      }
      return {
        granted: true,
        async giveBack() {
          await redis.run(giveBackScript, [spent, runs], [who, credits, first, second])
        },
      }
    },
  }
}

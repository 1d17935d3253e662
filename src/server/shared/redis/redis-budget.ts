import * as z from 'zod/mini'
import {
  type Budget,
  type BudgetLimits,
  dayMs,
  keptDays,
  minuteMs,
  nameIn,
  type Spend,
  sortSpend,
  toDayName,
} from '#server/shared/memory/budget.ts'
import type { Redis } from './redis.ts'
import { redisName } from './redis-names.ts'

/** The hash of a day: credits by user ("all" for the total), and credits and runs by name. */
const dayOf = `
local function openDay(day)
  local key = KEYS[1] .. ':' .. day
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', key) end
  return key
end
local function add(key, user, name, credits, runs)
  redis.call('HINCRBYFLOAT', key, user, credits)
  redis.call('HINCRBYFLOAT', key, 'all', credits)
  redis.call('HINCRBYFLOAT', key, 'credits ' .. name, credits)
  redis.call('HINCRBY', key, 'runs ' .. name, runs)
end
`

/**
 * Keys: prefix of the days' names, times of the user's runs. Arguments: user, name, credits, runs a minute, credits a
 * day of one user and of all; -1 is no limit. Uses the clock of Redis only; each day has its own account, so that a
 * clock that jumps cannot spend one twice. Gives a limit and the ms until there is room (-1: never), or "" with the day
 * and time of the entry.
 */
const takeScript = `${dayOf}
local dayMs, minuteMs = ${dayMs}, ${minuteMs}
local user, name, credits = ARGV[1], ARGV[2], tonumber(ARGV[3])
local runs, own, all = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
local number = math.floor(at / dayMs)
local day = string.format('%d', number)
local key = openDay(day)
if redis.call('TYPE', KEYS[2]).ok ~= 'list' then redis.call('DEL', KEYS[2]) end
local function spent(who) return tonumber(redis.call('HGET', key, who)) or 0 end
local function over(who, most) return most >= 0 and spent(who) + credits > most end
local function wait(most) if credits > most then return -1 end return (number + 1) * dayMs - at end
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
add(key, user, name, credits, 1)
redis.call('PEXPIRE', key, dayMs * ${keptDays})
return {'', day, tostring(at)}
`

/** Keys as above. Arguments: user, name, credits, day, time. */
const giveBackScript = `${dayOf}
redis.call('LREM', KEYS[2], 1, ARGV[5])
local key = openDay(ARGV[4])
if redis.call('EXISTS', key) == 0 then return 0 end
add(key, ARGV[1], ARGV[2], -ARGV[3], -1)
return 1
`

/** Keys: prefix of the days' names, task. Arguments: user, name, credits, day. */
const tieScript = `
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'user', ARGV[1], 'name', ARGV[2], 'credits', ARGV[3], 'day', ARGV[4])
redis.call('PEXPIRE', KEYS[2], ${dayMs})
`

/** Keys: prefix of the days' names, task. */
const refundScript = `${dayOf}
if redis.call('TYPE', KEYS[2]).ok ~= 'hash' then return 0 end
local user, name, credits, day = unpack(redis.call('HMGET', KEYS[2], 'user', 'name', 'credits', 'day'))
redis.call('DEL', KEYS[2])
if not (user and name and tonumber(credits) and day) then return 0 end
if redis.call('EXISTS', openDay(day)) == 0 then return 0 end
add(openDay(day), user, name, -credits, -1)
return 1
`

/** Key: prefix of the days' names. Gives lists of day, field and value. */
const spentScript = `${dayOf}
local today = math.floor(redis.call('TIME')[1] / ${dayMs / 1000})
local found = {}
for number = today - ${keptDays}, today + 1 do
  local day = string.format('%d', number)
  local fields = redis.call('HGETALL', openDay(day))
  for at = 1, #fields, 2 do
    if string.find(fields[at], ' ', 1, true) then
      table.insert(found, {day, fields[at], fields[at + 1]})
    end
  end
end
return found
`

/** What the script gives for credits that will never fit. */
const never = -1
const Reply = z.tuple([z.string(), z.string(), z.string()])
const Limit = z.enum(['userRunsPerMinute', 'userDailyCredits', 'dailyCredits'])
const Found = z.array(z.tuple([z.string(), z.string(), z.string()]))

/** One budget for all proxies that share the Redis. */
export function createRedisBudget(redis: Redis, limits: BudgetLimits): Budget {
  const { userRunsPerMinute = -1, userDailyCredits = -1, dailyCredits = -1 } = limits
  const spent = redisName('spent')
  return {
    async take(user, credits) {
      const keys = [spent, redisName('runs', user)]
      const who = [redisName('user', user), nameIn(user), credits]
      const mosts = [Math.ceil(userRunsPerMinute), userDailyCredits, dailyCredits]
      const [limit, first, second] = Reply.parse(await redis.run(takeScript, keys, [...who, ...mosts]))
      if (limit !== '') {
        const retryAfterMs = Number(first)
        return { granted: false, limit: Limit.parse(limit), ...(retryAfterMs === never ? {} : { retryAfterMs }) }
      }
      return {
        granted: true,
        async giveBack() {
          await redis.run(giveBackScript, keys, [...who, first, second])
        },
        async tieTo(task) {
          await redis.run(tieScript, [spent, redisName('task', task)], [...who, first])
        },
      }
    },
    // Another proxy may have sent it.
    mayRefund: () => true,
    async refund(task) {
      await redis.run(refundScript, [spent, redisName('task', task)])
    },
    async spent() {
      return toRows(Found.parse(await redis.run(spentScript, [spent])))
    },
  }
}

function toRows(found: z.infer<typeof Found>): Spend[] {
  const rows = new Map<string, Spend>()
  for (const [day, field, value] of found) {
    const gap = field.indexOf(' ')
    const [what, name] = [field.slice(0, gap), field.slice(gap + 1)]
    const row = rows.get(`${day} ${name}`) ?? { day: toDayName(Number(day)), name, credits: 0, runs: 0 }
    if (what === 'credits') row.credits = Number(value)
    if (what === 'runs') row.runs = Number(value)
    rows.set(`${day} ${name}`, row)
  }
  return sortSpend([...rows.values()])
}

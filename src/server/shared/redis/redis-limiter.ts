import {
  graceMs,
  holdMs,
  type Limiter,
  type LimiterOptions,
  mostWaiting,
  serviceLimit,
} from '#server/shared/memory/limiter.ts'
import type { Redis } from './redis.ts'
import { redisName } from './redis-names.ts'

/**
 * The same algorithm as the limiter in memory, in one step and with the clock of Redis only. Key: JSON of `taken` (time
 * and user, oldest first), `waiting` (lists of run, user, until, in order of arrival), `served` (the last turn of each
 * user), `asked` (when each last asked), `turn`. It starts anew after a clock that was set back, or with any other
 * value. Arguments: most, window, grace, most waiting of one user and of all, user, run, hold.
 */
const script = `
local most, window, grace = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local perUser, inAll, user, run = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7]
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
local function begin() return {taken = {}, waiting = {}, served = {}, asked = {}, turn = 0} end
local state = begin()
local hold = tonumber(ARGV[8])
if redis.call('TYPE', KEYS[1]).ok == 'string' then
  local isJson, read = pcall(cjson.decode, redis.call('GET', KEYS[1]))
  if isJson and type(read) == 'table' and type(read.taken) == 'table' and type(read.waiting) == 'table'
    and type(read.served) == 'table' and type(read.asked) == 'table' and type(read.turn) == 'number' then state = read end
else redis.call('DEL', KEYS[1]) end

local function keep()
  local taken = {}
  for _, one in ipairs(state.taken) do
    if type(one) ~= 'table' or type(one[1]) ~= 'number' or one[1] > at then error('begin anew') end
    if one[1] > at - window - hold then table.insert(taken, one) end
  end
  state.taken = taken
  local waiting = {}
  for _, one in ipairs(state.waiting) do
    if one[3] > at then table.insert(waiting, one)
    else
      state.turn = state.turn + 1
      state.served[one[2]] = state.turn
    end
  end
  state.waiting = waiting
  if #taken == 0 and #waiting == 0 then state.served = {} end
  local asked = {}
  for who, last in pairs(state.asked) do
    if last > at - window then asked[who] = last end
  end
  state.asked = asked
end
if not pcall(keep) then state = begin() end
state.asked[user] = at
local users, mineTaken = 0, 0
for _ in pairs(state.asked) do users = users + 1 end
for _, one in ipairs(state.taken) do
  if one[2] == user and one[1] > at - window then mineTaken = mineTaken + 1 end
end
local span = window
if users > 1 and mineTaken >= math.ceil(most / users) then span = window + hold end
local held = {}
for _, one in ipairs(state.taken) do
  if one[1] > at - span then table.insert(held, one) end
end

local own, mine = 0, nil
for _, one in ipairs(state.waiting) do
  if one[2] == user then
    if one[1] == run then mine = own end
    own = own + 1
  end
end
local round = mine or own
if not mine and own < perUser and #state.waiting < inAll then
  table.insert(state.waiting, {run, user, at + window})
end

local order, known = {}, {}
for place, one in ipairs(state.waiting) do
  if not known[one[2]] then
    known[one[2]] = {state.served[one[2]] or 0, place}
    table.insert(order, one[2])
  end
end
local me = known[user] or {state.served[user] or 0, #state.waiting + 1}
local counts, before = {}, 0
for _, one in ipairs(state.waiting) do
  local nth = counts[one[2]] or 0
  counts[one[2]] = nth + 1
  local they = known[one[2]]
  local isFirst = one[2] ~= user and (they[1] < me[1] or (they[1] == me[1] and they[2] < me[2]))
  if nth < round or (nth == round and isFirst) then before = before + 1 end
end

local free, wait = most - #held, 0
local function each(change)
  local left = {}
  for _, one in ipairs(state.waiting) do
    local changed = one
    if one[1] == run and one[2] == user then changed = change(one) end
    if changed then table.insert(left, changed) end
  end
  state.waiting = left
end
if before < free then
  table.insert(state.taken, {at, user})
  state.turn = state.turn + 1
  state.served[user] = state.turn
  each(function() return nil end)
else
  local behind = before - free
  local next = (held[behind % math.max(1, #held) + 1] or {at})[1]
  wait = next + span + window * math.floor(behind / math.max(1, #held)) - at
  each(function(one) return {one[1], one[2], at + wait + grace} end)
end
local longest = window + hold
for _, one in ipairs(state.waiting) do longest = math.max(longest, one[3] - at) end
redis.call('SET', KEYS[1], cjson.encode(state), 'PX', math.ceil(longest))
return wait
`

/** One limit for all proxies that share the Redis and the key. docs/decisions/0011 says why it is not a library. */
export function createRedisLimiter(redis: Redis, key: string, options: Omit<LimiterOptions, 'now'> = {}): Limiter {
  const { most = serviceLimit.most, windowMs = serviceLimit.windowMs } = options
  const fixed = [most, windowMs, graceMs, mostWaiting.perUser, mostWaiting.inAll]
  return async (user, run) => {
    const who = [redisName('user', user), redisName('run', run)]
    return Number(await redis.run(script, [key], [...fixed, ...who, holdMs]))
  }
}

/**
 * Scripts for a submission's record: a hash of `state` (open, answered, unclear, unknown, free), `body` (its digest),
 * `owner` (the proxy that sends it), `attempt` and `outcome`. Every record expires; only its own attempt can make an
 * open one free.
 */

const kindOf = `local kind = redis.call('TYPE', KEYS[1]).ok\n`

/** Keys: record, lease. Arguments: body, owner, attempt, kept ms, lease ms. */
export const reserveScript = `${kindOf}
if kind ~= 'none' and kind ~= 'hash' then return 'same' end
if kind == 'none' or redis.call('HGET', KEYS[1], 'state') == 'free' then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'state', 'open', 'body', ARGV[1], 'owner', ARGV[2], 'attempt', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[5])
  return 'fresh'
end
local body = redis.call('HGET', KEYS[1], 'body')
if body and body ~= ARGV[1] then return 'other-body' end
return 'same'
`

/** Key: record. Arguments: prefix of the leases' names, most bytes of an outcome. Gives a state and an outcome. */
export const lookScript = `${kindOf}
if kind == 'none' then return {'none', ''} end
if kind ~= 'hash' then return {'unknown', ''} end
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'open' then
  local owner = redis.call('HGET', KEYS[1], 'owner')
  if owner and redis.call('EXISTS', ARGV[1] .. owner) == 1 then return {'pending', ''} end
  return {'unknown', ''}
end
if state ~= 'answered' and state ~= 'unclear' and state ~= 'free' then state = 'unknown' end
if redis.call('HSTRLEN', KEYS[1], 'outcome') > tonumber(ARGV[2]) then return {'unknown', ''} end
return {state, redis.call('HGET', KEYS[1], 'outcome') or ''}
`

/**
 * Key: record. Arguments: attempt, state, outcome, body, kept ms, ms that a free one is kept for waiting requests,
 * channel, message. A record that Redis has lost is written again.
 */
export const settleScript = `${kindOf}
if kind ~= 'none' and kind ~= 'hash' then return 0 end
if kind == 'none' and ARGV[2] == 'free' then return 0 end
if kind == 'hash' then
  local isOpen = redis.call('HGET', KEYS[1], 'state') == 'open'
  if not isOpen or redis.call('HGET', KEYS[1], 'attempt') ~= ARGV[1] then return 0 end
end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'outcome', ARGV[3], 'body', ARGV[4])
if ARGV[2] == 'free' then redis.call('PEXPIRE', KEYS[1], ARGV[6])
elseif kind == 'none' then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
redis.call('PUBLISH', ARGV[7], ARGV[8])
return 1
`

/** Key: record. Arguments: outcome, kept ms, channel, message. */
export const learnScript = `${kindOf}
if kind ~= 'none' and kind ~= 'hash' then redis.call('DEL', KEYS[1]) end
if kind == 'hash' and redis.call('HGET', KEYS[1], 'state') == 'answered' then return 0 end
redis.call('HSET', KEYS[1], 'state', 'answered', 'outcome', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1
`

/** Key: lease. Argument: lease ms. */
export const renewScript = `return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])`

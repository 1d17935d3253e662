import type { Log } from '#server/log.ts'
import type { BudgetLimits } from '#server/shared/memory/budget.ts'
import type { Shared } from '#server/shared/shared.ts'
import type { Gateway } from '#server/upstream/gateways.ts'
import { openRedis } from './redis.ts'
import { createRedisBudget } from './redis-budget.ts'
import { createRedisEvents } from './redis-events.ts'
import { createRedisLimiter } from './redis-limiter.ts'
import { redisName } from './redis-names.ts'
import { createRedisPictures } from './redis-pictures.ts'
import { createRedisSubmissions } from './redis-submissions.ts'

export interface SharedParts {
  limits: BudgetLimits
  gateway: Pick<Gateway, 'id' | 'key'>
  log: Log
}

/** Starts even while Redis is unreachable: requests about runs under way are answered, submissions are refused. */
export async function openRedisShared(url: string, { limits, gateway, log }: SharedParts): Promise<Shared> {
  const redis = await openRedis(url, log)
  const submissions = createRedisSubmissions(redis)
  return {
    submissions,
    limiter: createRedisLimiter(redis, redisName('limit', gateway.id, gateway.key)),
    budget: createRedisBudget(redis, limits),
    events: createRedisEvents(redis),
    pictures: createRedisPictures(redis),
    async close() {
      await submissions.close()
      await redis.close()
    },
  }
}

import { describe, expect, it } from 'vitest'
import { createQuota } from '#server/edge/quota.ts'
import { refusalIn } from '#server/edge/refusals.ts'

const quotaOf = (perUser: number, inAll: number) =>
  createQuota({ perUser, inAll, msg: 'None is left.', retryAfterMs: 2000 })

/** The way to let go, or the refusal. */
function outcome(take: () => () => void) {
  try {
    return take()
  } catch (error) {
    return refusalIn(error)
  }
}
const refusal = { code: 429, msg: 'None is left.', proxy: { sent: 'no', retryAfterMs: 2000 } }

describe('a quota', () => {
  it('has a limit per user and a limit for all', () => {
    const quota = quotaOf(3, 5)
    expect(outcome(() => quota.take('anna', 2))).toBeTypeOf('function')
    expect(outcome(() => quota.take('anna', 2))).toEqual(refusal)
    expect(outcome(() => quota.take('anna'))).toBeTypeOf('function')
    expect(outcome(() => quota.take('anna'))).toEqual(refusal)
    expect(outcome(() => quota.take('ben', 3))).toEqual(refusal)
    expect(outcome(() => quota.take('ben', 2))).toBeTypeOf('function')
    expect(quota.held()).toBe(5)
    expect(outcome(() => quota.take('carl'))).toEqual(refusal)
  })

  it('gets released amounts back, once', () => {
    const quota = quotaOf(3, 3)
    const letGo = quota.take('anna', 2)
    quota.take('anna')
    letGo()
    letGo()
    expect(quota.held()).toBe(1)
    expect(outcome(() => quota.take('anna', 3))).toEqual(refusal)
    quota.take('anna', 2)()
    quota.take('ben', 2)()
    expect(quota.held()).toBe(1)
  })
})

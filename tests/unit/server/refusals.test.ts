import { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { refusalIn, refused, sendJson, sendRefusal, toRefusal } from '#server/edge/refusals.ts'
import { incomingOf } from '../../support/incoming.ts'

const refusal = toRefusal(503, 'Not now.', { retryAfterMs: 1_200 })

/** An answer, and the errors that it reports. */
function open() {
  const outgoing = new ServerResponse(incomingOf())
  const errors: Error[] = []
  outgoing.on('error', (error) => errors.push(error))
  return { outgoing, errors }
}

describe('a refusal', () => {
  it('says in seconds when to come again', () => {
    const { outgoing } = open()
    sendRefusal(outgoing, refusal)
    expect([outgoing.statusCode, outgoing.getHeader('retry-after')]).toEqual([503, 2])
  })

  it('is not sent after an answer that has begun', async () => {
    const { outgoing, errors } = open()
    outgoing.writeHead(200)
    sendRefusal(outgoing, refusal)
    await setImmediate()
    expect([outgoing.statusCode, outgoing.writableEnded, errors]).toEqual([200, false, []])
  })

  it('is not sent to a client that has left', async () => {
    const { outgoing, errors } = open()
    outgoing.destroy()
    sendRefusal(outgoing, refusal)
    sendJson(outgoing, 200, {})
    await setImmediate()
    expect([outgoing.headersSent, outgoing.writableEnded, errors]).toEqual([false, false, []])
  })

  it('is found in the exception that carries it, and in no other', () => {
    const error = refused(503, 'Not now.', { retryAfterMs: 1_200 })
    expect([error.message, refusalIn(error)]).toEqual(['Not now.', refusal])
    expect(refusalIn(new Error('Not now.'))).toBeUndefined()
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import type { RunEvent, RunEvents } from '#server/shared/memory/events.ts'
import type { Redis } from '#server/shared/redis/redis.ts'
import { createRedisEvents } from '#server/shared/redis/redis-events.ts'
import { redisName } from '#server/shared/redis/redis-names.ts'

const [one, other] = ['0a1b2c3d', 'ffffffff']
/** Where the counter of Redis is, or why it cannot be read. */
let place: [string, number] | Error
let asked: { keys: readonly string[]; values: readonly (string | number)[] }[]
let arrive: (message: string) => void
let connect: () => void
let events: RunEvents

function open(capacity?: number): RunEvents {
  const redis: Redis = {
    async run(_script, keys, values = []) {
      asked.push({ keys, values })
      if (place instanceof Error) throw place
      return place
    },
    listen(channel, listener) {
      expect(channel).toBe(redisName('event'))
      arrive = listener
    },
    onConnected(listener) {
      connect = listener
    },
    close: async () => undefined,
  }
  return createRedisEvents(redis, capacity === undefined ? {} : { capacity })
}

beforeEach(() => {
  place = [one, 5]
  asked = []
  events = open()
})

const message = (number: number, digest: string, epoch = one) =>
  JSON.stringify({ version: 1, epoch, number, mark: digest })
const settle = () => new Promise((resolve) => setImmediate(resolve))

function hear(lastId?: string) {
  const told: RunEvent[] = []
  const stop = events.subscribe((event) => told.push(event), lastId)
  return { told, stop, ids: () => told.map(({ id }) => id) }
}
const gap = (id: string): RunEvent => ({ kind: 'gap', id })
const run = (number: number, digest: string): RunEvent => ({ kind: 'run', id: `${one}-${number}`, digest })

/** Connected, with five events that nobody has heard. */
async function connected() {
  connect()
  await settle()
}

describe('events of other proxies', () => {
  it('begin where Redis is, and are told in their order', async () => {
    const { told } = hear()
    await connected()
    expect(asked).toEqual([
      { keys: [redisName('events')], values: [expect.stringMatching(/^[\da-f]{8}$/), 86_400_000] },
    ])
    arrive(message(6, 'six'))
    arrive(message(7, 'seven'))
    expect(told).toEqual([gap('00000000-0'), gap(`${one}-5`), run(6, 'six'), run(7, 'seven')])
  })

  it('that came already are ignored; after a missing one there is a gap', async () => {
    await connected()
    const { told } = hear()
    arrive(message(5, 'five'))
    arrive(message(4, 'four'))
    arrive(message(6, 'six'))
    arrive(message(6, 'six'))
    arrive(message(8, 'eight'))
    arrive(message(9, 'nine'))
    expect(told).toEqual([gap(`${one}-5`), run(6, 'six'), gap(`${one}-8`), run(9, 'nine')])
  })

  it('of another count are a gap, whatever their number', async () => {
    await connected()
    const { told } = hear()
    arrive(message(6, 'six', other))
    expect(told).toEqual([gap(`${one}-5`), gap(`${other}-6`)])
  })

  it.each(['', '{', '[]', '{"version":2,"epoch":"0a1b2c3d","number":6,"mark":"x"}'])(
    'that cannot be read are ignored: %s',
    async (text) => {
      await connected()
      const { told } = hear()
      arrive(text)
      expect(told).toEqual([gap(`${one}-5`)])
    },
  )

  it('are missed while there is no connection: a gap if any came, nothing if none did', async () => {
    await connected()
    const { told } = hear()
    await connected()
    place = [one, 4]
    await connected()
    expect(told).toEqual([gap(`${one}-5`)])
    place = [one, 6]
    await connected()
    expect(told).toEqual([gap(`${one}-5`), gap(`${one}-6`)])
    place = [other, 6]
    await connected()
    expect(told.at(-1)).toEqual(gap(`${other}-6`))
    place = new Error('away')
    await connected()
    expect(told).toHaveLength(3)
  })
})

describe('a page that comes back', () => {
  it('is told what it has missed, if that is still known', async () => {
    events = open(2)
    await connected()
    for (const [at, digest] of ['six', 'seven', 'eight'].entries()) arrive(message(6 + at, digest))
    expect(hear(`${one}-6`).told).toEqual([run(7, 'seven'), run(8, 'eight')])
    expect(hear(`${one}-7`).told).toEqual([run(8, 'eight')])
    expect(hear(`${one}-8`).told).toEqual([])
    for (const id of [`${one}-5`, `${one}-9`, `${other}-8`, `x${one}-8`, `${one}-8x`, one, '', undefined]) {
      expect(hear(id).told, id).toEqual([gap(`${one}-8`)])
    }
  })

  it('has nothing to continue after a gap', async () => {
    await connected()
    arrive(message(6, 'six'))
    arrive(message(9, 'nine'))
    expect(hear(`${one}-8`).told).toEqual([gap(`${one}-9`)])
    expect(hear(`${one}-9`).told).toEqual([])
  })
})

it('a listener that has left is told nothing more', async () => {
  await connected()
  const [first, second] = [hear(), hear()]
  events.subscribe(({ kind }) => {
    if (kind === 'run') first.stop()
  })
  const before = first.told.length
  arrive(message(6, 'six'))
  arrive(message(7, 'seven'))
  expect(first.told.length).toBe(before + 1)
  expect(second.ids()).toEqual([`${one}-5`, `${one}-6`, `${one}-7`])
})

it('an event is published in the channel of all, with a count that may have to begin', async () => {
  await events.publish('digest-1')
  expect(asked).toEqual([
    {
      keys: [redisName('events')],
      values: [expect.stringMatching(/^[\da-f]{8}$/), 86_400_000, redisName('event'), 'digest-1'],
    },
  ])
  place = new Error('away')
  await expect(events.publish('digest-2')).rejects.toThrow('away')
})

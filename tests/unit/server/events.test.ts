import { describe, expect, it } from 'vitest'
import { createMemoryEvents, type RunEvent } from '#server/shared/memory/events.ts'

const heard = (events: ReturnType<typeof createMemoryEvents>, lastId?: string) => {
  const told: RunEvent[] = []
  const stop = events.subscribe((event) => told.push(event), lastId)
  return { told, stop, marks: () => told.map((event) => (event.kind === 'run' ? event.digest : 'gap')) }
}

describe('events of runs', () => {
  it('begin with a gap, because earlier events may have been missed', async () => {
    const events = createMemoryEvents()
    await events.publish('before')
    const { marks, stop } = heard(events)
    await events.publish('one')
    stop()
    await events.publish('two')
    expect(marks()).toEqual(['gap', 'one'])
  })

  it('W07: continue from the last id without a gap and without repetition', async () => {
    const events = createMemoryEvents()
    const first = heard(events)
    await events.publish('one')
    first.stop()
    await events.publish('two')
    await events.publish('three')
    expect(heard(events, first.told.at(-1)?.id).marks()).toEqual(['two', 'three'])
    expect(heard(events, heard(events, first.told.at(-1)?.id).told.at(-1)?.id).marks()).toEqual([])
    // A gap is a place to go on from as well.
    expect(heard(events, first.told[0]?.id).marks()).toEqual(['one', 'two', 'three'])
  })

  it('W09: have a gap after a restart, or if later events were dropped', async () => {
    const old = createMemoryEvents()
    const { told } = heard(old)
    await old.publish('one')
    const id = told.at(-1)?.id ?? ''
    expect(heard(createMemoryEvents(), id).marks()).toEqual(['gap'])

    const small = createMemoryEvents({ capacity: 2 })
    const first = heard(small)
    for (const digest of ['one', 'two', 'three']) await small.publish(digest)
    const [beginning, one] = first.told
    expect(heard(small, beginning?.id).marks()).toEqual(['gap'])
    expect(heard(small, one?.id).marks()).toEqual(['two', 'three'])
  })

  it.each(['', 'x', '1-1', '00000000-1', `00000000-${'9'.repeat(400)}`])('takes %j for no place', async (id) => {
    const events = createMemoryEvents()
    await events.publish('one')
    expect(heard(events, id).marks()).toEqual(['gap'])
  })

  it('continue for the others when one listener leaves during delivery', async () => {
    const events = createMemoryEvents()
    const first = heard(events)
    events.subscribe(() => first.stop())
    const last = heard(events)
    await events.publish('one')
    expect(last.marks()).toEqual(['gap', 'one'])
  })
})

import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RunId, TaskId } from '#domain/ids.ts'
import { sniffImage } from '#domain/picture.ts'
import { kieJobs, kieKontext } from '#providers/kie.ts'
import type { Send } from '#providers/provider.ts'
import { keptSubmission } from '#providers/proxy.ts'
import { readHealth } from '#providers/send.ts'
import { openDemo } from '#simulator/demo/demo.ts'
import { openShelf, type Shelf } from '#simulator/demo/demo-shelf.ts'
import { createNodePainter } from '#simulator/painter/node-painter.ts'

const painter = createNodePainter()
const signal = new AbortController().signal
const run = (name: string) => `run-${name}-0000` as RunId
const words = (prompt: string) => ({ prompt, model: 'flux-kontext-pro', aspectRatio: '1:1' })

let shelf: Shelf
let send: Send
/** Opens the page again with the stored data of this browser. */
const reload = async () => {
  send = await openDemo({ painter, shelf, durationMs: 0 })
}
const call = () => ({ send, signal })

beforeEach(async () => {
  shelf = await openShelf()
  await reload()
})

async function finished(task: TaskId, provider = kieKontext): Promise<string> {
  const status = await provider.check(task, 0, call())
  if (status.state !== 'done') throw new Error(`not done: ${JSON.stringify(status)}`)
  return status.imageUrls[0]
}

async function picture(url: string): Promise<Uint8Array> {
  const response = await send(`/api/image?url=${encodeURIComponent(url)}`)
  expect(response.status).toBe(200)
  return new Uint8Array(await response.arrayBuffer())
}

const meanOf = async (bytes: Uint8Array) => (await sharp(bytes).stats()).channels[0]?.mean ?? 0

describe('the demo', () => {
  it('says that its pictures are simulated', async () => {
    expect(readHealth(await (await send('/api/health')).json())).toMatchObject({ mode: 'simulated' })
  })

  it('makes a picture from words', async () => {
    const task = await kieKontext.submit(words('a calm sea'), run('sea'), call())
    const bytes = await picture(await finished(task))
    expect(sniffImage(bytes)).toBe('image/jpeg')
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 1024, height: 1024 })
  })

  it('accepts one submission for a run, however often it is sent, and no other settings for it', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => kieKontext.submit(words('a fox'), run('fox'), call())))
    expect(second).toBe(first)
    expect(await kieKontext.submit(words('a fox'), run('fox'), call())).toBe(first)
    await expect(kieKontext.submit(words('a hare'), run('fox'), call())).rejects.toMatchObject({
      failure: { kind: 'invalid', code: 409 },
    })
  })

  it('refuses what the service refuses, in its words', async () => {
    const body = { ...words('a fox'), aspectRatio: '5:1' }
    await expect(kieKontext.submit(body, run('wrong'), call())).rejects.toMatchObject({ failure: { code: 500 } })
    await expect(kieKontext.submit(words('a [[submit:402]] fox'), run('poor'), call())).rejects.toMatchObject({
      failure: { kind: 'out-of-credits' },
    })
  })

  it('keeps a submission that nobody waits for any more', async () => {
    const leaving = AbortSignal.timeout(50)
    const left = kieKontext.submit(words('a fox [[hang]]'), run('hang'), { send, signal: leaving })
    await expect(left).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(await keptSubmission(send, run('hang'), signal)).toEqual({ state: 'pending' })
    expect(await keptSubmission(send, run('never'), signal)).toEqual({ state: 'none' })
  })

  it('has nothing at other addresses, and asks no other host', async () => {
    expect((await send('/api/v1/account')).status).toBe(404)
    expect((await send('/api/__sim/state')).status).toBe(404)
    expect((await send('/api/image?url=https%3A%2F%2Fpictures.example%2Fa.png')).status).toBe(422)
    expect((await send('/api/image?url=x')).status).toBe(422)
  })
})

describe('after a reload', () => {
  it('the answer to a submission is still there', async () => {
    const task = await kieKontext.submit(words('a calm sea'), run('kept'), call())
    await reload()
    const kept = await keptSubmission(send, run('kept'), signal)
    if (kept?.state !== 'answered') throw new Error('no answer is kept')
    expect(kieKontext.readSubmission(kept.status, kept.body)).toBe(task)
  })

  it('a task goes on to its picture, also where only the address of the picture is known', async () => {
    const task = await kieKontext.submit(words('a calm sea'), run('sea'), call())
    await reload()
    const url = await finished(task)
    await reload()
    expect(sniffImage(await picture(url))).toBe('image/jpeg')
    expect(await kieJobs.check(task, 0, call())).toEqual({ state: 'running' })
  })

  it('an edit still has the pictures that it is made from', async () => {
    const dark = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#181818' } })
      .jpeg()
      .toBuffer()
    const url = await kieKontext.upload(new Blob([new Uint8Array(dark)], { type: 'image/jpeg' }), 'dark.jpg', call())
    const body = { prompt: 'sharper', model: 'flux-kontext-pro', inputImage: url }
    const task = await kieKontext.submit(body, run('edit'), call())
    await reload()
    expect(await meanOf(await picture(await finished(task)))).toBeLessThan(50)
  })

  it('a task that nobody kept is unknown, as at the service', async () => {
    const task = await kieKontext.submit(words('a calm sea'), run('sea'), call())
    shelf = await openShelf()
    await reload()
    expect(await kieKontext.check(task, 100_000, call())).toMatchObject({ state: 'failed' })
  })
})

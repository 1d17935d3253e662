import type { BrowserContext, Request } from '@playwright/test'
import { serveSimulator } from '#simulator/serve.ts'
import { canaryKey, startServer } from '../support/atelier.ts'
import { callIn, publicUrl } from '../support/call-in.ts'
import { createOf, expect, galleryOf, test } from './fixtures.ts'

/** Number of streams of all windows: in total, and at most at the same time. */
function watchStreams(context: BrowserContext) {
  const streams = { all: 0, open: 0, most: 0 }
  const isStream = (sent: Request) => sent.url().endsWith('/api/events')
  const end = (sent: Request) => {
    if (isStream(sent)) streams.open -= 1
  }
  context.on('request', (sent) => {
    if (!isStream(sent)) return
    streams.all += 1
    streams.open += 1
    streams.most = Math.max(streams.most, streams.open)
  })
  context.on('requestfinished', end)
  context.on('requestfailed', end)
  return streams
}

test('two windows share one stream, under the policy of the page, and each gets its picture', async ({
  page,
  context,
}) => {
  let port = 0
  const service = await serveSimulator({ key: canaryKey, switches: { durationMs: 1_200 }, call: callIn(() => port) })
  const live = await startServer({
    KIE_API_KEY: canaryKey,
    KIE_API_BASE_URL: service.origin,
    KIE_RESULT_HOSTS: `127.0.0.1:${service.port}`,
    PUBLIC_URL: publicUrl,
  })
  port = Number(new URL(live.url).port)
  try {
    const other = await context.newPage()
    const streams = watchStreams(context)
    for (const one of [page, other]) await one.goto(live.url)
    expect(streams.all).toBe(0)
    for (const [one, prompt] of [
      [page, 'a grey wolf [[slow:3]]'],
      [other, 'a brown bear [[slow:3]]'],
      [page, 'a red fox'],
    ] as const) {
      await createOf(one).prompt.fill(prompt)
      await createOf(one).submit.click()
    }
    for (const prompt of ['a grey wolf', 'a brown bear', 'a red fox']) {
      await expect(galleryOf(page).picture(prompt)).toBeVisible()
      await expect(galleryOf(other).picture(prompt)).toBeVisible()
    }
    expect(streams.most).toBe(1)
    expect((await service.simulator.state()).callbacks.map(({ statuses }) => statuses)).toEqual([[200], [200], [200]])
    expect((await service.simulator.state()).charges).toHaveLength(3)
  } finally {
    await live.kill()
    await service.close()
  }
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { createOf, expect, galleryOf, stored, test } from './fixtures.ts'

/** A server of another site, and the requests it received. */
async function openSite(html: string) {
  const asked: string[] = []
  const server = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '')
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked, close: () => void server.close() }
}

/** Tries everything that the policy forbids; nothing may succeed. */
const offences: Record<string, [directive: string, commit: (page: Page, elsewhere: string) => Promise<unknown>]> = {
  'a script written into the page': [
    'require-trusted-types-for',
    (page) =>
      page.evaluate(() => {
        const script = document.createElement('script')
        script.setAttribute('nonce', 'x')
        script.append(document.createTextNode('globalThis.ran = true'))
        document.body.append(script)
      }),
  ],
  'a style written into the page': [
    'style-src-elem',
    (page) =>
      page.evaluate(() => {
        const style = document.createElement('style')
        style.append(document.createTextNode('body { color: red }'))
        document.body.append(style)
      }),
  ],
  'markup from text': [
    'require-trusted-types-for',
    (page) =>
      page.evaluate(() => {
        try {
          document.createElement('div').innerHTML = '<b>x</b>'
        } catch {
          // Trusted Types throw as well as report.
        }
      }),
  ],
  'a picture from elsewhere': [
    'img-src',
    (page, elsewhere) =>
      page.evaluate((url) => {
        new Image().src = `${url}/a.png`
      }, elsewhere),
  ],
  'a frame': [
    'frame-src',
    (page, elsewhere) =>
      page.evaluate((url) => {
        const frame = document.createElement('iframe')
        frame.src = url
        document.body.append(frame)
      }, elsewhere),
  ],
  'a question to a plain address elsewhere': [
    'connect-src',
    (page) =>
      page.evaluate(() =>
        fetch('http://10.0.0.1:9/').then(
          () => undefined,
          () => undefined,
        ),
      ),
  ],
  'a worker from a string': [
    'require-trusted-types-for',
    (page) =>
      page.evaluate(() => {
        const url = URL.createObjectURL(new Blob(['postMessage(1)'], { type: 'text/javascript' }))
        try {
          new Worker(url)
        } catch {
          // Trusted Types again.
        }
      }),
  ],
}

test('SEC E05 violations of the policy by the page are blocked and reported', async ({ page, simulated, noise }) => {
  const site = await openSite('x')
  await page.goto(simulated.url)
  await expect(createOf(page).prompt).toBeVisible()
  for (const [what, [directive, commit]] of Object.entries(offences)) {
    const heard = () => noise.filter((line) => line.includes(`forbidden: ${directive} `)).length
    const before = heard()
    await commit(page, site.url)
    await expect.poll(heard, what).toBeGreaterThan(before)
  }
  expect(await page.evaluate(() => (globalThis as { ran?: boolean }).ran)).toBeUndefined()
  expect(site.asked).toEqual([])
  site.close()
  // The violations are expected here; they would fail any other test.
  await page.close()
  noise.length = 0
})

test('SEC E05 violations of the policy by a worker are reported, too', async ({ page, simulated, noise }) => {
  await page.goto(simulated.url)
  await createOf(page).prompt.fill('a fox')
  await createOf(page).submit.click()
  await expect(galleryOf(page).picture('a fox')).toBeVisible()
  const [worker] = page.workers()
  expect(worker).toBeDefined()
  expect(noise).toEqual([])
  await worker?.evaluate(() =>
    fetch('http://10.0.0.1:9/').then(
      () => undefined,
      () => undefined,
    ),
  )
  await expect.poll(() => noise.join('\n')).toMatch(/forbidden: connect-src /)
  await page.close()
  noise.length = 0
})

test('SEC E09 another site cannot show the page in a frame', async ({ page, simulated, noise }) => {
  const site = await openSite(`<!doctype html><title>Another site</title><iframe src="${simulated.url}/"></iframe>`)
  await page.goto(site.url)
  await expect(page).toHaveTitle('Another site')
  await expect.poll(() => noise.join('\n')).toMatch(/frame-ancestors|Framing/)
  const [, frame] = page.frames()
  expect(frame).toBeDefined()
  expect(await frame?.evaluate(() => document.body.textContent)).not.toContain('Atelier')
  expect(await frame?.locator('textarea').count()).toBe(0)
  site.close()
  await page.close()
  noise.length = 0
})

/** Copies on a page of another site and pastes here, with the keyboard; waits until the paste has arrived. */
async function copyThere(there: Page, here: Page, given: { html: string; text?: string; picture?: boolean }) {
  await there.bringToFront()
  await there.evaluate(async ({ html, text, picture }) => {
    const canvas = document.createElement('canvas')
    canvas.width = 80
    canvas.height = 60
    canvas.getContext('2d')?.fillRect(0, 0, 80, 60)
    const png = new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made as Blob)))
    const item = {
      'text/html': new Blob([html], { type: 'text/html' }),
      ...(text === undefined ? {} : { 'text/plain': new Blob([text], { type: 'text/plain' }) }),
      ...(picture ? { 'image/png': png } : {}),
    }
    await navigator.clipboard.write([new ClipboardItem(item)])
  }, given)
  await here.bringToFront()
  await here.evaluate(() => {
    Object.assign(globalThis, { hasPasted: false })
    addEventListener('paste', () => Object.assign(globalThis, { hasPasted: true }), { once: true })
  })
  await here.keyboard.press('Control+V')
  await expect.poll(() => here.evaluate(() => (globalThis as { hasPasted?: boolean }).hasPasted)).toBe(true)
}

test('SEC E10 a pasted piece of a web page brings the picture in the clipboard and fetches none', async ({
  page,
  context,
  simulated,
}) => {
  const site = await openSite('<!doctype html><title>Another site</title><link rel="icon" href="data:,">')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const other = await context.newPage()
  await other.goto(site.url)
  await page.goto(simulated.url)
  const create = createOf(page)
  await expect(create.prompt).toBeVisible()
  const html = `<p>A fox <img src="${site.url}/remote.png"></p>`

  // The clipboard has text and an image's address, but no image, so nothing is added.
  await create.prompt.focus()
  await copyThere(other, page, { html, text: 'A fox' })
  await expect(create.prompt).toHaveValue('A fox')
  await create.prompt.blur()
  await copyThere(other, page, { html })
  await expect(create.sources).toHaveCount(0)

  await copyThere(other, page, { html, picture: true })
  await expect(create.sources).toHaveCount(1)
  const sizes = async () => (await stored(page)).pictures.map(({ width, height }) => [width, height])
  await expect.poll(sizes).toEqual([[80, 60]])
  expect(site.asked).toEqual(['/'])
  site.close()
})

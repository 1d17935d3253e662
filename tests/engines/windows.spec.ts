import { at, countOf, fieldOf, savedOf, textOf } from './atelier.ts'
import { expect, test } from './fixtures.ts'

test('two windows: an image made in one is in the other, and what one bins is gone from both', async ({
  door,
  live,
}) => {
  await door.open(live.front.url)
  await door.focus(at.prompt)
  const other = await door.second()
  await other.open(live.front.url)
  await other.focus(at.prompt)

  await door.fill(at.prompt, 'A paper boat')
  await door.click(at.submit)
  await expect.poll(() => savedOf(door, 'A paper boat')).toBe(1)
  await expect.poll(() => savedOf(other, 'A paper boat')).toBe(1)
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)

  await other.focus(at.image('A paper boat'))
  await other.press('x')
  await expect.poll(() => savedOf(other, 'A paper boat')).toBe(0)
  await expect.poll(() => savedOf(door, 'A paper boat')).toBe(0)
})

test('a part of the page that fails to load once comes again, and the prompt is kept', async ({ door, live }) => {
  // The engines log failed loads, and React logs errors of components.
  live.front.expected.push(/./)
  await door.open(live.front.url)
  await door.fill(at.prompt, 'keep me')
  const fault = live.front.fail(/\/assets\/settings-/, 1)
  const settings = { role: 'button', name: /^Settings/ }
  const dialog = { role: 'dialog', name: 'Settings' }
  await door.click(settings)
  await expect.poll(fault.failed).toBe(1)
  // Chromium and WebKit request it again. Firefox remembers the failure until the page is reloaded, so a reload is offered.
  const reload = { role: 'button', name: 'Reload' }
  await expect.poll(async () => (await countOf(door, dialog)) + (await countOf(door, reload))).toBeGreaterThan(0)
  if ((await countOf(door, dialog)) === 0) {
    await door.reload()
    await door.click(settings)
  }
  await expect.poll(() => countOf(door, dialog)).toBe(1)
  await expect.poll(() => fieldOf(door, at.prompt)).toBe('keep me')
})

test('settings tell of storage only what the engine knows', async ({ door, live }) => {
  await door.open(live.front.url)
  await door.focus(at.prompt)
  await door.click({ role: 'button', name: /^Settings/ })
  const dialog = { role: 'dialog', name: 'Settings' }
  await expect.poll(() => textOf(door, dialog)).toMatch(/Storage/)
  const hasEstimate = await door.evaluate(() => Boolean(navigator.storage?.estimate))
  if (hasEstimate) await expect.poll(() => textOf(door, dialog)).toMatch(/of about \d/)
  expect(await textOf(door, dialog)).not.toMatch(/of about 0 B/)
  // Otherwise Firefox draws white gutters on dark panels (F5).
  const scrollbar = await door.evaluate(() =>
    CSS.supports('scrollbar-color', 'auto') ? getComputedStyle(document.documentElement).scrollbarColor : 'none',
  )
  expect(scrollbar).not.toBe('auto')
})

test('a prompt of 5,000 characters is shown whole, counted, and sent whole', async ({ door, live }) => {
  const line = 'a small red house beside the sea, '
  const prompt = line.repeat(148).slice(0, 5_000)
  await door.open(live.front.url)
  await door.focus(at.prompt)
  const emptyPx = await heightOf(door)
  await door.fill(at.prompt, line.repeat(8).trim())
  await expect.poll(() => hiddenPxOf(door)).toBeLessThanOrEqual(2)
  await expect.poll(() => heightOf(door)).toBeGreaterThanOrEqual(emptyPx)

  await door.fill(at.prompt, `${prompt}!`)
  await expect.poll(() => textOf(door, at.create)).toMatch(/\b1 (over|too many)/)
  await door.fill(at.prompt, prompt)
  await door.press('Control+Enter')
  await expect.poll(async () => (await live.service.simulator.state()).submissions.length).toBe(1)
  const { submissions } = await live.service.simulator.state()
  expect(submissions.map(({ body }) => (body as { prompt: string }).prompt)).toEqual([prompt])
})

type Window = Parameters<typeof fieldOf>[0]

const heightOf = (door: Window) => door.evaluate(() => document.querySelector('textarea')?.offsetHeight ?? 0)

/** Height of the text that the field does not show, including its border. */
const hiddenPxOf = (door: Window) =>
  door.evaluate(() => {
    const field = document.querySelector('textarea')
    return field ? field.scrollHeight - field.clientHeight : Number.POSITIVE_INFINITY
  })

test('console output and policy violations of a page are collected', async ({ door, live }) => {
  await door.open(live.front.url)
  await door.focus(at.prompt)
  await door.evaluate(() => {
    console.error('a complaint')
    new Image().src = 'http://other.example/image.png'
  })
  const { noise } = live.front
  await expect.poll(() => noise).toContain('error: a complaint')
  await expect.poll(() => noise.join()).toMatch(/forbidden: img-src http:\/\/other\.example/)
  live.front.expected.push(/a complaint/, /other\.example/)
})

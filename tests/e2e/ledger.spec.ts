import type { Page } from '@playwright/test'
import type { RunIn } from '#domain/run.ts'
import { canaryKey } from '../support/atelier.ts'
import { createOf, expect, galleryOf, stopClock, stored, test } from './fixtures.ts'

function tasksOf(page: Page) {
  const panel = page.getByRole('dialog', { name: 'Tasks' })
  return {
    panel,
    open: () => page.getByRole('button', { name: /^Tasks/ }).click(),
    row: (prompt: string) => panel.getByRole('listitem').filter({ hasText: prompt }),
  }
}

/** A task of the same account from another client. */
async function sendElsewhere(origin: string, prompt: string): Promise<string> {
  const response = await fetch(`${origin}/api/v1/flux/kontext/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${canaryKey}`, 'user-agent': 'Mozilla/5.0' },
    body: JSON.stringify({ model: 'flux-kontext-pro', prompt }),
  })
  const { data } = (await response.json()) as { data: { taskId: string } }
  return data.taskId
}

test('every run is in the ledger, from the button to the gallery, with what it costs', async ({ page, live }) => {
  await page.goto(live.url)
  const create = createOf(page)
  const tasks = tasksOf(page)
  await create.prompt.fill('a long river [[slow:3]]')
  await create.submit.click()
  await tasks.open()
  const row = tasks.row('a long river')
  await expect(row).toContainText('working')
  await expect(row).toContainText('5 credits')
  await expect(tasks.panel).toContainText('5 credits spent today')
  await expect(row).toContainText(/saved in \d+ s/)
  await row.getByRole('button', { name: 'Show the image' }).click()
  await expect(page.getByRole('region', { name: 'Stage' }).getByRole('img', { name: /^a long river/ })).toBeVisible()
})

test('a task sent elsewhere is fetched by its id, for no charge; an unknown id is reported', async ({ page, live }) => {
  const taskId = await sendElsewhere(live.service.origin, 'somebody else’s harbour')
  await page.goto(live.url)
  const tasks = tasksOf(page)
  await tasks.open()
  const { panel } = tasks
  await panel.getByRole('button', { name: 'Fetch a result by its task ID' }).click()
  const field = panel.getByRole('textbox', { name: 'Task ID' })
  await field.fill('no id at all')
  await field.press('Enter')
  await expect(panel).toContainText("That isn't a task ID")
  await field.fill(` ${taskId} `)
  await field.press('Enter')
  await expect(galleryOf(page).picture(`Task ${taskId}`)).toBeVisible()
  await expect(tasks.row(taskId)).toContainText('no new charge')
  await field.fill(taskId)
  await field.press('Enter')
  await expect(panel).toContainText('already here')
  await field.fill('0123456789abcdef0123456789abcdef')
  await field.press('Enter')
  await expect(tasks.row('0123456789abcdef')).toContainText('does not know this task')
  await expect(tasks.row('0123456789abcdef').getByRole('button', { name: /^Try again/ })).toHaveCount(0)
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

test('U01 J5 a run that the service’s limit holds back says when it sends itself, and does', async ({ page, live }) => {
  await page.clock.install()
  await page.goto(live.url)
  const create = createOf(page)
  const tasks = tasksOf(page)
  const { simulator } = live.service
  const codes = async () => (await simulator.state()).submissions.map(({ code }) => code)
  await create.prompt.fill('one too many')
  await stopClock(page)
  // The service accepts twenty in ten seconds from one account.
  const others = Array.from({ length: 20 }, (_, n) => `somebody else’s picture ${n}`)
  await Promise.all(others.map((prompt) => sendElsewhere(live.service.origin, prompt)))
  await create.submit.click()
  await expect(async () => {
    await page.clock.runFor(20)
    await expect(galleryOf(page).run('queued')).toContainText(/retries in \d+ s/, { timeout: 200 })
  }).toPass({ timeout: 60_000, intervals: [50] })
  await tasks.open()
  await expect(tasks.row('one too many')).toContainText(/retries in \d+ s/)
  expect(await codes()).toEqual([...Array(20).fill(200), 429])
  // The page waits for at most 13.2 s. The service has forgotten the twenty then.
  simulator.reset()
  await page.clock.runFor(13_200)
  await page.clock.resume()
  await expect(galleryOf(page).picture('one too many')).toBeVisible()
  expect(await codes()).toEqual([200])
  expect((await simulator.state()).charges).toHaveLength(1)
})

test('details are copied with run, task and the service’s own words, never with the key', async ({
  page,
  context,
  live,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(live.url)
  const create = createOf(page)
  const tasks = tasksOf(page)
  await create.prompt.fill('a blocked picture [[policy]]')
  await create.submit.click()
  await expect(galleryOf(page).run('failed')).toBeVisible()
  await tasks.open()
  await tasks.row('a blocked picture').getByRole('button', { name: 'Copy details' }).click()
  await expect(page.getByText('Details copied')).toBeVisible()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  const [run] = (await stored(page)).runs as unknown as RunIn<'working'>[]
  expect(copied).toContain(`Run: ${run?.id}`)
  expect(copied).toContain(`Task: kie-kontext ${run?.state.task.taskId}`)
  expect(copied).toMatch(/The service said: .*flagged/)
  expect(copied).not.toContain(canaryKey)
})

test('a picture that could not be fetched is fetched by a fresh link', async ({ page, live }) => {
  await page.goto(live.url)
  const answered: string[] = []
  page.on('requestfinished', (request) => {
    if (/download-url|api\/image/.test(request.url())) answered.push(request.url())
  })
  let isBroken = true
  await page.route('**/api/image?*', (route) =>
    isBroken ? route.fulfill({ body: '<html></html>' }) : route.continue(),
  )
  const create = createOf(page)
  const tasks = tasksOf(page)
  await create.prompt.fill('behind a wall')
  await create.submit.click()
  await tasks.open()
  const row = tasks.row('behind a wall')
  await expect(row).toContainText('ready to download')
  await expect(row).toContainText(/usually keeps it until about/)
  await expect(row.getByRole('button', { name: 'Fetch a fresh link' })).toBeVisible()
  // What the page does by itself ends with a second link, and two requests for the image.
  const kinds = () => answered.map((url) => (url.includes('download-url') ? 'link' : 'image')).join(' ')
  await expect.poll(kinds).toMatch(/link .*link image image$/)
  answered.length = 0
  isBroken = false
  await row.getByRole('button', { name: 'Fetch a fresh link' }).click()
  await expect(galleryOf(page).picture('behind a wall')).toBeVisible()
  expect(answered[0]).toContain('download-url')
  expect((await live.service.simulator.state()).charges).toHaveLength(1)
})

test('J5 a notification is shown once a run, by the window that drives it, while nobody sees it', async ({
  context,
  live,
}) => {
  await context.grantPermissions(['notifications'], { origin: live.url })
  await context.addInitScript(() => {
    const shown: { title: string; tag: string | undefined }[] = []
    class Recorded extends Notification {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options)
        shown.push({ title, tag: options?.tag })
      }
    }
    Object.assign(globalThis, { shown, Notification: Recorded })
  })
  const first = await context.newPage()
  await first.goto(live.url)
  await first.getByRole('button', { name: /^Settings/ }).click()
  const notify = first.getByRole('switch', { name: 'Notify me when an image is ready' })
  await notify.click()
  await expect(notify).toBeChecked()
  await first.keyboard.press('Escape')
  const second = await context.newPage()
  await second.goto(live.url)
  const hide = (page: Page) =>
    page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
      document.dispatchEvent(new Event('visibilitychange'))
    })
  await hide(second)
  const create = createOf(first)
  await create.prompt.fill('told once [[slow:4]]')
  await create.submit.click()
  await expect(first).toHaveTitle('(1) Atelier')
  await expect(galleryOf(first).run('working')).toBeVisible()
  await hide(first)
  for (const page of [first, second]) await expect(galleryOf(page).picture('told once')).toBeVisible()
  await expect(first).toHaveTitle('Atelier')
  const [run] = (await stored(first)).runs
  const shown = (page: Page) => page.evaluate(() => (globalThis as unknown as { shown: unknown[] }).shown)
  expect([await shown(first), await shown(second)]).toEqual([[{ title: 'Your image is ready', tag: run?.id }], []])
})

test('T03 a frozen window does not keep a run from another one: taken over after half a minute, for one charge', async ({
  context,
  live,
}) => {
  test.slow()
  const frozen = await context.newPage()
  await frozen.goto(live.url)
  const create = createOf(frozen)
  await create.prompt.fill('on ice [[slow:4]]')
  await create.submit.click()
  await expect(galleryOf(frozen).run('working')).toBeVisible()
  const seen = await context.newPage()
  await seen.goto(live.url)
  await expect(galleryOf(seen).run('working')).toBeVisible()
  const devtools = await context.newCDPSession(frozen)
  // A page paused in the debugger keeps its locks and does not answer, like a frozen one.
  await devtools.send('Debugger.enable')
  await devtools.send('Debugger.pause')
  await expect(galleryOf(seen).picture('on ice')).toBeVisible()
  await devtools.send('Debugger.resume')
  await devtools.send('Debugger.disable')
  await expect(galleryOf(frozen).picture('on ice')).toBeVisible()
  const { runs, pictures, originals } = await stored(seen)
  expect([runs.length, pictures.length, originals.length]).toEqual([1, 1, 1])
  const { submissions, charges } = await live.service.simulator.state()
  expect([submissions.length, charges.length]).toEqual([1, 1])
})

import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { likeness } from '../support/likeness.ts'
import { startStaticHost } from '../support/static-host.ts'
import { test as atelier, createOf, expect, galleryOf, stored } from './fixtures.ts'

const test = atelier.extend<{ host: Awaited<ReturnType<typeof startStaticHost>> }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the parameter's shape
  host: async ({}, use) => {
    const host = await startStaticHost('dist/demo')
    await use(host)
    await host.close()
  },
})

const badge = (page: Page) => page.getByRole('status').filter({ hasText: 'Simulated' })

/** The saved image as decoded by the browser: its size and the brightness of each of a hundred parts. */
async function look(page: Page, prompt: string) {
  const { pictures, originals } = await stored(page, 'atelier-demo')
  const picture = pictures.find((one) => String(one.prompt).startsWith(prompt))
  const original = originals.find((one) => one.id === picture?.id)
  return page.evaluate(async (data) => {
    const image = new Image()
    image.src = data
    await image.decode()
    const context = new OffscreenCanvas(10, 10).getContext('2d')
    context?.drawImage(image, 0, 0, 10, 10)
    const parts = context?.getImageData(0, 0, 10, 10).data ?? []
    return { size: `${image.naturalWidth}x${image.naturalHeight}`, parts: [...parts].filter((_, at) => at % 4 === 1) }
  }, `data:${original?.mime};base64,${original?.base64}`)
}

test('the demo needs a host of files only: badge, words to picture, edit, and all of it there after a reload', async ({
  page,
  host,
}) => {
  test.slow()
  const outside: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(host.url) && !/^(data|blob):/.test(request.url())) outside.push(request.url())
  })
  await page.goto(host.url)
  await expect(badge(page)).toBeVisible()
  const create = createOf(page)
  const gallery = galleryOf(page)

  await create.prompt.fill('A mountain lake at dawn')
  await create.choose('Aspect ratio', '16:9')
  await create.submit.click()
  const lake = gallery.picture('A mountain lake at dawn')
  await expect(lake).toBeVisible()
  await expect(lake).toHaveAccessibleName(/simulated/i)
  const fresh = await look(page, 'A mountain lake at dawn')
  expect(fresh.size).toBe('1392x752')

  await lake.click()
  await page.getByRole('region', { name: 'Stage' }).getByRole('button', { name: 'Edit from this image' }).click()
  await expect(create.sources).toHaveCount(1)
  await create.prompt.fill('Make it a night with a full moon')
  await create.submit.click()
  const night = gallery.picture('Make it a night with a full moon')
  await expect(night).toBeVisible()
  const edited = await look(page, 'Make it a night')
  expect(likeness(edited.parts, fresh.parts)).toBeGreaterThan(0.4)

  await page.reload()
  await expect(lake).toBeVisible()
  await expect(night).toBeVisible()
  await expect(badge(page)).toBeVisible()
  expect((await stored(page, 'atelier-demo')).originals).toHaveLength(2)
  expect(outside).toEqual([])
  expect(host.asked.filter((asked) => asked.includes('/api'))).toEqual([])
})

test('a run of the demo continues after a reload and gets its image', async ({ page, host }) => {
  await page.goto(host.url)
  const create = createOf(page)
  const gallery = galleryOf(page)
  await create.prompt.fill('A fox in a forest [[slow:4]]')
  await create.submit.click()
  await expect(gallery.run('working')).toHaveCount(1)
  await page.reload()
  await expect(gallery.picture('A fox in a forest')).toBeVisible()
})

test('the demo keeps its own gallery: on one host with a real installation neither touches the other', async ({
  page,
  host,
}) => {
  await page.goto(`${host.url}?samples=6`)
  await expect(galleryOf(page).grid.getByRole('gridcell')).toHaveCount(6)
  await createOf(page).prompt.fill('A fox')
  const names = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
  expect(names).toEqual(['atelier-demo'])
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).length)).toBeGreaterThan(0)
  const keys = await page.evaluate(() => Object.keys(localStorage))
  for (const key of keys) expect(key).toMatch(/^atelier-demo-workspace\./)
})

test('the demo says how to get real images, and does not accept the address of a proxy', async ({ page, host }) => {
  await page.goto(host.url)
  await page.getByRole('button', { name: 'Add an API key' }).click()
  const settings = page.getByRole('dialog', { name: 'Settings' })
  await expect(settings.getByText(/drawn in this browser/)).toBeVisible()
  await expect(settings.getByText('npm start')).toBeVisible()
  await expect(settings.getByLabel('Proxy address')).toHaveCount(0)
})

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|html)$/.test(name))
const holdersOf = (folder: string, words: string) =>
  filesIn(folder).filter((name) => readFileSync(`${folder}/${name}`, 'utf8').includes(words))

test('a production build contains nothing of the demo, whatever the address says', async ({ page, simulated }) => {
  const [demo, ...more] = holdersOf('dist/demo', 'demo.invalid')
  expect(demo).toMatch(/^assets\/demo-/)
  expect(more).toEqual([])
  expect(holdersOf('dist/page', 'demo.invalid')).toEqual([])
  expect(holdersOf('dist/page', 'Rate limit exceeded')).toEqual([])

  const scripts: string[] = []
  page.on('request', (request) => scripts.push(request.url()))
  await page.goto(`${simulated.url}/?demo&mode=demo`)
  await createOf(page).prompt.fill('A fox')
  await createOf(page).submit.click()
  await expect(galleryOf(page).picture('A fox')).toBeVisible()
  expect(scripts.filter((url) => url.includes('/api/v1/'))).not.toEqual([])
  expect(scripts.filter((url) => /assets\/demo/.test(url))).toEqual([])
})

test('a page without its proxy works from a folder of a host of files, and says what is missing', async ({ page }) => {
  const host = await startStaticHost('dist/page')
  await page.goto(host.url)
  await expect(createOf(page).prompt).toBeVisible()
  await expect(page.getByText('The proxy cannot be reached.')).toBeVisible()
  await expect(badge(page)).toHaveCount(0)
  await host.close()
})

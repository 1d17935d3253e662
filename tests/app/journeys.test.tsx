import 'fake-indexeddb/auto'
import { render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { App } from '#app/app.tsx'
import { openServices, type Services, ServicesProvider } from '#app/services.tsx'
import { openGallery } from '#store/gallery-store.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { addLayout } from '../support/layout.ts'
import { openNetwork } from '../support/network.ts'
import { nodeDarkroom } from '../support/node-darkroom.ts'

addLayout()

let world: Awaited<ReturnType<typeof openNetwork>>
let services: Services
let visits = 0

beforeAll(async () => {
  world = await openNetwork()
})

beforeEach(async () => {
  visits += 1
  world.simulator.reset()
  emptyWorkspace()
  services = await openServices(() => openGallery({ name: `visit-${visits}`, darkroom: nodeDarkroom }))
  render(
    <ServicesProvider services={services}>
      <App />
    </ServicesProvider>,
  )
})

afterEach(() => {
  world.network.resetHandlers()
  services.close()
})

afterAll(() => world.close())

const patience = { timeout: 15_000 }
const gallery = () => within(screen.getByRole('region', { name: 'Gallery' }))
const cells = () => gallery().findAllByRole('gridcell', {}, patience)
const press = async (prompt: string) => {
  const user = userEvent.setup()
  await user.clear(screen.getByRole('textbox', { name: 'Prompt' }))
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), prompt.replaceAll('[', '[['))
  await user.click(screen.getByRole('button', { name: /^Generate/ }))
}
const failed = (kind: string) =>
  waitFor(() => {
    const cell = document.querySelector<HTMLElement>('[role="gridcell"][data-phase="failed"]')
    expect(cell?.dataset.failure).toBe(kind)
    return cell as HTMLElement
  }, patience)

test('a prompt becomes a picture in the gallery, for one charge, and the prompt stays', async () => {
  await press('a red fox')
  await gallery().findByRole('gridcell', { name: /^a red fox, Flux Kontext Pro/ }, patience)
  expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('a red fox')
  expect((await world.simulator.state()).charges).toHaveLength(1)
})

test('each tab has its own draft, and the price of its own model', async () => {
  const user = userEvent.setup()
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), 'for one tab')
  await user.click(screen.getByRole('tab', { name: 'Flux 2' }))
  expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('')
  await user.click(screen.getByRole('radio', { name: 'Flex' }))
  await user.click(screen.getByRole('radio', { name: '2K' }))
  expect(screen.getByRole('button', { name: /^Generate.*24 credits/ })).toBeInTheDocument()
  await user.click(screen.getByRole('tab', { name: 'Flux Kontext' }))
  expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('for one tab')
})

test('what the service refuses stays on its card with words, and costs nothing', async () => {
  await press('a red fox [[policy]]')
  const card = await failed('rejected')
  expect(card).toHaveTextContent(/safety rules/)
  expect(within(card).getByRole('button', { name: /^Try again.*5 credits/ })).toBeInTheDocument()
  expect((await world.simulator.state()).charges.every(({ refunded }) => refunded)).toBe(true)
})

test('a key that the service does not accept leads to where a key is set', async () => {
  world.network.use(http.post('*/api/v1/*', () => HttpResponse.json({ code: 401, msg: 'Unauthorized', data: null })))
  await press('a red fox')
  const card = await failed('unauthorized')
  await userEvent.click(within(card).getByRole('button', { name: /key|settings/i }))
  expect(await screen.findByRole('dialog', { name: 'Settings' }, patience)).toBeInTheDocument()
})

test('an answer lost between the service and here is unconfirmed: said so, and sent once', async () => {
  let posts = 0
  world.network.use(
    http.post('*/api/v1/flux/*', () => {
      posts += 1
      return HttpResponse.json({ code: 500, msg: 'Internal Server Error', data: null })
    }),
  )
  await press('a red fox')
  const card = await failed('unconfirmed')
  expect(card).toHaveTextContent(/may have been/)
  expect(posts).toBe(1)
})

test('a proxy that is down is told at the run, before anything is sent', async () => {
  world.network.use(http.all('*/api/*', () => HttpResponse.error()))
  await press('a red fox')
  expect(await failed('unavailable')).toHaveTextContent(/cannot be reached/)
  expect((await world.simulator.state()).submissions).toEqual([])
})

test('several runs end with their own prompts', async () => {
  for (const prompt of ['one stone', 'two birds', 'three doors']) await press(prompt)
  await waitFor(async () => {
    const names = (await cells()).map((cell) => cell.getAttribute('aria-label')?.split(',')[0])
    expect(names.toSorted()).toEqual(['one stone', 'three doors', 'two birds'])
  }, patience)
  const kept = await services.store.pictures('gallery', 10)
  for (const { prompt, origin } of kept) {
    expect(origin.kind === 'made' && origin.recipe.draft.prompt).toBe(prompt)
  }
})

import 'fake-indexeddb/auto'
import { cleanup, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { http } from 'msw'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { App } from '#app/app.tsx'
import { openServices, type Services, ServicesProvider } from '#app/services.tsx'
import type { FallbackRule } from '#domain/run.ts'
import { openGallery } from '#store/gallery-store.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { addLayout } from '../support/layout.ts'
import { openNetwork } from '../support/network.ts'
import { nodeDarkroom } from '../support/node-darkroom.ts'
import { closeNotices } from '../support/render-gallery.tsx'

addLayout()

let world: Awaited<ReturnType<typeof openNetwork>>
let services: Services
let visits = 0

beforeAll(async () => {
  world = await openNetwork()
})

async function visit() {
  services = await openServices(() => openGallery({ name: `fallback-${visits}`, darkroom: nodeDarkroom }))
  render(
    <ServicesProvider services={services}>
      <App />
    </ServicesProvider>,
  )
}

beforeEach(async () => {
  visits += 1
  world.simulator.reset()
  emptyWorkspace()
  await visit()
})

afterEach(() => {
  closeNotices()
  world.network.resetHandlers()
  services.close()
})

afterAll(() => world.close())

const patience = { timeout: 15_000 }
const gallery = () => within(screen.getByRole('region', { name: 'Gallery' }))
const gemini = async () => (await world.simulator.state()).gemini
const set = (fallback: FallbackRule) => useWorkspace.getState().adjust({ fallback })
const press = async (prompt: string) => {
  const user = userEvent.setup()
  await user.type(screen.getByRole('textbox', { name: 'Prompt' }), prompt.replaceAll('[', '[['))
  await user.click(screen.getByRole('button', { name: /^Generate/ }))
}
const failed = (kind: string) =>
  waitFor(() => {
    const cell = document.querySelector<HTMLElement>('[role="gridcell"][data-phase="failed"]')
    expect(cell?.dataset.failure).toBe(kind)
    return cell as HTMLElement
  }, patience)
const offerIn = (card: HTMLElement) => within(card).queryByRole('button', { name: /^Use Gemini/ })

test('8.5 asked: the refused run has a button with its price, and the picture takes its place, once, over a reload', async () => {
  await press('a red fox [[submit:455]] [[slow:0.6]]')
  const card = await failed('unavailable')
  expect(card).toHaveTextContent('under maintenance')
  const offer = within(card).getByRole('button', { name: 'Use Gemini (about $0.03)' })
  await userEvent.dblClick(offer)
  await waitFor(async () => expect((await gemini()).calls).toHaveLength(1), patience)
  await waitFor(() => expect(document.querySelector('[data-phase="working"]')).not.toBeNull(), patience)

  services.close()
  cleanup()
  await visit()
  await gallery().findByRole('gridcell', { name: /^a red fox .*, Gemini Nano Banana 2\.1,/ }, patience)
  expect(await screen.findByText(/was made by Gemini Nano Banana 2\.1, not by Flux Kontext Pro\.$/)).toBeInTheDocument()
  expect(document.querySelectorAll('[role="gridcell"]')).toHaveLength(1)
  const { charges } = await world.simulator.state()
  expect([(await gemini()).charges.length, charges.length]).toEqual([1, 0])

  await userEvent.click(within(screen.getByRole('banner')).getByRole('button', { name: /^Tasks/ }))
  await screen.findByText('about $0.03 at Gemini', {}, patience)
  const rows = screen.getAllByRole('listitem').filter((item) => item.id.startsWith('task-'))
  expect(rows.map((row) => row.textContent)).toEqual([
    expect.stringContaining('Gemini Nano Banana 2.1, in place of Flux Kontext Pro'),
    expect.stringContaining('not charged'),
  ])
})

test('8.5 always: it goes on by itself, says so, and names who made the picture', async () => {
  set('always')
  await press('a red fox [[submit:455]]')
  await screen.findByText(/under maintenance\. Gemini makes “a red fox .*” instead\.$/, {}, patience)
  await gallery().findByRole('gridcell', { name: /^a red fox .*Gemini/ }, patience)
  expect(document.querySelector('[data-phase="failed"]')).toBeNull()
  expect((await gemini()).charges).toHaveLength(1)
})

test('8.5 never: nothing is offered', async () => {
  set('never')
  await press('a red fox [[submit:455]]')
  const card = await failed('unavailable')
  expect(offerIn(card)).toBeNull()
  expect(within(card).getByRole('button', { name: /^Try again/ })).toBeInTheDocument()
})

test('8.5 what was refused for its content is offered nowhere else, whatever the setting', async () => {
  set('always')
  await press('a red fox [[policy]]')
  expect(offerIn(await failed('rejected'))).toBeNull()
  expect((await gemini()).calls).toEqual([])
})

test('8.5 what may have been taken is offered with the words that it may be paid twice, and never goes on by itself', async () => {
  set('always')
  await press('a red fox [[submit:500]]')
  const card = await failed('unconfirmed')
  expect(offerIn(card)).toHaveTextContent('Use Gemini (about $0.03, may be paid twice)')
  expect((await gemini()).calls).toEqual([])
})

test('8.5 without a second service behind the proxy the first one’s words stay, alone', async () => {
  world.network.use(http.get('*/api/health', () => Response.json({ mode: 'live', gateway: 'kie' })))
  services.close()
  cleanup()
  await visit()
  await press('a red fox [[submit:455]]')
  expect(offerIn(await failed('unavailable'))).toBeNull()
})

test('Settings hold the choice, and say who would be asked for how much', async () => {
  await userEvent.click(screen.getByRole('button', { name: 'Settings' }))
  const part = within(await screen.findByRole('region', { name: 'Fallback' }, patience))
  const choice = part.getByRole('radiogroup', { name: 'Fallback' })
  expect(within(choice).getByRole('radio', { name: 'Ask' })).toBeChecked()
  expect(part.getByText(/Gemini Nano Banana 2\.1/)).toHaveTextContent('about $0.03')
  await userEvent.click(within(choice).getByRole('radio', { name: 'Never' }))
  expect(useWorkspace.getState().fallback).toBe('never')
})

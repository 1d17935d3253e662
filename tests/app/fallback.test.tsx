import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { http } from 'msw'
import { expect, test } from 'vitest'
import type { FallbackRule } from '#domain/run.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { failedCard, gallery, generate, patience, visitPage } from '../support/page-visits.tsx'

const page = visitPage()
const gemini = async () => (await page.service()).gemini
const set = (fallback: FallbackRule) => useWorkspace.getState().adjust({ fallback })
const offerIn = (card: HTMLElement) => within(card).queryByRole('button', { name: /^Use Gemini/ })

test('8.5 asked: the refused run has a button with its price, and the picture takes its place, once, over a reload', async () => {
  await generate('a red fox [[submit:455]] [[slow:0.6]]')
  const card = await failedCard('unavailable')
  expect(card).toHaveTextContent('under maintenance')
  const offer = within(card).getByRole('button', { name: 'Use Gemini (about $0.03)' })
  await userEvent.dblClick(offer)
  await waitFor(async () => expect((await gemini()).calls).toHaveLength(1), patience)
  await waitFor(() => expect(document.querySelector('[data-phase="working"]')).not.toBeNull(), patience)

  await page.reload()
  await gallery().findByRole('gridcell', { name: /^a red fox .*, Gemini Nano Banana 2\.1,/ }, patience)
  expect(
    await screen.findByText(/was made by Gemini Nano Banana 2\.1 instead of Flux Kontext Pro\.$/),
  ).toBeInTheDocument()
  expect(document.querySelectorAll('[role="gridcell"]')).toHaveLength(1)
  const { charges } = await page.service()
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
  await generate('a red fox [[submit:455]]')
  await screen.findByText(/under maintenance\. Gemini makes “a red fox .*” instead\.$/, {}, patience)
  await gallery().findByRole('gridcell', { name: /^a red fox .*Gemini/ }, patience)
  expect(document.querySelector('[data-phase="failed"]')).toBeNull()
  expect((await gemini()).charges).toHaveLength(1)
})

test('8.5 never: nothing is offered', async () => {
  set('never')
  await generate('a red fox [[submit:455]]')
  const card = await failedCard('unavailable')
  expect(offerIn(card)).toBeNull()
  expect(within(card).getByRole('button', { name: /^Try again/ })).toBeInTheDocument()
})

test('8.5 what was refused for its content is offered nowhere else, whatever the setting', async () => {
  set('always')
  await generate('a red fox [[policy]]')
  expect(offerIn(await failedCard('rejected'))).toBeNull()
  expect((await gemini()).calls).toEqual([])
})

test('8.5 what may have been taken is offered with the words that it may be paid twice, and never goes on by itself', async () => {
  set('always')
  await generate('a red fox [[submit:500]]')
  const card = await failedCard('unconfirmed')
  expect(offerIn(card)).toHaveTextContent('Use Gemini (about $0.03, may be paid twice)')
  expect((await gemini()).calls).toEqual([])
})

test('8.5 without a second service behind the proxy the first one’s words stay, alone', async () => {
  page.break(http.get('*/api/health', () => Response.json({ mode: 'live', gateway: 'kie' })))
  await page.reload()
  await generate('a red fox [[submit:455]]')
  expect(offerIn(await failedCard('unavailable'))).toBeNull()
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

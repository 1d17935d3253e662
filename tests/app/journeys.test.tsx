import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { HttpResponse, http } from 'msw'
import { expect, test } from 'vitest'
import { failedCard, gallery, generate, patience, visitPage } from '../support/page-visits.tsx'

const page = visitPage()
const cells = () => gallery().findAllByRole('gridcell', {}, patience)

test('a prompt becomes a picture in the gallery, for one charge, and the prompt stays', async () => {
  await generate('a red fox')
  await gallery().findByRole('gridcell', { name: /^a red fox, Flux Kontext Pro/ }, patience)
  expect(screen.getByRole('textbox', { name: 'Prompt' })).toHaveValue('a red fox')
  expect((await page.service()).charges).toHaveLength(1)
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

test('a refusal of the service stays on its card with its reason, and costs nothing', async () => {
  await generate('a red fox [[policy]]')
  const card = await failedCard('rejected')
  expect(card).toHaveTextContent(/safety rules/)
  expect(within(card).getByRole('button', { name: /^Try again.*5 credits/ })).toBeInTheDocument()
  expect((await page.service()).charges.every(({ refunded }) => refunded)).toBe(true)
})

test('a rejected API key leads to where a key is set', async () => {
  page.break(http.post('*/api/v1/*', () => HttpResponse.json({ code: 401, msg: 'Unauthorized', data: null })))
  await generate('a red fox')
  const card = await failedCard('unauthorized')
  await userEvent.click(within(card).getByRole('button', { name: /key|settings/i }))
  expect(await screen.findByRole('dialog', { name: 'Settings' }, patience)).toBeInTheDocument()
})

test('an answer lost on its way to the page is unconfirmed: this is shown, and it was sent once', async () => {
  let posts = 0
  page.break(
    http.post('*/api/v1/flux/*', () => {
      posts += 1
      return HttpResponse.json({ code: 500, msg: 'Internal Server Error', data: null })
    }),
  )
  await generate('a red fox')
  const card = await failedCard('unconfirmed')
  expect(card).toHaveTextContent(/may have been/)
  expect(posts).toBe(1)
})

test('a proxy that is down is reported on the run, before anything is sent', async () => {
  page.break(http.all('*/api/*', () => HttpResponse.error()))
  await generate('a red fox')
  expect(await failedCard('unavailable')).toHaveTextContent(/cannot be reached/)
  expect((await page.service()).submissions).toEqual([])
})

test('several runs end with their own prompts', async () => {
  for (const prompt of ['one stone', 'two birds', 'three doors']) await generate(prompt)
  await waitFor(async () => {
    const names = (await cells()).map((cell) => cell.getAttribute('aria-label')?.split(',')[0])
    expect(names.toSorted()).toEqual(['one stone', 'three doors', 'two birds'])
  }, patience)
  const kept = await page.store().pictures('gallery', 10)
  for (const { prompt, origin } of kept) {
    expect(origin.kind === 'made' && origin.recipe.draft.prompt).toBe(prompt)
  }
})

test('keys lead from the form to the image and back', async () => {
  await generate('a red fox')
  const tile = await gallery().findByRole('gridcell', { name: /^a red fox, Flux Kontext Pro/ }, patience)
  await userEvent.click(tile)
  const prompt = screen.getByRole('textbox', { name: 'Prompt' })
  await userEvent.click(prompt)
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(screen.getByRole('group', { name: 'View' })).toHaveFocus())
  await userEvent.keyboard('w')
  await waitFor(() => expect(prompt).toHaveFocus())
  expect(prompt).toHaveValue('a red fox')
  await userEvent.keyboard('{Escape}{Shift>}W{/Shift}')
  const variants = screen.getByRole('spinbutton', { name: 'Variants' })
  await waitFor(() => expect(variants).toHaveFocus())
  await userEvent.keyboard('{Escape}')
  await waitFor(() => expect(screen.getByRole('group', { name: 'View' })).toHaveFocus())
})

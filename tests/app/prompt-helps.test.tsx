import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test } from 'vitest'
import { logOf } from '#acts/act-log.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { renderForm } from '../support/render-compose.tsx'

beforeEach(emptyWorkspace)

const prompt = () => screen.getByRole('textbox', { name: 'Prompt' })
const write = (text: string) => fireEvent.change(prompt(), { target: { value: text } })

test('a press adds a sentence about what to keep, another takes it out, and Undo brings it back', async () => {
  const { keep, show, store } = await renderForm()
  await keep(['photo'], 'flux-kontext')
  show()
  write('Make it night')
  const face = await screen.findByRole('button', { name: 'Face' })
  expect(face).toHaveAttribute('aria-pressed', 'false')
  await userEvent.click(face)
  expect(prompt()).toHaveValue('Make it night. Keep the face exactly as it is.')
  expect(face).toHaveAttribute('aria-pressed', 'true')
  await userEvent.click(screen.getByRole('button', { name: 'Text' }))
  await userEvent.click(face)
  expect(prompt()).toHaveValue('Make it night. Keep all text exactly as it is.')
  await act(() => logOf(store).undo())
  await waitFor(() =>
    expect(prompt()).toHaveValue('Make it night. Keep the face exactly as it is. Keep all text exactly as it is.'),
  )
})

test('without a source there is nothing to keep', async () => {
  const { show } = await renderForm()
  show()
  write('a street without cars')
  expect(await screen.findByText(/say what should be there instead/)).toHaveTextContent('“without”')
  expect(screen.queryByRole('button', { name: 'Face' })).toBeNull()
})

test.each(['a nobleman in Oslo', 'a notice board', 'a northern knot', ''])(
  '"%s" holds no negative word',
  async (text) => {
    const { keep, show } = await renderForm()
    await keep(['photo'], 'flux-kontext')
    show()
    write(text)
    if (text !== '') await screen.findByRole('button', { name: 'Face' })
    expect(screen.queryByText(/say what should be there instead/)).toBeNull()
  },
)

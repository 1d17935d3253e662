import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { logOf } from '#acts/act-log.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { renderForm } from '../support/render-compose.tsx'
import { closeNotices } from '../support/render-gallery.tsx'

beforeEach(emptyWorkspace)
afterEach(closeNotices)

const prompt = () => screen.getByRole('textbox', { name: 'Prompt' })
const submit = () => screen.getByRole('button', { name: /^Edit/ })

async function openForm() {
  const form = await renderForm()
  useWorkspace.getState().chooseFamily('flux-2')
  await form.keep(['bag', 'chair', 'room'], 'flux-2')
  form.show()
  await screen.findByRole('img', { name: 'Image 3: room.jpg' })
  return form
}

test('"@" lists the sources; arrows and Enter put one into the text, which submits nothing', async () => {
  const { sent } = await openForm()
  await userEvent.type(prompt(), 'put @')
  const list = await screen.findByRole('listbox', { name: 'Images for the prompt' })
  const options = within(list).getAllByRole('option')
  const names = ['Image 1bag.jpg', 'Image 2chair.jpg', 'Image 3room.jpg']
  await waitFor(() => expect(options.map(({ textContent }) => textContent)).toEqual(names))
  await userEvent.keyboard('{ArrowDown}')
  expect(prompt()).toHaveAttribute('aria-activedescendant', options[1]?.id)
  await userEvent.keyboard('{Enter}')
  expect(prompt()).toHaveValue('put @2')
  expect(screen.queryByRole('listbox')).toBeNull()
  expect(prompt()).toHaveFocus()
  await userEvent.keyboard(' on @')
  await userEvent.click(within(await screen.findByRole('listbox')).getByRole('option', { name: /room/ }))
  expect(prompt()).toHaveValue('put @2 on @3')
  await userEvent.keyboard(' @')
  await screen.findByRole('listbox')
  await userEvent.keyboard('{Escape}')
  expect(screen.queryByRole('listbox')).toBeNull()
  expect(prompt()).toHaveValue('put @2 on @3 @')
  expect(sent).toEqual([])
})

test('plain typing with "@" stays as it is', async () => {
  await openForm()
  await userEvent.type(prompt(), 'a sign that reads hello@2.example and @home')
  expect(prompt()).toHaveValue('a sign that reads hello@2.example and @home')
  expect(submit()).not.toHaveAttribute('aria-disabled')
})

test('a reference follows its image, is red and blocks when that is removed, and comes back by Undo', async () => {
  const { sent } = await openForm()
  fireEvent.change(prompt(), { target: { value: 'put @1 on @2' } })
  fireEvent.click(screen.getByRole('button', { name: 'Move image 1 later' }))
  expect(prompt()).toHaveValue('put @2 on @1')

  fireEvent.click(screen.getByRole('button', { name: 'Remove image 2' }))
  expect(prompt()).toHaveValue('put @? on @1')
  expect(submit()).toHaveAccessibleDescription(
    'The prompt names an image that was removed. Replace or delete @? in it.',
  )
  await waitFor(() => expect(document.querySelector('.prompt-reference-lost')).toHaveTextContent('@?'))
  await userEvent.click(submit())
  expect(sent).toEqual([])

  await userEvent.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(prompt()).toHaveValue('put @2 on @1'))
  await userEvent.click(submit())
  expect(sent[0]?.draft.prompt).toBe('put @2 on @1')
  expect(sent[0]?.sources).toEqual(useWorkspace.getState().sources['flux-2'])
})

test('a prompt that is reused has the references of its recipe', async () => {
  const { keep } = await openForm()
  const [first, second] = await keep(['cup', 'table'])
  if (!first || !second) throw new Error('two images were kept')
  act(() =>
    useWorkspace.getState().recall({ family: 'flux-2', draft: { prompt: '@2 on @1' }, sources: [second, first] }),
  )
  expect(prompt()).toHaveValue('@2 on @1')
  expect(useWorkspace.getState().sources['flux-2']).toEqual([second, first])
})

test('a role is part of what is sent, is seen before, stays with its image and is undone', async () => {
  const { store } = await openForm()
  fireEvent.change(prompt(), { target: { value: 'A shop window' } })
  await userEvent.click(screen.getByText('Roles'))
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Role of image 2' }), 'Style')
  fireEvent.click(screen.getByRole('button', { name: 'Move image 2 earlier' }))
  expect(screen.getByRole('combobox', { name: 'Role of image 1' })).toHaveValue('style')
  await userEvent.click(screen.getByRole('button', { name: 'What will be sent' }))
  const text = await within(await screen.findByRole('dialog')).findByRole('region', { name: 'Text' })
  expect(text).toHaveTextContent('A shop window. Use image 1 as the style reference.')
  await act(() => logOf(store).undo())
  expect(screen.getByLabelText('Role of image 2')).toHaveValue('style')
  await act(() => logOf(store).undo())
  expect(screen.getByLabelText('Role of image 2')).toHaveValue('')
})

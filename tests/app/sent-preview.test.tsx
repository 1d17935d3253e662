import { fireEvent, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test } from 'vitest'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { renderForm } from '../support/render-compose.tsx'

beforeEach(emptyWorkspace)

const open = async () => {
  await userEvent.click(screen.getByRole('button', { name: 'What will be sent' }))
  return screen.findByRole('dialog', { name: 'What will be sent' })
}
const part = (dialog: HTMLElement, name: string) => within(dialog).findByRole('region', { name })

test('"What will be sent" shows text, images, options and price, and sends nothing', async () => {
  const { keep, sent, show } = await renderForm()
  useWorkspace.getState().chooseFamily('flux-2')
  useWorkspace.getState().editDraft('flux-2', { prompt: 'a bag\non a chair', size: '2K' })
  await keep(['bag', 'chair'], 'flux-2')
  show()
  const dialog = await open()
  expect((await part(dialog, 'Text')).querySelector('p')?.textContent).toBe('a bag\non a chair')
  const images = await within(await part(dialog, 'Images')).findAllByRole('listitem')
  expect(images.map(({ textContent }) => textContent)).toEqual(['11 × 1 · 1 KB · PNG', '21 × 1 · 1 KB · PNG'])
  const options = within(await part(dialog, 'Options'))
  expect(options.getByText('resolution').nextElementSibling).toHaveTextContent('2K')
  expect(options.getByText('model').nextElementSibling).toHaveTextContent('flux-2/pro-image-to-image')
  expect(dialog).toHaveTextContent('1 request · 7 credits')
  expect(sent).toEqual([])
})

test('of a batch shows each kind once with its number; an empty prompt is reported', async () => {
  const { show } = await renderForm()
  show()
  fireEvent.change(screen.getByRole('spinbutton', { name: 'Variants' }), { target: { value: '3' } })
  fireEvent.click(screen.getByRole('radio', { name: 'Max' }), { shiftKey: true })
  await screen.findByRole('button', { name: 'Generate 6 · 45 credits' })
  const dialog = await open()
  expect(await part(dialog, 'Options 1')).toHaveTextContent('Options 1 of 2 · sent 3 times')
  expect(await part(dialog, 'Options 2')).toHaveTextContent('flux-kontext-max')
  expect(dialog).toHaveTextContent('6 requests · 45 credits')
  expect(within(dialog).getByRole('alert')).toHaveTextContent('Cannot be sent yet: Write what you want to see.')
})

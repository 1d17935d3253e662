import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { logOf } from '#acts/act-log.ts'
import type { RunId } from '#domain/ids.ts'
import type { Run } from '#domain/run.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { renderForm } from '../support/render-compose.tsx'

beforeEach(emptyWorkspace)
afterEach(() => vi.restoreAllMocks())

const prompt = () => screen.getByRole('textbox', { name: 'Prompt' })
const write = (text: string) => fireEvent.change(prompt(), { target: { value: text } })
const open = async (tab?: string) => {
  await userEvent.click(screen.getByRole('button', { name: 'Prompt tools' }))
  const dialog = await screen.findByRole('dialog', { name: 'Prompt tools' })
  if (tab) await userEvent.click(within(dialog).getByRole('tab', { name: tab }))
  return within(dialog)
}

function runOf(index: number, family: string, text: string): Run {
  return {
    id: `run-${index}` as RunId,
    recipe: { family, draft: { prompt: text }, sources: [] },
    marks: { createdAt: Date.UTC(2020, 4, index + 1, 12), priceCredits: 5, pace: family },
    state: { phase: 'queued' },
  }
}

test('an earlier prompt of any family is found by its words, replaces what is written, and Undo brings that back', async () => {
  const { show, store } = await renderForm()
  await store.saveRun(runOf(1, 'flux-kontext', 'A lighthouse at dusk'))
  await store.saveRun(runOf(2, 'flux-2', 'A red barn in snow'))
  await store.saveRun(runOf(3, 'flux-2', 'A lighthouse at dusk'))
  show()
  write('something new')
  const tools = await open()
  const earlier = await tools.findAllByRole('listitem')
  expect(earlier.map((item) => item.textContent)).toEqual([
    'A lighthouse at duskFlux 2 · Monday, 4 May 2020',
    'A red barn in snowFlux 2 · Sunday, 3 May 2020',
  ])
  fireEvent.change(tools.getByRole('searchbox', { name: 'Search prompts' }), { target: { value: 'snow BARN' } })
  await userEvent.click(tools.getByRole('button', { name: /red barn/ }))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(prompt()).toHaveValue('A red barn in snow')
  await waitFor(() => expect(prompt()).toHaveFocus())
  await act(() => logOf(store).undo())
  await waitFor(() => expect(prompt()).toHaveValue('something new'))
})

test('a prompt is saved as a template with blanks, kept over a reload, filled and used', async () => {
  const { show } = await renderForm()
  show()
  write('Put [thing] on the table')
  let tools = await open('Templates')
  await userEvent.click(tools.getByRole('button', { name: 'Save the prompt as a template' }))
  expect(JSON.parse(localStorage.getItem('atelier-workspace.templates') ?? '')).toEqual(['Put [thing] on the table'])
  await userEvent.click(tools.getByRole('button', { name: 'Put [thing] on the table' }))
  fireEvent.change(tools.getByRole('textbox', { name: 'thing' }), { target: { value: 'a blue cup' } })
  expect(tools.getByLabelText('Prompt with its blanks filled')).toHaveTextContent('Put a blue cup on the table')
  await userEvent.click(tools.getByRole('button', { name: 'Use as prompt' }))
  expect(prompt()).toHaveValue('Put a blue cup on the table')

  tools = await open('Templates')
  await userEvent.click(tools.getByRole('button', { name: /^Remove “Put/ }))
  expect(useWorkspace.getState().templates).toEqual([])
  act(() => screen.getByRole('button', { name: 'Undo' }).click())
  await waitFor(() => expect(useWorkspace.getState().templates).toEqual(['Put [thing] on the table']))
})

test('removing and saving a template are acts that can be undone, also after a reload', async () => {
  const { show, store } = await renderForm()
  useWorkspace.getState().adjust({ templates: ['first', 'second', 'third'] })
  show()
  write('fourth')
  const tools = await open('Templates')
  await userEvent.click(tools.getByRole('button', { name: 'Remove “second”' }))
  await userEvent.click(tools.getByRole('button', { name: 'Save the prompt as a template' }))
  const stored = () => JSON.parse(localStorage.getItem('atelier-workspace.templates') ?? '') as unknown
  await waitFor(() => expect(stored()).toEqual(['fourth', 'first', 'third']))
  await waitFor(async () => expect((await store.acts.commands()).at(-1)?.label).toBe('save template'))
  // A page that is loaded again has a new log over the same records.
  const reloaded = logOf({ ...store })
  await act(() => reloaded.undo())
  expect(stored()).toEqual(['first', 'third'])
  await act(() => reloaded.undo())
  expect(stored()).toEqual(['first', 'second', 'third'])
  await act(() => reloaded.redo())
  expect(stored()).toEqual(['first', 'third'])
})

test('a scene sheet writes prose, which is shown before it is added to the prompt', async () => {
  const { show } = await renderForm()
  show()
  write('Wide format.')
  const tools = await open('Scene')
  fireEvent.change(tools.getByRole('textbox', { name: 'Subject' }), { target: { value: 'a red bicycle' } })
  fireEvent.change(tools.getByRole('textbox', { name: 'Light' }), { target: { value: 'low and warm' } })
  expect(tools.getByLabelText('Scene as a prompt')).toHaveTextContent('A red bicycle. The light is low and warm.')
  await userEvent.click(tools.getByRole('button', { name: 'Add to prompt' }))
  expect(prompt()).toHaveValue('Wide format. A red bicycle. The light is low and warm.')
  expect(useWorkspace.getState().scene).toEqual({ subject: 'a red bicycle', light: 'low and warm' })
})

test('colours need an image, and Ctrl / opens the tools while typing', async () => {
  const { show } = await renderForm()
  show()
  await userEvent.click(prompt())
  await userEvent.keyboard('{Control>}/{/Control}')
  const dialog = await screen.findByRole('dialog', { name: 'Prompt tools' })
  await userEvent.click(within(dialog).getByRole('tab', { name: 'Colour' }))
  expect(dialog).toHaveTextContent('Add an image, or show one on the stage.')
})

/** A canvas that shows an image of 4 × 1 pixels: three red, one blue. */
function fakeCanvas() {
  const row = [
    [200, 20, 20],
    [200, 20, 20],
    [200, 20, 20],
    [20, 20, 200],
  ].flatMap((colour) => [...colour, 255])
  const context = { drawImage: () => undefined, getImageData: () => ({ data: Uint8ClampedArray.from(row) }) }
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never)
  vi.spyOn(HTMLImageElement.prototype, 'naturalWidth', 'get').mockReturnValue(4)
  vi.spyOn(HTMLImageElement.prototype, 'naturalHeight', 'get').mockReturnValue(1)
  vi.spyOn(HTMLImageElement.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(100, 50, 400, 100))
}

test('a colour of a source goes to the cursor in the prompt, as a name and a number', async () => {
  fakeCanvas()
  const { show, keep } = await renderForm()
  await keep(['photo'], 'flux-kontext')
  show()
  write('Paint the door')
  let tools = await open('Colour')
  const image = await tools.findByRole('img', { name: 'Colours of image 1' })
  fireEvent.load(image)
  const main = tools.getAllByRole('button', { name: /#[0-9A-F]{6}$/ })
  expect(main.map((button) => button.textContent)).toEqual(['vivid red #C81414', 'dark vivid blue #1414C8'])
  await userEvent.click(tools.getByRole('button', { name: 'dark vivid blue #1414C8' }))
  expect(prompt()).toHaveValue('Paint the door dark vivid blue #1414C8')

  tools = await open('Colour')
  const again = await tools.findByRole('img', { name: 'Colours of image 1' })
  fireEvent.click(again, { clientX: 110, clientY: 90 })
  expect(prompt()).toHaveValue('Paint the door dark vivid blue #1414C8 vivid red #C81414')
})

test('a prompt longer than the model follows well gets a hint', async () => {
  const { show } = await renderForm()
  show()
  act(() => useWorkspace.getState().chooseFamily('flux-2'))
  write('word '.repeat(151))
  expect(await screen.findByText(/^151 words\. Flux 2 follows 30 to 80 words best/)).toBeVisible()
  write('word '.repeat(150))
  await waitFor(() => expect(screen.queryByText(/follows 30 to 80/)).toBeNull())
})

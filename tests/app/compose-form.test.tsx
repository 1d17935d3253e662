import { act, fireEvent, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useWorkspace } from '#workspace/workspace.ts'
import { eventually } from '../support/eventually.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { renderForm } from '../support/render-compose.tsx'

beforeEach(emptyWorkspace)
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const prompt = () => screen.getByRole('textbox', { name: 'Prompt' })
const submit = () => screen.getByRole('button', { name: /^(Generate|Edit)/ })
const labelsOf = (group: string) =>
  within(screen.getByRole('radiogroup', { name: group }))
    .getAllByRole('radio')
    .map((radio) => (radio as HTMLInputElement).labels?.[0]?.textContent)
const choose = (group: string, option: string) =>
  userEvent.click(within(screen.getByRole('radiogroup', { name: group })).getByRole('radio', { name: option }))
const openFlux2 = () => userEvent.click(screen.getByRole('tab', { name: 'Flux 2' }))

describe('what each tab offers', () => {
  test('Flux Kontext from words: seven ratios, two models, two formats, tolerance to 6, the rest folded away', async () => {
    const { show } = await renderForm()
    show()
    expect(screen.getByRole('tab', { name: 'Flux Kontext', selected: true })).toBeVisible()
    expect(labelsOf('Aspect ratio')).toEqual(['21:9', '16:9', '4:3', '1:1', '3:4', '9:16', '16:21'])
    expect(labelsOf('Model')).toEqual(['Pro', 'Max'])
    expect(labelsOf('Format')).toEqual(['JPEG', 'PNG'])
    expect(screen.getByRole('slider', { name: 'Safety tolerance' })).toHaveAttribute('max', '6')
    expect(screen.queryByRole('radiogroup', { name: 'Size' })).toBeNull()

    const more = screen.getByText('More').closest('details')
    expect(more).not.toHaveAttribute('open')
    await userEvent.click(screen.getByText('More'))
    expect(screen.getByRole('switch', { name: 'Translate prompt' })).toBeChecked()
    expect(screen.getByRole('switch', { name: 'Enhance prompt' })).not.toBeChecked()
    expect(within(more as HTMLElement).getByRole('textbox', { name: 'Watermark' })).toHaveValue('')
  })

  test('Flux Kontext with a source: the ratio starts at the input, a tolerance of 4 is lowered to 2 and that is said', async () => {
    const { keep, show } = await renderForm()
    useWorkspace.getState().editDraft('flux-kontext', { safetyTolerance: 4 })
    await keep(['photo'], 'flux-kontext')
    show()
    expect(labelsOf('Aspect ratio')[0]).toBe('Match input')
    expect(screen.getByRole('radio', { name: 'Match input' })).toBeChecked()
    const tolerance = screen.getByRole('slider', { name: 'Safety tolerance' })
    expect(tolerance).toHaveAttribute('max', '2')
    expect(tolerance).toHaveValue('2')
    expect(tolerance).toHaveAccessibleDescription(/Lowered from 4 to 2/)
    expect(submit()).toHaveAccessibleName('Edit · 5 credits')
    expect(await screen.findByText('photo.jpg')).toBeVisible()
  })

  test('Flux 2: its own ratios, sizes and formats; "Auto" only with a source', async () => {
    const { keep, show } = await renderForm()
    show()
    await openFlux2()
    expect(labelsOf('Aspect ratio')).toEqual(['1:1', '4:3', '3:4', '16:9', '9:16', '3:2', '2:3'])
    expect(labelsOf('Size')).toEqual(['1K', '2K'])
    expect(labelsOf('Model')).toEqual(['Pro', 'Flex'])
    expect(labelsOf('Format')).toEqual(['Original', 'JPEG', 'PNG'])
    expect(screen.getByRole('switch', { name: 'Content filter' })).not.toBeChecked()
    expect(screen.queryByRole('slider', { name: 'Safety tolerance' })).toBeNull()

    await keep(['bag'], 'flux-2')
    expect(await screen.findByRole('radio', { name: 'Auto' })).toBeChecked()
    expect(labelsOf('Aspect ratio')).toHaveLength(8)
  })

  test('keeps a draft for each tab, over a new start of the page too', async () => {
    const first = await renderForm()
    const { unmount } = first.show()
    await userEvent.type(prompt(), 'a bridge')
    await choose('Aspect ratio', '21:9')
    await openFlux2()
    expect(prompt()).toHaveValue('')
    await userEvent.type(prompt(), 'a boat')
    await choose('Model', 'Flex')
    unmount()

    const second = await renderForm()
    second.show()
    expect(screen.getByRole('tab', { name: 'Flux 2', selected: true })).toBeVisible()
    expect(prompt()).toHaveValue('a boat')
    expect(screen.getByRole('radio', { name: 'Flex' })).toBeChecked()
    await userEvent.click(screen.getByRole('tab', { name: 'Flux Kontext' }))
    expect(prompt()).toHaveValue('a bridge')
    expect(screen.getByRole('radio', { name: '21:9' })).toBeChecked()
  })
})

describe('the price on the button', () => {
  test.each([
    ['Flux Kontext', 'Pro', undefined, 5],
    ['Flux Kontext', 'Max', undefined, 10],
    ['Flux 2', 'Pro', '1K', 5],
    ['Flux 2', 'Pro', '2K', 7],
    ['Flux 2', 'Flex', '1K', 14],
    ['Flux 2', 'Flex', '2K', 24],
  ])('of %s %s %s is the same from words and with a source', async (family, model, size, credits) => {
    const { keep, show } = await renderForm()
    show()
    await userEvent.click(screen.getByRole('tab', { name: family }))
    await choose('Model', model)
    if (size) await choose('Size', size)
    expect(submit()).toHaveAccessibleName(`Generate · ${credits} credits`)
    await keep(['photo'], useWorkspace.getState().family)
    expect(await screen.findByRole('button', { name: `Edit · ${credits} credits` })).toBeVisible()
  })
})

describe('why the button cannot be pressed', () => {
  test('is told under it; a press sends nothing and leads to the prompt', async () => {
    const { sent, show } = await renderForm()
    show()
    expect(submit()).toHaveAttribute('aria-disabled', 'true')
    expect(submit()).toBeEnabled()
    expect(submit()).toHaveAccessibleDescription('Write what you want to see.')
    await userEvent.click(submit())
    expect(prompt()).toHaveFocus()
    expect(screen.getByRole('alert')).toHaveTextContent('Write what you want to see.')
    expect(sent).toEqual([])
    await userEvent.type(prompt(), 'a hill')
    expect(submit()).not.toHaveAttribute('aria-disabled')
    expect(submit()).toHaveAccessibleDescription('Flux Kontext Pro · 16:9 · Ctrl Enter')
  })

  test('a prompt near its limit shows its length; one beyond it is refused with the number', async () => {
    const { sent, show } = await renderForm()
    useWorkspace.getState().editDraft('flux-kontext', { prompt: 'x'.repeat(4499) })
    show()
    expect(screen.queryByText(/of 5,000/)).toBeNull()
    await userEvent.type(prompt(), 'y')
    expect(prompt()).toHaveAccessibleDescription('4,500 of 5,000')
    await userEvent.click(prompt())
    await userEvent.paste('z'.repeat(512))
    expect(prompt()).toHaveAccessibleDescription('5,012 of 5,000: 12 over')
    expect(prompt()).toBeInvalid()
    expect(submit()).toHaveAccessibleDescription('The prompt is too long: 5,012 of at most 5,000 characters.')
    await userEvent.click(submit())
    expect(sent).toEqual([])
  })
})

describe('a submission', () => {
  test('carries the family, the whole draft and the sources; the prompt stays', async () => {
    const { keep, sent, show } = await renderForm()
    const ids = await keep(['photo'], 'flux-kontext')
    show()
    await userEvent.type(prompt(), 'make it night')
    await userEvent.click(submit())
    expect(sent).toEqual([
      {
        family: 'flux-kontext',
        draft: expect.objectContaining({ prompt: 'make it night', editRatio: 'match' }),
        sources: ids,
      },
    ])
    expect(prompt()).toHaveValue('make it night')
    expect(submit()).toHaveAccessibleDescription('Added')
  })

  test('says that it was added until the code that runs it is loaded, on a slow network too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], shouldAdvanceTime: true })
    let load: (isStarted: boolean) => void = () => undefined
    const loading = new Promise<boolean>((resolve) => {
      load = resolve
    })
    const { show } = await renderForm({ generate: () => loading })
    show()
    fireEvent.change(prompt(), { target: { value: 'a lake' } })
    fireEvent.click(submit())
    await act(() => vi.advanceTimersByTimeAsync(10_000))
    expect(submit()).toHaveAccessibleDescription('Added')
    load(true)
    await act(() => vi.advanceTimersByTimeAsync(0))
    expect(submit()).not.toHaveAccessibleDescription('Added')
  })

  test('starts with Ctrl Enter inside the prompt too', async () => {
    const { sent, show } = await renderForm()
    show()
    await userEvent.type(prompt(), 'a lake{Control>}{Enter}{/Control}')
    expect(sent).toHaveLength(1)
    expect(prompt()).toHaveValue('a lake')
  })

  test('never starts with Enter in a field of one line (E7)', async () => {
    const { sent, show } = await renderForm()
    show()
    await userEvent.type(prompt(), 'a lake')
    await userEvent.click(screen.getByText('More'))
    await userEvent.type(screen.getByRole('textbox', { name: 'Watermark' }), 'mine{Enter}')
    screen.getByRole('radio', { name: '16:9' }).focus()
    await userEvent.keyboard('{Enter}')
    expect(sent).toEqual([])
    await userEvent.click(submit())
    expect(sent).toHaveLength(1)
  })

  test('P09 happens once if effects run twice, and if the form is unmounted and mounted again', async () => {
    const { sent, show } = await renderForm()
    show({ reactStrictMode: true }).unmount()
    show({ reactStrictMode: true })
    await userEvent.type(prompt(), 'a lake')
    await userEvent.click(submit())
    expect(sent).toHaveLength(1)
  })

  test('P08 happens once for a double click and for keys on top of it, and again after a moment', async () => {
    const { sent, show } = await renderForm()
    const now = vi.spyOn(performance, 'now').mockReturnValue(10_000)
    show()
    await userEvent.type(prompt(), 'a lake')
    await userEvent.dblClick(submit())
    await userEvent.type(prompt(), '{Control>}{Enter}{/Control}')
    expect(sent).toHaveLength(1)

    now.mockReturnValue(10_500)
    await userEvent.click(submit())
    now.mockReturnValue(11_050)
    await userEvent.click(submit())
    expect(sent, 'presses that follow each other are one wish').toHaveLength(1)

    now.mockReturnValue(11_700)
    await userEvent.click(submit())
    expect(sent).toHaveLength(2)
  })

  test('of a changed form is a new submission, not the previous one', async () => {
    const { sent, show } = await renderForm()
    vi.spyOn(performance, 'now').mockReturnValue(10_000)
    show()
    await userEvent.type(prompt(), 'a lake')
    await userEvent.click(submit())
    await userEvent.type(prompt(), ' at dawn')
    await userEvent.click(submit())
    expect(sent.map(({ draft }) => draft.prompt)).toEqual(['a lake', 'a lake at dawn'])
  })
})

test('an empty prompt offers an example that can be put in', async () => {
  const { show } = await renderForm()
  show()
  await userEvent.click(screen.getByRole('button', { name: /^Try:/ }))
  expect((prompt() as HTMLTextAreaElement).value).toMatch(/^A paper lantern/)
  expect(screen.queryByRole('button', { name: /^Try:/ })).toBeNull()
})

test('a folded section shows the number of changed settings in it', async () => {
  const { show } = await renderForm()
  useWorkspace.getState().editDraft('flux-kontext', { watermark: 'studio', translate: false })
  show()
  expect(screen.getByText('· 2 changed')).toBeVisible()
})

describe('a run over a limit that the user set', () => {
  const words = 'This costs 5 credits, more than your limit of 4 per image.'
  const dialog = () => screen.findByRole('alertdialog', { name: 'More than you set' })

  test('is asked about in place, and sent once when the answer is yes', async () => {
    const { sent, show } = await renderForm({ question: async () => words })
    show()
    await userEvent.type(prompt(), 'a red fox')
    await userEvent.dblClick(submit())
    expect(await dialog()).toHaveTextContent(words)
    expect(sent).toEqual([])
    expect(within(await dialog()).getByRole('button', { name: 'Not now' })).toHaveFocus()
    await userEvent.click(submit())
    expect(sent).toHaveLength(1)
    expect(sent[0]?.draft.prompt).toBe('a red fox')
    expect(screen.queryByRole('alertdialog')).toBeNull()
  })

  test('is not sent when the answer is no, nor when the form was changed meanwhile', async () => {
    const { sent, show } = await renderForm({ question: async () => words })
    show()
    await userEvent.type(prompt(), 'a red fox')
    await userEvent.click(submit())
    await userEvent.click(within(await dialog()).getByRole('button', { name: 'Not now' }))
    expect(screen.queryByRole('alertdialog')).toBeNull()
    await userEvent.type(prompt(), ' in snow')
    await userEvent.click(submit())
    await dialog()
    await userEvent.type(prompt(), ', at night')
    expect(screen.queryByRole('alertdialog')).toBeNull()
    expect(sent).toEqual([])
  })

  test('is sent at once if it is within the limits after all', async () => {
    const { sent, show } = await renderForm({ question: async () => undefined })
    show()
    await userEvent.type(prompt(), 'a red fox')
    await userEvent.click(submit())
    await eventually(() => expect(sent).toHaveLength(1))
  })
})

import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, test } from 'vitest'
import { FamilyForm } from '#compose/family-form.tsx'
import { useFormSources } from '#compose/use-form-sources.ts'
import { emptyDocument } from '#domain/edit.ts'
import type { NonEmpty } from '#domain/ids.ts'
import type { Recipe, Run } from '#domain/run.ts'
import type { Generator } from '#generation/generator.ts'
import { flux2 } from '#models/flux-2.ts'
import { choices, type ModelFamily } from '#models/model.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { renderForm } from '../support/render-compose.tsx'

beforeEach(emptyWorkspace)

const submit = () => screen.getByRole('button', { name: /^(Generate|Edit)/ })
const variants = () => screen.getByRole('spinbutton', { name: 'Variants' })
const radio = (group: string, name: string) =>
  within(screen.getByRole('radiogroup', { name: group })).getByRole('radio', { name })
const named = (name: string) => screen.findByRole('button', { name })

/** The form, with the batches and single runs that it starts. `words`: the question of the budget. */
async function openForm(words?: string) {
  const batches: NonEmpty<Recipe>[] = []
  const asked: NonEmpty<Recipe>[] = []
  const form = await renderForm({
    async generateBatch(recipes) {
      batches.push(recipes)
      return [] as Run[]
    },
    question(recipes) {
      asked.push(recipes)
      return words === undefined ? undefined : Promise.resolve(words)
    },
  })
  useWorkspace.getState().editDraft('flux-kontext', { prompt: 'a lake' })
  useWorkspace.getState().editDraft('flux-2', { prompt: 'a lake' })
  form.show()
  return { ...form, batches, asked }
}

const addByShift = (element: HTMLElement) => fireEvent.click(element, { shiftKey: true })

describe('variants', () => {
  test('four variants are one batch of four recipes; the sum is on the button', async () => {
    const { batches, sent } = await openForm()
    fireEvent.change(variants(), { target: { value: '4' } })
    await userEvent.click(await named('Generate 4 · 20 credits'))
    expect(sent).toEqual([])
    expect(batches).toHaveLength(1)
    expect(batches[0]).toHaveLength(4)
    for (const { draft } of batches[0] ?? []) {
      expect(draft).toMatchObject({ prompt: 'a lake', aspectRatio: '16:9' })
      expect(draft).not.toHaveProperty('variants')
      expect(draft).not.toHaveProperty('further')
    }
  })

  test('one variant is a single run, whose recipe names no batch', async () => {
    const { batches, sent } = await openForm()
    await userEvent.click(submit())
    expect(batches).toEqual([])
    expect(sent[0]?.draft).not.toHaveProperty('variants')
  })

  test.each(['0', '13', '2.5', ''])('"%s" variants are refused with the reason; nothing is sent', async (typed) => {
    const { batches, sent } = await openForm()
    fireEvent.change(variants(), { target: { value: typed } })
    await waitFor(() => expect(submit()).toHaveAccessibleDescription('Variants: a whole number from 1 to 12.'))
    expect(variants()).toHaveDisplayValue(typed)
    await userEvent.click(submit())
    expect([...batches, ...sent]).toEqual([])
  })
})

describe('several options at once', () => {
  test('twelve images over three ratios take seven acts at most', async () => {
    const { batches } = await openForm()
    let acts = 0
    const one = async (work: () => unknown) => {
      acts += 1
      await work()
    }
    await one(() => userEvent.type(screen.getByRole('textbox', { name: 'Prompt' }), ' at dawn'))
    await one(() => userEvent.click(radio('Aspect ratio', '1:1')))
    await one(() => addByShift(radio('Aspect ratio', '16:9')))
    await one(() => addByShift(radio('Aspect ratio', '9:16')))
    await one(() => fireEvent.change(variants(), { target: { value: '4' } }))
    const button = await named('Generate 12 · 60 credits')
    await one(() => userEvent.click(button))
    expect(acts).toBeLessThanOrEqual(7)
    const ratios = batches[0]?.map(({ draft }) => draft.aspectRatio)
    expect(ratios).toEqual(['16:9', '1:1', '9:16'].flatMap((ratio) => [ratio, ratio, ratio, ratio]))
  })

  test('Shift adds and takes away; a plain click leaves only its own', async () => {
    await openForm()
    addByShift(radio('Aspect ratio', '1:1'))
    expect(await screen.findByText('2 chosen: 16:9, 1:1')).toBeVisible()
    expect(radio('Aspect ratio', '16:9')).toBeChecked()
    addByShift(radio('Aspect ratio', '1:1'))
    await named('Generate · 5 credits')
    addByShift(radio('Model', 'Max'))
    await named('Generate 2 · 15 credits')
    await userEvent.click(radio('Model', 'Max'))
    await named('Generate · 10 credits')
    expect(useWorkspace.getState().drafts['flux-kontext']).toMatchObject({ model: 'max', further: '' })
  })

  test('a long press adds on a touch screen, and its click does nothing more', async () => {
    await openForm()
    const square = radio('Aspect ratio', '1:1')
    fireEvent.pointerDown(square, { pointerType: 'touch' })
    expect(await screen.findByText('2 chosen: 16:9, 1:1')).toBeVisible()
    fireEvent.pointerUp(square, { pointerType: 'touch' })
    fireEvent.click(square)
    expect(submit()).toHaveAccessibleName('Generate 2 · 10 credits')
    fireEvent.pointerDown(square, { pointerType: 'touch' })
    fireEvent.pointerUp(square, { pointerType: 'touch' })
    fireEvent.click(square)
    await named('Generate · 5 credits')
  })

  test('what is chosen survives a new start of the page, and is not part of what is reused', async () => {
    const { batches } = await openForm()
    addByShift(radio('Model', 'Max'))
    fireEvent.change(variants(), { target: { value: '2' } })
    await userEvent.click(await named('Generate 4 · 30 credits'))
    const [recipe] = batches[0] ?? []
    expect(recipe?.draft.model).toBe('pro')
    useWorkspace.getState().recall(recipe as Recipe)
    expect(await named('Generate · 5 credits')).toBeVisible()
  })
})

describe('the matrix', () => {
  test('shows each combination with its price, and the sum', async () => {
    await openForm()
    await userEvent.click(screen.getByRole('tab', { name: 'Flux 2' }))
    await userEvent.click(screen.getByRole('button', { name: 'Matrix' }))
    const dialog = await screen.findByRole('dialog', { name: 'Matrix' })
    await userEvent.click(await within(dialog).findByRole('checkbox', { name: '16:9' }))
    await userEvent.click(within(dialog).getByRole('checkbox', { name: 'Flex' }))
    await userEvent.click(within(dialog).getByRole('checkbox', { name: '2K' }))
    const rows = within(within(dialog).getByRole('table', { name: 'Prices' })).getAllByRole('row')
    expect(rows.map((row) => [...row.children].map(({ textContent }) => textContent))).toEqual([
      ['Aspect ratio', '1K Pro', '1K Flex', '2K Pro', '2K Flex'],
      ['1:1', '5', '14', '7', '24'],
      ['16:9', '5', '14', '7', '24'],
    ])
    expect(within(dialog).getByRole('status')).toHaveTextContent('8 images · 100 credits')
    await userEvent.click(within(dialog).getByRole('checkbox', { name: '1:1' }))
    expect(within(dialog).getByRole('status')).toHaveTextContent('4 images · 50 credits')
    await userEvent.click(within(dialog).getByRole('checkbox', { name: '16:9' }))
    expect(within(dialog).getByRole('checkbox', { name: '16:9' })).toBeChecked()
  })

  test('of more than 100 images is refused with the limit; nothing is sent', async () => {
    const { batches, sent, keep } = await openForm()
    await userEvent.click(screen.getByRole('tab', { name: 'Flux 2' }))
    await keep(['photo'], 'flux-2')
    await screen.findByRole('radio', { name: 'Auto' })
    for (const name of ['1:1', '4:3', '3:4', '16:9', '9:16', '3:2', '2:3']) addByShift(radio('Aspect ratio', name))
    await screen.findByText(/^8 chosen/)
    addByShift(radio('Size', '2K'))
    addByShift(radio('Model', 'Flex'))
    fireEvent.change(variants(), { target: { value: '12' } })
    const words = 'A batch can have up to 100 images. This one has 384.'
    await waitFor(() => expect(submit()).toHaveAccessibleDescription(words))
    await userEvent.click(submit())
    expect(screen.getByRole('alert')).toHaveTextContent(words)
    expect([...batches, ...sent]).toEqual([])
  })

  test('of 400 cells is refused where it is chosen and at the button; nothing is sent, and the choice stays', async () => {
    const ratios = Array.from({ length: 20 }, (_, index) => `${index + 1}:20`)
    const sizes = Array.from({ length: 20 }, (_, index) => `size ${index + 1}`)
    const choice = { kind: 'choice', several: true } as const
    const wide: ModelFamily = {
      ...flux2,
      fields: () => [
        { ...choice, name: 'aspectRatio', label: 'Aspect ratio', shape: 'ratio', options: choices(...ratios) },
        { ...choice, name: 'size', label: 'Size', options: choices(...sizes) },
      ],
      quote: () => ({ ...flux2.quote(flux2.defaults, 0), priceCredits: 5 }),
    }
    function Form() {
      return <FamilyForm family={wide} sources={useFormSources(wide)} />
    }
    const batches: NonEmpty<Recipe>[] = []
    const generateBatch: Generator['generateBatch'] = async (recipes) => {
      batches.push(recipes)
      return []
    }
    const { sent, show } = await renderForm({ generateBatch }, <Form />)
    const chosen = {
      prompt: 'a lake',
      aspectRatio: '1:20',
      size: 'size 1',
      further: `aspectRatio=${ratios.slice(1)};size=${sizes.slice(1)}`,
    }
    useWorkspace.getState().editDraft('flux-2', chosen)
    show()
    const words = 'A batch can have up to 100 images. This one has 400.'
    await waitFor(() => expect(submit()).toHaveAccessibleDescription(words))
    await userEvent.click(submit())
    expect(screen.getByRole('alert')).toHaveTextContent(words)
    await userEvent.click(screen.getByRole('button', { name: 'Matrix' }))
    const dialog = await screen.findByRole('dialog', { name: 'Matrix' })
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(words)
    expect(within(dialog).getByRole('status')).toHaveTextContent('400 images · 2,000 credits')
    expect([...batches, ...sent]).toEqual([])
    expect(useWorkspace.getState().drafts['flux-2']).toMatchObject(chosen)
  })

  test('for an area counts the ratios once, as the button does, because the answer has the ratio of its source', async () => {
    const { keep } = await openForm()
    await userEvent.click(screen.getByRole('tab', { name: 'Flux 2' }))
    const [id] = await keep(['photo'], 'flux-2')
    if (!id) throw new Error('The image was not kept.')
    const area = [{ op: 'add', shape: { kind: 'box', box: [100, 100, 300, 200] } }] as const
    act(() => useWorkspace.getState().edit({ ...emptyDocument(id), area }))
    await screen.findByRole('radio', { name: 'Auto' })
    for (const name of ['1:1', '4:3']) addByShift(radio('Aspect ratio', name))
    addByShift(radio('Size', '2K'))
    await named('Edit area ×2 · 12 credits')
    await userEvent.click(screen.getByRole('button', { name: 'Matrix' }))
    const dialog = await screen.findByRole('dialog', { name: 'Matrix' })
    expect(await within(dialog).findByRole('status')).toHaveTextContent('2 images · 12 credits')
    const rows = within(within(dialog).getByRole('table', { name: 'Prices' })).getAllByRole('row')
    expect(rows.map((row) => [...row.children].map(({ textContent }) => textContent))).toEqual([
      ['Aspect ratio', '1K Pro', '2K Pro'],
      ['Auto', '5', '7'],
    ])
    expect(dialog).toHaveTextContent('The answer has the ratio of the image that is sent.')
  })
})

test('a batch over a limit asks once, and is not sent if it was changed after the question', async () => {
  const { batches, asked } = await openForm('These 2 images cost 10 credits and bring today to 10 credits.')
  fireEvent.change(variants(), { target: { value: '2' } })
  await userEvent.click(await named('Generate 2 · 10 credits'))
  expect(await screen.findByRole('alertdialog')).toHaveTextContent('These 2 images cost 10 credits')
  expect(asked).toHaveLength(1)
  expect(asked[0]).toHaveLength(2)
  fireEvent.change(variants(), { target: { value: '3' } })
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
  expect(batches).toEqual([])
})

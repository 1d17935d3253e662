import { act, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AreaStep, type EditDocument, emptyDocument, type Mark, plainFrame } from '#domain/edit.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { emptyWorkspace } from '../support/in-page.tsx'
import { renderForm } from '../support/render-compose.tsx'
import { closeNotices } from '../support/render-gallery.tsx'

beforeEach(emptyWorkspace)
afterEach(closeNotices)

const submit = () => screen.getByRole('button', { name: /^(Edit|Extend)/ })
const box = (x: number, y: number, width: number, height: number): AreaStep => ({
  op: 'add',
  shape: { kind: 'box', box: [x, y, width, height] },
})
const cut = (x: number, y: number, width: number, height: number): AreaStep => ({
  op: 'cut',
  shape: { kind: 'box', box: [x, y, width, height] },
})
const pinAt = (x: number, y: number, n: number): Mark => ({
  id: `m${n}`,
  n,
  colour: 'red',
  note: 'here',
  kind: 'pin',
  at: [x, y],
})

/** The form with one source of 800 × 600 pixels and an edit of it. */
async function openWith(change: Partial<EditDocument>) {
  const form = await renderForm()
  useWorkspace.getState().editDraft('flux-kontext', { prompt: 'a red hat' })
  const [id] = await form.keep(['photo'], 'flux-kontext')
  if (!id) throw new Error('The image was not kept.')
  const document = { ...emptyDocument(id), ...change }
  act(() => useWorkspace.getState().edit(document))
  form.show()
  return { ...form, id, document }
}

const crop = { ...plainFrame, crop: [0, 0, 300, 200] } as const

describe('an edit that cannot be sent is answered at the button, and nothing is sent or lost', () => {
  test.each<[string, Partial<EditDocument>, string]>([
    [
      'an area of which everything was taken away again',
      { area: [box(100, 100, 200, 200), cut(50, 50, 400, 400)] },
      'The area is empty. Paint what may change, or clear the area.',
    ],
    [
      'an area outside of the image',
      { area: [box(900, 100, 200, 200)] },
      'The area is empty. Paint what may change, or clear the area.',
    ],
    [
      'an area of the whole image',
      { area: [box(0, 0, 800, 600)] },
      'The area covers the whole image. Clear it, or take some of it away.',
    ],
    [
      'an area of nothing that was inverted',
      { area: [box(900, 100, 200, 200), { op: 'invert' }] },
      'The area covers the whole image. Clear it, or take some of it away.',
    ],
    ['an area of one pixel', { area: [box(100, 100, 1, 1)] }, 'The area is too small. Paint at least 8 × 8 pixels.'],
    [
      'an area outside of a crop that was made afterwards',
      { area: [box(500, 400, 100, 100)], frame: crop },
      'The area lies outside of the crop. Clear the area, or change the crop.',
    ],
    [
      'a mark outside of a crop that was made afterwards',
      { marks: [pinAt(100, 100, 1), pinAt(700, 500, 2)], frame: crop },
      'Mark 2 lies outside of the crop. Move or delete it, or change the crop.',
    ],
    [
      'a crop of 2 × 600 pixels',
      { frame: { ...plainFrame, crop: [0, 0, 2, 600] } },
      'The crop is too long and narrow to be sent. Make it wider or higher.',
    ],
  ])('%s', async (_, change, words) => {
    const { sent, id, document } = await openWith(change)
    await waitFor(() => expect(submit()).toHaveAccessibleDescription(words))
    await userEvent.click(submit())
    expect(screen.getByRole('alert')).toHaveTextContent(words)
    expect(sent).toEqual([])
    expect(useWorkspace.getState().edits[id]?.document).toEqual(document)
    expect(useWorkspace.getState().drafts['flux-kontext']?.prompt).toBe('a red hat')
  })
})

test('an area whose source was deleted since is answered with the image, and nothing is sent', async () => {
  const { sent, store, id } = await openWith({ area: [box(100, 100, 200, 200)] })
  await waitFor(() => expect(submit()).not.toHaveAttribute('aria-disabled'))
  await store.deleteForEver([id])
  const words = 'Image 1 is no longer in this browser. Remove it.'
  await waitFor(() => expect(submit()).toHaveAccessibleDescription(words))
  await userEvent.click(submit())
  expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toContain(words)
  expect(sent).toEqual([])
})

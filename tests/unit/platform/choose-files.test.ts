// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { chooseFiles } from '#platform/choose-files.ts'

const asked = () => document.querySelector<HTMLInputElement>('input[type=file]')

it('gives the files that were chosen, and leaves nothing in the page', async () => {
  const chosen = chooseFiles('image/*')
  const input = asked()
  expect([input?.multiple, input?.accept, input?.hidden]).toEqual([true, 'image/*', true])
  const files = [new File(['a'], 'a.png'), new File(['b'], 'b.png')]
  Object.defineProperty(input, 'files', { value: files })
  input?.dispatchEvent(new Event('change'))
  expect(await chosen).toEqual(files)
  expect(asked()).toBeNull()
})

it('gives none if none was chosen', async () => {
  const chosen = chooseFiles('image/*')
  asked()?.dispatchEvent(new Event('cancel'))
  expect(await chosen).toEqual([])
  expect(asked()).toBeNull()
})

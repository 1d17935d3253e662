import { expect, test } from 'vitest'
import { findFamily } from '#models/catalogue.ts'
import type { ModelFamily } from '#models/model.ts'

const flux2 = findFamily('flux-2') as ModelFamily
const kontext = findFamily('flux-kontext') as ModelFamily
const urls = ['https://a.example/1', 'https://a.example/2']

test('Flux 2 gets images by their numbers, in the request and in that of the fallback', () => {
  const draft = { ...flux2.defaults, prompt: 'Put the bag from @2 on the chair of @1' }
  expect(flux2.issues(draft, 2)).toEqual([])
  expect(flux2.toBody(draft, urls)).toMatchObject({
    input: { prompt: 'Put the bag from image 2 on the chair of image 1', input_urls: urls },
  })
  expect(flux2.brief(draft, 2).prompt).toBe('Put the bag from image 2 on the chair of image 1')
})

test('Kontext is told of "the image"', () => {
  const draft = { ...kontext.defaults, prompt: 'Make @1 a watercolour' }
  expect(kontext.toBody(draft, urls.slice(0, 1))).toMatchObject({ prompt: 'Make the image a watercolour' })
  expect(kontext.brief(draft, 1).prompt).toBe('Make the image a watercolour')
})

test('a reference without its image is not sent', () => {
  const message = 'The prompt names image 2, which is not there.'
  expect(kontext.issues({ ...kontext.defaults, prompt: 'like @2' }, 1)).toEqual([{ field: 'prompt', message }])
  expect(flux2.issues({ ...flux2.defaults, prompt: 'like @? here' }, 3)).toEqual([
    { field: 'prompt', message: 'The prompt names an image that was removed. Replace or delete @? in it.' },
  ])
})

test('the limit of a prompt counts the words that are sent', () => {
  const prompt = `@1 ${'y'.repeat(4_995)}`
  expect(flux2.issues({ ...flux2.defaults, prompt }, 1)).toEqual([
    { field: 'prompt', message: 'The prompt is too long: 5,003 of at most 5,000 characters.' },
  ])
})

test('roles are a sentence after the prompt, in the request and in that of the fallback', () => {
  const draft = { ...flux2.defaults, prompt: 'A shop window ', roles: 'subject,style' }
  const text = 'A shop window. Use image 1 as the subject and image 2 as the style reference.'
  expect(flux2.toBody(draft, urls)).toMatchObject({ input: { prompt: text } })
  expect(flux2.brief(draft, 2).prompt).toBe(text)
  expect(flux2.toBody(draft, [])).toMatchObject({ input: { prompt: 'A shop window ' } })
})

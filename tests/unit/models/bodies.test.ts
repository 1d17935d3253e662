import { describe, expect, test } from 'vitest'
import type { Draft } from '#domain/run.ts'
import { checkedFlux2 as flux2 } from '#models/flux-2.ts'
import { checkedKontext as fluxKontext } from '#models/flux-kontext.ts'
import type { CheckedFamily } from '#models/model.ts'
import { objections } from '#models/objections.ts'

const source = 'https://tempfile.redpandaai.co/kieai/1/editor/in-1.png'
const another = 'https://tempfile.redpandaai.co/kieai/1/editor/in-2.jpg'

function body(family: CheckedFamily, change: Draft, urls: string[] = []) {
  const made = family.toBody({ ...family.defaults, ...change }, urls)
  expect(objections(family, made)).toEqual([])
  return made
}

describe('the bodies of Flux Kontext (services.md 2.1)', () => {
  test('text to image names everything the service would otherwise assume', () => {
    expect(body(fluxKontext, { prompt: 'a lighthouse' })).toEqual({
      prompt: 'a lighthouse',
      model: 'flux-kontext-pro',
      aspectRatio: '16:9',
      outputFormat: 'jpeg',
      safetyTolerance: 2,
      promptUpsampling: false,
      enableTranslation: true,
    })
  })

  test('text to image with everything chosen', () => {
    const chosen = {
      prompt: 'ein Leuchtturm',
      model: 'max',
      aspectRatio: '21:9',
      format: 'png',
      safetyTolerance: 6,
      translate: false,
      enhance: true,
      watermark: ' studio-7 ',
      storeInChina: true,
    }
    expect(body(fluxKontext, chosen)).toEqual({
      prompt: 'ein Leuchtturm',
      model: 'flux-kontext-max',
      aspectRatio: '21:9',
      outputFormat: 'png',
      safetyTolerance: 6,
      promptUpsampling: true,
      enableTranslation: false,
      watermark: 'studio-7',
      uploadCn: true,
    })
  })

  test('an edit sends its picture, no ratio unless one is chosen, and a tolerance of 2 at most', () => {
    const edit = body(fluxKontext, { prompt: 'make it night', safetyTolerance: 5 }, [source])
    expect(edit).toMatchObject({ inputImage: source, safetyTolerance: 2 })
    expect(edit).not.toHaveProperty('aspectRatio')
    expect(body(fluxKontext, { prompt: 'make it night', editRatio: '3:4' }, [source])).toMatchObject({
      aspectRatio: '3:4',
    })
  })
})

describe('the bodies of Flux 2 (services.md 3.1)', () => {
  test.each([
    ['pro', 'flux-2/pro-text-to-image'],
    ['flex', 'flux-2/flex-text-to-image'],
  ])('text to image on %s', (model, id) => {
    expect(body(flux2, { prompt: 'a fox', model, size: '2K', aspectRatio: '3:2' })).toEqual({
      model: id,
      input: { prompt: 'a fox', aspect_ratio: '3:2', resolution: '2K' },
    })
  })

  test.each([
    ['pro', 'flux-2/pro-image-to-image'],
    ['flex', 'flux-2/flex-image-to-image'],
  ])('image to image on %s keeps the order of the sources', (model, id) => {
    expect(body(flux2, { prompt: 'blue tiles', model, contentFilter: true }, [another, source])).toEqual({
      model: id,
      input: {
        input_urls: [another, source],
        prompt: 'blue tiles',
        aspect_ratio: 'auto',
        resolution: '1K',
        nsfw_checker: true,
      },
    })
  })
})

describe('a body that the service would refuse', () => {
  const kontext = { prompt: 'a', model: 'flux-kontext-pro' }
  const job = (input: object, model = 'flux-2/pro-text-to-image') => ({ model, input })
  const good = { prompt: 'a fox', aspect_ratio: '1:1', resolution: '1K' }
  const urls = (count: number) => Array.from({ length: count }, () => source)

  test.each<[string, CheckedFamily, unknown, string]>([
    ['an empty prompt', fluxKontext, { ...kontext, prompt: '' }, 'prompt'],
    ['5001 characters', fluxKontext, { ...kontext, prompt: 'x'.repeat(5001) }, 'prompt'],
    ['a number as prompt', fluxKontext, { ...kontext, prompt: 7 }, 'prompt'],
    ['an unknown model', fluxKontext, { ...kontext, model: 'flux-kontext-ultra' }, 'model'],
    ['a model in capitals', fluxKontext, { ...kontext, model: 'FLUX-KONTEXT-PRO' }, 'model'],
    ['no model', fluxKontext, { prompt: 'a' }, 'model'],
    ['a ratio of the other family', fluxKontext, { ...kontext, aspectRatio: '3:2' }, 'aspectRatio'],
    ['an unknown format', fluxKontext, { ...kontext, outputFormat: 'webp' }, 'outputFormat'],
    ['tolerance 7', fluxKontext, { ...kontext, safetyTolerance: 7 }, 'safetyTolerance'],
    ['tolerance -1', fluxKontext, { ...kontext, safetyTolerance: -1 }, 'safetyTolerance'],
    ['tolerance 2.5', fluxKontext, { ...kontext, safetyTolerance: 2.5 }, 'safetyTolerance'],
    ['tolerance as text', fluxKontext, { ...kontext, safetyTolerance: '2' }, 'safetyTolerance'],
    ['tolerance 3 in an edit', fluxKontext, { ...kontext, inputImage: source, safetyTolerance: 3 }, 'safetyTolerance'],
    ['a callback address', fluxKontext, { ...kontext, callBackUrl: 'https://x.test/' }, 'body'],
    ['an empty optional text', fluxKontext, { ...kontext, watermark: '' }, 'watermark'],
    ['a data address as source', fluxKontext, { ...kontext, inputImage: 7 }, 'inputImage'],
    ['2 characters', flux2, job({ ...good, prompt: 'ab' }), 'input.prompt'],
    ['5001 characters', flux2, job({ ...good, prompt: 'x'.repeat(5001) }), 'input.prompt'],
    ['no ratio', flux2, job({ prompt: 'a fox', resolution: '1K' }), 'input.aspect_ratio'],
    ['no size', flux2, job({ prompt: 'a fox', aspect_ratio: '1:1' }), 'input.resolution'],
    ['auto without a source', flux2, job({ ...good, aspect_ratio: 'auto' }), 'input.aspect_ratio'],
    ['4K', flux2, job({ ...good, resolution: '4K' }), 'input.resolution'],
    ['steps', flux2, job({ ...good, steps: 50 }), 'input'],
    ['sources for a text model', flux2, job({ ...good, input_urls: [source] }), 'input'],
    ['no sources for an image model', flux2, job(good, 'flux-2/pro-image-to-image'), 'input.input_urls'],
    ['nine sources', flux2, job({ ...good, input_urls: urls(9) }, 'flux-2/pro-image-to-image'), 'input.input_urls'],
    ['an unknown model', flux2, job(good, 'flux-2/ultra'), 'model'],
    ['a callback address', flux2, { ...job(good), callBackUrl: 'https://x.test/' }, 'body'],
    ['no object', flux2, null, 'body'],
  ])('%s names its field', (_title, family, refused, field) => {
    expect(objections(family, refused).map((issue) => issue.field)).toContain(field)
  })

  test('counts characters as people do: 5000 of two code units each are accepted', () => {
    expect(objections(fluxKontext, { ...kontext, prompt: '🦊'.repeat(5000) })).toEqual([])
    expect(objections(fluxKontext, { ...kontext, prompt: '🦊'.repeat(5001) })).toHaveLength(1)
  })
})

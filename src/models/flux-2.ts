import type * as zod from 'zod/mini'
import type { Draft } from '#domain/run.ts'
import {
  type CheckedFamily,
  choices,
  lengthOf,
  type ModelFamily,
  type Option,
  promptIssues,
  toWords,
  withRegion,
} from './model.ts'

const ratios = ['1:1', '4:3', '3:4', '16:9', '9:16', '3:2', '2:3'] as const
const promptLength = {
  min: 3,
  max: 5000,
  good: { words: 150, hint: 'Flux 2 follows 30 to 80 words best. Put what matters most first.' },
}
const priceCredits = { pro: { '1K': 5, '2K': 7 }, flex: { '1K': 14, '2K': 24 } } as const

interface Form {
  prompt: string
  /** The role of each source. domain/prompt.ts */
  roles: string
  model: 'pro' | 'flex'
  aspectRatio: (typeof ratios)[number]
  /** "auto" takes the first source's ratio; the service refuses it without a source. docs/services.md 10 row 14. */
  editRatio: (typeof ratios)[number] | 'auto'
  size: '1K' | '2K'
  format: 'original' | 'jpeg' | 'png'
  contentFilter: boolean
}

const defaults: Form = {
  prompt: '',
  roles: '',
  model: 'pro',
  aspectRatio: '1:1',
  editRatio: 'auto',
  size: '1K',
  format: 'original',
  contentFilter: false,
}

/** The way the model's own guide names its inputs. */
const refer = (source: number) => `image ${source + 1}`
const wordsOf = (values: Form, sourceCount: number) => toWords(values, sourceCount, refer)
const form = (draft: Draft) => ({ ...defaults, ...draft }) as Form

const body = (z: typeof zod) => {
  const prompt = z
    .string()
    .check(z.refine((text) => lengthOf(text) >= 3 && lengthOf(text) <= 5000, 'prompt must be 3 to 5000 characters'))
  const common = { prompt, resolution: z.enum(['1K', '2K']), nsfw_checker: z.optional(z.boolean()) }
  return z.discriminatedUnion('model', [
    z.strictObject({
      model: z.enum(['flux-2/pro-text-to-image', 'flux-2/flex-text-to-image']),
      input: z.strictObject({ ...common, aspect_ratio: z.enum(ratios) }),
    }),
    z.strictObject({
      model: z.enum(['flux-2/pro-image-to-image', 'flux-2/flex-image-to-image']),
      input: z.strictObject({
        ...common,
        aspect_ratio: z.enum([...ratios, 'auto']),
        input_urls: z.array(z.url()).check(z.minLength(1), z.maxLength(8)),
      }),
    }),
  ])
}

const named = (value: string, label: string): Option => ({ value, label })

export const flux2: ModelFamily = {
  id: 'flux-2',
  title: 'Flux 2',
  provider: 'kie-jobs',
  maxSources: 8,
  marksAs: 'reference',
  promptLength,
  defaults: { ...defaults },

  fields(_draft, sourceCount) {
    const editing = sourceCount > 0
    return [
      {
        kind: 'choice',
        name: editing ? 'editRatio' : 'aspectRatio',
        label: 'Aspect ratio',
        shape: 'ratio',
        several: true,
        options: editing ? [named('auto', 'Auto'), ...choices(...ratios)] : choices(...ratios),
      },
      { kind: 'choice', name: 'size', label: 'Size', several: true, options: choices('1K', '2K') },
      {
        kind: 'choice',
        name: 'model',
        label: 'Model',
        several: true,
        options: [named('pro', 'Pro'), named('flex', 'Flex')],
      },
      {
        kind: 'choice',
        name: 'format',
        label: 'Format',
        options: [named('original', 'Original'), named('jpeg', 'JPEG'), named('png', 'PNG')],
      },
      {
        kind: 'switch',
        name: 'contentFilter',
        label: 'Content filter',
        hint: "The gateway's own filter, on top of the model's.",
      },
    ]
  },

  issues(draft, sourceCount) {
    const values = form(draft)
    return promptIssues(values.prompt, sourceCount, promptLength, wordsOf(values, sourceCount))
  },

  quote(draft, sourceCount) {
    const { model, size, aspectRatio, editRatio } = form(draft)
    const ratio = sourceCount > 0 ? editRatio : aspectRatio
    return {
      priceCredits: priceCredits[model][size],
      model: model === 'flex' ? 'Flux 2 Flex' : 'Flux 2 Pro',
      pace: `flux-2-${model} ${size}`,
      usualMs: size === '2K' ? 25_000 : model === 'flex' ? 15_000 : 10_000,
      asked: `${ratio === 'auto' ? 'Auto' : ratio} · ${size}`,
    }
  },

  brief(draft, sourceCount, region) {
    const { aspectRatio, editRatio, size, format } = form(draft)
    const ratio = sourceCount > 0 ? editRatio : aspectRatio
    return {
      prompt: withRegion(
        wordsOf(form(draft), sourceCount),
        region,
        promptLength.max,
        sourceCount > 1 ? 'image 1' : undefined,
      ),
      ...(ratio === 'auto' ? {} : { ratio }),
      size,
      ...(format === 'original' ? {} : { format: `image/${format}` }),
    }
  },

  forArea: (draft) => ({ ...draft, editRatio: 'auto' }),

  toBody(draft, sourceUrls, region) {
    const values = form(draft)
    const editing = sourceUrls.length > 0
    return {
      model: `flux-2/${values.model}-${editing ? 'image' : 'text'}-to-image`,
      input: {
        ...(editing ? { input_urls: [...sourceUrls] } : {}),
        prompt: withRegion(
          wordsOf(values, sourceUrls.length),
          region,
          promptLength.max,
          sourceUrls.length > 1 ? 'image 1' : undefined,
        ),
        aspect_ratio: editing ? values.editRatio : values.aspectRatio,
        resolution: values.size,
        // Omitted when off, because older gateways do not know it. docs/services.md 7.
        ...(values.contentFilter ? { nsfw_checker: true } : {}),
      },
    }
  },

  convertTo(draft) {
    const { format } = form(draft)
    return format === 'original' ? undefined : `image/${format}`
  },
}

export const checkedFlux2: CheckedFamily = {
  ...flux2,
  body,
  priceOf: (value) => {
    const { model, input } = value as zod.infer<ReturnType<typeof body>>
    return priceCredits[model.startsWith('flux-2/flex') ? 'flex' : 'pro'][input.resolution]
  },
  sourcesIn: (value) => {
    const { input } = value as zod.infer<ReturnType<typeof body>>
    return 'input_urls' in input ? input.input_urls : []
  },
}

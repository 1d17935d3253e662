import type * as zod from 'zod/mini'
import type { Draft } from '#domain/run.ts'
import { type CheckedFamily, choices, lengthOf, type ModelFamily, promptIssues, toWords, withRegion } from './model.ts'

const ratios = ['21:9', '16:9', '4:3', '1:1', '3:4', '9:16', '16:21'] as const
const promptLength = {
  min: 1,
  max: 5000,
  good: { words: 120, hint: 'Kontext follows short instructions best: the change, and what stays.' },
}
const priceCredits = { pro: 5, max: 10 } as const

interface Form {
  prompt: string
  /** The role of each source. domain/prompt.ts */
  roles: string
  model: 'pro' | 'max'
  aspectRatio: (typeof ratios)[number]
  /** Edits keep the input's ratio unless one is chosen. docs/services.md 10 row 6. */
  editRatio: (typeof ratios)[number] | 'match'
  format: 'jpeg' | 'png'
  safetyTolerance: number
  translate: boolean
  enhance: boolean
  watermark: string
  storeInChina: boolean
}

const defaults: Form = {
  prompt: '',
  roles: '',
  model: 'pro',
  aspectRatio: '16:9',
  editRatio: 'match',
  format: 'jpeg',
  safetyTolerance: 2,
  translate: true,
  enhance: false,
  watermark: '',
  storeInChina: false,
}

/** Generation accepts 0–6, an edit 0–2; above that the service answers with code 500. docs/services.md 10 row 7. */
const mostTolerance = (sourceCount: number) => (sourceCount > 0 ? 2 : 6)
const toleranceOf = (form: Form, sourceCount: number) => Math.min(form.safetyTolerance, mostTolerance(sourceCount))
/** The model has one input, and its guide does not number it. */
const wordsOf = (values: Form, sourceCount: number) => toWords(values, sourceCount, () => 'the image')
const form = (draft: Draft) => ({ ...defaults, ...draft }) as Form

const body = (z: typeof zod) =>
  z
    .strictObject({
      prompt: z
        .string()
        .check(
          z.refine((text) => lengthOf(text) >= 1 && lengthOf(text) <= 5000, 'prompt must be 1 to 5000 characters'),
        ),
      model: z.enum(['flux-kontext-pro', 'flux-kontext-max']),
      inputImage: z.optional(z.url()),
      aspectRatio: z.optional(z.enum(ratios)),
      outputFormat: z.optional(z.enum(['jpeg', 'png'])),
      safetyTolerance: z.optional(z.int().check(z.gte(0), z.lte(6))),
      promptUpsampling: z.optional(z.boolean()),
      enableTranslation: z.optional(z.boolean()),
      watermark: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
      uploadCn: z.optional(z.boolean()),
    })
    .check(
      z.refine(({ inputImage, safetyTolerance = 0 }) => inputImage === undefined || safetyTolerance <= 2, {
        error: 'safetyTolerance must be 0 to 2 for editing',
        path: ['safetyTolerance'],
      }),
    )

export const fluxKontext: ModelFamily = {
  id: 'flux-kontext',
  title: 'Flux Kontext',
  provider: 'kie-kontext',
  maxSources: 1,
  marksAs: 'burnt',
  promptLength,
  defaults: { ...defaults },

  fields(draft, sourceCount) {
    const editing = sourceCount > 0
    const most = mostTolerance(sourceCount)
    const { safetyTolerance } = form(draft)
    const lowered = safetyTolerance > most
    const ratioOptions = choices(...ratios).map((option) =>
      option.value === '16:21'
        ? { ...option, note: 'The service may refuse 16:21. A refusal is not charged.' }
        : option,
    )
    return [
      {
        kind: 'choice',
        name: editing ? 'editRatio' : 'aspectRatio',
        label: 'Aspect ratio',
        shape: 'ratio',
        several: true,
        options: editing ? [{ value: 'match', label: 'Match input' }, ...ratioOptions] : ratioOptions,
      },
      {
        kind: 'choice',
        name: 'model',
        label: 'Model',
        several: true,
        options: [
          { value: 'pro', label: 'Pro' },
          { value: 'max', label: 'Max' },
        ],
      },
      {
        kind: 'choice',
        name: 'format',
        label: 'Format',
        options: [
          { value: 'jpeg', label: 'JPEG' },
          { value: 'png', label: 'PNG' },
        ],
      },
      {
        kind: 'range',
        name: 'safetyTolerance',
        label: 'Safety tolerance',
        min: 0,
        max: most,
        step: 1,
        low: 'Strict',
        high: 'Permissive',
        ...(lowered ? { note: `Lowered from ${safetyTolerance} to ${most}: edits allow at most ${most}.` } : {}),
      },
      {
        kind: 'switch',
        name: 'translate',
        label: 'Translate prompt',
        hint: 'The models read English. Words in quotes are translated too.',
        folded: true,
      },
      {
        kind: 'switch',
        name: 'enhance',
        label: 'Enhance prompt',
        hint: 'The service rewrites it; slower.',
        folded: true,
      },
      {
        kind: 'text',
        name: 'watermark',
        label: 'Watermark',
        maxLength: 200,
        placeholder: 'Watermark id',
        folded: true,
      },
      {
        kind: 'switch',
        name: 'storeInChina',
        label: 'China storage',
        hint: 'Results are kept on servers there.',
        folded: true,
      },
    ]
  },

  issues(draft, sourceCount) {
    const values = form(draft)
    return promptIssues(values.prompt, sourceCount, promptLength, wordsOf(values, sourceCount))
  },

  quote(draft, sourceCount) {
    const { model, aspectRatio, editRatio } = form(draft)
    const ratio = sourceCount > 0 ? editRatio : aspectRatio
    return {
      priceCredits: priceCredits[model],
      model: model === 'max' ? 'Flux Kontext Max' : 'Flux Kontext Pro',
      pace: `flux-kontext-${model}`,
      usualMs: model === 'max' ? 15_000 : 8_000,
      asked: ratio === 'match' ? 'Match input' : ratio,
    }
  },

  brief(draft, sourceCount, region) {
    const { aspectRatio, editRatio, format } = form(draft)
    const ratio = sourceCount > 0 ? editRatio : aspectRatio
    return {
      prompt: withRegion(wordsOf(form(draft), sourceCount), region, promptLength.max),
      ...(ratio === 'match' ? {} : { ratio }),
      size: '1K',
      format: `image/${format}`,
    }
  },

  forArea: (draft) => ({ ...draft, editRatio: 'match' }),

  toBody(draft, sourceUrls, region) {
    const values = form(draft)
    const [inputImage] = sourceUrls
    const ratio = inputImage === undefined ? values.aspectRatio : values.editRatio
    const watermark = values.watermark.trim()
    return {
      prompt: withRegion(wordsOf(values, sourceUrls.length), region, promptLength.max),
      model: `flux-kontext-${values.model}`,
      ...(inputImage === undefined ? {} : { inputImage }),
      ...(ratio === 'match' ? {} : { aspectRatio: ratio }),
      outputFormat: values.format,
      safetyTolerance: toleranceOf(values, sourceUrls.length),
      promptUpsampling: values.enhance,
      enableTranslation: values.translate,
      ...(watermark === '' ? {} : { watermark }),
      ...(values.storeInChina ? { uploadCn: true } : {}),
    }
  },

  convertTo: () => undefined,
}

export const checkedKontext: CheckedFamily = {
  ...fluxKontext,
  body,
  priceOf: (value) => {
    const { model } = value as zod.infer<ReturnType<typeof body>>
    return priceCredits[model === 'flux-kontext-max' ? 'max' : 'pro']
  },
  sourcesIn: (value) => [(value as zod.infer<ReturnType<typeof body>>).inputImage].filter((url) => url !== undefined),
}

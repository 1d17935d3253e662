import type * as zod from 'zod/mini'
import type { Brief } from '#domain/brief.ts'
import type { Region } from '#domain/edit.ts'
import type { Issue } from '#domain/failure.ts'
import type { ImageMime } from '#domain/picture.ts'
import { describeRoles, findLostReference, wordReferences } from '#domain/prompt.ts'
import type { Draft } from '#domain/run.ts'

export interface Option {
  value: string
  label: string
  /** A caution shown beside the chosen option. */
  note?: string
}

/** One control of the form. `name` is the draft's field, `label` its accessible name. */
export type Field = {
  name: string
  label: string
  /** Shown under "More". */
  folded?: true
  /** Why the value used differs from the one chosen. */
  note?: string
} & (
  | { kind: 'text'; maxLength: number; placeholder?: string }
  /** `several`: a batch may take more than one of the options. */
  | { kind: 'choice'; options: readonly Option[]; shape?: 'ratio'; several?: true }
  | { kind: 'range'; min: number; max: number; step: number; low: string; high: string }
  | { kind: 'switch'; hint?: string }
)

/** Who runs the model, and its name on screen. */
export interface Quote {
  priceCredits: number
  /** "Flux 2 Flex", as shown on pictures. */
  model: string
  /** Runs with the same value take about the same time: model and size. */
  pace: string
  /** How long such a run takes, until the user's own runs give a better estimate. */
  usualMs: number
  /** The request in short: "16:9 · 2K". */
  asked: string
}

/** Longest recommended prompt. Models follow longer ones less well. */
export interface GoodLength {
  words: number
  /** Advice for longer prompts, as a sentence. */
  hint: string
}

/**
 * One tab: models that share a form. Pure data and functions; only this code knows the field names of its request body.
 * `sourceCount` decides the mode: with 0 an image is made from words, with more images are edited or combined.
 */
export interface ModelFamily {
  readonly id: string
  readonly title: string
  /** Id of the provider that accepts its bodies. */
  readonly provider: string
  readonly maxSources: number
  /** How marks are sent: drawn on the first source, or on a copy of it that is one more image. */
  readonly marksAs: 'burnt' | 'reference'
  readonly promptLength: { readonly min: number; readonly max: number; readonly good?: GoodLength }
  readonly defaults: Draft
  /** The controls that apply in this mode, in display order, without the prompt. */
  fields(draft: Draft, sourceCount: number): readonly Field[]
  /** What prevents submitting, before money is spent. */
  issues(draft: Draft, sourceCount: number): readonly Issue[]
  quote(draft: Draft, sourceCount: number): Quote
  /** The request in general terms, for a service that does not know this family. */
  brief(draft: Draft, sourceCount: number, region?: Region): Brief
  /** The request body for the provider. `sourceUrls` in display order. `region`: where the first source may change. */
  toBody(draft: Draft, sourceUrls: readonly string[], region?: Region): unknown
  /**
   * The draft changed as an edit of an area requires: the answer must have the proportions of what is sent. Absent:
   * unchanged.
   */
  forArea?(draft: Draft): Draft
  /** The format that the downloaded image is converted to; `undefined` keeps the original bytes. */
  convertTo(draft: Draft): ImageMime | undefined
}

/** A family with the checks of its bodies. Only the proxy and the simulator check bodies; the page is built without. */
export interface CheckedFamily extends ModelFamily {
  /** A strict schema of what the service accepts; unknown members are refused. */
  body(z: typeof zod): zod.ZodMiniType
  /** The price of a body that passes `body`, in credits: the same as the quote for its draft. */
  priceOf(body: unknown): number
  /** The source addresses in a body that passes `body`. */
  sourcesIn(body: unknown): readonly string[]
}

/** Length in code points, so that an emoji outside the basic plane counts once. */
export function lengthOf(text: string): number {
  return [...text].length
}

/** `sent`: the prompt as it will be sent. */
export function promptIssues(
  prompt: string,
  sourceCount: number,
  { min, max }: { min: number; max: number },
  sent = prompt,
): Issue[] {
  const length = lengthOf(sent)
  const field = 'prompt'
  if (prompt.trim() === '') {
    return [{ field, message: sourceCount > 0 ? 'Describe the change.' : 'Write what you want to see.' }]
  }
  const lost = findLostReference(prompt, sourceCount)
  if (lost) return [{ field, message: lost }]
  if (length < min) return [{ field, message: `The prompt needs at least ${min} characters.` }]
  if (length > max) {
    const count = length.toLocaleString('en')
    return [{ field, message: `The prompt is too long: ${count} of at most ${max.toLocaleString('en')} characters.` }]
  }
  return []
}

/**
 * What a form holds in addition to its family's fields. `variants`: how many images of each kind, 1 to 12. `further`:
 * options chosen in addition to the one in the field, in the notation of `batch-plan.ts`. Recipes have neither.
 */
const batchDefaults = { variants: 1, further: '' } as const

/** Whether a form asks for more than one image, so that a batch plan is needed. */
export function isBatch({ variants, further }: Draft): boolean {
  return variants !== batchDefaults.variants || further !== batchDefaults.further
}

/** The draft of one image: the part of a form that a recipe keeps. */
export function singleDraft({ variants: _variants, further: _further, ...draft }: Draft): Draft {
  return draft
}

/** A stored draft made usable for this family: unknown fields are dropped, missing or invalid values get defaults. */
export function adoptDraft(family: ModelFamily, stored: Draft): Draft {
  const adopted = Object.entries(family.defaults).map(([name, fallback]) => {
    const value = Object.hasOwn(stored, name) ? stored[name] : undefined
    return [name, typeof value === typeof fallback ? value : fallback]
  })
  return Object.fromEntries(adopted) as Draft
}

/** The same for a form, including its batch fields. */
export function adoptForm(family: ModelFamily, stored: Draft): Draft {
  const { variants, further } = { ...batchDefaults, ...stored }
  return {
    ...adoptDraft(family, stored),
    variants: typeof variants === 'number' ? variants : batchDefaults.variants,
    further: typeof further === 'string' ? further : batchDefaults.further,
  }
}

export function choices(...labels: string[]): Option[] {
  return labels.map((label) => ({ value: label, label }))
}

/**
 * A prompt with the place of an area in words, for models that take no mask. `subject`: "image 1" if several images are
 * sent. A prompt that would become too long is left as it is, because the pixels outside the area are restored anyway.
 */
export function withRegion(prompt: string, region: Region | undefined, mostLetters: number, subject?: string): string {
  if (!region) return prompt
  const percent = (share: number) => `${Math.round(share * 100)}%`
  const { left, right, top, bottom } = region
  const place = `from ${percent(left)} to ${percent(right)} across and from ${percent(top)} to ${percent(bottom)} down`
  const begin = region.hasBorder ? 'Fill the border, and change only' : 'Change only'
  const words = `${begin} the area ${place}${subject ? ` of ${subject}` : ''}. Keep the framing and everything else.`
  const whole = withSentence(prompt, words)
  return lengthOf(whole) > mostLetters ? prompt : whole
}

/**
 * A prompt as it is sent: references in the model's words, and the role of each source. `refer` gets the index of a
 * source, from 0.
 */
export function toWords(
  { prompt, roles }: { prompt: string; roles: string },
  sourceCount: number,
  refer: (source: number) => string,
): string {
  const text = wordReferences(prompt, refer)
  const sentence = describeRoles(roles, sourceCount, refer)
  return sentence === '' || text.trim() === '' ? text : withSentence(text, sentence)
}

function withSentence(prompt: string, sentence: string): string {
  const text = prompt.trimEnd()
  return `${text}${/[.!?…]$/.test(text) ? '' : '.'} ${sentence}`
}

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

/** One control the form can draw. `name` is the draft's field, `label` its accessible name. */
export type Field = {
  name: string
  label: string
  /** Folded away under "More". */
  folded?: true
  /** Why the value in force differs from the one chosen. */
  note?: string
} & (
  | { kind: 'text'; maxLength: number; placeholder?: string }
  /** `several`: a batch may take more than one of the options. */
  | { kind: 'choice'; options: readonly Option[]; shape?: 'ratio'; several?: true }
  | { kind: 'range'; min: number; max: number; step: number; low: string; high: string }
  | { kind: 'switch'; hint?: string }
)

/** Who runs the model, and what it is called where the run is told of. */
export interface Quote {
  priceCredits: number
  /** "Flux 2 Flex", as shown on pictures. */
  model: string
  /** Runs of one pace take alike long: model and size. */
  pace: string
  /** How long such a run takes until the own last runs tell better. */
  usualMs: number
  /** What was asked for, in short: "16:9 · 2K". */
  asked: string
}

/**
 * One tab: models that share a form. Pure data and functions; knows the wire's spelling of its own body and nothing else
 * does. `sourceCount` decides the mode: 0 makes a picture from words, more edit or combine pictures.
 */
export interface ModelFamily {
  readonly id: string
  readonly title: string
  /** Id of the provider that takes its bodies. */
  readonly provider: string
  readonly maxSources: number
  readonly promptLength: { readonly min: number; readonly max: number }
  readonly defaults: Draft
  /** The controls that mean something in this mode, in the order of thinking; the prompt is not among them. */
  fields(draft: Draft, sourceCount: number): readonly Field[]
  /** What stands in the way of submitting, before money is spent. */
  issues(draft: Draft, sourceCount: number): readonly Issue[]
  quote(draft: Draft, sourceCount: number): Quote
  /** What is asked for, for a service that does not know this family. */
  brief(draft: Draft, sourceCount: number, region?: Region): Brief
  /** The body for the provider. `sourceUrls` in the shown order. `region`: where the first source may change. */
  toBody(draft: Draft, sourceUrls: readonly string[], region?: Region): unknown
  /** The draft with what an edit of an area needs: an answer in the proportions of what is sent. Left out: the draft. */
  forArea?(draft: Draft): Draft
  /**
   * What the service accepts, strict: a body with unknown members is refused. The library is a parameter, because only
   * the proxy and the simulator check bodies: the page never loads it for them.
   */
  body(z: typeof zod): zod.ZodMiniType
  /** What a body that `body` accepts costs, in credits: the same as the quote for its draft. */
  priceOf(body: unknown): number
  /** The source addresses inside a body that `body` accepts. */
  sourcesIn(body: unknown): readonly string[]
  /** The format to convert the arrived picture to; `undefined` keeps the original bytes. */
  convertTo(draft: Draft): ImageMime | undefined
}

/** Length in characters as people count them: an astral character is one. */
export function lengthOf(text: string): number {
  return [...text].length
}

/** `sent`: the prompt in the words that are sent. */
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
 * What a form holds beside its family's own fields. `variants`: how many images of each kind, 1 to 12. `further`: options
 * that are chosen beside the one in the field, in the notation of `batch-plan.ts`. Recipes have neither.
 */
const batchDefaults = { variants: 1, further: '' } as const

/** Whether a form asks for more than one image; its plan is then needed. */
export function isBatch({ variants, further }: Draft): boolean {
  return variants !== batchDefaults.variants || further !== batchDefaults.further
}

/** The draft of one image: what a recipe keeps of a form. */
export function singleDraft({ variants: _variants, further: _further, ...draft }: Draft): Draft {
  return draft
}

/** A stored draft as one that this family can use: unknown fields dropped, missing or foreign values set to defaults. */
export function adoptDraft(family: ModelFamily, stored: Draft): Draft {
  const adopted = Object.entries(family.defaults).map(([name, fallback]) => {
    const value = Object.hasOwn(stored, name) ? stored[name] : undefined
    return [name, typeof value === typeof fallback ? value : fallback]
  })
  return Object.fromEntries(adopted) as Draft
}

/** The same for a form, which also holds what a batch needs. */
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
 * A prompt with the place of an area in words, for models that take no mask. `subject`: "image 1" where several are sent.
 * A prompt that would become too long stays as it is: what is outside the area is put back anyway.
 */
export function withRegion(prompt: string, region: Region | undefined, mostLetters: number, subject?: string): string {
  if (!region) return prompt
  const percent = (share: number) => `${Math.round(share * 100)}%`
  const { left, right, top, bottom } = region
  const place = `from ${percent(left)} to ${percent(right)} across and from ${percent(top)} to ${percent(bottom)} down`
  const words = `Change only the area ${place}${subject ? ` of ${subject}` : ''}. Keep the framing and everything else.`
  const whole = withSentence(prompt, words)
  return lengthOf(whole) > mostLetters ? prompt : whole
}

/** A prompt in the words that are sent: references, and what each source is there for. `refer`: a source, from 0. */
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

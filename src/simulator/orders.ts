import * as z from 'zod/mini'
import type { CheckedFamily } from '#models/model.ts'
import type { PictureFormat } from '#simulator/painter/painter.ts'
import { type Frame, jobFrame, kontextFrame } from './sizes.ts'

/** An accepted submission in the simulator's own terms. */
export interface Order {
  prompt: string
  model: string
  sourceUrls: readonly string[]
  priceCredits: number
  frame: Frame
  format: PictureFormat
}

/** By the start of a model's name, and by resolution. docs/services.md 2.6 and 3.5. */
const prices: readonly (readonly [string, number | Readonly<Record<string, number>>])[] = [
  ['flux-kontext-pro', 5],
  ['flux-kontext-max', 10],
  ['flux-2/pro', { '1K': 5, '2K': 7 }],
  ['flux-2/flex', { '1K': 14, '2K': 24 }],
]
const defaultPrice = 5

const KontextBody = z.object({
  model: z.string(),
  prompt: z.string(),
  aspectRatio: z.optional(z.string()),
  outputFormat: z.optional(z.string()),
})
const JobBody = z.object({
  model: z.string(),
  input: z.object({ prompt: z.string(), aspect_ratio: z.optional(z.string()), resolution: z.optional(z.string()) }),
})

/** `body` has been accepted by the family. */
export function readKontextOrder(family: CheckedFamily, body: unknown): Order {
  const { model, prompt, aspectRatio, outputFormat } = KontextBody.parse(body)
  const sourceUrls = family.sourcesIn(body)
  return {
    model,
    prompt,
    sourceUrls,
    priceCredits: priceOf(model),
    frame: kontextFrame(aspectRatio, sourceUrls.length > 0),
    format: outputFormat === 'png' ? 'png' : 'jpeg',
  }
}

/** `body` has been accepted by the family. The file type is the service's choice: here PNG for Flex. */
export function readJobOrder(family: CheckedFamily, body: unknown): Order {
  const { model, input } = JobBody.parse(body)
  return {
    model,
    prompt: input.prompt,
    sourceUrls: family.sourcesIn(body),
    priceCredits: priceOf(model, input.resolution),
    frame: jobFrame(input.aspect_ratio, input.resolution),
    format: model.includes('/flex') ? 'png' : 'jpeg',
  }
}

function priceOf(model: string, resolution = '1K'): number {
  const price = prices.find(([start]) => model.startsWith(start))?.[1] ?? defaultPrice
  return typeof price === 'number' ? price : (price[resolution] ?? defaultPrice)
}

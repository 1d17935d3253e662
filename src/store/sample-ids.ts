import type { BatchId, PictureId } from '#domain/ids.ts'
import { laidInId } from '#domain/laying.ts'

/** The id of a sample; `index` from 0. */
export function sampleId(index: number): PictureId {
  return `sample-${index + 1}` as PictureId
}

export const variantCount = 2

export const variantBatch = 'sample-variants' as BatchId

/** The id of one of the demo's answers to an edit of an area; `index` from 0. */
export function variantId(index: number): PictureId {
  return `sample-variant-${index + 1}` as PictureId
}

/**
 * The images that are made here from the demo's answers by themselves. Their records are those of any image that an
 * answer was laid into, so only the ids tell that they came with the samples. What a user makes of a sample has other
 * ids.
 */
export const laidSampleIds: readonly PictureId[] = Array.from({ length: variantCount }, (_, index) =>
  laidInId(variantId(index)),
)

import type { Box, Fit } from './edit.ts'
import type { PictureId } from './ids.ts'

/** Something that the model changed outside of the area. */
export interface Place {
  /** In pixels of the framed source. */
  box: Box
  /** Share of the image, 0–1. */
  share: number
}

/** What could not be kept of a source: 16 bits per channel, the colour profile, the exact colours of translucent pixels. */
export type Loss = 'depth' | 'profile' | 'alpha'

/** Why an answer is not laid into its source by itself. `flat`: too little detail to check the position. */
export const layObjections = ['blank', 'tiny', 'proportions', 'flat', 'framing', 'bent'] as const
export type LayObjection = (typeof layObjections)[number]

/** What came of laying an answer into its source. Stored with the answer, so that it is done once. */
export type Laying =
  | { kind: 'laid'; picture: PictureId }
  /** The answer is kept whole. `accepted`: the user has said that it is wanted so. */
  | { kind: 'refused'; objection: LayObjection; fit: Fit; accepted?: true }
  /** The source is gone, or a file could not be read. */
  | { kind: 'failed'; reason: string; accepted?: true }

/** The image that is made of an answer by itself: the same in every window and after every reload. */
export function laidId(answer: PictureId): PictureId {
  return `${answer}-laid` as PictureId
}

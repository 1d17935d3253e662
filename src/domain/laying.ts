import type { Box, Fit } from './edit.ts'
import type { PictureId } from './ids.ts'

/** Something the model changed outside the area. */
export interface Place {
  /** In pixels of the framed source. */
  box: Box
  /** Share of the image, 0–1. */
  share: number
}

/** What could not be kept of a source: 16 bits per channel, the colour profile, the exact colours of translucent pixels. */
export type Loss = 'depth' | 'profile' | 'alpha'

/**
 * Why an answer is not laid into its source automatically. `flat`: too little detail to check the alignment; `covered`:
 * too little of the image is outside the area for that; `partly`: one half of the answer agrees, the other one does not.
 */
export const layObjections = ['blank', 'tiny', 'proportions', 'flat', 'covered', 'framing', 'bent', 'partly'] as const
export type LayObjection = (typeof layObjections)[number]

/** The outcome of laying an answer into its source. Stored with the answer, so that it is done only once. */
export type Laying =
  | { kind: 'laid'; picture: PictureId }
  /** The whole answer is used as it is. `accepted`: the user confirmed this. */
  | { kind: 'refused'; objection: LayObjection; fit: Fit; accepted?: true }
  /** Nothing is laid in. The answer still shows the marks with these numbers. */
  | { kind: 'checked'; marksLeft: readonly number[] }
  /** The source is gone, or a file could not be read. */
  | { kind: 'failed'; reason: string; accepted?: true }

/** Id of the image that is made from an answer automatically: the same in every window and after every reload. */
export function laidInId(answer: PictureId): PictureId {
  return `${answer}-laid` as PictureId
}

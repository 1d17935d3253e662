import type { Deviations } from './deviations.ts'

export interface Size {
  width: number
  height: number
}

export type PictureFormat = 'jpeg' | 'png'

export interface Wish {
  /** What to paint, or how to edit the given images. */
  prompt: string
  format: PictureFormat
  /** How often the same was painted before: the same prompt gives another image the next time. */
  variation: number
  /** How the answer to an edit differs from its input; as real models by default. */
  deviations?: Deviations
}

export interface PainterOptions {
  seed?: number
  /** The word "simulated" in the corner; on by default. */
  mark?: boolean
  /** Strength of the film grain in levels (of 256); 7 by default. */
  grain?: number
}

/** Makes the images. The same input always gives the same image. Rejects if a source cannot be read. */
export interface Painter {
  create(wish: Wish, size: Size): Promise<Uint8Array>
  /**
   * Visibly made from the sources. The first is the base; the others are placed on it. The size may depend on that of
   * the first source.
   */
  edit(wish: Wish, sources: readonly Uint8Array[], size: Size | ((first: Size) => Size)): Promise<Uint8Array>
}

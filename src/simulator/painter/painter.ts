import type { Manner } from './manner.ts'

export interface Size {
  width: number
  height: number
}

export type PictureFormat = 'jpeg' | 'png'

export interface Wish {
  /** What to paint, or what to do to the given pictures. */
  prompt: string
  format: PictureFormat
  /** How often the same was painted before: the same words give another picture the next time. */
  variation: number
  /** How the answer to an edit differs from its input; as usual by default. */
  manner?: Manner
}

export interface PainterOptions {
  seed?: number
  /** The word "simulated" in the corner; on by default. */
  mark?: boolean
  /** Strength of the film grain, in steps of 256; 7 by default. */
  grain?: number
}

/** Makes the pictures. The same wish always gives the same picture. Rejects where a source cannot be read. */
export interface Painter {
  create(wish: Wish, size: Size): Promise<Uint8Array>
  /** Visibly made from the sources; the first is the ground that the others are laid on, and its size may say that of the edit. */
  edit(wish: Wish, sources: readonly Uint8Array[], size: Size | ((first: Size) => Size)): Promise<Uint8Array>
}
